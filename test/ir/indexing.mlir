// RUN: sinter-opt %s --verify-roundtrip | FileCheck %s

!rows = tensor<?x3xf32, #sinter.enc<batch max 8>>
!labels = tensor<?xi32, #sinter.enc<batch max 8>>

// CHECK-LABEL: func.func @indexing
func.func @indexing(%table: tensor<5x3xf32>, %label: !labels, %x: tensor<4x5xf32>, %i: tensor<i64>, %j: tensor<2x2xi32>, %v: tensor<1x2xf32>) {
  // CHECK: sinter.gather %{{.*}} indices(%{{.*}}) axes [0] : (tensor<5x3xf32>, tensor<?xi32, #sinter.enc<batch max 8>>) -> tensor<?x3xf32, #sinter.enc<batch max 8>>
  %0 = sinter.gather %table indices(%label) axes [0] : (tensor<5x3xf32>, !labels) -> !rows
  // CHECK: sinter.gather %{{.*}} indices(%{{.*}}, %{{.*}}) axes [0, 1] : {{.*}} -> tensor<2x2xf32>
  %1 = sinter.gather %x indices(%j, %j) axes [0, 1] : (tensor<4x5xf32>, tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x2xf32>
  // CHECK: sinter.scatter_add %{{.*}} indices(%{{.*}}) axes [0]
  %2 = sinter.scatter_add %0 indices(%label) axes [0] : (!rows, !labels) -> tensor<5x3xf32>
  // CHECK: sinter.insert %{{.*}} into %{{.*}} offsets [3, 1] strides [1, 2] : (tensor<1x2xf32>, tensor<4x5xf32>) -> tensor<4x5xf32>
  %3 = sinter.insert %v into %x offsets [3, 1] strides [1, 2] : (tensor<1x2xf32>, tensor<4x5xf32>) -> tensor<4x5xf32>
  // CHECK: sinter.insert %{{.*}} into %{{.*}} offsets [0, 1] strides [1, 2] indices(%{{.*}}) axes [0]
  %4 = sinter.insert %v into %x offsets [0, 1] strides [1, 2] indices(%i) axes [0] : (tensor<1x2xf32>, tensor<4x5xf32>, tensor<i64>) -> tensor<4x5xf32>
  return
}

// CHECK-LABEL: func.func @scans
func.func @scans(%x: tensor<4x5xf32>, %a: tensor<2x3x3xf64>, %b: tensor<2x3x1xf64>) {
  // CHECK: sinter.cumsum %{{.*}} axis 1 : tensor<4x5xf32>
  %0 = sinter.cumsum %x axis 1 : tensor<4x5xf32>
  // CHECK: sinter.cumsum %{{.*}} axis 0 reverse : tensor<4x5xf32>
  %1 = sinter.cumsum %x axis 0 reverse : tensor<4x5xf32>
  // CHECK: sinter.argsort %{{.*}} axis 1 : tensor<4x5xf32> -> tensor<4x5xi32>
  %2 = sinter.argsort %x axis 1 : tensor<4x5xf32> -> tensor<4x5xi32>
  // CHECK: sinter.argsort %{{.*}} axis 0 descending
  %3 = sinter.argsort %x axis 0 descending : tensor<4x5xf32> -> tensor<4x5xi32>
  // CHECK: sinter.solve %{{.*}}, %{{.*}} : tensor<2x3x3xf64>, tensor<2x3x1xf64>
  %4 = sinter.solve %a, %b : tensor<2x3x3xf64>, tensor<2x3x1xf64>
  return
}
