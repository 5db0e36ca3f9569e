// RUN: sinter-difftest %s | FileCheck %s

#enc = #sinter.enc<batch max 5>

// CHECK: systems: ok
// CHECK: systems.grad: ok
func.func @systems(%a: tensor<3x3xf64>, %b: tensor<3x2xf64>, %c: tensor<1x1xf64> {test.range = [1.0, 2.0]}, %d: tensor<1x4xf64>) -> (tensor<3x2xf64>, tensor<1x4xf64>) {
  %i = sinter.constant dense<[[7.0, 0.0, 0.0], [0.0, 7.0, 0.0], [0.0, 0.0, 7.0]]> : tensor<3x3xf64>
  %s = sinter.add %a, %i : tensor<3x3xf64>
  %0 = sinter.solve %s, %b : tensor<3x3xf64>, tensor<3x2xf64>
  %1 = sinter.solve %c, %d : tensor<1x1xf64>, tensor<1x4xf64>
  return %0, %1 : tensor<3x2xf64>, tensor<1x4xf64>
}

// Rows are exchanged, in each system others.
// CHECK: pivots: ok
func.func @pivots(%a: tensor<4x17x17xf64>, %b: tensor<4x17x1xf64>, %c: tensor<5x5xf64>, %d: tensor<5x33xf64>) -> (tensor<4x17x1xf64>, tensor<5x33xf64>) attributes {test.no_gradient} {
  %t = sinter.transpose %a [0, 2, 1] : tensor<4x17x17xf64> -> tensor<4x17x17xf64>
  %0 = sinter.solve %t, %b : tensor<4x17x17xf64>, tensor<4x17x1xf64>
  %1 = sinter.solve %c, %d : tensor<5x5xf64>, tensor<5x33xf64>
  return %0, %1 : tensor<4x17x1xf64>, tensor<5x33xf64>
}

// CHECK: batch: ok
// CHECK: batch.grad: ok
func.func @batch(%a: tensor<?x2x2xf64, #enc> {test.range = [-0.5, 0.5]}, %b: tensor<?x2x3xf64, #enc>) -> tensor<?x2x3xf64, #enc> {
  %e = sinter.exp %a : tensor<?x2x2xf64, #enc>
  %i = sinter.constant dense<[[3.0, 0.0], [0.0, -3.0]]> : tensor<2x2xf64>
  %r = sinter.broadcast %i dims [1, 2] : tensor<2x2xf64> -> tensor<?x2x2xf64, #enc>
  %s = sinter.add %e, %r : tensor<?x2x2xf64, #enc>
  %0 = sinter.solve %s, %b : tensor<?x2x2xf64, #enc>, tensor<?x2x3xf64, #enc>
  return %0 : tensor<?x2x3xf64, #enc>
}

// A singular matrix gives infinities and NaN.
// CHECK: singular: ok
func.func @singular(%b: tensor<2x3xf64>, %none: tensor<0x0xf64>, %side: tensor<0x2xf64>, %empty: tensor<2x0xf64>) -> (tensor<2x3xf64>, tensor<0x2xf64>, tensor<2x0xf64>) attributes {test.no_gradient} {
  %a = sinter.constant dense<[[1.0, 2.0], [2.0, 4.0]]> : tensor<2x2xf64>
  %0 = sinter.solve %a, %b : tensor<2x2xf64>, tensor<2x3xf64>
  %1 = sinter.solve %none, %side : tensor<0x0xf64>, tensor<0x2xf64>
  %2 = sinter.solve %a, %empty : tensor<2x2xf64>, tensor<2x0xf64>
  return %0, %1, %2 : tensor<2x3xf64>, tensor<0x2xf64>, tensor<2x0xf64>
}
