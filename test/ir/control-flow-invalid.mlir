// RUN: sinter-opt %s --split-input-file --verify-diagnostics

func.func @few_values(%c: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @+1 {{'else' yields 0 values, not 1}}
  %r = sinter.if %c -> (tensor<4xf32>) {
    sinter.yield %x : tensor<4xf32>
  } else {
    sinter.yield
  }
  return
}

// -----

func.func @other_type(%c: tensor<i1>, %x: tensor<3xf32>) {
  // expected-error @+1 {{'then' yields 'tensor<3xf32>' as value 0, not 'tensor<4xf32>'}}
  %r = sinter.if %c -> (tensor<4xf32>) {
    sinter.yield %x : tensor<3xf32>
  } else {
    sinter.yield %x : tensor<3xf32>
  }
  return
}

// -----

func.func @tensor_condition(%x: tensor<4xi1>) {
  // expected-note @-1 {{prior use here}}
  // expected-error @+1 {{expects different type than prior uses: 'tensor<i1>' vs 'tensor<4xi1>'}}
  sinter.if %x {
    sinter.yield
  } else {
    sinter.yield
  }
  return
}

// -----

func.func @no_limit(%c: tensor<i1>) {
  // expected-error @+1 {{limit 0 is below 1}}
  sinter.while() limit 0 cond {
    sinter.yield %c : tensor<i1>
  } body {
    sinter.yield
  }
  return
}

// -----

func.func @condition_type(%c: tensor<4xi1>) {
  // expected-error @+1 {{'cond' yields 'tensor<4xi1>' as value 0, not 'tensor<i1>'}}
  sinter.while() limit 4 cond {
    sinter.yield %c : tensor<4xi1>
  } body {
    sinter.yield
  }
  return
}

// -----

func.func @carried(%c: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @+1 {{its regions take the carried values}}
  %r = sinter.while(%x) limit 4 : tensor<4xf32> cond {
  ^bb0(%v: tensor<4xf32>):
    sinter.yield %c : tensor<i1>
  } body {
    sinter.yield %x : tensor<4xf32>
  }
  return
}

// -----

func.func @next(%c: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @+1 {{'body' yields 2 values, not 1}}
  %r = sinter.while(%x) limit 4 : tensor<4xf32> cond {
  ^bb0(%v: tensor<4xf32>):
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%v: tensor<4xf32>):
    sinter.yield %v, %v : tensor<4xf32>, tensor<4xf32>
  }
  return
}

// -----

func.func @buffers(%c: tensor<i1>) {
  // expected-error @+1 {{needs 0 buffers, has 1}}
  sinter.if %c at [#sinter.buffer<arena, 0>] {
    sinter.yield
  } else {
    sinter.yield
  }
  return
}

// -----

sinter.global state @s : tensor<f32> {label = "s", owner = "m"}
func.func @store(%c: tensor<i1>, %x: tensor<f32>) {
  sinter.if %c {
    // expected-error @+1 {{stands in a region of a sinter.if; symbols change at the end of a function}}
    sinter.store %x, @s : tensor<f32>
    sinter.yield
  } else {
    sinter.yield
  }
  return
}

// -----

func.func @no_yield(%c: tensor<i1>) {
  // expected-error @+1 {{'then' ends in sinter.yield}}
  sinter.if %c {
    func.return
  } else {
    sinter.yield
  }
  return
}
