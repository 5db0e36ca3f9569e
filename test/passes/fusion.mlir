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

// A value with two users and both of them are one kernel.

// CHECK: sinter.kernel @exp_neg_abs_0(%[[A:.*]]: tensor<4xf32>)
// CHECK-NEXT: %[[E:.*]] = sinter.exp %[[A]]
// CHECK-NEXT: %[[N:.*]] = sinter.neg %[[E]]
// CHECK-NEXT: %[[S:.*]] = sinter.abs %[[E]]
// CHECK-NEXT: sinter.yield %[[N]], %[[S]]
// CHECK-LABEL: func.func @two_users
// CHECK-NEXT: %[[R:.*]]:2 = sinter.launch @exp_neg_abs_0(%arg0)
// CHECK-NEXT: return %[[R]]#0, %[[R]]#1
func.func @two_users(%a: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %e = sinter.exp %a : tensor<4xf32>
  %n = sinter.neg %e : tensor<4xf32>
  %s = sinter.abs %e : tensor<4xf32>
  return %n, %s : tensor<4xf32>, tensor<4xf32>
}

// -----

// One that is returned is a result of the kernel as well.

// CHECK: sinter.kernel @exp_neg_0
// CHECK: sinter.yield %{{.*}}, %{{.*}} : tensor<4xf32>, tensor<4xf32>
// CHECK-LABEL: func.func @returned
func.func @returned(%a: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %e = sinter.exp %a : tensor<4xf32>
  %n = sinter.neg %e : tensor<4xf32>
  return %n, %e : tensor<4xf32>, tensor<4xf32>
}

// -----

// But not where a third kernel stands between: it would read its own result.

// CHECK: sinter.kernel @exp_0
// CHECK: sinter.kernel @contract_1
// CHECK: sinter.kernel @exp_mul_2
// CHECK-LABEL: func.func @connected_apart
func.func @connected_apart(%a: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %e = sinter.exp %a : tensor<4x4xf32>
  %p = sinter.contract "ij,jk->ik" %e, %e : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  %q = sinter.exp %p : tensor<4x4xf32>
  %m = sinter.mul %e, %q : tensor<4x4xf32>
  return %m : tensor<4x4xf32>
}

// -----

// Nor where the way there leads through a kernel that begins long before its
// end: neg is computed with the last sub, and that after the maximum.

