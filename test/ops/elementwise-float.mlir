// RUN: sinter-difftest %s | FileCheck %s
// Every elementwise operation on floats, at sizes around the vector width, with
// its gradient.

// CHECK: arithmetic: ok
// CHECK: arithmetic.grad: ok
func.func @arithmetic(%a: tensor<3x17xf32>, %b: tensor<3x17xf32> {test.range = [0.5, 2.0]}) -> (tensor<3x17xf32>, tensor<3x17xf32>) {
  %0 = sinter.add %a, %b : tensor<3x17xf32>
  %1 = sinter.mul %0, %a : tensor<3x17xf32>
  %2 = sinter.sub %1, %b : tensor<3x17xf32>
  %3 = sinter.div %2, %b : tensor<3x17xf32>
  %4 = sinter.neg %3 : tensor<3x17xf32>
  return %4, %0 : tensor<3x17xf32>, tensor<3x17xf32>
}

func.func @arithmetic_f64(%a: tensor<31xf64>, %b: tensor<31xf64> {test.range = [0.5, 2.0]}) -> tensor<31xf64> {
  %0 = sinter.add %a, %b : tensor<31xf64>
  %1 = sinter.mul %0, %a : tensor<31xf64>
  %2 = sinter.div %1, %b : tensor<31xf64>
  %3 = sinter.sub %2, %a : tensor<31xf64>
  return %3 : tensor<31xf64>
}

func.func @exponential(%a: tensor<33xf32>, %b: tensor<33xf32> {test.range = [0.01, 4.0]}) -> (tensor<33xf32>, tensor<33xf32>, tensor<33xf32>) {
  %0 = sinter.exp %a : tensor<33xf32>
  %1 = sinter.log %b : tensor<33xf32>
  %2 = sinter.sqrt %b : tensor<33xf32>
  return %0, %1, %2 : tensor<33xf32>, tensor<33xf32>, tensor<33xf32>
}

func.func @exponential_f64(%a: tensor<15xf64>, %b: tensor<15xf64> {test.range = [0.01, 4.0]}) -> (tensor<15xf64>, tensor<15xf64>, tensor<15xf64>) {
  %0 = sinter.exp %a : tensor<15xf64>
  %1 = sinter.log %b : tensor<15xf64>
  %2 = sinter.sqrt %b : tensor<15xf64>
  return %0, %1, %2 : tensor<15xf64>, tensor<15xf64>, tensor<15xf64>
}

func.func @trigonometric(%a: tensor<16xf32>) -> (tensor<16xf32>, tensor<16xf32>) {
  %0 = sinter.sin %a : tensor<16xf32>
  %1 = sinter.cos %a : tensor<16xf32>
  return %0, %1 : tensor<16xf32>, tensor<16xf32>
}

func.func @trigonometric_f64(%a: tensor<9xf64>) -> (tensor<9xf64>, tensor<9xf64>) {
  %0 = sinter.sin %a : tensor<9xf64>
  %1 = sinter.cos %a : tensor<9xf64>
  return %0, %1 : tensor<9xf64>, tensor<9xf64>
}

func.func @activations(%a: tensor<5x5xf32>) -> (tensor<5x5xf32>, tensor<5x5xf32>, tensor<5x5xf32>, tensor<5x5xf32>) {
  %0 = sinter.tanh %a : tensor<5x5xf32>
  %1 = sinter.sigmoid %a : tensor<5x5xf32>
  %2 = sinter.relu %a : tensor<5x5xf32>
  %3 = sinter.erf %a : tensor<5x5xf32>
  return %0, %1, %2, %3 : tensor<5x5xf32>, tensor<5x5xf32>, tensor<5x5xf32>, tensor<5x5xf32>
}

func.func @activations_f64(%a: tensor<7xf64>) -> (tensor<7xf64>, tensor<7xf64>, tensor<7xf64>) {
  %0 = sinter.tanh %a : tensor<7xf64>
  %1 = sinter.sigmoid %a : tensor<7xf64>
  %2 = sinter.erf %a : tensor<7xf64>
  return %0, %1, %2 : tensor<7xf64>, tensor<7xf64>, tensor<7xf64>
}

func.func @gelu(%a: tensor<37xf32> {test.range = [-9.0, 9.0]}, %b: tensor<11xf64> {test.range = [-9.0, 9.0]}) -> (tensor<37xf32>, tensor<11xf64>) {
  %0 = sinter.gelu %a : tensor<37xf32>
  %1 = sinter.gelu %b : tensor<11xf64>
  return %0, %1 : tensor<37xf32>, tensor<11xf64>
}

func.func @kinks(%a: tensor<1xf32>, %b: tensor<1xf32>) -> (tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) {
  %0 = sinter.abs %a : tensor<1xf32>
  %1 = sinter.sign %a : tensor<1xf32>
  %2 = sinter.floor %a : tensor<1xf32>
  %3 = sinter.maximum %a, %b : tensor<1xf32>
  %4 = sinter.minimum %a, %b : tensor<1xf32>
  return %0, %1, %2, %3, %4 : tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
}

func.func @power(%a: tensor<19xf32> {test.range = [0.1, 3.0]}, %b: tensor<19xf32>) -> tensor<19xf32> {
  %0 = sinter.pow %a, %b : tensor<19xf32>
  return %0 : tensor<19xf32>
}

func.func @division(%a: tensor<8xf32>, %b: tensor<8xf32> {test.range = [0.3, 1.0]}) -> (tensor<8xf32>, tensor<8xf32>) {
  %0 = sinter.floor_div %a, %b : tensor<8xf32>
  %1 = sinter.mod %a, %b : tensor<8xf32>
  return %0, %1 : tensor<8xf32>, tensor<8xf32>
}

// Of no element and of one.
func.func @empty(%a: tensor<0x3xf32>) -> tensor<0x3xf32> {
  %0 = sinter.exp %a : tensor<0x3xf32>
  return %0 : tensor<0x3xf32>
}

func.func @scalar(%a: tensor<f32>) -> tensor<f32> {
  %0 = sinter.sigmoid %a : tensor<f32>
  return %0 : tensor<f32>
}

// Rows past the extent are never read.
func.func @batch(%a: tensor<?x3xf32, #sinter.enc<batch max 37>>, %b: tensor<?x3xf32, #sinter.enc<batch max 37>>) -> tensor<?x3xf32, #sinter.enc<batch max 37>> {
  %0 = sinter.mul %a, %b : tensor<?x3xf32, #sinter.enc<batch max 37>>
  %1 = sinter.tanh %0 : tensor<?x3xf32, #sinter.enc<batch max 37>>
  return %1 : tensor<?x3xf32, #sinter.enc<batch max 37>>
}
