// RUN: sinter-opt %s --sinter-verify-plan --split-input-file --verify-diagnostics

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @view_of_computed(%x: tensor<4xf32>) {
    %y = sinter.exp %x : tensor<4xf32>
    // expected-error @+1 {{is a view of a value the kernel computes}}
    %z = sinter.broadcast %y dims [1] : tensor<4xf32> -> tensor<2x4xf32>
    sinter.yield %z : tensor<2x4xf32>
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @constant(%x: tensor<2xf32>) {
    // expected-error @+1 {{cannot stand in a kernel}}
    %c = sinter.constant dense<[1.0, 2.0]> : tensor<2xf32>
    %y = sinter.add %x, %c : tensor<2xf32>
    sinter.yield %y : tensor<2xf32>
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @two_spaces(%x: tensor<4xf32>, %y: tensor<2xf32>) {
    %a = sinter.exp %x : tensor<4xf32>
    // expected-error @+1 {{has other dimensions than the rest of the kernel}}
    %b = sinter.exp %y : tensor<2xf32>
    sinter.yield %a, %b : tensor<4xf32>, tensor<2xf32>
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 0 : i64} {
  // expected-error @+1 {{yields a value that is not among its results}}
  sinter.kernel @yields_argument(%x: tensor<4xf32>) {
    %a = sinter.exp %x : tensor<4xf32>
    sinter.yield %a, %x : tensor<4xf32>, tensor<4xf32>
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 0 : i64} {
  // expected-error @+1 {{copies more than one value}}
  sinter.kernel @copies(%x: tensor<4xf32>, %y: tensor<4xf32>) {
    sinter.yield %x, %y : tensor<4xf32>, tensor<4xf32>
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 0 : i64} {
  // expected-error @+1 {{yields a value that is not among its results}}
  sinter.kernel @reduce_and_more(%x: tensor<4x4xf32>) {
    %a = sinter.exp %x : tensor<4x4xf32>
    %b = sinter.reduce sum %a axes [0] : tensor<4x4xf32> -> tensor<4xf32>
    sinter.yield %a, %b : tensor<4x4xf32>, tensor<4xf32>
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @two_reductions(%x: tensor<4x4xf32>) {
    // expected-error @+1 {{cannot share a kernel with another operation}}
    %a = sinter.reduce sum %x axes [0] : tensor<4x4xf32> -> tensor<4xf32>
    %b = sinter.reduce sum %a axes [0] : tensor<4xf32> -> tensor<f32>
    sinter.yield %b : tensor<f32>
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @epilogue(%x: tensor<4x4xf32>) {
    // expected-error @+1 {{cannot share a kernel with another operation}}
    %a = sinter.reduce sum %x axes [0] : tensor<4x4xf32> -> tensor<4xf32>
    %b = sinter.softmax %a : tensor<4xf32>
    sinter.yield %b : tensor<4xf32>
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @other_rows(%x: tensor<4x4xf32>, %y: tensor<4x5xf32>) {
    %a = sinter.softmax %x : tensor<4x4xf32>
    // expected-error @+1 {{has other rows than the rest of the kernel}}
    %b = sinter.softmax %y : tensor<4x5xf32>
    sinter.yield %a, %b : tensor<4x4xf32>, tensor<4x5xf32>
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @other_width(%x: tensor<4x4xf32>) {
    %a = sinter.softmax %x : tensor<4x4xf32>
    %w = sinter.cast %x : tensor<4x4xf32> -> tensor<4x4xf64>
    // expected-error @+1 {{has elements of another width than the rest of the kernel}}
    %b = sinter.reduce sum %w axes [1] : tensor<4x4xf64> -> tensor<4xf64>
    sinter.yield %a, %b : tensor<4x4xf32>, tensor<4xf64>
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @other_dimensions(%x: tensor<4x4xf32>, %y: tensor<3xf32>) {
    %a = sinter.softmax %x : tensor<4x4xf32>
    // expected-error @+1 {{has other dimensions than the rest of the kernel}}
    %b = sinter.exp %y : tensor<3xf32>
    sinter.yield %a, %b : tensor<4x4xf32>, tensor<3xf32>
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @other_row(%x: tensor<4x4xf32>) {
    %a = sinter.reduce sum %x axes [1] : tensor<4x4xf32> -> tensor<4xf32>
    // expected-error @+1 {{is a view of a value the kernel computes}}
    %b = sinter.broadcast %a dims [1] : tensor<4xf32> -> tensor<4x4xf32>
    %c = sinter.sub %x, %b : tensor<4x4xf32>
    sinter.yield %c : tensor<4x4xf32>
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 0 : i64} {
  // expected-error @+1 {{yields a value that it does not compute}}
  sinter.kernel @yields_row_argument(%x: tensor<4x4xf32>) {
    %a = sinter.exp %x : tensor<4x4xf32>
    %b = sinter.softmax %a : tensor<4x4xf32>
    sinter.yield %b, %x : tensor<4x4xf32>, tensor<4x4xf32>
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @seed(%x: tensor<i64>) {
    %u = sinter.random uniform %x, %x stream 1 : tensor<f32>
    %a = sinter.cast %u : tensor<f32> -> tensor<i64>
    // expected-error @+1 {{needs a seed and step from outside the kernel}}
    %b = sinter.random normal %a, %x stream 1 : tensor<f32>
    sinter.yield %b : tensor<f32>
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @contract_prologue(%x: tensor<4x4xf32>) {
    %a = sinter.exp %x : tensor<4x4xf32>
    // expected-error @+1 {{has an operand that its kernel computes}}
    %b = sinter.contract "ij,jk->ik" %a, %x : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
    sinter.yield %b : tensor<4x4xf32>
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @deep(%x: tensor<2x5000xf32>) {
    // expected-error @+1 {{sums too many products for an epilogue}}
    %a = sinter.contract "ik,jk->ij" %x, %x : tensor<2x5000xf32>, tensor<2x5000xf32> -> tensor<2x2xf32>
    %b = sinter.exp %a : tensor<2x2xf32>
    sinter.yield %b : tensor<2x2xf32>
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @both_sides(%x: tensor<4xf32>) {
    %a = sinter.exp %x : tensor<4xf32>
    %s = sinter.reduce sum %a axes [] : tensor<4xf32> -> tensor<4xf32>
    // expected-error @+1 {{uses what a reduction in its kernel reduces}}
    %b = sinter.add %a, %s : tensor<4xf32>
    sinter.yield %b : tensor<4xf32>
  }
}
