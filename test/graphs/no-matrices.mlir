// RUN: sinter-graphtest %s
// Contractions over a batch of no matrices, one of which would be packed.
module attributes {test.seed = 1966 : i64} {
  sinter.global param @"e/x1" : tensor<0x5x2xf32> {label = "x1", owner = "e", test.range = [-2.000000e+00, 2.000000e+00, 0.000000e+00]}
  sinter.global param @"e/x2" : tensor<0x5x5xf32> {label = "x2", owner = "e", test.range = [-1.000000e+00, 1.000000e+00, 5.500000e+00]}
  sinter.global frozen @"e/x4" : tensor<i32> {label = "x4", owner = "e", test.range = [-8.000000e+00, 8.000000e+00, 0.000000e+00]}
  sinter.global frozen @"e/x5" : tensor<i32> {label = "x5", owner = "e", test.range = [-7.000000e+00, 7.000000e+00, 0.000000e+00]}
  sinter.experiment @e {batch = 2 : i64, epochs = 1 : i64, seed = 0 : i64, shuffle = false, train_rows = array<i64: 0, -1>}
  sinter.global state @"e/x2/state0" : tensor<0x5x5xf32> {label = "e/x2/state0", owner = "e"}
  sinter.global state @"e/x2/state1" : tensor<0x5x5xf32> {label = "e/x2/state1", owner = "e"}
  func.func @step(%arg0: tensor<i64> {sinter.kind = "step", sinter.name = "step"}, %arg1: tensor<?x5xf32, #sinter.enc<batch max 2>> {sinter.kind = "feed", sinter.name = "cut2"}) -> (tensor<f32> {sinter.name = "loss"}) attributes {sinter.owner = "e", sinter.role = "train_step"} {
    %0 = sinter.splat 7 : i64 -> tensor<i64>
    %1 = sinter.splat 3 : i64 -> tensor<i64>
    %2 = sinter.random uniform %0, %1 stream 967725884177508970 : tensor<0x5x2xf32>
    %3 = sinter.load @"e/x1" : tensor<0x5x2xf32>
    %4 = sinter.load @"e/x2" : tensor<0x5x5xf32>
    %5 = sinter.solve %4, %2 : tensor<0x5x5xf32>, tensor<0x5x2xf32>
    %6 = sinter.transpose %5 [0, 2, 1] : tensor<0x5x2xf32> -> tensor<0x2x5xf32>
    %7 = sinter.load @"e/x4" : tensor<i32>
    %8 = sinter.load @"e/x5" : tensor<i32>
    %9 = sinter.gather %6 indices(%7, %8) axes [1, 2] : (tensor<0x2x5xf32>, tensor<i32>, tensor<i32>) -> tensor<0xf32>
    %10 = sinter.reduce sum %arg1 axes [0, 1] : tensor<?x5xf32, #sinter.enc<batch max 2>> -> tensor<f32>
    %11 = sinter.reduce sum %9 axes [0] : tensor<0xf32> -> tensor<f32>
    %12 = sinter.add %10, %11 : tensor<f32>
    %13:2 = sinter.gradient %12 wrt(%3, %4) {names = ["w0", "w1"]} : (tensor<f32>, tensor<0x5x2xf32>, tensor<0x5x5xf32>) -> (tensor<0x5x2xf32>, tensor<0x5x5xf32>)
    sinter.update @"e/x2" gradient(%13#1) states [@"e/x2/state0", @"e/x2/state1"] : tensor<0x5x5xf32> {
    ^bb0(%arg2: tensor<0x5x5xf32>, %arg3: tensor<0x5x5xf32>, %arg4: tensor<0x5x5xf32>, %arg5: tensor<0x5x5xf32>):
      %14 = sinter.splat 0.899999976 : f32 -> tensor<0x5x5xf32>
      %15 = sinter.mul %arg4, %14 : tensor<0x5x5xf32>
      %16 = sinter.splat 1.000000e-01 : f32 -> tensor<0x5x5xf32>
      %17 = sinter.mul %arg3, %16 : tensor<0x5x5xf32>
      %18 = sinter.add %15, %17 : tensor<0x5x5xf32>
      %19 = sinter.mul %arg3, %arg3 : tensor<0x5x5xf32>
      %20 = sinter.splat 9.990000e-01 : f32 -> tensor<0x5x5xf32>
      %21 = sinter.mul %arg5, %20 : tensor<0x5x5xf32>
      %22 = sinter.splat 1.000000e-03 : f32 -> tensor<0x5x5xf32>
      %23 = sinter.mul %19, %22 : tensor<0x5x5xf32>
      %24 = sinter.add %21, %23 : tensor<0x5x5xf32>
      %25 = sinter.cast %arg0 : tensor<i64> -> tensor<f32>
      %26 = sinter.splat 9.990000e-01 : f32 -> tensor<f32>
      %27 = sinter.splat 1.000000e+00 : f32 -> tensor<f32>
      %28 = sinter.pow %26, %25 : tensor<f32>
      %29 = sinter.sub %27, %28 : tensor<f32>
      %30 = sinter.broadcast %29 dims [] : tensor<f32> -> tensor<0x5x5xf32>
      %31 = sinter.div %24, %30 : tensor<0x5x5xf32>
      %32 = sinter.splat 0.00999999977 : f32 -> tensor<0x5x5xf32>
      %33 = sinter.add %31, %32 : tensor<0x5x5xf32>
      %34 = sinter.sqrt %33 : tensor<0x5x5xf32>
      %35 = sinter.cast %arg0 : tensor<i64> -> tensor<f32>
      %36 = sinter.splat 0.899999976 : f32 -> tensor<f32>
      %37 = sinter.splat 1.000000e+00 : f32 -> tensor<f32>
      %38 = sinter.pow %36, %35 : tensor<f32>
      %39 = sinter.sub %37, %38 : tensor<f32>
      %40 = sinter.broadcast %39 dims [] : tensor<f32> -> tensor<0x5x5xf32>
      %41 = sinter.div %18, %40 : tensor<0x5x5xf32>
      %42 = sinter.div %41, %34 : tensor<0x5x5xf32>
      %43 = sinter.splat 5.000000e-02 : f32 -> tensor<0x5x5xf32>
      %44 = sinter.mul %42, %43 : tensor<0x5x5xf32>
      %45 = sinter.sub %arg2, %44 : tensor<0x5x5xf32>
      sinter.yield %45, %18, %24 : tensor<0x5x5xf32>, tensor<0x5x5xf32>, tensor<0x5x5xf32>
    }
    return %12 : tensor<f32>
  }
}
