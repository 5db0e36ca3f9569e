// RUN: sinter-opt %s --sinter-differentiate --split-input-file --verify-diagnostics

func.func @run_time_product(%x: tensor<?xf32, #sinter.enc<batch max 8>>, %a: tensor<f32>, %b: tensor<f32>) -> tensor<f32> {
  %0 = sinter.broadcast %b dims [] : tensor<f32> -> tensor<?xf32, #sinter.enc<batch max 8>>
  // expected-error @+1 {{a product over the run-time dimension 'batch' has no gradient}}
  %1 = sinter.reduce prod %0 axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
  // expected-note @+1 {{needed by the gradient of 'b'}}
  %da, %db = sinter.gradient %1 wrt(%a, %b) {names = ["a", "b"]} : (tensor<f32>, tensor<f32>, tensor<f32>) -> (tensor<f32>, tensor<f32>)
  return %db : tensor<f32>
}

// -----

sinter.kernel @k(%x: tensor<2xf32>) {
  sinter.yield %x : tensor<2xf32>
}
func.func @no_rule(%x: tensor<2xf32>) -> tensor<2xf32> {
  // expected-error @+1 {{'sinter.launch' has no gradient}}
  %y = sinter.launch @k(%x) : (tensor<2xf32>) -> tensor<2xf32>
  // expected-note @+1 {{needed by the gradient of 'x'}}
  %dx = sinter.gradient %y wrt(%x) seed(%x) {names = ["x"]} : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %dx : tensor<2xf32>
}

// -----

// No gradient is wanted through it: no error.
sinter.kernel @k(%x: tensor<2xf32>) {
  sinter.yield %x : tensor<2xf32>
}
func.func @not_needed(%x: tensor<2xf32>, %w: tensor<2xf32>) -> tensor<2xf32> {
  %y = sinter.launch @k(%x) : (tensor<2xf32>) -> tensor<2xf32>
  %z = sinter.mul %y, %w : tensor<2xf32>
  %dw = sinter.gradient %z wrt(%w) seed(%x) {names = ["w"]} : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %dw : tensor<2xf32>
}

// -----

sinter.global param @w : tensor<f32> {label = "w", owner = "m"}
func.func @in_region(%g: tensor<f32>) {
  sinter.update @w gradient(%g) states [] : tensor<f32> {
  ^bb0(%p: tensor<f32>, %dp: tensor<f32>):
    // expected-error @+1 {{must stand in the one block of a function}}
    %0 = sinter.gradient %p wrt(%p) {names = ["p"]} : (tensor<f32>, tensor<f32>) -> tensor<f32>
    sinter.yield %0 : tensor<f32>
  }
  return
}
