// RUN: sinter-opt %s --sinter-add-gradcheck | FileCheck %s

sinter.global param @"e/w" : tensor<4xf32> {label = "w", owner = "e"}
sinter.global state @"e/m" : tensor<4xf32> {label = "m", owner = "e"}
// CHECK: sinter.global scratch @"e/gradient/w" : tensor<4xf64> {label = "gradient/w", owner = "e"}
// CHECK: sinter.global scratch @"e/gradcheck/w" : tensor<4xf64> {label = "gradcheck/w", owner = "e"}

// The step stays as it is.
// CHECK-LABEL: func.func @e.train_step
// CHECK: sinter.guard
// CHECK: sinter.update @"e/w"
func.func @e.train_step(%x: tensor<?x4xf32, #sinter.enc<batch max 8>> {sinter.kind = "feed", sinter.name = "x"},
                        %lr: tensor<f64> {sinter.kind = "hyper", sinter.name = "lr", sinter.value = 0.1 : f64})
    -> (tensor<f32> {sinter.name = "loss"}, tensor<f32> {sinter.name = "size"})
    attributes {sinter.owner = "e", sinter.role = "train_step"} {
  %w = sinter.load @"e/w" : tensor<4xf32>
  %m = sinter.load @"e/m" : tensor<4xf32>
  %c = sinter.constant dense<[0.5, 1.5, 2.5, 3.5]> : tensor<4xf32>
  %t = sinter.splat 2.0 : f32 -> tensor<4xf32>
  %u = sinter.mul %w, %c : tensor<4xf32>
  %v = sinter.mul %u, %t : tensor<4xf32>
  %s = sinter.add %v, %m : tensor<4xf32>
  %b = sinter.broadcast %s dims [1] : tensor<4xf32> -> tensor<?x4xf32, #sinter.enc<batch max 8>>
  %y = sinter.mul %x, %b : tensor<?x4xf32, #sinter.enc<batch max 8>>
  %loss = sinter.reduce sum %y axes [0, 1] : tensor<?x4xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  %size = sinter.reduce sum %w axes [0] : tensor<4xf32> -> tensor<f32>
  sinter.guard %loss named "loss" : tensor<f32>
  %dw = sinter.gradient %loss wrt(%w) {names = ["w"]} : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  sinter.update @"e/w" gradient(%dw) states [] : tensor<4xf32> {
  ^bb0(%p: tensor<4xf32>, %g: tensor<4xf32>):
    %next = sinter.sub %p, %g : tensor<4xf32>
    sinter.yield %next : tensor<4xf32>
  }
  return %loss, %size : tensor<f32>, tensor<f32>
}

// The twin has the loss and its gradients in f64; metrics, guards, updates and
// what only they need are gone.
// CHECK-LABEL: func.func @e.gradcheck
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32, #sinter.enc<batch max 8>> {sinter.kind = "feed", sinter.name = "x"}) -> (tensor<f64> {sinter.name = "loss"}) attributes {sinter.owner = "e", sinter.role = "gradcheck"}
// CHECK-NOT: sinter.guard
// CHECK-NOT: sinter.update
// CHECK-DAG: sinter.cast %[[X]] : tensor<?x4xf32, {{.*}}> -> tensor<?x4xf64
// CHECK-DAG: %[[W:.*]] = sinter.load @"e/gradcheck/w" : tensor<4xf64>
// CHECK-DAG: %[[M:.*]] = sinter.load @"e/m" : tensor<4xf32>
// CHECK-DAG: sinter.cast %[[M]] : tensor<4xf32> -> tensor<4xf64>
// CHECK-DAG: sinter.constant dense<[5.000000e-01, 1.500000e+00, 2.500000e+00, 3.500000e+00]> : tensor<4xf64>
// CHECK-DAG: sinter.splat 2.000000e+00 : f64 -> tensor<4xf64>
// CHECK: %[[LOSS:.*]] = sinter.reduce sum {{.*}} -> tensor<f64>
// CHECK: %[[DW:.*]] = sinter.gradient %[[LOSS]] wrt(%[[W]]) {names = ["w"]} : (tensor<f64>, tensor<4xf64>) -> tensor<4xf64>
// CHECK: sinter.store %[[DW]], @"e/gradient/w" : tensor<4xf64>
// CHECK: return %[[LOSS]] : tensor<f64>
