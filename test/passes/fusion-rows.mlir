// RUN: sinter-opt %s --sinter-outline-kernels=fuse=true --split-input-file --mlir-print-local-scope | FileCheck %s

#enc = #sinter.enc<batch max 8>
!rows = tensor<?x10xf32, #enc>
!each = tensor<?xf32, #enc>
!label = tensor<?xi32, #enc>

// Softmax, loss, gradient and metric visit a row once: one kernel, though the
// metric shares with the rest only what they read.

// CHECK: sinter.kernel @[[$ROWS:.*]](
// CHECK-DAG: sinter.log_softmax
// CHECK-DAG: sinter.pick
// CHECK-DAG: sinter.argmax
// CHECK-DAG: sinter.exp
// CHECK-DAG: sinter.reduce sum
// CHECK: sinter.yield
// CHECK-LABEL: func.func @classifier
// CHECK: sinter.launch @[[$ROWS]](
// CHECK-NOT: sinter.launch
// CHECK: return
func.func @classifier(%o: !rows, %i: !label, %y: !rows) -> (!each, !label, !rows) {
  %l = sinter.log_softmax %o : !rows
  %v = sinter.pick %l, %i : !rows, !label -> !each
  %a = sinter.argmax %o axis 1 : !rows -> !label
  %p = sinter.exp %l : !rows
  %s = sinter.reduce sum %y axes [1] : !rows -> !each
  %b = sinter.broadcast %s dims [0] : !each -> !rows
  %m = sinter.mul %p, %b : !rows
  %d = sinter.sub %m, %y : !rows
  return %v, %a, %d : !each, !label, !rows
}

// -----

// A repeat that others read as well stays theirs; the kernel has its own.

// CHECK: sinter.kernel @reduce_sum_sub_0
// CHECK: sinter.broadcast
// CHECK: sinter.yield
// CHECK-LABEL: func.func @repeat_used_twice
// CHECK: sinter.launch @reduce_sum_sub_0(
func.func @repeat_used_twice(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %s = sinter.reduce sum %x axes [1] : tensor<4x8xf32> -> tensor<4xf32>
  %b = sinter.broadcast %s dims [0] : tensor<4xf32> -> tensor<4x8xf32>
  %c = sinter.sub %x, %b : tensor<4x8xf32>
  %d = sinter.contract "ij,jk->ik" %b, %w : tensor<4x8xf32>, tensor<8x8xf32> -> tensor<4x8xf32>
  return %c, %d : tensor<4x8xf32>, tensor<4x8xf32>
}

// -----

// A sum over columns is not of the rows, and one of other rows neither.

// CHECK: sinter.kernel @softmax_0
// CHECK: sinter.kernel @reduce_sum_1
// CHECK: sinter.kernel @argmax_2
// CHECK-LABEL: func.func @other_rows
func.func @other_rows(%x: tensor<4x8xf32>) -> (tensor<8xf32>, tensor<8xi32>) {
  %p = sinter.softmax %x : tensor<4x8xf32>
  %s = sinter.reduce sum %p axes [0] : tensor<4x8xf32> -> tensor<8xf32>
  %a = sinter.argmax %p axis 0 : tensor<4x8xf32> -> tensor<8xi32>
  return %s, %a : tensor<8xf32>, tensor<8xi32>
}

// -----

// What takes long is not computed again for each visit of a long row.

// CHECK: sinter.kernel @exp_0
// CHECK: sinter.kernel @softmax_1
// CHECK-LABEL: func.func @long_row
func.func @long_row(%x: tensor<4x100xf32>) -> tensor<4x100xf32> {
  %e = sinter.exp %x : tensor<4x100xf32>
  %p = sinter.softmax %e : tensor<4x100xf32>
  return %p : tensor<4x100xf32>
}

// -----

// CHECK: sinter.kernel @exp_softmax_0
// CHECK-LABEL: func.func @short_row
func.func @short_row(%x: tensor<4x60xf32>) -> tensor<4x60xf32> {
  %e = sinter.exp %x : tensor<4x60xf32>
  %p = sinter.softmax %e : tensor<4x60xf32>
  return %p : tensor<4x60xf32>
}

// -----

// Rows that do not fit the first-level cache are not visited again.

// CHECK: sinter.kernel @reduce_sum_0
// CHECK: sinter.kernel @sub_1
// CHECK-LABEL: func.func @very_long_row
func.func @very_long_row(%x: tensor<2x5000xf32>) -> tensor<2x5000xf32> {
  %s = sinter.reduce sum %x axes [1] : tensor<2x5000xf32> -> tensor<2xf32>
  %b = sinter.broadcast %s dims [0] : tensor<2xf32> -> tensor<2x5000xf32>
  %c = sinter.sub %x, %b : tensor<2x5000xf32>
  return %c : tensor<2x5000xf32>
}

// -----

// A path through another kernel separates.

// CHECK-LABEL: func.func @through_a_contraction
// CHECK: sinter.launch @softmax_
// CHECK: sinter.launch @contract_
// CHECK: sinter.launch @argmax_
func.func @through_a_contraction(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>) -> (tensor<4x8xf32>, tensor<4xi32>) {
  %p = sinter.softmax %x : tensor<4x8xf32>
  %y = sinter.contract "ij,jk->ik" %p, %w : tensor<4x8xf32>, tensor<8x8xf32> -> tensor<4x8xf32>
  %a = sinter.argmax %y axis 1 : tensor<4x8xf32> -> tensor<4xi32>
  return %p, %a : tensor<4x8xf32>, tensor<4xi32>
}
