// RUN: sinter-opt %s --sinter-verify-plan --split-input-file --verify-diagnostics

// expected-error @+1 {{is not planned: it has no sinter.arena_bytes}}
module attributes {sinter.store_bytes = 0 : i64} {
}

// -----

module attributes {sinter.store_bytes = 128 : i64, sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.global param @a : tensor<20xf32> {label = "a", owner = "o", offset = 0 : i64}
  // expected-error @+1 {{overlaps another global}}
  sinter.global param @b : tensor<4xf32> {label = "b", owner = "o", offset = 64 : i64}
}

// -----

module attributes {sinter.store_bytes = 128 : i64, sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.global param @a : tensor<4xf32> {label = "a", owner = "o", offset = 0 : i64}
  // expected-error @+1 {{the global, 68 bytes at #sinter.buffer<store, 64>, leaves its space of 128 bytes}}
  sinter.global param @b : tensor<17xf32> {label = "b", owner = "o", offset = 64 : i64}
}

// -----

module attributes {sinter.store_bytes = 128 : i64, sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 0 : i64} {
  // expected-error @+1 {{the global is not aligned}}
  sinter.global param @a : tensor<4xf32> {label = "a", owner = "o", offset = 32 : i64}
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 64 : i64} {
  func.func @f() {
    %a = sinter.constant {sinter.buffer = #sinter.buffer<constants, 0>} dense<[1, 2]> : tensor<2xi32>
    // expected-error @+1 {{shares its bytes with another constant}}
    %b = sinter.constant {sinter.buffer = #sinter.buffer<constants, 0>} dense<[1, 3]> : tensor<2xi32>
    return
  }
}

// -----

// The result is written over an operand that is read once more.

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 64 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @exp(%x: tensor<4xf32>) {
    %y = sinter.exp %x : tensor<4xf32>
    sinter.yield %y : tensor<4xf32>
  }
  func.func @f(%x: tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 0>}) {
    // expected-note @+1 {{they were written here}}
    %y = sinter.launch @exp(%x) at [#sinter.buffer<arena, 0>] : (tensor<4xf32>) -> tensor<4xf32>
    // expected-error @+1 {{operand 0 is not in its bytes #sinter.buffer<arena, 0>}}
    %z = sinter.launch @exp(%x) at [#sinter.buffer<arena, 0>] : (tensor<4xf32>) -> tensor<4xf32>
    return
  }
}

// -----

// One byte of overlap is too much.

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 192 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @exp(%x: tensor<17xf32>) {
    %y = sinter.exp %x : tensor<17xf32>
    sinter.yield %y : tensor<17xf32>
  }
  func.func @f(%x: tensor<17xf32> {sinter.buffer = #sinter.buffer<arena, 0>}) {
    // expected-error @+1 {{writes over operand 0 while it reads it}}
    %y = sinter.launch @exp(%x) at [#sinter.buffer<arena, 64>] : (tensor<17xf32>) -> tensor<17xf32>
    return
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 64 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @softmax(%x: tensor<4xf32>) {
    %y = sinter.softmax %x : tensor<4xf32>
    sinter.yield %y : tensor<4xf32>
  }
  func.func @f(%x: tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 0>}) {
    // expected-error @+1 {{writes over operand 0 while it reads it}}
    %y = sinter.launch @softmax(%x) at [#sinter.buffer<arena, 0>] : (tensor<4xf32>) -> tensor<4xf32>
    return
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 192 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @softmax(%x: tensor<4xf32>) attributes {scratch = 8 : i64} {
    %y = sinter.softmax %x : tensor<4xf32>
    sinter.yield %y : tensor<4xf32>
  }
  func.func @f(%x: tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 0>}) {
    // expected-error @+1 {{writes two buffers over each other}}
    %y = sinter.launch @softmax(%x) at [#sinter.buffer<arena, 64>, #sinter.buffer<arena, 64>] : (tensor<4xf32>) -> tensor<4xf32>
    return
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 64 : i64, sinter.constant_bytes = 64 : i64} {
  sinter.kernel @exp(%x: tensor<4xf32>) {
    %y = sinter.exp %x : tensor<4xf32>
    sinter.yield %y : tensor<4xf32>
  }
  func.func @f(%x: tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 0>}) {
    // expected-error @+1 {{writes where it must not}}
    %y = sinter.launch @exp(%x) at [#sinter.buffer<constants, 0>] : (tensor<4xf32>) -> tensor<4xf32>
    return
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 64 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @exp(%x: tensor<4xf32>) {
    %y = sinter.exp %x : tensor<4xf32>
    sinter.yield %y : tensor<4xf32>
  }
  func.func @f(%x: tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 0>}) {
    // expected-error @+1 {{is not planned}}
    %y = sinter.launch @exp(%x) : (tensor<4xf32>) -> tensor<4xf32>
    return
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 64 : i64, sinter.constant_bytes = 0 : i64} {
  // expected-error @+1 {{argument 1 overlaps another argument}}
  func.func @f(%x: tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 0>}, %y: tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 0>}) {
    return
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 64 : i64, sinter.constant_bytes = 0 : i64} {
  // expected-error @+1 {{argument 0 has no buffer}}
  func.func @f(%x: tensor<4xf32>) {
    return
  }
}

// -----

module attributes {sinter.store_bytes = 64 : i64, sinter.arena_bytes = 64 : i64, sinter.constant_bytes = 0 : i64} {
  // expected-error @+1 {{argument 0 is not in the arena}}
  func.func @f(%x: tensor<4xf32> {sinter.buffer = #sinter.buffer<store, 0>}) {
    return
  }
}

// -----

// The result is overwritten before the end.

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 128 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @exp(%x: tensor<4xf32>) {
    %y = sinter.exp %x : tensor<4xf32>
    sinter.yield %y : tensor<4xf32>
  }
  func.func @f(%x: tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 0>}) -> (tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 64>}) {
    %y = sinter.launch @exp(%x) at [#sinter.buffer<arena, 64>] : (tensor<4xf32>) -> tensor<4xf32>
    // expected-note @+1 {{they were written here}}
    %z = sinter.launch @exp(%x) at [#sinter.buffer<arena, 64>] : (tensor<4xf32>) -> tensor<4xf32>
    // expected-error @+1 {{result 0 is not in its bytes}}
    return %y : tensor<4xf32>
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 128 : i64, sinter.constant_bytes = 0 : i64} {
  func.func @f(%x: tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 0>}) -> (tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 64>}) {
    // expected-error @+1 {{result 0 is declared elsewhere}}
    return %x : tensor<4xf32>
  }
}

// -----

// A weight is updated before its last read.

module attributes {sinter.store_bytes = 64 : i64, sinter.arena_bytes = 128 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.global param @w : tensor<4xf32> {label = "w", owner = "o", offset = 0 : i64}
  sinter.kernel @exp(%x: tensor<4xf32>) {
    %y = sinter.exp %x : tensor<4xf32>
    sinter.yield %y : tensor<4xf32>
  }
  func.func @f() -> (tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 0>}) {
    %w = sinter.load @w : tensor<4xf32>
    // expected-note @+1 {{they were written here}}
    %new = sinter.launch @exp(%w) at [#sinter.buffer<store, 0>] : (tensor<4xf32>) -> tensor<4xf32>
    sinter.store %new, @w : tensor<4xf32>
    // expected-error @+1 {{operand 0 is not in its bytes #sinter.buffer<store, 0>}}
    %y = sinter.launch @exp(%w) at [#sinter.buffer<arena, 0>] : (tensor<4xf32>) -> tensor<4xf32>
    return %y : tensor<4xf32>
  }
}

// -----

// The store changes before a guard.

module attributes {sinter.store_bytes = 64 : i64, sinter.arena_bytes = 64 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.global param @w : tensor<f32> {label = "w", owner = "o", offset = 0 : i64}
  sinter.kernel @exp(%x: tensor<f32>) {
    %y = sinter.exp %x : tensor<f32>
    sinter.yield %y : tensor<f32>
  }
  func.func @f(%loss: tensor<f32> {sinter.buffer = #sinter.buffer<arena, 0>}) {
    // expected-note @+1 {{the store changes here}}
    %new = sinter.launch @exp(%loss) at [#sinter.buffer<store, 0>] : (tensor<f32>) -> tensor<f32>
    sinter.store %new, @w : tensor<f32>
    // expected-error @+1 {{may end the call after the store has changed}}
    sinter.guard %loss named "loss" : tensor<f32>
    return
  }
}

// -----

// What is stored was written elsewhere.

module attributes {sinter.store_bytes = 64 : i64, sinter.arena_bytes = 64 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.global param @w : tensor<f32> {label = "w", owner = "o", offset = 0 : i64}
  sinter.kernel @exp(%x: tensor<f32>) {
    %y = sinter.exp %x : tensor<f32>
    sinter.yield %y : tensor<f32>
  }
  func.func @f(%x: tensor<f32> {sinter.buffer = #sinter.buffer<arena, 0>}) {
    %new = sinter.launch @exp(%x) at [#sinter.buffer<arena, 0>] : (tensor<f32>) -> tensor<f32>
    sinter.store %new, @w : tensor<f32>
    // expected-error @+1 {{the value of @w is not in its bytes #sinter.buffer<store, 0>}}
    return
  }
}

// -----

// A symbol changes that nothing stores.

module attributes {sinter.store_bytes = 64 : i64, sinter.arena_bytes = 64 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.global param @w : tensor<f32> {label = "w", owner = "o", offset = 0 : i64}
  sinter.kernel @exp(%x: tensor<f32>) {
    %y = sinter.exp %x : tensor<f32>
    sinter.yield %y : tensor<f32>
  }
  func.func @f(%x: tensor<f32> {sinter.buffer = #sinter.buffer<arena, 0>}) {
    // expected-note @+1 {{they were written here}}
    %new = sinter.launch @exp(%x) at [#sinter.buffer<store, 0>] : (tensor<f32>) -> tensor<f32>
    // expected-error @+1 {{the value of @w is not in its bytes #sinter.buffer<store, 0>}}
    return
  }
}

// -----

module attributes {sinter.store_bytes = 64 : i64, sinter.arena_bytes = 64 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.global param @w : tensor<f32> {label = "w", owner = "o", offset = 0 : i64}
  func.func @f(%x: tensor<f32> {sinter.buffer = #sinter.buffer<arena, 0>}) {
    sinter.store %x, @w : tensor<f32>
    // expected-error @+1 {{is the second store of @w}}
    sinter.store %x, @w : tensor<f32>
    return
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 64 : i64, sinter.constant_bytes = 0 : i64} {
  func.func @f(%x: tensor<f32> {sinter.buffer = #sinter.buffer<arena, 0>}) {
    // expected-error @+1 {{cannot stand in a planned function}}
    %y = sinter.neg %x : tensor<f32>
    return
  }
}
