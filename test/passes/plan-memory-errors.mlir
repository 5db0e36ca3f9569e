// RUN: sinter-opt %s --sinter-plan-memory --split-input-file --verify-diagnostics

func.func @not_outlined(%x: tensor<2xf32>) -> tensor<2xf32> {
  // expected-error @+1 {{must be outlined before memory is planned}}
  %y = sinter.neg %x : tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

sinter.global param @w : tensor<2xf32> {label = "w", owner = "o"}
func.func @not_scheduled(%x: tensor<2xf32>) {
  // expected-error @+1 {{must store a launch result of its own; run sinter-schedule}}
  sinter.store %x, @w : tensor<2xf32>
  return
}

// -----

// Nearly 2^45 bytes and nearly 2^46 more.

sinter.global param @a : tensor<2147483647x4096xf32> {label = "a", owner = "o"}
// expected-error @+1 {{is past the limit of 70368744177664 bytes for all storage}}
sinter.global param @b : tensor<2147483647x8192xf32> {label = "b", owner = "o"}

// -----

// expected-error @+1 {{needs more than the limit of 70368744177664 bytes of arena}}
func.func @huge(%x: tensor<2147483647x4096xf32>, %y: tensor<2147483647x4096xf32>, %z: tensor<2147483647x4096xf32>) {
  return
}
