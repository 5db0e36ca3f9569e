// RUN: sinter-opt %s --sinter-split-metrics --split-input-file --verify-diagnostics | FileCheck %s

// A branch on an epoch's figure stands in the epoch's function, with the sums it
// reads accumulated.

// CHECK-LABEL: func.func @m.eval_step
// CHECK-NOT: sinter.if
// CHECK-LABEL: func.func @m.eval_metrics
// CHECK: %[[SUM:.*]] = sinter.load @"m/eval.capped" : tensor<f64>
// CHECK: %[[S:.*]] = sinter.cast %[[SUM]]
// CHECK: %[[R:.*]] = sinter.if %{{.*}} -> (tensor<f32>) {
// CHECK-NEXT: sinter.neg %[[S]]
// CHECK: return %{{.*}}, %[[R]]
func.func @m.eval_step(%x: tensor<?xf32, #sinter.enc<batch max 8>>) -> (tensor<f32> {sinter.name = "loss"}, tensor<f32> {sinter.name = "capped"})
    attributes {sinter.role = "eval_step", sinter.owner = "m"} {
  %loss = sinter.reduce max %x axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  %sum = sinter.reduce sum %x axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  %bound = sinter.splat 1.0 : f32 -> tensor<f32>
  %c = sinter.compare gt %sum, %bound : tensor<f32> -> tensor<i1>
  %r = sinter.if %c -> (tensor<f32>) {
    %n = sinter.neg %sum : tensor<f32>
    sinter.yield %n : tensor<f32>
  } else {
    sinter.yield %bound : tensor<f32>
  }
  return %loss, %r : tensor<f32>, tensor<f32>
}

// -----

func.func @m.eval_step(%x: tensor<?xf32, #sinter.enc<batch max 8>>) -> (tensor<f32> {sinter.name = "loss"}, tensor<f32> {sinter.name = "late"})
    attributes {sinter.role = "eval_step", sinter.owner = "m"} {
  %loss = sinter.reduce max %x axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  %bound = sinter.splat 1.0 : f32 -> tensor<f32>
  %c = sinter.compare gt %loss, %bound : tensor<f32> -> tensor<i1>
  // expected-error @+1 {{metric 'late': a reduction over the batch cannot stand in a branch or loop that is decided at run time}}
  %r = sinter.if %c -> (tensor<f32>) {
    %sum = sinter.reduce sum %x axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
    sinter.yield %sum : tensor<f32>
  } else {
    sinter.yield %bound : tensor<f32>
  }
  return %loss, %r : tensor<f32>, tensor<f32>
}

// -----

func.func @m.eval_step(%x: tensor<?xf32, #sinter.enc<batch max 8>>, %lr: tensor<f32>) -> (tensor<f32> {sinter.name = "loss"}, tensor<f32> {sinter.name = "rate"})
    attributes {sinter.role = "eval_step", sinter.owner = "m"} {
  %loss = sinter.reduce max %x axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  %bound = sinter.splat 1.0 : f32 -> tensor<f32>
  %c = sinter.compare gt %loss, %bound : tensor<f32> -> tensor<i1>
  // expected-error @+1 {{metric 'rate' needs a value that only a step has}}
  %r = sinter.if %c -> (tensor<f32>) {
    %n = sinter.neg %lr : tensor<f32>
    sinter.yield %n : tensor<f32>
  } else {
    sinter.yield %bound : tensor<f32>
  }
  return %loss, %r : tensor<f32>, tensor<f32>
}
