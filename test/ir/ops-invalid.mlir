// RUN: sinter-opt %s --split-input-file --verify-diagnostics

func.func @splat_element() {
  // expected-error @+1 {{number of type 'f32' in a tensor of 'f64'}}
  %0 = sinter.splat 0.0 : f32 -> tensor<4xf64>
  return
}

// -----

func.func @iota_negative_axis() {
  // expected-error @+1 {{axis -1 is not in 'tensor<4xf32>'}}
  %0 = sinter.iota axis -1 start 0.0 step 1.0 : tensor<4xf32>
  return
}

// -----

func.func @iota_axis() {
  // expected-error @+1 {{axis 1 is not in 'tensor<4xf32>'}}
  %0 = sinter.iota axis 1 start 0.0 step 1.0 : tensor<4xf32>
  return
}

// -----

func.func @exp_of_integers(%x: tensor<4xi32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 32-bit float or 64-bit float values}}
  %0 = sinter.exp %x : tensor<4xi32>
  return
}

// -----

func.func @select_shape(%c: tensor<3xi1>, %x: tensor<4xf32>) {
  // expected-error @+1 {{shapes differ}}
  %0 = sinter.select %c, %x, %x : tensor<3xi1>, tensor<4xf32>
  return
}

// -----

func.func @cast_shape(%x: tensor<4xf32>) {
  // expected-error @+1 {{shapes differ}}
  %0 = sinter.cast %x : tensor<4xf32> -> tensor<5xf64>
  return
}

// -----

func.func @broadcast_size(%x: tensor<3xf32>) {
  // expected-error @+1 {{operand dimension 0 of [3] does not fit dimension 1 of [2, 4]}}
  %0 = sinter.broadcast %x dims [1] : tensor<3xf32> -> tensor<2x4xf32>
  return
}

// -----

func.func @broadcast_order(%x: tensor<3x4xf32>) {
  // expected-error @+1 {{dims must increase and lie in the result's rank}}
  %0 = sinter.broadcast %x dims [1, 0] : tensor<3x4xf32> -> tensor<4x3xf32>
  return
}

// -----

func.func @reshape_count(%x: tensor<3x4xf32>) {
  // expected-error @+1 {{cannot reshape [3, 4] to [13]}}
  %0 = sinter.reshape %x : tensor<3x4xf32> -> tensor<13xf32>
  return
}

// -----

func.func @reshape_batch(%x: tensor<?x4xf32, #sinter.enc<batch max 8>>) {
  // expected-error @+1 {{cannot reshape [batch, 4] to [2, batch, 2]}}
  %0 = sinter.reshape %x : tensor<?x4xf32, #sinter.enc<batch max 8>> -> tensor<2x?x2xf32, #sinter.enc<batch max 8>>
  return
}

// -----

func.func @not_a_permutation(%x: tensor<3x4xf32>) {
  // expected-error @+2 {{not a permutation}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = sinter.transpose %x [1, 1] : tensor<3x4xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @slice_leaves(%x: tensor<4xf32>) {
  // expected-error @+1 {{box leaves dimension 0 of [4]}}
  %0 = sinter.slice %x offsets [1] strides [2] : tensor<4xf32> -> tensor<3xf32>
  return
}

// -----

func.func @slice_batch(%x: tensor<?xf32, #sinter.enc<batch max 8>>) {
  // expected-error @+1 {{run-time dimension 0 must be taken whole}}
  %0 = sinter.slice %x offsets [1] strides [1] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<?xf32, #sinter.enc<batch max 8>>
  return
}

// -----

func.func @slice_overflow(%x: tensor<4xf32>) {
  // expected-error @+1 {{bad offset or stride in dimension 0}}
  %0 = sinter.slice %x offsets [1] strides [9223372036854775807] : tensor<4xf32> -> tensor<3xf32>
  return
}

// -----

func.func @concat_unlike(%x: tensor<2x3xf32>, %y: tensor<2x4xf32>) {
  // expected-error @+2 {{dimension 1 of [2, 4] differs}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = sinter.concat %x, %y axis 0 : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @reduce_axes(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{axes must increase and lie in the operand's rank}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = sinter.reduce sum %x axes [1, 0] : tensor<2x3xf32> -> tensor<f32>
  return
}

// -----

func.func @reduce_and_of_floats(%x: tensor<2xf32>) {
  // expected-error @+1 {{and over 'f32'}}
  %0 = sinter.reduce and %x axes [0] : tensor<2xf32> -> tensor<f32>
  return
}

// -----

func.func @argmax_batch(%x: tensor<?xf32, #sinter.enc<batch max 8>>) {
  // expected-error @+2 {{argmax needs a static, non-empty axis}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = sinter.argmax %x axis 0 : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<i32>
  return
}

// -----

func.func @contract_spec(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{spec "ij,jj->i" is not of the form "ab,bc->ac"}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = sinter.contract "ij,jj->i" %x, %x : tensor<2x3xf32>, tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @contract_sizes(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{dimension 'j' is [3] on the left and [2] on the right}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = sinter.contract "ij,jk->ik" %x, %x : tensor<2x3xf32>, tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @contract_letter(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{result dimension 'k' is in no operand}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = sinter.contract "ij,ij->k" %x, %x : tensor<2x3xf32>, tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @pick_rows(%x: tensor<2x3xf32>, %i: tensor<3xi32>) {
  // expected-error @+2 {{pick needs one index for each row of [2]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = sinter.pick %x, %i : tensor<2x3xf32>, tensor<3xi32> -> tensor<2xf32>
  return
}

// -----

func.func @softmax_scalar(%x: tensor<f32>) {
  // expected-error @+1 {{needs rows of static size}}
  %0 = sinter.softmax %x : tensor<f32>
  return
}
