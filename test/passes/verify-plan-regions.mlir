// RUN: sinter-opt %s --sinter-verify-plan --split-input-file --verify-diagnostics

// Sound: the carried value is doubled in place; one branch leaves it.

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 192 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @double(%x: tensor<4xf32>) {
    %y = sinter.add %x, %x : tensor<4xf32>
    sinter.yield %y : tensor<4xf32>
  }
  func.func @f(%x: tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 0>}, %c: tensor<i1> {sinter.buffer = #sinter.buffer<arena, 64>}) {
    %y = sinter.while(%x) limit 4 at [#sinter.buffer<arena, 0>] : tensor<4xf32> cond {
    ^bb0(%v: tensor<4xf32>):
      sinter.yield %c : tensor<i1>
    } body {
    ^bb0(%v: tensor<4xf32>):
      %w = sinter.if %c at [#sinter.buffer<arena, 0>] -> (tensor<4xf32>) {
        %d = sinter.launch @double(%v) at [#sinter.buffer<arena, 0>] : (tensor<4xf32>) -> tensor<4xf32>
        sinter.yield %d : tensor<4xf32>
      } else {
        sinter.yield %v : tensor<4xf32>
      }
      sinter.yield %w : tensor<4xf32>
    }
    sinter.print %y groups [[unit]] : tensor<4xf32>
    return
  }
}

// -----

// The start is not where the loop carries it.

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 192 : i64, sinter.constant_bytes = 0 : i64} {
  func.func @f(%x: tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 0>}, %c: tensor<i1> {sinter.buffer = #sinter.buffer<arena, 64>}) {
    // expected-error @+1 {{value 0 is not where it is carried}}
    %y = sinter.while(%x) limit 4 at [#sinter.buffer<arena, 128>] : tensor<4xf32> cond {
    ^bb0(%v: tensor<4xf32>):
      sinter.yield %c : tensor<i1>
    } body {
    ^bb0(%v: tensor<4xf32>):
      sinter.yield %v : tensor<4xf32>
    }
    return
  }
}

// -----

// The next value is not there either.

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 192 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @double(%x: tensor<4xf32>) {
    %y = sinter.add %x, %x : tensor<4xf32>
    sinter.yield %y : tensor<4xf32>
  }
  func.func @f(%x: tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 0>}, %c: tensor<i1> {sinter.buffer = #sinter.buffer<arena, 64>}) {
    %y = sinter.while(%x) limit 4 at [#sinter.buffer<arena, 0>] : tensor<4xf32> cond {
    ^bb0(%v: tensor<4xf32>):
      sinter.yield %c : tensor<i1>
    } body {
    ^bb0(%v: tensor<4xf32>):
      %d = sinter.launch @double(%v) at [#sinter.buffer<arena, 128>] : (tensor<4xf32>) -> tensor<4xf32>
      // expected-error @+1 {{value 0 is not where it is carried}}
      sinter.yield %d : tensor<4xf32>
    }
    return
  }
}

// -----

// What is read at every trip is written over in the first.

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 192 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @double(%x: tensor<4xf32>) {
    %y = sinter.add %x, %x : tensor<4xf32>
    sinter.yield %y : tensor<4xf32>
  }
  func.func @f(%x: tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 0>}, %c: tensor<i1> {sinter.buffer = #sinter.buffer<arena, 64>}) {
    // expected-note @+1 {{they were written here}}
    sinter.while() limit 4 at [] cond {
      sinter.yield %c : tensor<i1>
    } body {
      // expected-error @+1 {{operand 0 is not in its bytes #sinter.buffer<arena, 0>}}
      %d = sinter.launch @double(%x) at [#sinter.buffer<arena, 0>] : (tensor<4xf32>) -> tensor<4xf32>
      sinter.yield
    }
    return
  }
}

// -----

