// RUN: sinter-opt %s --sinter-split-metrics --split-input-file --verify-diagnostics

// expected-error @+1 {{a step's first result is its loss}}
func.func @m.train_step() attributes {sinter.role = "train_step", sinter.owner = "m"} {
  return
}

// -----

func.func @m.eval_step(%x: tensor<?xf32, #sinter.enc<batch max 8>>) -> (tensor<f32> {sinter.name = "loss"}, tensor<f32> {sinter.name = "product"})
    attributes {sinter.role = "eval_step", sinter.owner = "m"} {
  %loss = sinter.reduce sum %x axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  // expected-error @+1 {{metric 'product': 'prod' over the batch cannot be accumulated over an epoch}}
  %product = sinter.reduce prod %x axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  return %loss, %product : tensor<f32>, tensor<f32>
}

// -----

// The variance wants the mean of the epoch before the second reduction starts.
func.func @m.eval_step(%x: tensor<?xf32, #sinter.enc<batch max 8>>, %y: tensor<?xf32, #sinter.enc<batch max 8>>) -> (tensor<f32> {sinter.name = "loss"}, tensor<f32> {sinter.name = "spread"})
    attributes {sinter.role = "eval_step", sinter.owner = "m"} {
  %loss = sinter.reduce sum %x axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  %mean = sinter.reduce sum %y axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  %rows = sinter.broadcast %mean dims [] : tensor<f32> -> tensor<?xf32, #sinter.enc<batch max 8>>
  %centred = sinter.sub %y, %rows : tensor<?xf32, #sinter.enc<batch max 8>>
  // expected-error @+1 {{metric 'spread': a reduction over the batch of another one cannot be accumulated over an epoch}}
  %spread = sinter.reduce max %centred axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  return %loss, %spread : tensor<f32>, tensor<f32>
}

// -----

// The gradient of the loss, which is a mean: its number of rows would be the epoch's.
func.func @m.eval_step(%x: tensor<?xf32, #sinter.enc<batch max 8>>) -> (tensor<f32> {sinter.name = "loss"}, tensor<f32> {sinter.name = "slope"})
    attributes {sinter.role = "eval_step", sinter.owner = "m"} {
  %sum = sinter.reduce sum %x axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  %count = sinter.extent "batch" bound 8
  %rows = sinter.cast %count : tensor<i64> -> tensor<f32>
  %loss = sinter.div %sum, %rows : tensor<f32>
  %share = sinter.broadcast %rows dims [] : tensor<f32> -> tensor<?xf32, #sinter.enc<batch max 8>>
  %slopes = sinter.div %x, %share : tensor<?xf32, #sinter.enc<batch max 8>>
  // expected-error @+1 {{metric 'slope': a reduction over the batch of what depends on its number of rows cannot be accumulated over an epoch}}
  %slope = sinter.reduce sum %slopes axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  return %loss, %slope : tensor<f32>, tensor<f32>
}

// -----

func.func @m.train_step(%x: tensor<?xf32, #sinter.enc<batch max 8>>, %lr: tensor<f64>) -> (tensor<f32> {sinter.name = "loss"}, tensor<f64> {sinter.name = "rate"})
    attributes {sinter.role = "train_step", sinter.owner = "m"} {
  %loss = sinter.reduce sum %x axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  // expected-error @+1 {{metric 'rate' needs a value that only a step has}}
  %rate = sinter.neg %lr : tensor<f64>
  return %loss, %rate : tensor<f32>, tensor<f64>
}

// -----

// expected-error @+1 {{metric 'rate' is a value that only a step has}}
func.func @m.train_step(%x: tensor<?xf32, #sinter.enc<batch max 8>>, %lr: tensor<f64>) -> (tensor<f32> {sinter.name = "loss"}, tensor<f64> {sinter.name = "rate"})
    attributes {sinter.role = "train_step", sinter.owner = "m"} {
  %loss = sinter.reduce sum %x axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  return %loss, %lr : tensor<f32>, tensor<f64>
}

// -----

sinter.global param @w : tensor<3xf32> {label = "w", owner = "m"}
func.func @m.eval_step(%x: tensor<?xf32, #sinter.enc<batch max 8>>) -> (tensor<f32> {sinter.name = "loss"}, tensor<3xf32> {sinter.name = "weights"})
    attributes {sinter.role = "eval_step", sinter.owner = "m"} {
  %loss = sinter.reduce sum %x axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  // expected-error @+1 {{metric 'weights' is one number or one for each example, got [3]}}
  %w = sinter.load @w : tensor<3xf32>
  return %loss, %w : tensor<f32>, tensor<3xf32>
}

// -----

// expected-error @+1 {{metrics over two run-time dimensions, 'batch' and 'time'}}
func.func @m.eval_step(%x: tensor<?xf32, #sinter.enc<batch max 8>>, %y: tensor<?xf32, #sinter.enc<time max 8>>) -> (tensor<f32> {sinter.name = "loss"})
    attributes {sinter.role = "eval_step", sinter.owner = "m"} {
  %loss = sinter.reduce sum %x axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  return %loss : tensor<f32>
}
