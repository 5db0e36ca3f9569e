// RUN: sinter-graphtest %s
// A transpose was folded into a contraction over two letters, which changed the
// order of its sum.
module attributes {test.seed = 184 : i64} {
  sinter.global param @"e/x0" : tensor<5x3xf64> {label = "x0", owner = "e", test.range = [0.5, 3.0, 0.0]}
  sinter.global param @"e/x1" : tensor<f64> {label = "x1", owner = "e", test.range = [0.5, 3.0, 0.0]}
  sinter.experiment @e {batch = 9 : i64, epochs = 1 : i64, seed = 0 : i64, shuffle = false, train_rows = array<i64: 0, -1>}
  func.func @eval(%arg0: tensor<3x5xf64> {sinter.kind = "feed", sinter.name = "seed"}) -> tensor<f64> attributes {sinter.owner = "eval", sinter.role = "program"} {
    %0 = sinter.load @"e/x0" : tensor<5x3xf64>
    %1 = sinter.load @"e/x1" : tensor<f64>
    %2 = sinter.contract "ab,->ab" %0, %1 : tensor<5x3xf64>, tensor<f64> -> tensor<5x3xf64>
    %3 = sinter.transpose %2 [1, 0] : tensor<5x3xf64> -> tensor<3x5xf64>
    %4 = sinter.gradient %3 wrt(%1) seed(%arg0) {names = ["w1"]} : (tensor<3x5xf64>, tensor<f64>, tensor<3x5xf64>) -> tensor<f64>
    return %4 : tensor<f64>
  }
}
