// RUN: sinter-opt %s --sinter-outline-kernels --split-input-file --verify-diagnostics

func.func @not_expanded(%x: tensor<f32>) -> tensor<f32> {
  %y = sinter.mul %x, %x : tensor<f32>
  // expected-error @+1 {{cannot be outlined into a kernel}}
  %dx = sinter.gradient %y wrt(%x) {names = ["x"]} : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %dx : tensor<f32>
}

// -----

func.func private @callee()
func.func @calls() {
  // expected-error @+1 {{cannot be outlined into a kernel}}
  func.call @callee() : () -> ()
  return
}
