// RUN: sinter-opt %s --verify-roundtrip | FileCheck %s

!image = tensor<?x2x3xf32, #sinter.enc<batch max 8>>
!flat = tensor<?x6xf32, #sinter.enc<batch max 8>>

// CHECK-LABEL: func.func @views
func.func @views(%x: !image, %b: tensor<6xf32>, %m: tensor<4x5xf32>) {
  // CHECK: sinter.reshape
  %0 = sinter.reshape %x : !image -> !flat
  // CHECK: sinter.broadcast %{{.*}} dims [1]
  %1 = sinter.broadcast %b dims [1] : tensor<6xf32> -> !flat
  // CHECK: sinter.transpose %{{.*}} [2, 0, 1] : {{.*}} -> tensor<3x?x2xf32, #sinter.enc<batch max 8>>
  %2 = sinter.transpose %x [2, 0, 1] : !image -> tensor<3x?x2xf32, #sinter.enc<batch max 8>>
  // CHECK: sinter.slice %{{.*}} offsets [3, 1] strides [-1, 2] : tensor<4x5xf32> -> tensor<4x2xf32>
  %3 = sinter.slice %m offsets [3, 1] strides [-1, 2] : tensor<4x5xf32> -> tensor<4x2xf32>
  // CHECK: sinter.pad %{{.*}} offsets [3, 1] strides [-1, 2] : tensor<4x2xf32> -> tensor<4x5xf32>
  %4 = sinter.pad %3 offsets [3, 1] strides [-1, 2] : tensor<4x2xf32> -> tensor<4x5xf32>
  // CHECK: sinter.concat %{{.*}}, %{{.*}} axis 1 : (tensor<4x5xf32>, tensor<4x2xf32>) -> tensor<4x7xf32>
  %5 = sinter.concat %m, %3 axis 1 : (tensor<4x5xf32>, tensor<4x2xf32>) -> tensor<4x7xf32>
  return
}
