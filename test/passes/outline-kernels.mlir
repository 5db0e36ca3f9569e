// RUN: sinter-opt %s --sinter-outline-kernels --split-input-file --mlir-print-local-scope | FileCheck %s

// Views and leaves go into the kernel; its operands are dense buffers.

// CHECK: sinter.kernel @add_0(%[[BIAS:.*]]: tensor<4xf32>, %[[X:.*]]: tensor<2x4xf32>)
// CHECK-NEXT: %[[B:.*]] = sinter.broadcast %[[BIAS]] dims [1]
// CHECK-NEXT: %[[SUM:.*]] = sinter.add %[[X]], %[[B]]
// CHECK-NEXT: sinter.yield %[[SUM]]
// CHECK-LABEL: func.func @views_fold
// CHECK-SAME: (%[[X:.*]]: tensor<2x4xf32>, %[[BIAS:.*]]: tensor<4xf32>)
// CHECK-NEXT: %[[SUM:.*]] = sinter.launch @add_0(%[[BIAS]], %[[X]])
// CHECK-NEXT: return %[[SUM]]
func.func @views_fold(%x: tensor<2x4xf32>, %bias: tensor<4xf32>) -> tensor<2x4xf32> {
  %b = sinter.broadcast %bias dims [1] : tensor<4xf32> -> tensor<2x4xf32>
  %sum = sinter.add %x, %b : tensor<2x4xf32>
  return %sum : tensor<2x4xf32>
}

// -----

// An operand used twice is one argument.

