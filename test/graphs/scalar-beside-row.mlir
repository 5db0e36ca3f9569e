// RUN: sinter-graphtest %s
// A number that a row kernel and something else need was to be yielded by the
// row kernel, which may not.
module attributes {test.seed = 752 : i64} {
  sinter.global frozen @"e/x2" : tensor<i32> {label = "x2", owner = "e", test.range = [-3.0, 7.0, 0.0]}
  sinter.global param @"e/x3" : tensor<f32> {label = "x3", owner = "e", test.range = [0.25, 2.0, 0.0]}
  sinter.experiment @e {batch = 3 : i64, epochs = 1 : i64, seed = 0 : i64, shuffle = false, train_rows = array<i64: 0, -1>}
  func.func @step() -> (tensor<f32> {sinter.name = "loss"}) attributes {sinter.owner = "e", sinter.role = "train_step"} {
    %0 = sinter.load @"e/x2" : tensor<i32>
    %1 = sinter.load @"e/x3" : tensor<f32>
    %2 = sinter.sign %0 : tensor<i32>
    %3 = sinter.broadcast %2 dims [] : tensor<i32> -> tensor<3xi32>
    %4 = sinter.argsort %3 axis 0 descending : tensor<3xi32> -> tensor<3xi32>
    %5 = sinter.cast %3 : tensor<3xi32> -> tensor<3xi1>
    %6 = sinter.cast %4 : tensor<3xi32> -> tensor<3xf32>
    %7 = sinter.reduce sum %6 axes [0] : tensor<3xf32> -> tensor<f32>
    %8 = sinter.add %1, %7 : tensor<f32>
    %9 = sinter.cast %5 : tensor<3xi1> -> tensor<3xf32>
    %10 = sinter.reduce sum %9 axes [0] : tensor<3xf32> -> tensor<f32>
    %11 = sinter.splat 0.333333343 : f32 -> tensor<f32>
    %12 = sinter.mul %10, %11 : tensor<f32>
    %13 = sinter.add %8, %12 : tensor<f32>
    return %13 : tensor<f32>
  }
}
