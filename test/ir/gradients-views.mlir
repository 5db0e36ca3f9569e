// RUN: sinter-opt %s --sinter-differentiate --split-input-file | FileCheck %s

// What was repeated is summed, never averaged.

// CHECK-LABEL: func.func @broadcast_rows
// CHECK-SAME: %[[G:[a-z0-9]+]]: tensor<?x4xf32
func.func @broadcast_rows(%x: tensor<4xf32>, %g: tensor<?x4xf32, #sinter.enc<batch max 8>>) -> tensor<4xf32> {
  %y = sinter.broadcast %x dims [1] : tensor<4xf32> -> tensor<?x4xf32, #sinter.enc<batch max 8>>
  // CHECK: %[[DX:.*]] = sinter.reduce sum %[[G]] axes [0]
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<?x4xf32, #sinter.enc<batch max 8>>, tensor<4xf32>, tensor<?x4xf32, #sinter.enc<batch max 8>>) -> tensor<4xf32>
  return %dx : tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @broadcast_scalar
// CHECK-SAME: %[[G:[a-z0-9]+]]: tensor<3x4xf32>
func.func @broadcast_scalar(%x: tensor<f32>, %g: tensor<3x4xf32>) -> tensor<f32> {
  %y = sinter.broadcast %x dims [] : tensor<f32> -> tensor<3x4xf32>
  // CHECK: %[[DX:.*]] = sinter.reduce sum %[[G]] axes [0, 1]
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<3x4xf32>, tensor<f32>, tensor<3x4xf32>) -> tensor<f32>
  return %dx : tensor<f32>
}

// -----

// Dimensions of size 1 are kept.
// CHECK-LABEL: func.func @broadcast_units
// CHECK-SAME: %[[G:[a-z0-9]+]]: tensor<2x3x4xf32>
func.func @broadcast_units(%x: tensor<1x3x1xf32>, %g: tensor<2x3x4xf32>) -> tensor<1x3x1xf32> {
  %y = sinter.broadcast %x dims [0, 1, 2] : tensor<1x3x1xf32> -> tensor<2x3x4xf32>
  // CHECK: %[[SUM:.*]] = sinter.reduce sum %[[G]] axes [0, 2]
  // CHECK-NEXT: %[[DX:.*]] = sinter.reshape %[[SUM]] : tensor<3xf32> -> tensor<1x3x1xf32>
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<2x3x4xf32>, tensor<1x3x1xf32>, tensor<2x3x4xf32>) -> tensor<1x3x1xf32>
  return %dx : tensor<1x3x1xf32>
}

// -----

// A size of 1 that stays 1 is not repeated.
// CHECK-LABEL: func.func @broadcast_new_unit
// CHECK-SAME: %[[G:[a-z0-9]+]]: tensor<1x1x4xf32>
func.func @broadcast_new_unit(%x: tensor<1x4xf32>, %g: tensor<1x1x4xf32>) -> tensor<1x4xf32> {
  %y = sinter.broadcast %x dims [0, 2] : tensor<1x4xf32> -> tensor<1x1x4xf32>
  // CHECK: %[[DX:.*]] = sinter.reduce sum %[[G]] axes [1]
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<1x1x4xf32>, tensor<1x4xf32>, tensor<1x1x4xf32>) -> tensor<1x4xf32>
  return %dx : tensor<1x4xf32>
}

// -----

// CHECK-LABEL: func.func @reshape
// CHECK-SAME: %[[G:[a-z0-9]+]]: tensor<6xf32>
func.func @reshape(%x: tensor<2x3xf32>, %g: tensor<6xf32>) -> tensor<2x3xf32> {
  %y = sinter.reshape %x : tensor<2x3xf32> -> tensor<6xf32>
  // CHECK: sinter.reshape %[[G]] : tensor<6xf32> -> tensor<2x3xf32>
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<6xf32>, tensor<2x3xf32>, tensor<6xf32>) -> tensor<2x3xf32>
  return %dx : tensor<2x3xf32>
}

