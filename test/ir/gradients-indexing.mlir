// RUN: sinter-opt %s --sinter-differentiate --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @gather
// CHECK-SAME: %[[I:[a-z0-9]+]]: tensor<7xi32>, %[[G:[a-z0-9]+]]: tensor<7x3xf32>
func.func @gather(%x: tensor<5x3xf32>, %i: tensor<7xi32>, %g: tensor<7x3xf32>) -> tensor<5x3xf32> {
  %y = sinter.gather %x indices(%i) axes [0] : (tensor<5x3xf32>, tensor<7xi32>) -> tensor<7x3xf32>
  // CHECK: %[[DX:.*]] = sinter.scatter_add %[[G]] indices(%[[I]]) axes [0]
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<7x3xf32>, tensor<5x3xf32>, tensor<7x3xf32>) -> tensor<5x3xf32>
  return %dx : tensor<5x3xf32>
}

// -----

// Updates that went nowhere get no gradient.
// CHECK-LABEL: func.func @scatter_add
// CHECK-SAME: %[[I:[a-z0-9]+]]: tensor<7xi32>, %[[G:[a-z0-9]+]]: tensor<5x3xf32>
func.func @scatter_add(%x: tensor<7x3xf32>, %i: tensor<7xi32>, %g: tensor<5x3xf32>) -> tensor<7x3xf32> {
  %y = sinter.scatter_add %x indices(%i) axes [0] : (tensor<7x3xf32>, tensor<7xi32>) -> tensor<5x3xf32>
  // CHECK-DAG: %[[FOUND:.*]] = sinter.gather %[[G]] indices(%[[I]]) axes [0]
  // CHECK-DAG: sinter.compare lt %[[I]]
  // CHECK-DAG: sinter.compare ge %[[I]]
  // CHECK: %[[DX:.*]] = sinter.select %{{.*}}, %[[FOUND]], %{{.*}}
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<5x3xf32>, tensor<7x3xf32>, tensor<5x3xf32>) -> tensor<7x3xf32>
  return %dx : tensor<7x3xf32>
}

// -----

// CHECK-LABEL: func.func @insert
// CHECK-SAME: %[[G:[a-z0-9]+]]: tensor<4x5xf32>)
func.func @insert(%v: tensor<2x2xf32>, %x: tensor<4x5xf32>, %g: tensor<4x5xf32>) -> (tensor<2x2xf32>, tensor<4x5xf32>) {
  %y = sinter.insert %v into %x offsets [0, 1] strides [2, 3] : (tensor<2x2xf32>, tensor<4x5xf32>) -> tensor<4x5xf32>
  // CHECK: %[[DV:.*]] = sinter.slice %[[G]] offsets [0, 1] strides [2, 3]
  // CHECK: %[[DX:.*]] = sinter.insert %{{.*}} into %[[G]] offsets [0, 1] strides [2, 3]
  // CHECK-NEXT: return %[[DV]], %[[DX]]
  %dv, %dx = sinter.gradient %y wrt(%v, %x) seed(%g) {names = ["v", "x"]} : (tensor<4x5xf32>, tensor<2x2xf32>, tensor<4x5xf32>, tensor<4x5xf32>) -> (tensor<2x2xf32>, tensor<4x5xf32>)
  return %dv, %dx : tensor<2x2xf32>, tensor<4x5xf32>
}

// -----

// CHECK-LABEL: func.func @cumsum
// CHECK-SAME: %[[G:[a-z0-9]+]]: tensor<4xf32>)
func.func @cumsum(%x: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  %y = sinter.cumsum %x axis 0 : tensor<4xf32>
  // CHECK: %[[DX:.*]] = sinter.cumsum %[[G]] axis 0 reverse
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %dx : tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @solve
// CHECK-SAME: %[[A:[a-z0-9]+]]: tensor<3x3xf64>, %[[B:[a-z0-9]+]]: tensor<3x2xf64>, %[[G:[a-z0-9]+]]: tensor<3x2xf64>)
func.func @solve(%a: tensor<3x3xf64>, %b: tensor<3x2xf64>, %g: tensor<3x2xf64>) -> (tensor<3x3xf64>, tensor<3x2xf64>) {
  // CHECK: %[[X:.*]] = sinter.solve %[[A]], %[[B]]
  %x = sinter.solve %a, %b : tensor<3x3xf64>, tensor<3x2xf64>
  // CHECK: %[[T:.*]] = sinter.transpose %[[A]] [1, 0]
  // CHECK-NEXT: %[[DB:.*]] = sinter.solve %[[T]], %[[G]]
  // CHECK-NEXT: %[[OUTER:.*]] = sinter.contract "im,jm->ij" %[[DB]], %[[X]]
  // CHECK-NEXT: %[[DA:.*]] = sinter.neg %[[OUTER]]
  // CHECK-NEXT: return %[[DA]], %[[DB]]
  %da, %db = sinter.gradient %x wrt(%a, %b) seed(%g) {names = ["a", "b"]} : (tensor<3x2xf64>, tensor<3x3xf64>, tensor<3x2xf64>, tensor<3x2xf64>) -> (tensor<3x3xf64>, tensor<3x2xf64>)
  return %da, %db : tensor<3x3xf64>, tensor<3x2xf64>
}
