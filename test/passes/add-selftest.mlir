// RUN: sinter-opt %s --sinter-add-selftest | FileCheck %s

sinter.global param @"e/w" : tensor<4xf32> {label = "w", owner = "e"}
sinter.global state @"e/m" : tensor<4xf32> {label = "m", owner = "e"}
sinter.global state @"e/n" : tensor<i64> {label = "n", owner = "e"}
sinter.global column @"d.k" : tensor<4xf32> {label = "d.k", owner = "d"}
// What is the experiment's has a twin of the same elements, f64 for f32.
// CHECK-DAG: sinter.global scratch @"e/selftest/w" : tensor<4xf64> {label = "selftest/w", owner = "e"}
// CHECK-DAG: sinter.global scratch @"e/selftest/m" : tensor<4xf64> {label = "selftest/m", owner = "e"}
// CHECK-DAG: sinter.global scratch @"e/selftest/n" : tensor<i64> {label = "selftest/n", owner = "e"}
// CHECK-NOT: selftest/d.k

// The step stays as it is.
// CHECK-LABEL: func.func @e.train_step
// CHECK: sinter.random uniform {{.*}} : tensor<?x4xf32
// CHECK: sinter.guard
// CHECK: sinter.update @"e/w"
func.func @e.train_step(%x: tensor<?x4xf32, #sinter.enc<batch max 8>> {sinter.kind = "feed", sinter.name = "x"},
                        %lr: tensor<f64> {sinter.kind = "hyper", sinter.name = "lr", sinter.value = 0.1 : f64},
                        %seed: tensor<i64> {sinter.kind = "seed", sinter.name = "seed"},
                        %step: tensor<i64> {sinter.kind = "step", sinter.name = "step"})
    -> (tensor<f32> {sinter.name = "loss"}, tensor<f32> {sinter.name = "size"})
    attributes {sinter.owner = "e", sinter.role = "train_step"} {
  %w = sinter.load @"e/w" : tensor<4xf32>
  %k = sinter.load @"d.k" : tensor<4xf32>
  %n = sinter.load @"e/n" : tensor<i64>
  %one = sinter.splat 1 : i64 -> tensor<i64>
  %next = sinter.add %n, %one : tensor<i64>
  sinter.store %next, @"e/n" : tensor<i64>
  %u = sinter.mul %w, %k : tensor<4xf32>
  %b = sinter.broadcast %u dims [1] : tensor<4xf32> -> tensor<?x4xf32, #sinter.enc<batch max 8>>
  %noise = sinter.random uniform %seed, %step stream 7 : tensor<?x4xf32, #sinter.enc<batch max 8>>
  %z = sinter.mul %x, %noise : tensor<?x4xf32, #sinter.enc<batch max 8>>
  %y = sinter.mul %z, %b : tensor<?x4xf32, #sinter.enc<batch max 8>>
  %loss = sinter.reduce sum %y axes [0, 1] : tensor<?x4xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  %size = sinter.reduce sum %w axes [0] : tensor<4xf32> -> tensor<f32>
  sinter.guard %loss named "loss" : tensor<f32>
  %dw = sinter.gradient %loss wrt(%w) {names = ["w"]} : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  sinter.update @"e/w" gradient(%dw) states [@"e/m"] : tensor<4xf32> {
  ^bb0(%p: tensor<4xf32>, %g: tensor<4xf32>, %m: tensor<4xf32>):
    %rate = sinter.cast %lr : tensor<f64> -> tensor<f32>
    %rates = sinter.broadcast %rate dims [] : tensor<f32> -> tensor<4xf32>
    %half = sinter.splat 0.5 : f32 -> tensor<4xf32>
    %kept = sinter.mul %m, %half : tensor<4xf32>
    %sum = sinter.add %kept, %g : tensor<4xf32>
    %d = sinter.mul %sum, %rates : tensor<4xf32>
    %q = sinter.sub %p, %d : tensor<4xf32>
    sinter.yield %q, %sum : tensor<4xf32>, tensor<4xf32>
  }
  return %loss, %size : tensor<f32>, tensor<f32>
}

