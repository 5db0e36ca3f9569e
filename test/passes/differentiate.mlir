// RUN: sinter-opt %s --sinter-differentiate --split-input-file | FileCheck %s

// y = f(x) + x: both ways count.
// CHECK-LABEL: func.func @fan_out
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<f32>)
func.func @fan_out(%x: tensor<f32>) -> tensor<f32> {
  // CHECK: %[[F:.*]] = sinter.sin %[[X]]
  %f = sinter.sin %x : tensor<f32>
  // CHECK: sinter.add %[[F]], %[[X]]
  %y = sinter.add %f, %x : tensor<f32>
  // CHECK-NEXT: %[[ONE:.*]] = sinter.splat 1.0
  // CHECK-NEXT: %[[C:.*]] = sinter.cos %[[X]]
  // CHECK-NEXT: %[[VIA_F:.*]] = sinter.mul %[[ONE]], %[[C]]
  // CHECK-NEXT: %[[DX:.*]] = sinter.add %[[ONE]], %[[VIA_F]]
  %dx = sinter.gradient %y wrt(%x) {names = ["x"]} : (tensor<f32>, tensor<f32>) -> tensor<f32>
  // CHECK-NEXT: return %[[DX]]
  return %dx : tensor<f32>
}

// -----

// The adjoint of the diamond's root is summed once and passed on once.
// CHECK-LABEL: func.func @diamond
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<f32>)
func.func @diamond(%x: tensor<f32>) -> tensor<f32> {
  // CHECK: %[[A:.*]] = sinter.exp %[[X]]
  %a = sinter.exp %x : tensor<f32>
  // CHECK: %[[B:.*]] = sinter.sin %[[A]]
  %b = sinter.sin %a : tensor<f32>
  // CHECK: %[[C:.*]] = sinter.tanh %[[A]]
  %c = sinter.tanh %a : tensor<f32>
  %y = sinter.sub %b, %c : tensor<f32>
  // CHECK: %[[ONE:.*]] = sinter.splat 1.0
  // CHECK: %[[DC:.*]] = sinter.neg %[[ONE]]
  // CHECK: %[[VIA_C:.*]] = sinter.mul %[[DC]]
  // CHECK: %[[VIA_B:.*]] = sinter.mul %[[ONE]]
  // CHECK: %[[DA:.*]] = sinter.add %[[VIA_C]], %[[VIA_B]]
  // CHECK-NEXT: %[[DX:.*]] = sinter.mul %[[DA]], %[[A]]
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) {names = ["x"]} : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %dx : tensor<f32>
}

// -----

// CHECK-LABEL: func.func @three_uses
func.func @three_uses(%x: tensor<f32>) -> tensor<f32> {
  %a = sinter.sin %x : tensor<f32>
  %b = sinter.mul %a, %x : tensor<f32>
  %y = sinter.add %b, %x : tensor<f32>
  // CHECK: %[[ONE:.*]] = sinter.splat 1.0
  // CHECK: %[[DA:.*]] = sinter.mul %[[ONE]], %{{.*}}
  // CHECK: %[[SECOND:.*]] = sinter.mul %[[ONE]], %{{.*}}
  // CHECK: %[[SUM:.*]] = sinter.add %[[ONE]], %[[SECOND]]
  // CHECK: %[[THIRD:.*]] = sinter.mul %[[DA]], %{{.*}}
  // CHECK: %[[DX:.*]] = sinter.add %[[SUM]], %[[THIRD]]
  // CHECK: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) {names = ["x"]} : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %dx : tensor<f32>
}

// -----

