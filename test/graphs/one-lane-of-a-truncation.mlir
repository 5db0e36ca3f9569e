// RUN: sinter-graphtest %s
// The last column of an i64 product stored as i32: one lane of a vector, and no more.
module attributes {test.seed = 3729 : i64} {
  sinter.global frozen @"e/x3" : tensor<17xi64> {label = "x3", owner = "e", test.range = [-2.000000e+00, 2.000000e+00, 0.000000e+00]}
  sinter.global frozen @"e/x7" : tensor<17xi64> {label = "x7", owner = "e", test.range = [-3.000000e+00, 7.000000e+00, 0.000000e+00]}
  sinter.experiment @e {batch = 17 : i64, epochs = 1 : i64, seed = 0 : i64, shuffle = false, train_rows = array<i64: 0, -1>}
  func.func @eval() -> tensor<17x17xi32> attributes {sinter.owner = "eval", sinter.role = "program"} {
    %0 = sinter.load @"e/x3" : tensor<17xi64>
    %1 = sinter.load @"e/x7" : tensor<17xi64>
    %2 = sinter.contract "b,a->ab" %1, %0 : tensor<17xi64>, tensor<17xi64> -> tensor<17x17xi64>
    %3 = sinter.cast %2 : tensor<17x17xi64> -> tensor<17x17xi32>
    return %3 : tensor<17x17xi32>
  }
}
