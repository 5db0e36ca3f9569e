// RUN: sinter-opt %s --split-input-file --verify-diagnostics

func.func @needs_encoding() {
  // expected-error @+1 {{run-time dimensions need names and bounds}}
  %0 = sinter.splat 0.0 : f32 -> tensor<?xf32>
  return
}

// -----

func.func @rank_9() {
  // expected-error @+1 {{rank is above the limit of 8}}
  %0 = sinter.splat 0.0 : f32 -> tensor<1x1x1x1x1x1x1x1x1xf32>
  return
}

// -----

func.func @dim_2_31() {
  // expected-error @+1 {{a dimension is above the limit of 2147483647}}
  %0 = sinter.splat 0.0 : f32 -> tensor<2147483648xf32>
  return
}

// -----

func.func @size_wraps() {
  // expected-error @+1 {{the tensor is larger than}}
  %0 = sinter.splat 0.0 : f32 -> tensor<2147483647x2147483647x2147483647xf32>
  return
}

// -----

func.func @size_wraps_beside_zero() {
  // expected-error @+1 {{the tensor is larger than}}
  %0 = sinter.splat 0.0 : f32 -> tensor<2147483647x0x2147483647x2147483647xf32>
  return
}

// -----

func.func @element_f16() {
  // expected-error @+1 {{'sinter.splat' op result #0 must be ranked tensor of}}
  %0 = sinter.splat 0.0 : f16 -> tensor<4xf16>
  return
}

// -----

// expected-error @+1 {{encoding names 0 run-time dimensions, the shape has 1}}
func.func @names_missing(%x: tensor<?x2xf32, #sinter.enc<order = [1, 0]>>) { return }

// -----

// expected-error @+1 {{order is not a permutation}}
func.func @order_twice(%x: tensor<2x2xf32, #sinter.enc<order = [1, 1]>>) { return }

// -----

// expected-error @+1 {{order has 2 dimensions, the shape 1}}
func.func @order_length(%x: tensor<2xf32, #sinter.enc<order = [1, 0]>>) { return }

// -----

// expected-error @+1 {{bound of 'batch' is -1, expected 0 to 2147483647}}
func.func @negative_bound(%x: tensor<?xf32, #sinter.enc<batch max -1>>) { return }

// -----

// expected-error @+1 {{two bounds for 'batch'}}
func.func @two_bounds(%x: tensor<?x?xf32, #sinter.enc<batch max 1, batch max 2>>) { return }
