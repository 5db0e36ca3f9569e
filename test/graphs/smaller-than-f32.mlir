// RUN: sinter-graphtest %s
// A loss in f64 that is less than the smallest number of f32.
module attributes {test.seed = 8222 : i64} {
  sinter.global param @"e/x0" : tensor<64xf64> {label = "x0", owner = "e", test.range = [-2.000000e+00, -2.500000e-01, 0.000000e+00]}
  sinter.experiment @e {batch = 1 : i64, epochs = 1 : i64, seed = 0 : i64, shuffle = false, train_rows = array<i64: 0, -1>}
  func.func @step() -> (tensor<f32> {sinter.name = "loss"}) attributes {sinter.owner = "e", sinter.role = "train_step"} {
    %0 = sinter.load @"e/x0" : tensor<64xf64>
    %1 = sinter.add %0, %0 : tensor<64xf64>
    %2 = sinter.reduce sum %1 axes [0] : tensor<64xf64> -> tensor<f64>
    %3 = sinter.sigmoid %2 : tensor<f64>
    %4 = sinter.cast %3 : tensor<f64> -> tensor<f32>
    return %4 : tensor<f32>
  }
}
