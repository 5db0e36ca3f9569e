// RUN: sinter-graphtest %s
// The number of a stream that a branch draws from was a constant in its region.
module attributes {test.seed = 166 : i64} {
  sinter.global frozen @"e/x10" : tensor<f32> {label = "x10", owner = "e", test.range = [2.500000e-01, 2.000000e+00, 0.000000e+00]}
  sinter.global frozen @"e/x11" : tensor<i1> {label = "x11", owner = "e", test.range = [0.000000e+00, 2.000000e+00, 0.000000e+00]}
  sinter.experiment @e {batch = 1 : i64, epochs = 1 : i64, seed = 0 : i64, shuffle = false, train_rows = array<i64: 0, -1>}
  func.func @eval() -> tensor<f32> attributes {sinter.owner = "eval", sinter.role = "program"} {
    %0 = sinter.load @"e/x10" : tensor<f32>
    %1 = sinter.load @"e/x11" : tensor<i1>
    %2 = sinter.not %1 : tensor<i1>
    %3 = sinter.if %1 -> (tensor<f32>) {
      %5 = sinter.splat 7 : i64 -> tensor<i64>
      %6 = sinter.splat 3 : i64 -> tensor<i64>
      %7 = sinter.random uniform %5, %6 stream 3216578771443800447 : tensor<f32>
      sinter.yield %7 : tensor<f32>
    } else {
      sinter.yield %0 : tensor<f32>
    }
    %4 = sinter.if %2 -> (tensor<f32>) {
      %5 = sinter.splat 7 : i64 -> tensor<i64>
      %6 = sinter.splat 3 : i64 -> tensor<i64>
      %7 = sinter.random uniform %5, %6 stream 3216578771443800447 : tensor<f32>
      sinter.yield %7 : tensor<f32>
    } else {
      sinter.yield %3 : tensor<f32>
    }
    return %4 : tensor<f32>
  }
}