// Each rule multiplies the adjoint it gets.
// CHECK-LABEL: func.func @chain_of_multiplies
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<f32>, %[[A:[a-z0-9]+]]: tensor<f32>, %[[B:[a-z0-9]+]]: tensor<f32>, %[[C:[a-z0-9]+]]: tensor<f32>)
func.func @chain_of_multiplies(%x: tensor<f32>, %a: tensor<f32>, %b: tensor<f32>, %c: tensor<f32>) -> tensor<f32> {
  %0 = sinter.mul %x, %a : tensor<f32>
  %1 = sinter.mul %0, %b : tensor<f32>
  %2 = sinter.mul %1, %c : tensor<f32>
  // CHECK: %[[ONE:.*]] = sinter.splat 1.0
  // CHECK-NEXT: %[[D1:.*]] = sinter.mul %[[ONE]], %[[C]]
  // CHECK-NEXT: %[[D0:.*]] = sinter.mul %[[D1]], %[[B]]
  // CHECK-NEXT: %[[DX:.*]] = sinter.mul %[[D0]], %[[A]]
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %2 wrt(%x) {names = ["x"]} : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %dx : tensor<f32>
}

// -----

// Only the way from %w to the target is differentiated: no adjoint for the input,
// nothing for %unrelated, nothing past the target.
// CHECK-LABEL: func.func @activity
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<2x3xf32>, %[[W:[a-z0-9]+]]: tensor<3x4xf32>, %[[SEED:[a-z0-9]+]]: tensor<2x4xf32>)
func.func @activity(%x: tensor<2x3xf32>, %w: tensor<3x4xf32>, %seed: tensor<2x4xf32>) -> (tensor<3x4xf32>, tensor<2x4xf32>) {
  %e = sinter.exp %x : tensor<2x3xf32>
  %z = sinter.contract "bi,io->bo" %e, %w : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
  %unrelated = sinter.tanh %w : tensor<3x4xf32>
  // CHECK: %[[PAST:.*]] = sinter.sin
  %past = sinter.sin %z : tensor<2x4xf32>
  // CHECK-NEXT: %[[DW:.*]] = sinter.contract "bi,bo->io" %{{.*}}, %[[SEED]]
  // CHECK-NEXT: return %[[DW]], %[[PAST]]
  %dw = sinter.gradient %z wrt(%w) seed(%seed) {names = ["w"]} : (tensor<2x4xf32>, tensor<3x4xf32>, tensor<2x4xf32>) -> tensor<3x4xf32>
  return %dw, %past : tensor<3x4xf32>, tensor<2x4xf32>
}

// -----

// What does not reach the target has a gradient of zeros, and no more than that.
// CHECK-LABEL: func.func @unreached
func.func @unreached(%x: tensor<f32>, %w: tensor<3xf32>) -> (tensor<3xf32>, tensor<f32>) {
  %y = sinter.exp %x : tensor<f32>
  // CHECK: sinter.floor
  %f = sinter.floor %y : tensor<f32>
  // CHECK-NEXT: %[[ZERO:.*]] = sinter.splat 0.0{{.*}} -> tensor<3xf32>
  // CHECK-NEXT: %[[NONE:.*]] = sinter.splat 0.0{{.*}} -> tensor<f32>
  // CHECK-NEXT: return %[[ZERO]], %[[NONE]]
  %dw = sinter.gradient %y wrt(%w) {names = ["w"]} : (tensor<f32>, tensor<3xf32>) -> tensor<3xf32>
  %dx = sinter.gradient %f wrt(%x) {names = ["x"]} : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %dw, %dx : tensor<3xf32>, tensor<f32>
}

// -----

// The target itself, and a value on the way.
// CHECK-LABEL: func.func @intermediate
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<f32>)
func.func @intermediate(%x: tensor<f32>) -> (tensor<f32>, tensor<f32>, tensor<f32>) {
  %a = sinter.exp %x : tensor<f32>
  %y = sinter.sin %a : tensor<f32>
  // CHECK: %[[ONE:.*]] = sinter.splat 1.0
  // CHECK-NEXT: %[[COS:.*]] = sinter.cos
  // CHECK-NEXT: %[[DA:.*]] = sinter.mul %[[ONE]], %[[COS]]
  // CHECK-NEXT: %[[DX:.*]] = sinter.mul %[[DA]]
  // CHECK-NEXT: return %[[ONE]], %[[DA]], %[[DX]]
  %dy, %da, %dx = sinter.gradient %y wrt(%y, %a, %x) {names = ["y", "a", "x"]} : (tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) -> (tensor<f32>, tensor<f32>, tensor<f32>)
  return %dy, %da, %dx : tensor<f32>, tensor<f32>, tensor<f32>
}

