// RUN: sinter-difftest %s | FileCheck %s
// Constants, ramps, extents and random numbers.

// CHECK: constants: ok
func.func @constants() -> (tensor<2x1xf32>, tensor<3xi32>, tensor<4xf64>, tensor<2xi1>) {
  %0 = sinter.constant dense<[[2.0], [-3.4]]> : tensor<2x1xf32>
  %1 = sinter.constant dense<[1, -2, 3]> : tensor<3xi32>
  %2 = sinter.splat 0.1 : f64 -> tensor<4xf64>
  %3 = sinter.constant dense<[true, false]> : tensor<2xi1>
  return %0, %1, %2, %3 : tensor<2x1xf32>, tensor<3xi32>, tensor<4xf64>, tensor<2xi1>
}

func.func @ramps() -> (tensor<20xf32>, tensor<3x17xi32>, tensor<3x5xf64>) {
  %0 = sinter.iota axis 0 start 0.0 step 1.0 : tensor<20xf32>
  %1 = sinter.iota axis 0 start 5.0 step -2.0 : tensor<3x17xi32>
  %2 = sinter.iota axis 1 start 0.5 step 0.25 : tensor<3x5xf64>
  return %0, %1, %2 : tensor<20xf32>, tensor<3x17xi32>, tensor<3x5xf64>
}

// The mean divides by the run-time extent.
func.func @mean(%a: tensor<?x3xf32, #sinter.enc<batch max 12>>) -> tensor<3xf32> {
  %0 = sinter.reduce sum %a axes [0] : tensor<?x3xf32, #sinter.enc<batch max 12>> -> tensor<3xf32>
  %n = sinter.extent "batch" bound 12
  %f = sinter.cast %n : tensor<i64> -> tensor<f32>
  %b = sinter.broadcast %f dims [] : tensor<f32> -> tensor<3xf32>
  %1 = sinter.div %0, %b : tensor<3xf32>
  return %1 : tensor<3xf32>
}

func.func @uniform(%seed: tensor<i64>, %step: tensor<i64>) -> (tensor<200xf32>, tensor<70xf64>) {
  %0 = sinter.random uniform %seed, %step stream 1 : tensor<200xf32>
  %1 = sinter.random uniform %seed, %step stream 2 : tensor<70xf64>
  return %0, %1 : tensor<200xf32>, tensor<70xf64>
}

func.func @normal(%seed: tensor<i64>, %step: tensor<i64>) -> (tensor<3x50xf32>, tensor<65xf64>) {
  %0 = sinter.random normal %seed, %step stream -7 : tensor<3x50xf32>
  %1 = sinter.random normal %seed, %step stream 9 : tensor<65xf64>
  return %0, %1 : tensor<3x50xf32>, tensor<65xf64>
}

// A draw depends on the row, not on how many rows there are.
func.func @batch(%seed: tensor<i64>, %step: tensor<i64>, %x: tensor<?x10xf32, #sinter.enc<batch max 30>>) -> tensor<?x10xf32, #sinter.enc<batch max 30>> attributes {test.no_gradient} {
  %0 = sinter.random uniform %seed, %step stream 3 : tensor<?x10xf32, #sinter.enc<batch max 30>>
  %1 = sinter.add %0, %x : tensor<?x10xf32, #sinter.enc<batch max 30>>
  return %1 : tensor<?x10xf32, #sinter.enc<batch max 30>>
}