// CHECK: sinter.kernel @reduce_max_0
// CHECK: sinter.kernel @compare_cast_reduce_sum_1
// CHECK: sinter.kernel @neg_sub_2
// CHECK: sinter.kernel @mul_reduce_sum_3
// CHECK: sinter.kernel @add_4
// CHECK-LABEL: func.func @begins_early
func.func @begins_early(%x: tensor<4x4xf32>, %a: tensor<f32>) -> (tensor<f32>, tensor<4x4xf32>) {
  %max = sinter.reduce max %x axes [0, 1] : tensor<4x4xf32> -> tensor<f32>
  %n = sinter.neg %x : tensor<4x4xf32>
  %q = sinter.mul %n, %n : tensor<4x4xf32>
  %sum = sinter.reduce sum %q axes [0, 1] : tensor<4x4xf32> -> tensor<f32>
  %part = sinter.add %sum, %a : tensor<f32>
  %loss = sinter.add %part, %max : tensor<f32>
  %m = sinter.broadcast %max dims [] : tensor<f32> -> tensor<4x4xf32>
  %is = sinter.compare eq %x, %m : tensor<4x4xf32> -> tensor<4x4xi1>
  %ones = sinter.cast %is : tensor<4x4xi1> -> tensor<4x4xf32>
  %count = sinter.reduce sum %ones axes [0, 1] : tensor<4x4xf32> -> tensor<f32>
  %counts = sinter.broadcast %count dims [] : tensor<f32> -> tensor<4x4xf32>
  %d = sinter.sub %n, %counts : tensor<4x4xf32>
  return %loss, %d : tensor<f32>, tensor<4x4xf32>
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

// What follows a contraction at the same index is its epilogue; a row operation
// takes what is of its rows, and a view separates.

// CHECK: sinter.kernel @exp_0
// CHECK: sinter.kernel @contract_1
// CHECK: sinter.kernel @neg_softmax_reduce_sum_abs_2
// CHECK: sinter.kernel @reduce_sum_3
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

// A scalar is computed in every kernel that needs it, before its loops.

// CHECK: sinter.kernel @mul_sub_0(%[[LR:.*]]: tensor<f64>, %{{.*}}: tensor<4xf32>, %{{.*}}: tensor<4xf32>)
// CHECK-NEXT: %[[C:.*]] = sinter.cast %[[LR]]
// CHECK-NEXT: sinter.broadcast %[[C]]
// CHECK-LABEL: func.func @scalar
func.func @scalar(%lr: tensor<f64>, %w: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  %c = sinter.cast %lr : tensor<f64> -> tensor<f32>
  %b = sinter.broadcast %c dims [] : tensor<f32> -> tensor<4xf32>
  %m = sinter.mul %b, %g : tensor<4xf32>
  %s = sinter.sub %w, %m : tensor<4xf32>
  return %s : tensor<4xf32>
}

// -----

// A random draw is elementwise; its seed may be a scalar. The number of its
// stream is an argument, so that equal draws from other streams share a kernel.

// CHECK: sinter.kernel @random_normal_neg_0(%[[SEED:.*]]: tensor<i64>, %[[STEP:.*]]: tensor<i64>, %[[KEY:.*]]: tensor<i64>)
// CHECK-NEXT: %[[S:.*]] = sinter.add %[[SEED]], %[[STEP]]
// CHECK-NEXT: %[[R:.*]] = sinter.random normal %[[S]], %[[STEP]] stream 0 key %[[KEY]] : tensor<f32>
// CHECK-LABEL: func.func @random
func.func @random(%seed: tensor<i64>, %step: tensor<i64>) -> tensor<f32> {
  %s = sinter.add %seed, %step : tensor<i64>
  %r = sinter.random normal %s, %step stream 1 : tensor<f32>
  %n = sinter.neg %r : tensor<f32>
  return %n : tensor<f32>
}

// -----

// An optimizer's rule is the epilogue of the gradient that feeds it: nothing of
// the weight's size is written but the weight. The bias has its gradient's
// reduction.

sinter.global param @w : tensor<4x8xf32> {label = "w", owner = "m"}
sinter.global param @b : tensor<4xf32> {label = "b", owner = "m"}

// CHECK: sinter.kernel @contract_mul_sub_0
// CHECK: sinter.yield %{{.*}} : tensor<4x8xf32>
// CHECK: sinter.kernel @reduce_sum_mul_sub_1
// CHECK: sinter.yield %{{.*}} : tensor<4xf32>
// CHECK-LABEL: func.func @sgd
// CHECK: sinter.launch @contract_mul_sub_0
// CHECK: sinter.launch @reduce_sum_mul_sub_1
// CHECK-NOT: sinter.launch
// CHECK: return
func.func @sgd(%x: tensor<16x8xf32>, %dz: tensor<16x4xf32>, %lr: tensor<f32>) {
  %w = sinter.load @w : tensor<4x8xf32>
  %b = sinter.load @b : tensor<4xf32>
  %dw = sinter.contract "bo,bi->oi" %dz, %x : tensor<16x4xf32>, tensor<16x8xf32> -> tensor<4x8xf32>
  %lw = sinter.broadcast %lr dims [] : tensor<f32> -> tensor<4x8xf32>
  %sw = sinter.mul %lw, %dw : tensor<4x8xf32>
  %nw = sinter.sub %w, %sw : tensor<4x8xf32>
  %db = sinter.reduce sum %dz axes [0] : tensor<16x4xf32> -> tensor<4xf32>
  %lb = sinter.broadcast %lr dims [] : tensor<f32> -> tensor<4xf32>
  %sb = sinter.mul %lb, %db : tensor<4xf32>
  %nb = sinter.sub %b, %sb : tensor<4xf32>
  sinter.store %nw, @w : tensor<4x8xf32>
  sinter.store %nb, @b : tensor<4xf32>
  return
}

// -----

// Clipping by the norm of all gradients needs the gradient before the update.

sinter.global param @w : tensor<4x8xf32> {label = "w", owner = "m"}

// CHECK: sinter.kernel @contract_0
// CHECK: sinter.kernel @mul_reduce_sum_1
// CHECK: sinter.kernel @div_sub_2
// CHECK-LABEL: func.func @clipped
func.func @clipped(%x: tensor<16x8xf32>, %dz: tensor<16x4xf32>) {
  %w = sinter.load @w : tensor<4x8xf32>
  %dw = sinter.contract "bo,bi->oi" %dz, %x : tensor<16x4xf32>, tensor<16x8xf32> -> tensor<4x8xf32>
  %sq = sinter.mul %dw, %dw : tensor<4x8xf32>
  %sum = sinter.reduce sum %sq axes [0, 1] : tensor<4x8xf32> -> tensor<f32>
  %n = sinter.sqrt %sum : tensor<f32>
  %nb = sinter.broadcast %n dims [] : tensor<f32> -> tensor<4x8xf32>
  %g = sinter.div %dw, %nb : tensor<4x8xf32>
  %nw = sinter.sub %w, %g : tensor<4x8xf32>
  sinter.store %nw, @w : tensor<4x8xf32>
  return
}

// -----

// What a guard waits for does not share a kernel with what changes a symbol.

sinter.global state @s : tensor<f32> {label = "s", owner = "m"}

// CHECK: sinter.kernel @exp_0
// CHECK: sinter.kernel @add_1
// CHECK-LABEL: func.func @guarded
func.func @guarded(%x: tensor<f32>) {
  %old = sinter.load @s : tensor<f32>
  %e = sinter.exp %x : tensor<f32>
  sinter.guard %e named "loss" : tensor<f32>
  %new = sinter.add %old, %e : tensor<f32>
  sinter.store %new, @s : tensor<f32>
  return
}

// -----

// A scalar that is needed elsewhere is no result of a reduction's kernel.
// CHECK-LABEL: func.func @scalar_beside_reduction
func.func @scalar_beside_reduction(%x: tensor<4xf32>, %a: tensor<f32>) -> (tensor<f32>, tensor<i1>) {
  %s = sinter.reduce sum %x axes [0] : tensor<4xf32> -> tensor<f32>
  %b = sinter.mul %a, %a : tensor<f32>
  %c = sinter.compare le %s, %b : tensor<f32> -> tensor<i1>
  // CHECK-COUNT-2: sinter.launch
  // CHECK: return
  return %b, %c : tensor<f32>, tensor<i1>
}

// -----

// Checks and loops stay in order: what the first check waits for cannot be
// computed together with something that reads the loop's result.
// CHECK-LABEL: func.func @effects_in_order
func.func @effects_in_order(%x: tensor<3xf32>, %c: tensor<i1>) {
  // CHECK: sinter.launch
  // CHECK: sinter.check
  // CHECK: sinter.while
  // CHECK: sinter.check
  %a = sinter.exp %x : tensor<3xf32>
  %b = sinter.softmax %a : tensor<3xf32>
  %p = sinter.compare lt %b, %x : tensor<3xf32> -> tensor<3xi1>
  sinter.check %p sides() text "first" : tensor<3xi1>
  %r = sinter.while (%x) limit 3 : tensor<3xf32> cond {
  ^bb0(%i: tensor<3xf32>):
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%i: tensor<3xf32>):
    %n = sinter.neg %i : tensor<3xf32>
    sinter.yield %n : tensor<3xf32>
  }
  %q = sinter.compare lt %a, %r : tensor<3xf32> -> tensor<3xi1>
  sinter.check %q sides() text "second" : tensor<3xi1>
  return
}