// -----

// Equal values are different variables: d(a + x)/da is 1 although a = x.
// CHECK-LABEL: func.func @values_not_numbers
func.func @values_not_numbers(%x: tensor<f32>) -> tensor<f32> {
  %one = sinter.splat 1.0 : f32 -> tensor<f32>
  %a = sinter.mul %x, %one : tensor<f32>
  %y = sinter.add %a, %x : tensor<f32>
  // CHECK: sinter.add
  // CHECK-NEXT: %[[SEED:.*]] = sinter.splat 1.0
  // CHECK-NEXT: return %[[SEED]]
  %da = sinter.gradient %y wrt(%a) {names = ["a"]} : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %da : tensor<f32>
}

// -----

// The gradient stops there and the operation goes.
// CHECK-LABEL: func.func @stop_gradient
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<f32>)
func.func @stop_gradient(%x: tensor<f32>) -> tensor<f32> {
  // CHECK-NEXT: %[[U:.*]] = sinter.mul %[[X]], %[[X]]
  %y = sinter.mul %x, %x : tensor<f32>
  %u = sinter.stop_gradient %y : tensor<f32>
  // CHECK-NEXT: sinter.mul %[[U]], %[[X]]
  %z = sinter.mul %u, %x : tensor<f32>
  // CHECK-NEXT: %[[ONE:.*]] = sinter.splat 1.0
  // CHECK-NEXT: %[[DX:.*]] = sinter.mul %[[ONE]], %[[U]]
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %z wrt(%x) {names = ["x"]} : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %dx : tensor<f32>
}

// -----

// The outer gradient differentiates what the inner one became.
// CHECK-LABEL: func.func @gradient_of_gradient
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<f32>)
func.func @gradient_of_gradient(%x: tensor<f32>) -> tensor<f32> {
  // CHECK-NEXT: sinter.sin %[[X]]
  %y = sinter.sin %x : tensor<f32>
  // CHECK-NEXT: %[[ONE:.*]] = sinter.splat 1.0
  // CHECK-NEXT: %[[COS:.*]] = sinter.cos %[[X]]
  // CHECK-NEXT: sinter.mul %[[ONE]], %[[COS]]
  %dx = sinter.gradient %y wrt(%x) {names = ["x"]} : (tensor<f32>, tensor<f32>) -> tensor<f32>
  // CHECK-NEXT: %[[SEED:.*]] = sinter.splat 1.0
  // CHECK-NEXT: %[[DCOS:.*]] = sinter.mul %[[SEED]], %[[ONE]]
  // CHECK-NEXT: %[[SIN:.*]] = sinter.sin %[[X]]
  // CHECK-NEXT: %[[PRODUCT:.*]] = sinter.mul %[[DCOS]], %[[SIN]]
  // CHECK-NEXT: %[[DDX:.*]] = sinter.neg %[[PRODUCT]]
  // CHECK-NEXT: return %[[DDX]]
  %ddx = sinter.gradient %dx wrt(%x) {names = ["x"]} : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %ddx : tensor<f32>
}

// -----

