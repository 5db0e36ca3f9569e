// RUN: sinter-opt %s --split-input-file --verify-diagnostics --sinter-lower-kernels=cpu=x86-64-v4

// expected-error @below {{has more than one run-time dimension}}
sinter.kernel @two (%x: tensor<?xf32, #sinter.enc<batch max 4>>, %y: tensor<?xf32, #sinter.enc<rows max 4>>) {
  %0 = sinter.contract "a,b->ab" %x, %y : tensor<?xf32, #sinter.enc<batch max 4>>, tensor<?xf32, #sinter.enc<rows max 4>> -> tensor<?x?xf32, #sinter.enc<batch max 4, rows max 4>>
  sinter.yield %0 : tensor<?x?xf32, #sinter.enc<batch max 4, rows max 4>>
}

// -----

// expected-error @below {{was planned with another amount of scratch than it needs for this target}}
sinter.kernel @unselected (%x: tensor<64x784xf32>, %w: tensor<256x784xf32>) {
  %0 = sinter.contract "bi,oi->bo" %x, %w : tensor<64x784xf32>, tensor<256x784xf32> -> tensor<64x256xf32>
  sinter.yield %0 : tensor<64x256xf32>
}

// -----

sinter.kernel @two_roots (%x: tensor<4x4xf32>) {
  // expected-error @below {{cannot share a kernel with another operation}}
  %0 = sinter.reduce sum %x axes [0] : tensor<4x4xf32> -> tensor<4xf32>
  %1 = sinter.softmax %x : tensor<4x4xf32>
  sinter.yield %0, %1 : tensor<4xf32>, tensor<4x4xf32>
}