// CHECK: sinter.kernel @mul_0(%[[X:.*]]: tensor<4xf32>)
// CHECK-NEXT: sinter.mul %[[X]], %[[X]]
// CHECK-LABEL: func.func @square
func.func @square(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = sinter.mul %x, %x : tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// Equal kernels are one, wherever their leaves stood and in whichever function.

// CHECK-COUNT-1: sinter.kernel
// CHECK-NOT: sinter.kernel
// CHECK-LABEL: func.func @one
// CHECK: sinter.launch @add_0
// CHECK: sinter.launch @add_0
// CHECK-NOT: sinter.kernel
// CHECK-LABEL: func.func @two
// CHECK: sinter.launch @add_0
func.func @one(%x: tensor<4x4xf32>, %b: tensor<4xf32>) -> tensor<4x4xf32> {
  %two = sinter.splat 2.0 : f32 -> tensor<4xf32>
  %u = sinter.broadcast %two dims [1] : tensor<4xf32> -> tensor<4x4xf32>
  %t = sinter.transpose %x [1, 0] : tensor<4x4xf32> -> tensor<4x4xf32>
  %y = sinter.add %t, %u : tensor<4x4xf32>
  %t2 = sinter.transpose %y [1, 0] : tensor<4x4xf32> -> tensor<4x4xf32>
  %z = sinter.add %t2, %u : tensor<4x4xf32>
  return %z : tensor<4x4xf32>
}
func.func @two(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %t = sinter.transpose %x [1, 0] : tensor<4x4xf32> -> tensor<4x4xf32>
  %two = sinter.splat 2.0 : f32 -> tensor<4xf32>
  %u = sinter.broadcast %two dims [1] : tensor<4xf32> -> tensor<4x4xf32>
  %y = sinter.add %t, %u : tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}

// -----

// Kernels of other types, attributes or bounds are others.

// CHECK: sinter.kernel @reduce_sum_0
// CHECK: sinter.kernel @reduce_max_1
// CHECK: sinter.kernel @reduce_sum_2
// CHECK: sinter.kernel @reduce_sum_3
// CHECK-LABEL: func.func @differ
func.func @differ(%x: tensor<4x4xf32>, %y: tensor<?xf32, #sinter.enc<batch max 8>>, %z: tensor<?xf32, #sinter.enc<batch max 9>>) -> (tensor<4xf32>, tensor<4xf32>, tensor<f32>, tensor<f32>) {
  %a = sinter.reduce sum %x axes [0] : tensor<4x4xf32> -> tensor<4xf32>
  %b = sinter.reduce max %x axes [0] : tensor<4x4xf32> -> tensor<4xf32>
  %c = sinter.reduce sum %y axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  %d = sinter.reduce sum %z axes [0] : tensor<?xf32, #sinter.enc<batch max 9>> -> tensor<f32>
  return %a, %b, %c, %d : tensor<4xf32>, tensor<4xf32>, tensor<f32>, tensor<f32>
}

// -----

// A splat constant is a leaf, another constant keeps its bytes outside.

// CHECK: sinter.kernel @mul_0(%{{.*}}: tensor<2xf32>, %{{.*}}: tensor<2xf32>)
// CHECK: sinter.kernel @add_1(%[[X:.*]]: tensor<2xf32>)
// CHECK-NEXT: %[[C:.*]] = sinter.splat 3.000000e+00
// CHECK-NEXT: sinter.add %[[X]], %[[C]]
// CHECK-LABEL: func.func @constants
// CHECK: %[[C:.*]] = sinter.constant dense<[1.000000e+00, 2.000000e+00]>
// CHECK-NOT: sinter.constant
// CHECK: sinter.launch @mul_0(%{{.*}}, %[[C]])
func.func @constants(%x: tensor<2xf32>) -> tensor<2xf32> {
  %c = sinter.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %s = sinter.constant dense<3.0> : tensor<2xf32>
  %y = sinter.mul %x, %c : tensor<2xf32>
  %z = sinter.add %y, %s : tensor<2xf32>
  return %z : tensor<2xf32>
}

// -----

// A view or leaf that is returned, stored or printed is written out, once. A
// kernel that reads it still reads through the view.

sinter.global state @t : tensor<3x2xf32> {label = "t", owner = "o"}
// CHECK: sinter.kernel @neg_0(%[[X:.*]]: tensor<2x3xf32>)
// CHECK-NEXT: sinter.transpose %[[X]]
// CHECK: sinter.kernel @copy_1(%[[X:.*]]: tensor<2x3xf32>)
// CHECK-NEXT: %[[T:.*]] = sinter.transpose %[[X]]
// CHECK-NEXT: sinter.yield %[[T]]
// CHECK: sinter.kernel @copy_2()
// CHECK-NEXT: sinter.splat 7
// CHECK-LABEL: func.func @escapes
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xf32>)
// CHECK-DAG: %[[T:.*]] = sinter.launch @copy_1(%[[X]])
// CHECK-DAG: %[[N:.*]] = sinter.launch @neg_0(%[[X]])
// CHECK: sinter.store %[[T]], @t
// CHECK: %[[S:.*]] = sinter.launch @copy_2()
// CHECK: return %[[T]], %[[N]], %[[S]]
func.func @escapes(%x: tensor<2x3xf32>) -> (tensor<3x2xf32>, tensor<3x2xf32>, tensor<i64>) {
  %t = sinter.transpose %x [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
  %n = sinter.neg %t : tensor<3x2xf32>
  sinter.store %t, @t : tensor<3x2xf32>
  %s = sinter.splat 7 : i64 -> tensor<i64>
  return %t, %n, %s : tensor<3x2xf32>, tensor<3x2xf32>, tensor<i64>
}

// -----

// Arguments, loads and constants that escape need no kernel.

sinter.global param @w : tensor<2xf32> {label = "w", owner = "o"}
// CHECK-NOT: sinter.kernel
// CHECK-NOT: sinter.launch
// CHECK: return
func.func @dense_already(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  %w = sinter.load @w : tensor<2xf32>
  %c = sinter.constant dense<[1.0, 2.0]> : tensor<2xf32>
  return %x, %w, %c : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}

// -----

// What nothing needs is not computed.

// CHECK-NOT: sinter.kernel
// CHECK-NOT: sinter.launch
// CHECK: return
func.func @dead(%x: tensor<2xf32>) {
  %y = sinter.exp %x : tensor<2xf32>
  %z = sinter.neg %y : tensor<2xf32>
  return
}

// -----

// A chain of views of any length does not make kernels of any length.

// CHECK: sinter.kernel @copy_0
// CHECK-COUNT-9: sinter.broadcast
// CHECK-NOT: sinter.broadcast
// CHECK: sinter.kernel @neg_1
// CHECK-COUNT-1: sinter.broadcast
// CHECK-NOT: sinter.broadcast
// CHECK-LABEL: func.func @chain
// CHECK-NEXT: sinter.launch @copy_0
// CHECK-NEXT: sinter.launch @neg_1
func.func @chain(%x: tensor<1xf32>) -> tensor<1xf32> {
  %0 = sinter.broadcast %x dims [0] : tensor<1xf32> -> tensor<1xf32>
  %1 = sinter.broadcast %0 dims [0] : tensor<1xf32> -> tensor<1xf32>
  %2 = sinter.broadcast %1 dims [0] : tensor<1xf32> -> tensor<1xf32>
  %3 = sinter.broadcast %2 dims [0] : tensor<1xf32> -> tensor<1xf32>
  %4 = sinter.broadcast %3 dims [0] : tensor<1xf32> -> tensor<1xf32>
  %5 = sinter.broadcast %4 dims [0] : tensor<1xf32> -> tensor<1xf32>
  %6 = sinter.broadcast %5 dims [0] : tensor<1xf32> -> tensor<1xf32>
  %7 = sinter.broadcast %6 dims [0] : tensor<1xf32> -> tensor<1xf32>
  %8 = sinter.broadcast %7 dims [0] : tensor<1xf32> -> tensor<1xf32>
  %9 = sinter.broadcast %8 dims [0] : tensor<1xf32> -> tensor<1xf32>
  %y = sinter.neg %9 : tensor<1xf32>
  return %y : tensor<1xf32>
}

// -----

// The names of symbols that exist are not taken.

func.func @neg_0() {
  return
}
// CHECK: sinter.kernel @neg_1
func.func @taken(%x: tensor<2xf32>) -> tensor<2xf32> {
  %y = sinter.neg %x : tensor<2xf32>
  return %y : tensor<2xf32>
}