// The twin does all of it in f64, on the same draws and data; metrics and
// guards are gone.
// CHECK-LABEL: func.func @e.selftest(
// CHECK-SAME: -> (tensor<f64> {sinter.name = "loss"}) attributes {sinter.owner = "e", sinter.role = "selftest"}
// CHECK-NOT: sinter.guard
// CHECK-DAG: %[[K:.*]] = sinter.load @d.k : tensor<4xf32>
// CHECK-DAG: sinter.cast %[[K]] : tensor<4xf32> -> tensor<4xf64>
// CHECK-DAG: %[[W:.*]] = sinter.load @"e/selftest/w" : tensor<4xf64>
// CHECK-DAG: %[[N:.*]] = sinter.load @"e/selftest/n" : tensor<i64>
// CHECK-DAG: sinter.store {{.*}}, @"e/selftest/n" : tensor<i64>
// CHECK-DAG: %[[DRAW:.*]] = sinter.random uniform {{.*}} stream 7 : tensor<?x4xf32
// CHECK-DAG: sinter.cast %[[DRAW]] : tensor<?x4xf32, {{.*}}> -> tensor<?x4xf64
// CHECK: %[[LOSS:.*]] = sinter.reduce sum {{.*}} -> tensor<f64>
// CHECK: %[[DW:.*]] = sinter.gradient %[[LOSS]] wrt(%[[W]]) {names = ["w"]} : (tensor<f64>, tensor<4xf64>) -> tensor<4xf64>
// CHECK: sinter.update @"e/selftest/w" gradient(%[[DW]]) states [@"e/selftest/m"] : tensor<4xf64>
// CHECK-NEXT: ^bb0(%{{.*}}: tensor<4xf64>, %{{.*}}: tensor<4xf64>, %{{.*}}: tensor<4xf64>)
// CHECK: sinter.splat 5.000000e-01 : f64 -> tensor<4xf64>
// CHECK: return %[[LOSS]] : tensor<f64>

// So does the function that updates where gradients are accumulated.
// CHECK-LABEL: func.func @e.update
// CHECK: sinter.load @"e/m" : tensor<4xf32>
func.func @e.update() -> (tensor<f64> {sinter.name = "loss"})
    attributes {sinter.owner = "e", sinter.role = "update"} {
  %m = sinter.load @"e/m" : tensor<4xf32>
  %zero = sinter.splat 0.0 : f32 -> tensor<4xf32>
  sinter.store %zero, @"e/m" : tensor<4xf32>
  %sum = sinter.reduce sum %m axes [0] : tensor<4xf32> -> tensor<f32>
  %loss = sinter.cast %sum : tensor<f32> -> tensor<f64>
  return %loss : tensor<f64>
}
// CHECK-LABEL: func.func @e.selftest_update() -> (tensor<f64> {sinter.name = "loss"}) attributes {sinter.owner = "e", sinter.role = "selftest_update"}
// CHECK: sinter.load @"e/selftest/m" : tensor<4xf64>
// CHECK: sinter.store {{.*}}, @"e/selftest/m" : tensor<4xf64>

// What is not trained on has a twin, too; what only the runtime reads has none.
// CHECK-LABEL: func.func @e.selftest_eval() -> (tensor<f64> {sinter.name = "loss"})
// CHECK: sinter.load @"e/selftest/w" : tensor<4xf64>
func.func @e.eval_step() -> (tensor<f32> {sinter.name = "loss"})
    attributes {sinter.owner = "e", sinter.role = "eval_step"} {
  %w = sinter.load @"e/w" : tensor<4xf32>
  %loss = sinter.reduce sum %w axes [0] : tensor<4xf32> -> tensor<f32>
  return %loss : tensor<f32>
}
// CHECK-LABEL: func.func @e.after
// CHECK-NOT: func.func
func.func @e.after() attributes {sinter.owner = "e", sinter.role = "after"} {
  %w = sinter.load @"e/w" : tensor<4xf32>
  sinter.store %w, @"e/w" : tensor<4xf32>
  return
}