// The condition writes over what the body needs.

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 192 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @positive(%x: tensor<i1>) {
    %y = sinter.not %x : tensor<i1>
    sinter.yield %y : tensor<i1>
  }
  func.func @f(%c: tensor<i1> {sinter.buffer = #sinter.buffer<arena, 0>}) {
    %y = sinter.while(%c) limit 4 at [#sinter.buffer<arena, 0>] : tensor<i1> cond {
    ^bb0(%v: tensor<i1>):
      // expected-note @+1 {{they were written here}}
      %n = sinter.launch @positive(%v) at [#sinter.buffer<arena, 0>] : (tensor<i1>) -> tensor<i1>
      // expected-error @+1 {{value 0 is not in its bytes #sinter.buffer<arena, 0>}}
      sinter.yield %n : tensor<i1>
    } body {
    ^bb0(%v: tensor<i1>):
      sinter.yield %v : tensor<i1>
    }
    return
  }
}

// -----

// Two values are exchanged without a third place.

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 192 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @copy(%x: tensor<4xf32>) {
    sinter.yield %x : tensor<4xf32>
  }
  func.func @f(%a: tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 0>}, %b: tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 64>}, %c: tensor<i1> {sinter.buffer = #sinter.buffer<arena, 128>}) {
    %y:2 = sinter.while(%a, %b) limit 4 at [#sinter.buffer<arena, 0>, #sinter.buffer<arena, 64>] : tensor<4xf32>, tensor<4xf32> cond {
    ^bb0(%p: tensor<4xf32>, %q: tensor<4xf32>):
      sinter.yield %c : tensor<i1>
    } body {
    ^bb0(%p: tensor<4xf32>, %q: tensor<4xf32>):
      // expected-note @+1 {{they were written here}}
      %p1 = sinter.launch @copy(%q) at [#sinter.buffer<arena, 0>] : (tensor<4xf32>) -> tensor<4xf32>
      // expected-error @+1 {{operand 0 is not in its bytes #sinter.buffer<arena, 0>}}
      %q1 = sinter.launch @copy(%p) at [#sinter.buffer<arena, 64>] : (tensor<4xf32>) -> tensor<4xf32>
      sinter.yield %p1, %q1 : tensor<4xf32>, tensor<4xf32>
    }
    return
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 192 : i64, sinter.constant_bytes = 0 : i64} {
  func.func @f(%a: tensor<20xf32> {sinter.buffer = #sinter.buffer<arena, 0>}, %c: tensor<i1> {sinter.buffer = #sinter.buffer<arena, 128>}) {
    // expected-error @+1 {{result 1 overlaps another result}}
    %r:2 = sinter.if %c at [#sinter.buffer<arena, 0>, #sinter.buffer<arena, 64>] -> (tensor<20xf32>, tensor<20xf32>) {
      sinter.yield %a, %a : tensor<20xf32>, tensor<20xf32>
    } else {
      sinter.yield %a, %a : tensor<20xf32>, tensor<20xf32>
    }
    return
  }
}

// -----

// The then side changes what is read after the branch, which the else side left.

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 192 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @double(%x: tensor<4xf32>) {
    %y = sinter.add %x, %x : tensor<4xf32>
    sinter.yield %y : tensor<4xf32>
  }
  func.func @f(%x: tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 0>}, %c: tensor<i1> {sinter.buffer = #sinter.buffer<arena, 64>}) {
    // expected-note @+1 {{they were written here}}
    sinter.if %c at [] {
      %d = sinter.launch @double(%x) at [#sinter.buffer<arena, 0>] : (tensor<4xf32>) -> tensor<4xf32>
      sinter.print %d groups [[unit]] : tensor<4xf32>
      sinter.yield
    } else {
      sinter.print %x groups [[unit]] : tensor<4xf32>
      sinter.yield
    }
    // expected-error @+1 {{an operand is not in its bytes #sinter.buffer<arena, 0>}}
    sinter.print %x groups [[unit]] : tensor<4xf32>
    return
  }
}

// -----

// The sides of a branch have one place for their result.

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 192 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.kernel @double(%x: tensor<4xf32>) {
    %y = sinter.add %x, %x : tensor<4xf32>
    sinter.yield %y : tensor<4xf32>
  }
  func.func @f(%x: tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 0>}, %c: tensor<i1> {sinter.buffer = #sinter.buffer<arena, 64>}) {
    %r = sinter.if %c at [#sinter.buffer<arena, 128>] -> (tensor<4xf32>) {
      %d = sinter.launch @double(%x) at [#sinter.buffer<arena, 128>] : (tensor<4xf32>) -> tensor<4xf32>
      sinter.yield %d : tensor<4xf32>
    } else {
      // expected-error @+1 {{value 0 is not where it is carried}}
      sinter.yield %x : tensor<4xf32>
    }
    return
  }
}

// -----

module attributes {sinter.store_bytes = 64 : i64, sinter.arena_bytes = 192 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.global state @w : tensor<4xf32> {label = "w", owner = "o", offset = 0 : i64}
  sinter.kernel @double(%x: tensor<4xf32>) {
    %y = sinter.add %x, %x : tensor<4xf32>
    sinter.yield %y : tensor<4xf32>
  }
  func.func @f(%x: tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 0>}, %c: tensor<i1> {sinter.buffer = #sinter.buffer<arena, 64>}) {
    sinter.if %c at [] {
      // expected-error @+1 {{writes where it must not: #sinter.buffer<store, 0>}}
      %d = sinter.launch @double(%x) at [#sinter.buffer<store, 0>] : (tensor<4xf32>) -> tensor<4xf32>
      sinter.yield
    } else {
      sinter.yield
    }
    return
  }
}

// -----

module attributes {sinter.store_bytes = 64 : i64, sinter.arena_bytes = 192 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.global state @w : tensor<4xf32> {label = "w", owner = "o", offset = 0 : i64}
  sinter.kernel @double(%x: tensor<4xf32>) {
    %y = sinter.add %x, %x : tensor<4xf32>
    sinter.yield %y : tensor<4xf32>
  }
  func.func @f(%x: tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 0>}, %c: tensor<i1> {sinter.buffer = #sinter.buffer<arena, 64>}) {
    // expected-note @+1 {{the store changes here}}
    %d = sinter.launch @double(%x) at [#sinter.buffer<store, 0>] : (tensor<4xf32>) -> tensor<4xf32>
    sinter.store %d, @w : tensor<4xf32>
    // expected-error @+1 {{may end the call after the store has changed}}
    sinter.while() limit 4 at [] cond {
      sinter.yield %c : tensor<i1>
    } body {
      sinter.yield
    }
    return
  }
}

// -----

module attributes {sinter.store_bytes = 64 : i64, sinter.arena_bytes = 192 : i64, sinter.constant_bytes = 0 : i64} {
  sinter.global state @w : tensor<4xf32> {label = "w", owner = "o", offset = 0 : i64}
  func.func @f(%c: tensor<i1> {sinter.buffer = #sinter.buffer<arena, 64>}) {
    sinter.if %c at [] {
      // expected-error @+1 {{cannot stand in a region of a planned function}}
      %w = sinter.load @w : tensor<4xf32>
      sinter.yield
    } else {
      sinter.yield
    }
    return
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 0 : i64} {
  func.func @f() {
    // expected-error @+1 {{stops a clock that does not run}}
    sinter.time_stop "a"
    return
  }
}

// -----

module attributes {sinter.store_bytes = 0 : i64, sinter.arena_bytes = 64 : i64, sinter.constant_bytes = 0 : i64} {
  func.func @f(%c: tensor<i1> {sinter.buffer = #sinter.buffer<arena, 0>}) {
    sinter.time_start
    sinter.if %c at [] {
      sinter.time_start
      // expected-error @+1 {{leaves a clock running}}
      sinter.yield
    } else {
      sinter.yield
    }
    sinter.time_stop "a"
    return
  }
}
