// RUN: sinter-graphtest %s
// A remainder far smaller than what it is the remainder of: rounding the product
// of quotient and divisor would take its digits.
module attributes {test.seed = 4447 : i64} {
  sinter.experiment @e {batch = 1 : i64, epochs = 1 : i64, seed = 0 : i64, shuffle = false, train_rows = array<i64: 0, -1>}
  func.func @eval(%arg0: tensor<?xf32, #sinter.enc<batch max 1>> {sinter.kind = "feed", sinter.name = "x1", test.range = [5.000000e-01, 3.000000e+00, 0.000000e+00]}, %arg1: tensor<?xf32, #sinter.enc<batch max 1>> {sinter.kind = "feed", sinter.name = "x4", test.range = [5.000000e-01, 3.000000e+00, 0.000000e+00]}) -> tensor<?xf32, #sinter.enc<batch max 1>> attributes {sinter.owner = "eval", sinter.role = "program"} {
    %0 = sinter.mod %arg0, %arg1 : tensor<?xf32, #sinter.enc<batch max 1>>
    return %0 : tensor<?xf32, #sinter.enc<batch max 1>>
  }
}
