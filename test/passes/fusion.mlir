// RUN: sinter-opt %s --sinter-outline-kernels=fuse=true --split-input-file --mlir-print-local-scope | FileCheck %s

// A chain of elementwise operations is one kernel; a diamond too.

// CHECK: sinter.kernel @sub_mul_add_0(%[[A:.*]]: tensor<4xf32>, %[[B:.*]]: tensor<4xf32>)
// CHECK-NEXT: %[[D:.*]] = sinter.sub %[[A]], %[[B]]
// CHECK-NEXT: %[[M:.*]] = sinter.mul %[[D]], %[[D]]
// CHECK-NEXT: %[[S:.*]] = sinter.add %[[M]], %[[D]]
// CHECK-NEXT: sinter.yield %[[S]]
// CHECK-LABEL: func.func @chain
// CHECK-NEXT: %[[R:.*]] = sinter.launch @sub_mul_add_0(%arg0, %arg1)
// CHECK-NEXT: return %[[R]]
func.func @chain(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
  %d = sinter.sub %a, %b : tensor<4xf32>
  %m = sinter.mul %d, %d : tensor<4xf32>
  %s = sinter.add %m, %d : tensor<4xf32>
  return %s : tensor<4xf32>
}

// -----

// A value that two kernels need is written out.

// CHECK: sinter.kernel @exp_0
// CHECK: sinter.kernel @neg_1
// CHECK: sinter.kernel @abs_2
// CHECK-LABEL: func.func @two_users
func.func @two_users(%a: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %e = sinter.exp %a : tensor<4xf32>
  %n = sinter.neg %e : tensor<4xf32>
  %s = sinter.abs %e : tensor<4xf32>
  return %n, %s : tensor<4xf32>, tensor<4xf32>
}

// -----

// So is one that is returned.

// CHECK: sinter.kernel @exp_0
// CHECK: sinter.kernel @neg_1
// CHECK-LABEL: func.func @returned
func.func @returned(%a: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %e = sinter.exp %a : tensor<4xf32>
  %n = sinter.neg %e : tensor<4xf32>
  return %n, %e : tensor<4xf32>, tensor<4xf32>
}

// -----

// A reduction computes its operand on the way.

// CHECK: sinter.kernel @sub_mul_reduce_sum_0
// CHECK: sinter.sub
// CHECK: sinter.mul
// CHECK: sinter.reduce sum
// CHECK-LABEL: func.func @reduction
// CHECK-NEXT: sinter.launch @sub_mul_reduce_sum_0
// CHECK-NEXT: return
func.func @reduction(%a: tensor<4x8xf32>, %b: tensor<4x8xf32>) -> tensor<4xf32> {
  %d = sinter.sub %a, %b : tensor<4x8xf32>
  %m = sinter.mul %d, %d : tensor<4x8xf32>
  %s = sinter.reduce sum %m axes [1] : tensor<4x8xf32> -> tensor<4xf32>
  return %s : tensor<4xf32>
}

// -----

// A reduction does not join what reads it, nor does anything join a contraction,
// a row operation or a reduction behind it.

// CHECK: sinter.kernel @exp_0
// CHECK: sinter.kernel @contract_1
// CHECK: sinter.kernel @neg_2
// CHECK: sinter.kernel @softmax_3
// CHECK: sinter.kernel @reduce_sum_4
// CHECK: sinter.kernel @abs_5
// CHECK: sinter.kernel @reduce_sum_6
// CHECK-LABEL: func.func @other_kinds
func.func @other_kinds(%a: tensor<4x4xf32>) -> tensor<f32> {
  %e = sinter.exp %a : tensor<4x4xf32>
  %c = sinter.contract "ij,jk->ik" %e, %a : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  %n = sinter.neg %c : tensor<4x4xf32>
  %p = sinter.softmax %n : tensor<4x4xf32>
  %s = sinter.reduce sum %p axes [1] : tensor<4x4xf32> -> tensor<4xf32>
  %b = sinter.broadcast %s dims [0] : tensor<4xf32> -> tensor<4x4xf32>
  %q = sinter.abs %b : tensor<4x4xf32>
  %t = sinter.transpose %q [1, 0] : tensor<4x4xf32> -> tensor<4x4xf32>
  %r = sinter.reduce sum %t axes [0, 1] : tensor<4x4xf32> -> tensor<f32>
  return %r : tensor<f32>
}

// -----

// Views of arguments may differ; a view of a computed value separates.

// CHECK: sinter.kernel @exp_0
// CHECK: sinter.kernel @neg_add_1(%[[E:.*]]: tensor<4x4xf32>, %[[A:.*]]: tensor<4x4xf32>)
// CHECK-NEXT: %[[ET:.*]] = sinter.transpose %[[E]]
// CHECK-NEXT: %[[N:.*]] = sinter.neg %[[A]]
// CHECK-NEXT: sinter.add %[[ET]], %[[N]]
// CHECK-LABEL: func.func @views
func.func @views(%a: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %at = sinter.transpose %a [1, 0] : tensor<4x4xf32> -> tensor<4x4xf32>
  %e = sinter.exp %at : tensor<4x4xf32>
  %et = sinter.transpose %e [1, 0] : tensor<4x4xf32> -> tensor<4x4xf32>
  %n = sinter.neg %a : tensor<4x4xf32>
  %s = sinter.add %et, %n : tensor<4x4xf32>
  return %s : tensor<4x4xf32>
}

// -----

// A scalar that is broadcast is computed once, not at every index.

// CHECK: sinter.kernel @cast_0
// CHECK: sinter.kernel @mul_sub_1
// CHECK-LABEL: func.func @scalar
func.func @scalar(%lr: tensor<f64>, %w: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  %c = sinter.cast %lr : tensor<f64> -> tensor<f32>
  %b = sinter.broadcast %c dims [] : tensor<f32> -> tensor<4xf32>
  %m = sinter.mul %b, %g : tensor<4xf32>
  %s = sinter.sub %w, %m : tensor<4xf32>
  return %s : tensor<4xf32>
}

// -----

// A random draw is elementwise, but its seed comes from outside.

// CHECK: sinter.kernel @add_0
// CHECK: sinter.kernel @random_normal_neg_1(%[[SEED:.*]]: tensor<i64>, %[[STEP:.*]]: tensor<i64>)
// CHECK-NEXT: %[[R:.*]] = sinter.random normal %[[SEED]], %[[STEP]] stream 1 : tensor<f32>
// CHECK-LABEL: func.func @random
func.func @random(%seed: tensor<i64>, %step: tensor<i64>) -> tensor<f32> {
  %s = sinter.add %seed, %step : tensor<i64>
  %r = sinter.random normal %s, %step stream 1 : tensor<f32>
  %n = sinter.neg %r : tensor<f32>
  return %n : tensor<f32>
}
