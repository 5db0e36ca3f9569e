// RUN: sinter-opt %s --split-input-file --verify-diagnostics

func.func @gather_axes(%x: tensor<4x5xf32>, %i: tensor<2xi32>) {
  // expected-error @+2 {{axes must increase and lie in the rank of 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = sinter.gather %x indices(%i) axes [2] : (tensor<4x5xf32>, tensor<2xi32>) -> tensor<2x5xf32>
  return
}

// -----

func.func @gather_axes_order(%x: tensor<4x5xf32>, %i: tensor<2xi32>) {
  // expected-error @+2 {{axes must increase and lie in the rank of 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = sinter.gather %x indices(%i, %i) axes [1, 0] : (tensor<4x5xf32>, tensor<2xi32>, tensor<2xi32>) -> tensor<2xf32>
  return
}

// -----

func.func @gather_count(%x: tensor<4x5xf32>, %i: tensor<2xi32>) {
  // expected-error @+2 {{needs one index for each axis, has 1 for 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = sinter.gather %x indices(%i) axes [0, 1] : (tensor<4x5xf32>, tensor<2xi32>) -> tensor<2xf32>
  return
}

// -----

func.func @gather_nothing(%x: tensor<4x5xf32>) {
  // expected-error @+2 {{needs at least one index}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = sinter.gather %x indices() axes [] : (tensor<4x5xf32>) -> tensor<4x5xf32>
  return
}

// -----

func.func @gather_shapes(%x: tensor<4x5xf32>, %i: tensor<2xi32>, %j: tensor<3xi32>) {
  // expected-error @+2 {{indices differ in shape: [2] and [3]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = sinter.gather %x indices(%i, %j) axes [0, 1] : (tensor<4x5xf32>, tensor<2xi32>, tensor<3xi32>) -> tensor<2xf32>
  return
}

// -----

func.func @gather_result(%x: tensor<4x5xf32>, %i: tensor<2xi32>) {
  // expected-error @+2 {{incompatible with return type}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = "sinter.gather"(%x, %i) {axes = array<i64: 0>} : (tensor<4x5xf32>, tensor<2xi32>) -> tensor<5x2xf32>
  return
}

// -----

func.func @scatter_updates(%g: tensor<2x4xf32>, %i: tensor<2xi32>) {
  // expected-error @+1 {{needs updates of type 'tensor<2x3xf32>', got 'tensor<2x4xf32>'}}
  %0 = sinter.scatter_add %g indices(%i) axes [0] : (tensor<2x4xf32>, tensor<2xi32>) -> tensor<5x3xf32>
  return
}

// -----

func.func @insert_box(%v: tensor<2x2xf32>, %x: tensor<4x5xf32>) {
  // expected-error @+1 {{box leaves dimension 0 of [4, 5]}}
  %0 = sinter.insert %v into %x offsets [3, 0] strides [1, 1] : (tensor<2x2xf32>, tensor<4x5xf32>) -> tensor<4x5xf32>
  return
}

// -----

func.func @insert_thick(%v: tensor<2x2xf32>, %x: tensor<4x5xf32>, %i: tensor<i32>) {
  // expected-error @+1 {{needs size 1, offset 0 and stride 1 along axis 0, which has an index}}
  %0 = sinter.insert %v into %x offsets [0, 0] strides [1, 1] indices(%i) axes [0] : (tensor<2x2xf32>, tensor<4x5xf32>, tensor<i32>) -> tensor<4x5xf32>
  return
}

// -----

func.func @insert_element(%v: tensor<1x2xi32>, %x: tensor<4x5xf32>) {
  // expected-error @+1 {{changes the element type}}
  %0 = sinter.insert %v into %x offsets [0, 0] strides [1, 1] : (tensor<1x2xi32>, tensor<4x5xf32>) -> tensor<4x5xf32>
  return
}

// -----

func.func @insert_ranks(%v: tensor<f32>, %x: tensor<4x5xf32>, %i: tensor<i32>) {
  // expected-error @+1 {{needs an offset and a stride for each dimension}}
  %0 = sinter.insert %v into %x offsets [0, 0] strides [1, 1] indices(%i) axes [0] : (tensor<f32>, tensor<4x5xf32>, tensor<i32>) -> tensor<4x5xf32>
  return
}

// -----

func.func @cumsum_axis(%x: tensor<4xf32>) {
  // expected-error @+1 {{axis 1 is not in 'tensor<4xf32>'}}
  %0 = sinter.cumsum %x axis 1 : tensor<4xf32>
  return
}

// -----

func.func @cumsum_negative_axis(%x: tensor<4xf32>) {
  // expected-error @+1 {{axis -1 is not in 'tensor<4xf32>'}}
  %0 = sinter.cumsum %x axis -1 : tensor<4xf32>
  return
}

// -----

func.func @argsort_batch(%x: tensor<?xf32, #sinter.enc<batch max 8>>) {
  // expected-error @+2 {{argsort needs a static axis}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = sinter.argsort %x axis 0 : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<?xi32, #sinter.enc<batch max 8>>
  return
}

// -----

func.func @solve_shapes(%a: tensor<3x4xf32>, %b: tensor<3x1xf32>) {
  // expected-error @+1 {{needs [..., n, n] and [..., n, m], got [3, 4] and [3, 1]}}
  %0 = sinter.solve %a, %b : tensor<3x4xf32>, tensor<3x1xf32>
  return
}
