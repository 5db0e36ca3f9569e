// RUN: sinter-graphtest %s
// The sine of a large product: differences do not get near its slope.
module attributes {test.seed = 2888 : i64} {
  sinter.global param @"e/x1" : tensor<31x9xf32> {label = "x1", owner = "e", test.range = [2.500000e-01, 2.000000e+00, 0.000000e+00]}
  sinter.global param @"e/x4" : tensor<f32> {label = "x4", owner = "e", test.range = [-1.000000e+00, 1.000000e+00, 0.000000e+00]}
  sinter.global param @"e/x6" : tensor<f32> {label = "x6", owner = "e", test.range = [5.000000e-01, 3.000000e+00, 0.000000e+00]}
  sinter.global param @"e/x2" : tensor<f32> {label = "x2", owner = "e", test.range = [-1.000000e+00, 1.000000e+00, 0.000000e+00]}
  sinter.global param @"e/x9" : tensor<f32> {label = "x9", owner = "e", test.range = [2.500000e-01, 2.000000e+00, 0.000000e+00]}
  sinter.experiment @e {batch = 2 : i64, epochs = 1 : i64, seed = 0 : i64, shuffle = false, train_rows = array<i64: 0, -1>}
  func.func @eval(%arg0: tensor<f32> {sinter.kind = "feed", sinter.name = "seed"}) -> tensor<31x9xf32> attributes {sinter.owner = "eval", sinter.role = "program"} {
    %0 = sinter.load @"e/x1" : tensor<31x9xf32>
    %1 = sinter.reduce prod %0 axes [0, 1] : tensor<31x9xf32> -> tensor<f32>
    %2 = sinter.load @"e/x4" : tensor<f32>
    %3 = sinter.load @"e/x6" : tensor<f32>
    %4 = sinter.sin %1 : tensor<f32>
    %5 = sinter.load @"e/x2" : tensor<f32>
    %6 = sinter.load @"e/x9" : tensor<f32>
    %7:5 = sinter.gradient %4 wrt(%0, %2, %3, %5, %6) seed(%arg0) {names = ["w0", "w1", "w2", "w3", "w4"]} : (tensor<f32>, tensor<31x9xf32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) -> (tensor<31x9xf32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>)
    return %7#0 : tensor<31x9xf32>
  }
}