// -----

// The inverse permutation, not the same one.
// CHECK-LABEL: func.func @transpose
// CHECK-SAME: %[[G:[a-z0-9]+]]: tensor<4x2x3xf32>
func.func @transpose(%x: tensor<2x3x4xf32>, %g: tensor<4x2x3xf32>) -> tensor<2x3x4xf32> {
  %y = sinter.transpose %x [2, 0, 1] : tensor<2x3x4xf32> -> tensor<4x2x3xf32>
  // CHECK: sinter.transpose %[[G]] [1, 2, 0] : tensor<4x2x3xf32> -> tensor<2x3x4xf32>
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<4x2x3xf32>, tensor<2x3x4xf32>, tensor<4x2x3xf32>) -> tensor<2x3x4xf32>
  return %dx : tensor<2x3x4xf32>
}

// -----

// CHECK-LABEL: func.func @slice_pad
// CHECK-SAME: %[[GS:[a-z0-9]+]]: tensor<2xf32>, %[[GP:[a-z0-9]+]]: tensor<5xf32>
func.func @slice_pad(%x: tensor<5xf32>, %z: tensor<2xf32>, %gs: tensor<2xf32>, %gp: tensor<5xf32>) -> (tensor<5xf32>, tensor<2xf32>) {
  %s = sinter.slice %x offsets [4] strides [-2] : tensor<5xf32> -> tensor<2xf32>
  %p = sinter.pad %z offsets [1] strides [3] : tensor<2xf32> -> tensor<5xf32>
  // CHECK: %[[DX:.*]] = sinter.pad %[[GS]] offsets [4] strides [-2] : tensor<2xf32> -> tensor<5xf32>
  %dx = sinter.gradient %s wrt(%x) seed(%gs) {names = ["x"]} : (tensor<2xf32>, tensor<5xf32>, tensor<2xf32>) -> tensor<5xf32>
  // CHECK-NEXT: %[[DZ:.*]] = sinter.slice %[[GP]] offsets [1] strides [3] : tensor<5xf32> -> tensor<2xf32>
  %dz = sinter.gradient %p wrt(%z) seed(%gp) {names = ["z"]} : (tensor<5xf32>, tensor<2xf32>, tensor<5xf32>) -> tensor<2xf32>
  // CHECK-NEXT: return %[[DX]], %[[DZ]]
  return %dx, %dz : tensor<5xf32>, tensor<2xf32>
}

// -----

// CHECK-LABEL: func.func @concat
// CHECK-SAME: %[[G:[a-z0-9]+]]: tensor<2x9xf32>
func.func @concat(%a: tensor<2x2xf32>, %b: tensor<2x3xf32>, %c: tensor<2x4xf32>, %g: tensor<2x9xf32>) -> (tensor<2x2xf32>, tensor<2x4xf32>) {
  %y = sinter.concat %a, %b, %c axis 1 : (tensor<2x2xf32>, tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<2x9xf32>
  // CHECK: %[[DA:.*]] = sinter.slice %[[G]] offsets [0, 0] strides [1, 1] : tensor<2x9xf32> -> tensor<2x2xf32>
  // CHECK-NEXT: %[[DC:.*]] = sinter.slice %[[G]] offsets [0, 5] strides [1, 1] : tensor<2x9xf32> -> tensor<2x4xf32>
  // CHECK-NEXT: return %[[DA]], %[[DC]]
  %da, %dc = sinter.gradient %y wrt(%a, %c) seed(%g) {names = ["a", "c"]} : (tensor<2x9xf32>, tensor<2x2xf32>, tensor<2x4xf32>, tensor<2x9xf32>) -> (tensor<2x2xf32>, tensor<2x4xf32>)
  return %da, %dc : tensor<2x2xf32>, tensor<2x4xf32>
}
