// RUN: sinter-graphtest %s
// Three kernels, each of which was to wait for the next.
module attributes {test.seed = 5143 : i64} {
  sinter.global param @"e/x0" : tensor<1xf32> {label = "x0", owner = "e", test.range = [2.500000e-01, 2.000000e+00, 0.000000e+00]}
  sinter.global param @"e/x2" : tensor<1x1xf32> {label = "x2", owner = "e", test.range = [2.500000e-01, 2.000000e+00, 0.000000e+00]}
  sinter.global param @"e/x3" : tensor<1xf32> {label = "x3", owner = "e", test.range = [5.000000e-01, 3.000000e+00, 0.000000e+00]}
  sinter.experiment @e {batch = 1 : i64, epochs = 1 : i64, seed = 0 : i64, shuffle = false, train_rows = array<i64: 0, -1>}
  sinter.global state @"e/x0/state0" : tensor<1xf32> {label = "e/x0/state0", owner = "e"}
  func.func @step() -> (tensor<f32> {sinter.name = "loss"}) attributes {sinter.owner = "e", sinter.role = "train_step"} {
    %0 = sinter.load @"e/x0" : tensor<1xf32>
    %1 = sinter.argmax %0 axis 0 : tensor<1xf32> -> tensor<i32>
    %2 = sinter.reduce max %0 axes [0] : tensor<1xf32> -> tensor<f32>
    %3 = sinter.neg %0 : tensor<1xf32>
    %4 = sinter.load @"e/x2" : tensor<1x1xf32>
    %5 = sinter.load @"e/x3" : tensor<1xf32>
    %6 = sinter.cast %1 : tensor<i32> -> tensor<f32>
    %7 = sinter.mul %3, %3 : tensor<1xf32>
    %8 = sinter.reduce sum %7 axes [0] : tensor<1xf32> -> tensor<f32>
    %9 = sinter.add %6, %8 : tensor<f32>
    %10 = sinter.add %9, %2 : tensor<f32>
    %11:3 = sinter.gradient %10 wrt(%0, %4, %5) {names = ["w0", "w1", "w2"]} : (tensor<f32>, tensor<1xf32>, tensor<1x1xf32>, tensor<1xf32>) -> (tensor<1xf32>, tensor<1x1xf32>, tensor<1xf32>)
    sinter.update @"e/x0" gradient(%11#0) states [@"e/x0/state0"] : tensor<1xf32> {
    ^bb0(%arg0: tensor<1xf32>, %arg1: tensor<1xf32>, %arg2: tensor<1xf32>):
      %12 = sinter.mul %arg1, %arg1 : tensor<1xf32>
      %13 = sinter.add %arg2, %12 : tensor<1xf32>
      %14 = sinter.splat 0.00999999977 : f32 -> tensor<1xf32>
      %15 = sinter.add %13, %14 : tensor<1xf32>
      %16 = sinter.sqrt %15 : tensor<1xf32>
      %17 = sinter.div %arg1, %16 : tensor<1xf32>
      %18 = sinter.splat 5.000000e-02 : f32 -> tensor<1xf32>
      %19 = sinter.mul %17, %18 : tensor<1xf32>
      %20 = sinter.sub %arg0, %19 : tensor<1xf32>
      sinter.yield %20, %13 : tensor<1xf32>, tensor<1xf32>
    }
    return %10 : tensor<f32>
  }
}
