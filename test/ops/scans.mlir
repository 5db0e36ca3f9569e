// RUN: sinter-difftest %s | FileCheck %s

#enc = #sinter.enc<batch max 21>

// CHECK: cumsum: ok
// CHECK: cumsum.grad: ok
func.func @cumsum(%x: tensor<5x33xf32>, %y: tensor<3x4x2xf64>, %z: tensor<1xf32>, %n: tensor<0x3xf32>) -> (tensor<5x33xf32>, tensor<5x33xf32>, tensor<3x4x2xf64>, tensor<1xf32>, tensor<0x3xf32>, tensor<0x3xf32>) {
  %0 = sinter.cumsum %x axis 0 : tensor<5x33xf32>
  %1 = sinter.cumsum %x axis 1 reverse : tensor<5x33xf32>
  %2 = sinter.cumsum %y axis 1 reverse : tensor<3x4x2xf64>
  %3 = sinter.cumsum %z axis 0 : tensor<1xf32>
  %4 = sinter.cumsum %n axis 0 : tensor<0x3xf32>
  %5 = sinter.cumsum %n axis 1 : tensor<0x3xf32>
  return %0, %1, %2, %3, %4, %5 : tensor<5x33xf32>, tensor<5x33xf32>, tensor<3x4x2xf64>, tensor<1xf32>, tensor<0x3xf32>, tensor<0x3xf32>
}

// CHECK: cumsum_batch: ok
// CHECK: cumsum_batch.grad: ok
func.func @cumsum_batch(%x: tensor<?x7xf32, #enc>) -> (tensor<?x7xf32, #enc>, tensor<?x7xf32, #enc>, tensor<7x?xf32, #enc>) {
  %0 = sinter.cumsum %x axis 0 : tensor<?x7xf32, #enc>
  %1 = sinter.cumsum %x axis 1 : tensor<?x7xf32, #enc>
  %t = sinter.transpose %x [1, 0] : tensor<?x7xf32, #enc> -> tensor<7x?xf32, #enc>
  %2 = sinter.cumsum %t axis 1 reverse : tensor<7x?xf32, #enc>
  return %0, %1, %2 : tensor<?x7xf32, #enc>, tensor<?x7xf32, #enc>, tensor<7x?xf32, #enc>
}

// CHECK: cumsum_integers: ok
func.func @cumsum_integers(%x: tensor<5x33xi64>) -> (tensor<5x33xi64>, tensor<5x33xi64>) attributes {test.no_gradient} {
  %0 = sinter.cumsum %x axis 0 : tensor<5x33xi64>
  %1 = sinter.cumsum %x axis 1 reverse : tensor<5x33xi64>
  return %0, %1 : tensor<5x33xi64>, tensor<5x33xi64>
}

// Few different numbers: equal ones keep their order.
// CHECK: ties: ok
func.func @ties(%x: tensor<3x100xi32>, %y: tensor<65x3xui8>, %z: tensor<33xi64> {test.range = [-3.0, 3.0]}) -> (tensor<3x100xi32>, tensor<3x100xi32>, tensor<65x3xi32>, tensor<33xi32>, tensor<33xi32>) attributes {test.no_gradient} {
  %0 = sinter.argsort %x axis 1 : tensor<3x100xi32> -> tensor<3x100xi32>
  %1 = sinter.argsort %x axis 1 descending : tensor<3x100xi32> -> tensor<3x100xi32>
  %2 = sinter.argsort %y axis 0 : tensor<65x3xui8> -> tensor<65x3xi32>
  %3 = sinter.argsort %z axis 0 : tensor<33xi64> -> tensor<33xi32>
  %4 = sinter.argsort %z axis 0 descending : tensor<33xi64> -> tensor<33xi32>
  return %0, %1, %2, %3, %4 : tensor<3x100xi32>, tensor<3x100xi32>, tensor<65x3xi32>, tensor<33xi32>, tensor<33xi32>
}

// NaN is larger than everything.
// CHECK: order: ok
func.func @order(%x: tensor<?x17xf32, #enc>, %y: tensor<2x3x5xf64>) -> (tensor<?x17xi32, #enc>, tensor<?x17xi32, #enc>, tensor<2x3x5xi32>, tensor<2x3x5xi32>) attributes {test.no_gradient} {
  %r = sinter.sqrt %x : tensor<?x17xf32, #enc>
  %0 = sinter.argsort %r axis 1 : tensor<?x17xf32, #enc> -> tensor<?x17xi32, #enc>
  %1 = sinter.argsort %r axis 1 descending : tensor<?x17xf32, #enc> -> tensor<?x17xi32, #enc>
  %2 = sinter.argsort %y axis 0 : tensor<2x3x5xf64> -> tensor<2x3x5xi32>
  %3 = sinter.argsort %y axis 1 descending : tensor<2x3x5xf64> -> tensor<2x3x5xi32>
  return %0, %1, %2, %3 : tensor<?x17xi32, #enc>, tensor<?x17xi32, #enc>, tensor<2x3x5xi32>, tensor<2x3x5xi32>
}

// CHECK: little: ok
func.func @little(%x: tensor<1x3xf32>, %n: tensor<0xf32>, %m: tensor<3x0xf32>) -> (tensor<1x3xi32>, tensor<0xi32>, tensor<3x0xi32>, tensor<3x0xi32>) attributes {test.no_gradient} {
  %0 = sinter.argsort %x axis 0 : tensor<1x3xf32> -> tensor<1x3xi32>
  %1 = sinter.argsort %n axis 0 : tensor<0xf32> -> tensor<0xi32>
  %2 = sinter.argsort %m axis 0 : tensor<3x0xf32> -> tensor<3x0xi32>
  %3 = sinter.argsort %m axis 1 : tensor<3x0xf32> -> tensor<3x0xi32>
  return %0, %1, %2, %3 : tensor<1x3xi32>, tensor<0xi32>, tensor<3x0xi32>, tensor<3x0xi32>
}
