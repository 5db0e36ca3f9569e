// RUN: sinter-opt %s --sinter-split-metrics --split-input-file | FileCheck %s

// The loss is averaged over examples; the step keeps it as its only result.
// CHECK: sinter.global metric @"m/train.loss.count" : tensor<f64> {label = "metric/train.loss.count", owner = "m"}
// CHECK: sinter.global metric @"m/train.loss" : tensor<f64> {label = "metric/train.loss", owner = "m"}
// CHECK-LABEL: func.func @m.train_step
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<?xf32, {{.*}}) -> (tensor<f32> {sinter.name = "loss"})
func.func @m.train_step(%x: tensor<?xf32, #sinter.enc<batch max 8>>) -> (tensor<f32> {sinter.name = "loss"})
    attributes {sinter.role = "train_step", sinter.owner = "m"} {
  // CHECK: %[[LOSS:.*]] = sinter.reduce max
  %loss = sinter.reduce max %x axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  // CHECK: %[[EXTENT:.*]] = sinter.extent "batch" bound 8
  // CHECK: %[[N:.*]] = sinter.cast %[[EXTENT]]
  // CHECK: %[[COUNT:.*]] = sinter.load @"m/train.loss.count"
  // CHECK: %[[NEXT_COUNT:.*]] = sinter.add %[[COUNT]], %[[N]]
  // CHECK: sinter.store %[[NEXT_COUNT]], @"m/train.loss.count"
  // CHECK: %[[WIDE:.*]] = sinter.cast %[[LOSS]]
  // CHECK: %[[WEIGHTED:.*]] = sinter.mul %[[WIDE]], %[[N]]
  // CHECK: %[[SUM:.*]] = sinter.load @"m/train.loss"
  // CHECK: %[[NEXT_SUM:.*]] = sinter.add %[[SUM]], %[[WEIGHTED]]
  // CHECK: sinter.store %[[NEXT_SUM]], @"m/train.loss"
  // CHECK: return %[[LOSS]] : tensor<f32>
  return %loss : tensor<f32>
}
// CHECK-LABEL: func.func @m.train_metrics() -> (tensor<f64> {sinter.name = "loss"})
// CHECK-SAME: sinter.owner = "m", sinter.role = "train_metrics"
// CHECK: %[[COUNT:.*]] = sinter.load @"m/train.loss.count"
// CHECK: %[[SUM:.*]] = sinter.load @"m/train.loss"
// CHECK: %[[LOSS:.*]] = sinter.div %[[SUM]], %[[COUNT]]
// CHECK: return %[[LOSS]]

// -----

// sqrt(sum / n): the sum and n run over the epoch, the root is taken once.
// CHECK-LABEL: func.func @m.eval_step
// CHECK-SAME: -> (tensor<f32> {sinter.name = "loss"})
func.func @m.eval_step(%x: tensor<?xf32, #sinter.enc<batch max 8>>) -> (tensor<f32> {sinter.name = "loss"}, tensor<f32> {sinter.name = "rmse"})
    attributes {sinter.role = "eval_step", sinter.owner = "m"} {
  // CHECK: %[[SUM:.*]] = sinter.reduce sum
  %sum = sinter.reduce sum %x axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  %n = sinter.extent "batch" bound 8
  %count = sinter.cast %n : tensor<i64> -> tensor<f32>
  %loss = sinter.div %sum, %count : tensor<f32>
  // CHECK-NOT: sinter.sqrt
  %rmse = sinter.sqrt %loss : tensor<f32>
  // CHECK: %[[WIDE:.*]] = sinter.cast %[[SUM]] : tensor<f32> -> tensor<f64>
  // CHECK: %[[TOTAL:.*]] = sinter.load @"m/eval.rmse"
  // CHECK: %[[NEXT:.*]] = sinter.add %[[TOTAL]], %[[WIDE]]
  // CHECK: sinter.store %[[NEXT]], @"m/eval.rmse"
  return %loss, %rmse : tensor<f32>, tensor<f32>
}
// CHECK-LABEL: func.func @m.eval_metrics
// CHECK-SAME: -> (tensor<f64> {sinter.name = "loss"}, tensor<f32> {sinter.name = "rmse"})
// CHECK: %[[COUNT:.*]] = sinter.load @"m/eval.loss.count"
// CHECK: %[[TOTAL:.*]] = sinter.load @"m/eval.rmse"
// CHECK: %[[SUM:.*]] = sinter.cast %[[TOTAL]] : tensor<f64> -> tensor<f32>
// CHECK: %[[N:.*]] = sinter.cast %[[COUNT]] : tensor<f64> -> tensor<i64>
// CHECK: %[[FLOAT_N:.*]] = sinter.cast %[[N]] : tensor<i64> -> tensor<f32>
// CHECK: %[[MEAN:.*]] = sinter.div %[[SUM]], %[[FLOAT_N]]
// CHECK: %[[ROOT:.*]] = sinter.sqrt %[[MEAN]]
// CHECK: return %{{.*}}, %[[ROOT]]

// -----

// One value for each example is averaged.
// CHECK-LABEL: func.func @m.eval_step
func.func @m.eval_step(%x: tensor<?xf32, #sinter.enc<batch max 8>>, %hit: tensor<?x1xi1, #sinter.enc<batch max 8>>) -> (tensor<f32> {sinter.name = "loss"}, tensor<?x1xi1, #sinter.enc<batch max 8>> {sinter.name = "accuracy"})
    attributes {sinter.role = "eval_step", sinter.owner = "m"} {
  %loss = sinter.reduce sum %x axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  // CHECK: %[[HITS:.*]] = sinter.cast %{{.*}} : tensor<?x1xi1, {{.*}} -> tensor<?x1xf64
  // CHECK: %[[SUM:.*]] = sinter.reduce sum %[[HITS]] axes [0, 1]
  // CHECK: %[[NEXT:.*]] = sinter.add %{{.*}}, %[[SUM]]
  // CHECK: sinter.store %[[NEXT]], @"m/eval.accuracy"
  return %loss, %hit : tensor<f32>, tensor<?x1xi1, #sinter.enc<batch max 8>>
}
// CHECK-LABEL: func.func @m.eval_metrics
// CHECK: %[[SUM:.*]] = sinter.load @"m/eval.accuracy"
// CHECK: %[[ACCURACY:.*]] = sinter.div %[[SUM]], %{{.*}}
// CHECK: return %{{.*}}, %[[ACCURACY]]

// -----

// The first batch of an epoch sets the extreme; two metrics share a reduction.
// CHECK: sinter.global metric @"m/eval.largest"
// CHECK-NOT: sinter.global metric @"m/eval.twice"
// CHECK-LABEL: func.func @m.eval_step
func.func @m.eval_step(%x: tensor<?xf32, #sinter.enc<batch max 8>>) -> (tensor<f32> {sinter.name = "loss"}, tensor<f32> {sinter.name = "largest"}, tensor<f32> {sinter.name = "twice"})
    attributes {sinter.role = "eval_step", sinter.owner = "m"} {
  %loss = sinter.reduce sum %x axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  %max = sinter.reduce max %x axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  %twice = sinter.add %max, %max : tensor<f32>
  // CHECK: %[[COUNT:.*]] = sinter.load @"m/eval.loss.count"
  // CHECK: %[[WIDE:.*]] = sinter.cast %{{.*}} : tensor<f32> -> tensor<f64>
  // CHECK: %[[OLD:.*]] = sinter.load @"m/eval.largest"
  // CHECK: %[[MAX:.*]] = sinter.maximum %[[OLD]], %[[NEW:.*]] : tensor<f64>
  // CHECK: %[[ZERO:.*]] = sinter.splat 0.0
  // CHECK: %[[FIRST:.*]] = sinter.compare eq %[[COUNT]], %[[ZERO]]
  // CHECK: %[[NEXT:.*]] = sinter.select %[[FIRST]], %[[NEW]], %[[MAX]]
  // CHECK: sinter.store %[[NEXT]], @"m/eval.largest"
  return %loss, %max, %twice : tensor<f32>, tensor<f32>, tensor<f32>
}

// -----

// A sum of squares by contraction, over each class: the accumulator is a tensor.
// CHECK: sinter.global metric @"m/eval.worst" : tensor<3xf64>
sinter.global param @w : tensor<3xf32> {label = "w", owner = "m"}
// CHECK-LABEL: func.func @m.eval_step
func.func @m.eval_step(%x: tensor<?x3xf32, #sinter.enc<batch max 8>>) -> (tensor<f32> {sinter.name = "loss"}, tensor<f32> {sinter.name = "worst"})
    attributes {sinter.role = "eval_step", sinter.owner = "m"} {
  %loss = sinter.reduce sum %x axes [0, 1] : tensor<?x3xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  %squares = sinter.contract "bi,bi->i" %x, %x : tensor<?x3xf32, #sinter.enc<batch max 8>>, tensor<?x3xf32, #sinter.enc<batch max 8>> -> tensor<3xf32>
  %w = sinter.load @w : tensor<3xf32>
  %weighted = sinter.mul %squares, %w : tensor<3xf32>
  %worst = sinter.reduce max %weighted axes [0] : tensor<3xf32> -> tensor<f32>
  return %loss, %worst : tensor<f32>, tensor<f32>
}
// CHECK-LABEL: func.func @m.eval_metrics
// CHECK: %[[TOTAL:.*]] = sinter.load @"m/eval.worst" : tensor<3xf64>
// CHECK: %[[SQUARES:.*]] = sinter.cast %[[TOTAL]]
// CHECK: %[[W:.*]] = sinter.load @w
// CHECK: %[[WEIGHTED:.*]] = sinter.mul %[[SQUARES]], %[[W]]
// CHECK: sinter.reduce max %[[WEIGHTED]] axes [0]

// -----

// Statistics of the batch inside the model, as the loss has them, are not the
// metric's reductions.
// CHECK-LABEL: func.func @m.eval_step
func.func @m.eval_step(%x: tensor<?xf32, #sinter.enc<batch max 8>>) -> (tensor<f32> {sinter.name = "loss"}, tensor<f32> {sinter.name = "largest"})
    attributes {sinter.role = "eval_step", sinter.owner = "m"} {
  %sum = sinter.reduce sum %x axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  %rows = sinter.broadcast %sum dims [] : tensor<f32> -> tensor<?xf32, #sinter.enc<batch max 8>>
  %normalized = sinter.div %x, %rows : tensor<?xf32, #sinter.enc<batch max 8>>
  %squares = sinter.mul %normalized, %normalized : tensor<?xf32, #sinter.enc<batch max 8>>
  %loss = sinter.reduce sum %squares axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  %largest = sinter.reduce max %normalized axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  // CHECK: sinter.store %{{.*}}, @"m/eval.largest"
  return %loss, %largest : tensor<f32>, tensor<f32>
}
