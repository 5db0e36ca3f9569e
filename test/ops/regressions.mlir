// RUN: sinter-difftest %s | FileCheck %s
// Bugs that other systems have had; docs/testing.md lists them.

#enc = #sinter.enc<batch max 9>

// The gradient of a gather adds up what repeated ids pick.
// CHECK: repeated_ids.grad: ok
func.func @repeated_ids(%table: tensor<3x5xf32>, %ids: tensor<?xi32, #enc> {test.range = [0.0, 3.0]}) -> tensor<?x5xf32, #enc> {
  %0 = sinter.gather %table indices(%ids) axes [0] : (tensor<3x5xf32>, tensor<?xi32, #enc>) -> tensor<?x5xf32, #enc>
  return %0 : tensor<?x5xf32, #enc>
}

// A residual, a diamond, and three uses.
// CHECK: residual.grad: ok
func.func @residual(%x: tensor<?x7xf32, #enc>) -> tensor<?x7xf32, #enc> {
  %0 = sinter.tanh %x : tensor<?x7xf32, #enc>
  %1 = sinter.add %0, %x : tensor<?x7xf32, #enc>
  return %1 : tensor<?x7xf32, #enc>
}

// CHECK: diamond.grad: ok
func.func @diamond(%x: tensor<7xf32>) -> tensor<7xf32> {
  %0 = sinter.sin %x : tensor<7xf32>
  %1 = sinter.exp %0 : tensor<7xf32>
  %2 = sinter.cos %0 : tensor<7xf32>
  %3 = sinter.mul %1, %2 : tensor<7xf32>
  %4 = sinter.sigmoid %3 : tensor<7xf32>
  %5 = sinter.sub %3, %4 : tensor<7xf32>
  return %5 : tensor<7xf32>
}

// CHECK: three_uses.grad: ok
func.func @three_uses(%x: tensor<7xf32>) -> tensor<7xf32> {
  %0 = sinter.mul %x, %x : tensor<7xf32>
  %1 = sinter.tanh %0 : tensor<7xf32>
  %2 = sinter.mul %0, %1 : tensor<7xf32>
  %3 = sinter.add %2, %0 : tensor<7xf32>
  return %3 : tensor<7xf32>
}

// CHECK: product_chain.grad: ok
func.func @product_chain(%a: tensor<7xf32>, %b: tensor<7xf32>, %c: tensor<7xf32>, %d: tensor<7xf32>) -> tensor<7xf32> {
  %0 = sinter.mul %a, %b : tensor<7xf32>
  %1 = sinter.mul %0, %c : tensor<7xf32>
  %2 = sinter.mul %1, %d : tensor<7xf32>
  return %2 : tensor<7xf32>
}

// A repeated operand's gradient is the sum over its copies: along the first, a
// middle and the last dimension, along sizes of 1, of a number, over the batch.
// CHECK: broadcasts.grad: ok
func.func @broadcasts(%x: tensor<?x3x5xf32, #enc>, %last: tensor<5xf32>, %middle: tensor<3xf32>, %rows: tensor<?xf32, #enc>, %ones: tensor<1x5xf32>, %both: tensor<1x1xf32>, %number: tensor<f32>) -> tensor<?x3x5xf32, #enc> {
  %0 = sinter.broadcast %last dims [2] : tensor<5xf32> -> tensor<?x3x5xf32, #enc>
  %1 = sinter.broadcast %middle dims [1] : tensor<3xf32> -> tensor<?x3x5xf32, #enc>
  %2 = sinter.broadcast %rows dims [0] : tensor<?xf32, #enc> -> tensor<?x3x5xf32, #enc>
  %3 = sinter.broadcast %ones dims [1, 2] : tensor<1x5xf32> -> tensor<?x3x5xf32, #enc>
  %4 = sinter.broadcast %both dims [1, 2] : tensor<1x1xf32> -> tensor<?x3x5xf32, #enc>
  %5 = sinter.broadcast %number dims [] : tensor<f32> -> tensor<?x3x5xf32, #enc>
  %6 = sinter.mul %x, %0 : tensor<?x3x5xf32, #enc>
  %7 = sinter.add %6, %1 : tensor<?x3x5xf32, #enc>
  %8 = sinter.mul %7, %2 : tensor<?x3x5xf32, #enc>
  %9 = sinter.sub %8, %3 : tensor<?x3x5xf32, #enc>
  %10 = sinter.mul %9, %4 : tensor<?x3x5xf32, #enc>
  %11 = sinter.add %10, %5 : tensor<?x3x5xf32, #enc>
  return %11 : tensor<?x3x5xf32, #enc>
}
