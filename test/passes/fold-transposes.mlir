// RUN: sinter-opt %s --pass-pipeline='builtin.module(func.func(sinter-fold-transposes,canonicalize))' --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @operands
// CHECK-NEXT: sinter.contract "ji,kj->ik" %arg0, %arg1
// CHECK-NEXT: return
func.func @operands(%a: tensor<3x2xf32>, %b: tensor<4x3xf32>) -> tensor<2x4xf32> {
  %at = sinter.transpose %a [1, 0] : tensor<3x2xf32> -> tensor<2x3xf32>
  %bt = sinter.transpose %b [1, 0] : tensor<4x3xf32> -> tensor<3x4xf32>
  %c = sinter.contract "ij,jk->ik" %at, %bt : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
  return %c : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @three_axes
// CHECK-NEXT: sinter.contract "ibj,bk->ik" %arg0, %arg1
func.func @three_axes(%a: tensor<4x3x2xf32>, %b: tensor<3x5xf32>) -> tensor<4x5xf32> {
  %at = sinter.transpose %a [1, 0, 2] : tensor<4x3x2xf32> -> tensor<3x4x2xf32>
  %s = sinter.contract "bij,bk->ik" %at, %b : tensor<3x4x2xf32>, tensor<3x5xf32> -> tensor<4x5xf32>
  return %s : tensor<4x5xf32>
}

// CHECK-LABEL: func.func @result
// CHECK-NEXT: sinter.contract "ij,jk->ki" %arg0, %arg1
// CHECK-NEXT: return
func.func @result(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) -> tensor<4x2xf32> {
  %c = sinter.contract "ij,jk->ik" %a, %b : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
  %t = sinter.transpose %c [1, 0] : tensor<2x4xf32> -> tensor<4x2xf32>
  return %t : tensor<4x2xf32>
}

// A product with another use is not computed twice.
// CHECK-LABEL: func.func @two_uses
// CHECK: sinter.contract "ij,jk->ik"
// CHECK: sinter.transpose
func.func @two_uses(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) -> (tensor<2x4xf32>, tensor<4x2xf32>) {
  %c = sinter.contract "ij,jk->ik" %a, %b : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
  %t = sinter.transpose %c [1, 0] : tensor<2x4xf32> -> tensor<4x2xf32>
  return %c, %t : tensor<2x4xf32>, tensor<4x2xf32>
}

// Two transposes meet across an optimizer's rule.
// CHECK-LABEL: func.func @rule
// CHECK-DAG: %[[G:.*]] = sinter.contract "ij,jk->ki"
// CHECK-DAG: %[[L:.*]] = sinter.broadcast %arg3 dims []
// CHECK-NEXT: %[[M:.*]] = sinter.mul %[[L]], %[[G]]
// CHECK-NEXT: %[[N:.*]] = sinter.sub %arg2, %[[M]] : tensor<4x2xf32>
// CHECK-NEXT: return %[[N]]
func.func @rule(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>, %w: tensor<4x2xf32>, %lr: tensor<f32>) -> tensor<4x2xf32> {
  %g = sinter.contract "ij,jk->ik" %a, %b : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
  %wt = sinter.transpose %w [1, 0] : tensor<4x2xf32> -> tensor<2x4xf32>
  %l = sinter.broadcast %lr dims [] : tensor<f32> -> tensor<2x4xf32>
  %m = sinter.mul %l, %g : tensor<2x4xf32>
  %n = sinter.sub %wt, %m : tensor<2x4xf32>
  %t = sinter.transpose %n [1, 0] : tensor<2x4xf32> -> tensor<4x2xf32>
  return %t : tensor<4x2xf32>
}

// Nothing vanishes: the transpose stays where it is.
// CHECK-LABEL: func.func @argument
// CHECK-NEXT: sinter.neg
// CHECK-NEXT: sinter.transpose
func.func @argument(%a: tensor<2x3xf32>) -> tensor<3x2xf32> {
  %n = sinter.neg %a : tensor<2x3xf32>
  %t = sinter.transpose %n [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
  return %t : tensor<3x2xf32>
}

// Products are added in the order of the left side's letters: not in another.
// CHECK-LABEL: func.func @order
// CHECK-NEXT: %[[T:.*]] = sinter.transpose %arg0
// CHECK-NEXT: sinter.contract "ab,ab->" %[[T]], %arg1
func.func @order(%a: tensor<3x2xf32>, %b: tensor<2x3xf32>) -> tensor<f32> {
  %t = sinter.transpose %a [1, 0] : tensor<3x2xf32> -> tensor<2x3xf32>
  %s = sinter.contract "ab,ab->" %t, %b : tensor<2x3xf32>, tensor<2x3xf32> -> tensor<f32>
  return %s : tensor<f32>
}

// The other side's do not count.
// CHECK-LABEL: func.func @other_order
// CHECK-NEXT: sinter.contract "ab,ba->" %arg0, %arg1
func.func @other_order(%a: tensor<2x3xf32>, %b: tensor<3x2xf32>) -> tensor<f32> {
  %t = sinter.transpose %b [1, 0] : tensor<3x2xf32> -> tensor<2x3xf32>
  %s = sinter.contract "ab,ab->" %a, %t : tensor<2x3xf32>, tensor<2x3xf32> -> tensor<f32>
  return %s : tensor<f32>
}
