// RUN: sinter-opt %s --split-input-file --verify-diagnostics

sinter.global param @w : tensor<2xf32> {label = "w", owner = "m"}
sinter.kernel @k(%x: tensor<2xf32>) {
  // expected-error @+1 {{has effects and cannot stand in a kernel}}
  sinter.store %x, @w : tensor<2xf32>
  sinter.yield %x : tensor<2xf32>
}

// -----

func.func @no_kernel(%x: tensor<2xf32>) {
  // expected-error @+1 {{names no sinter.kernel: @k}}
  %0 = sinter.launch @k(%x) : (tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

sinter.kernel @k(%x: tensor<2xf32>) {
  sinter.yield %x : tensor<2xf32>
}
func.func @types(%x: tensor<3xf32>) {
  // expected-error @+1 {{does not match the kernel's types}}
  %0 = sinter.launch @k(%x) : (tensor<3xf32>) -> tensor<3xf32>
  return
}

// -----

sinter.kernel @k(%x: tensor<2xf32>) {
  sinter.yield %x : tensor<2xf32>
}
func.func @buffers(%x: tensor<2xf32>) {
  // expected-error @+1 {{needs 1 buffers, has 0}}
  %0 = sinter.launch @k(%x) at [] : (tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

// expected-error @+1 {{yields nothing}}
sinter.kernel @k(%x: tensor<2xf32>) {
  sinter.yield
}