// Integers carry no gradient.
// CHECK-LABEL: func.func @through_integers
func.func @through_integers(%x: tensor<4xf32>) -> tensor<4xf32> {
  %i = sinter.cast %x : tensor<4xf32> -> tensor<4xi32>
  %f = sinter.cast %i : tensor<4xi32> -> tensor<4xf32>
  %y = sinter.reduce sum %f axes [0] : tensor<4xf32> -> tensor<f32>
  // CHECK: %[[ZERO:.*]] = sinter.splat 0.0
  // CHECK-NEXT: return %[[ZERO]]
  %dx = sinter.gradient %y wrt(%x) {names = ["x"]} : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  return %dx : tensor<4xf32>
}

// -----

// Forward values that the backward graph reads are marked, what storage and
// leaves hold is not, and a view stands for what it views.
sinter.global param @w : tensor<4xf32> {label = "w", owner = "m"}
// CHECK-LABEL: func.func @residuals
func.func @residuals(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: sinter.load @w : tensor<4xf32>
  %w = sinter.load @w : tensor<4xf32>
  // CHECK: sinter.mul %{{.*}}, %{{.*}} : tensor<4xf32>
  %a = sinter.mul %w, %x : tensor<4xf32>
  // CHECK: sinter.relu %{{.*}} {sinter.residual} : tensor<4xf32>
  %b = sinter.relu %a : tensor<4xf32>
  // CHECK: sinter.reshape %{{.*}} : tensor<4xf32> -> tensor<2x2xf32>
  %c = sinter.reshape %b : tensor<4xf32> -> tensor<2x2xf32>
  %d = sinter.sin %c : tensor<2x2xf32>
  %y = sinter.reduce sum %d axes [0, 1] : tensor<2x2xf32> -> tensor<f32>
  %dw = sinter.gradient %y wrt(%w) {names = ["w"]} : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  return %dw : tensor<4xf32>
}

// -----

// A drawn mask is drawn again where the backward pass reads it, and kept apart
// from the forward draw; draws that are read as numbers are not.
// CHECK-LABEL: func.func @masks
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<9xf32>, %[[SEED:[a-z0-9]+]]: tensor<i64>
func.func @masks(%x: tensor<9xf32>, %seed: tensor<i64>) -> tensor<9xf32> {
  // CHECK: %[[DRAW:.*]] = sinter.random uniform %[[SEED]], %[[SEED]] stream 5 : tensor<9xf32>
  %draw = sinter.random uniform %seed, %seed stream 5 : tensor<9xf32>
  // CHECK: %[[NOISE:.*]] = sinter.random uniform %[[SEED]], %[[SEED]] stream 6 : tensor<9xf32>
  %noise = sinter.random uniform %seed, %seed stream 6 : tensor<9xf32>
  // CHECK: %[[HALF:.*]] = sinter.splat 5.0
  %half = sinter.splat 0.5 : f32 -> tensor<9xf32>
  %zero = sinter.splat 0.0 : f32 -> tensor<9xf32>
  // CHECK: sinter.compare ge %[[DRAW]], %[[HALF]] : tensor<9xf32> -> tensor<9xi1>
  %mask = sinter.compare ge %draw, %half : tensor<9xf32> -> tensor<9xi1>
  // CHECK: sinter.mul %[[X]], %[[NOISE]]
  %noisy = sinter.mul %x, %noise : tensor<9xf32>
  %y = sinter.select %mask, %noisy, %zero : tensor<9xi1>, tensor<9xf32>
  // CHECK: %[[AGAIN:.*]] = sinter.random uniform %[[SEED]], %[[SEED]] stream 5 {sinter.redrawn} : tensor<9xf32>
  // CHECK-NEXT: %[[MASK:.*]] = sinter.compare ge %[[AGAIN]], %[[HALF]]
  // CHECK-NEXT: %[[D:.*]] = sinter.select %[[MASK]]
  // CHECK-NEXT: sinter.mul %[[D]], %[[NOISE]]
  %dx = sinter.gradient %y wrt(%x) seed(%x) {names = ["x"]} : (tensor<9xf32>, tensor<9xf32>, tensor<9xf32>) -> tensor<9xf32>
  return %dx : tensor<9xf32>
}
