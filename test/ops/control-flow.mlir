// RUN: sinter-difftest %s | FileCheck %s
// Branches and loops: what is carried stays in place, is exchanged, or is
// copied where two values of one place are needed at the same time.

// CHECK: choose: ok
// CHECK: choose.grad: ok
func.func @choose(%x: tensor<5x3xf32>, %s: tensor<f32>) -> tensor<5x3xf32> {
  %zero = sinter.splat 0.0 : f32 -> tensor<f32>
  %c = sinter.compare gt %s, %zero : tensor<f32> -> tensor<i1>
  %r = sinter.if %c -> (tensor<5x3xf32>) {
    %e = sinter.exp %x : tensor<5x3xf32>
    %b = sinter.broadcast %s dims [] : tensor<f32> -> tensor<5x3xf32>
    %m = sinter.mul %e, %b : tensor<5x3xf32>
    sinter.yield %m : tensor<5x3xf32>
  } else {
    sinter.yield %x : tensor<5x3xf32>
  }
  %y = sinter.add %r, %x : tensor<5x3xf32>
  return %y : tensor<5x3xf32>
}

// Both results, a constant, an argument and a view from one branch.
// CHECK: several: ok
// CHECK: several.grad: ok
func.func @several(%x: tensor<2x3xf32>, %c: tensor<i1>) -> (tensor<3x2xf32>, tensor<3x2xf32>, tensor<2xi32>) {
  %k = sinter.constant dense<[3, -4]> : tensor<2xi32>
  %r:3 = sinter.if %c -> (tensor<3x2xf32>, tensor<3x2xf32>, tensor<2xi32>) {
    %t = sinter.transpose %x [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
    sinter.yield %t, %t, %k : tensor<3x2xf32>, tensor<3x2xf32>, tensor<2xi32>
  } else {
    %t = sinter.reshape %x : tensor<2x3xf32> -> tensor<3x2xf32>
    %n = sinter.neg %t : tensor<3x2xf32>
    %i = sinter.iota axis 0 start 1.0 step 2.0 : tensor<2xi32>
    sinter.yield %n, %t, %i : tensor<3x2xf32>, tensor<3x2xf32>, tensor<2xi32>
  }
  return %r#0, %r#1, %r#2 : tensor<3x2xf32>, tensor<3x2xf32>, tensor<2xi32>
}

// CHECK: double_until: ok
// CHECK: double_until.grad: ok
func.func @double_until(%x: tensor<7xf32>) -> tensor<7xf32> {
  %bound = sinter.splat 1000.0 : f32 -> tensor<f32>
  %two = sinter.splat 2.0 : f32 -> tensor<7xf32>
  %start = sinter.mul %x, %two : tensor<7xf32>
  %y = sinter.while(%start) limit 64 : tensor<7xf32> cond {
  ^bb0(%v: tensor<7xf32>):
    %q = sinter.mul %v, %v : tensor<7xf32>
    %s = sinter.reduce sum %q axes [0] : tensor<7xf32> -> tensor<f32>
    %c = sinter.compare lt %s, %bound : tensor<f32> -> tensor<i1>
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%v: tensor<7xf32>):
    %w = sinter.mul %v, %two : tensor<7xf32>
    sinter.yield %w : tensor<7xf32>
  }
  return %y : tensor<7xf32>
}

// a, b = b, a, and a rotation of three with a sum that reads all.
// CHECK: exchange: ok
// CHECK: exchange.grad: ok
func.func @exchange(%a: tensor<4xf32>, %b: tensor<4xf32>, %n: tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %zero = sinter.splat 0 : i32 -> tensor<i32>
  %one = sinter.splat 1 : i32 -> tensor<i32>
  %k, %x, %y = sinter.while(%zero, %a, %b) limit 9 : tensor<i32>, tensor<4xf32>, tensor<4xf32> cond {
  ^bb0(%i: tensor<i32>, %p: tensor<4xf32>, %q: tensor<4xf32>):
    %c = sinter.compare lt %i, %n : tensor<i32> -> tensor<i1>
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%i: tensor<i32>, %p: tensor<4xf32>, %q: tensor<4xf32>):
    %next = sinter.add %i, %one : tensor<i32>
    sinter.yield %next, %q, %p : tensor<i32>, tensor<4xf32>, tensor<4xf32>
  }
  return %x, %y : tensor<4xf32>, tensor<4xf32>
}

// CHECK: rotate: ok
// CHECK: rotate.grad: ok
func.func @rotate(%a: tensor<4xf32>, %b: tensor<4xf32>, %c: tensor<4xf32>, %n: tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %zero = sinter.splat 0 : i32 -> tensor<i32>
  %one = sinter.splat 1 : i32 -> tensor<i32>
  %r:5 = sinter.while(%zero, %a, %b, %c, %a) limit 9 : tensor<i32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32> cond {
  ^bb0(%i: tensor<i32>, %p: tensor<4xf32>, %q: tensor<4xf32>, %s: tensor<4xf32>, %t: tensor<4xf32>):
    %go = sinter.compare lt %i, %n : tensor<i32> -> tensor<i1>
    sinter.yield %go : tensor<i1>
  } body {
  ^bb0(%i: tensor<i32>, %p: tensor<4xf32>, %q: tensor<4xf32>, %s: tensor<4xf32>, %t: tensor<4xf32>):
    %next = sinter.add %i, %one : tensor<i32>
    %sum = sinter.add %p, %q : tensor<4xf32>
    %all = sinter.add %sum, %t : tensor<4xf32>
    sinter.yield %next, %q, %s, %p, %all : tensor<i32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  }
  return %r#1, %r#2, %r#3, %r#4 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// Fibonacci: the old and the new value at once; one value twice.
// CHECK: both_sides: ok
func.func @both_sides(%n: tensor<i32>) -> (tensor<i64>, tensor<i64>, tensor<i64>) {
  %zero = sinter.splat 0 : i32 -> tensor<i32>
  %one = sinter.splat 1 : i32 -> tensor<i32>
  %start = sinter.splat 1 : i64 -> tensor<i64>
  %r:4 = sinter.while(%zero, %start, %start, %start) limit 9 : tensor<i32>, tensor<i64>, tensor<i64>, tensor<i64> cond {
  ^bb0(%i: tensor<i32>, %a: tensor<i64>, %b: tensor<i64>, %d: tensor<i64>):
    %go = sinter.compare lt %i, %n : tensor<i32> -> tensor<i1>
    sinter.yield %go : tensor<i1>
  } body {
  ^bb0(%i: tensor<i32>, %a: tensor<i64>, %b: tensor<i64>, %d: tensor<i64>):
    %next = sinter.add %i, %one : tensor<i32>
    %sum = sinter.add %a, %b : tensor<i64>
    sinter.yield %next, %b, %sum, %sum : tensor<i32>, tensor<i64>, tensor<i64>, tensor<i64>
  }
  return %r#1, %r#2, %r#3 : tensor<i64>, tensor<i64>, tensor<i64>
}

// Elements written in nested loops, under a condition, one way or the other.
// CHECK: elements: ok
// CHECK: elements.grad: ok
func.func @elements(%x: tensor<4x5xf32>) -> tensor<4x5xf32> {
  %zero = sinter.splat 0 : i32 -> tensor<i32>
  %one = sinter.splat 1 : i32 -> tensor<i32>
  %rows = sinter.splat 4 : i32 -> tensor<i32>
  %columns = sinter.splat 5 : i32 -> tensor<i32>
  %none = sinter.splat 0.0 : f32 -> tensor<f32>
  %i, %y = sinter.while(%zero, %x) limit 4 : tensor<i32>, tensor<4x5xf32> cond {
  ^bb0(%i: tensor<i32>, %v: tensor<4x5xf32>):
    %go = sinter.compare lt %i, %rows : tensor<i32> -> tensor<i1>
    sinter.yield %go : tensor<i1>
  } body {
  ^bb0(%i: tensor<i32>, %v: tensor<4x5xf32>):
    %j, %w = sinter.while(%zero, %v) limit 5 : tensor<i32>, tensor<4x5xf32> cond {
    ^bb0(%j: tensor<i32>, %u: tensor<4x5xf32>):
      %go = sinter.compare lt %j, %columns : tensor<i32> -> tensor<i1>
      sinter.yield %go : tensor<i1>
    } body {
    ^bb0(%j: tensor<i32>, %u: tensor<4x5xf32>):
      %e = sinter.gather %u indices(%i, %j) axes [0, 1] : (tensor<4x5xf32>, tensor<i32>, tensor<i32>) -> tensor<f32>
      %c = sinter.compare gt %e, %none : tensor<f32> -> tensor<i1>
      %s = sinter.if %c -> (tensor<4x5xf32>) {
        %d = sinter.mul %e, %e : tensor<f32>
        %box = sinter.reshape %d : tensor<f32> -> tensor<1x1xf32>
        %0 = sinter.insert %box into %u offsets [0, 0] strides [1, 1] indices(%i, %j) axes [0, 1] : (tensor<1x1xf32>, tensor<4x5xf32>, tensor<i32>, tensor<i32>) -> tensor<4x5xf32>
        sinter.yield %0 : tensor<4x5xf32>
      } else {
        %first = sinter.compare eq %i, %j : tensor<i32> -> tensor<i1>
        %1 = sinter.if %first -> (tensor<4x5xf32>) {
          %box = sinter.reshape %none : tensor<f32> -> tensor<1x1xf32>
          %2 = sinter.insert %box into %u offsets [0, 0] strides [1, 1] indices(%i, %j) axes [0, 1] : (tensor<1x1xf32>, tensor<4x5xf32>, tensor<i32>, tensor<i32>) -> tensor<4x5xf32>
          sinter.yield %2 : tensor<4x5xf32>
        } else {
          sinter.yield %u : tensor<4x5xf32>
        }
        sinter.yield %1 : tensor<4x5xf32>
      }
      %next = sinter.add %j, %one : tensor<i32>
      sinter.yield %next, %s : tensor<i32>, tensor<4x5xf32>
    }
    %next = sinter.add %i, %one : tensor<i32>
    sinter.yield %next, %w : tensor<i32>, tensor<4x5xf32>
  }
  return %y : tensor<4x5xf32>
}

// Neither branch keeps what it replaces; the loop's start is needed afterwards.
// CHECK: power: ok
// CHECK: power.grad: ok
func.func @power(%a: tensor<3x3xf64>, %n: tensor<i32>) -> (tensor<3x3xf64>, tensor<3x3xf64>) {
  %zero = sinter.splat 0 : i32 -> tensor<i32>
  %one = sinter.splat 1 : i32 -> tensor<i32>
  %two = sinter.splat 2 : i32 -> tensor<i32>
  %start = sinter.tanh %a : tensor<3x3xf64>
  %k, %p = sinter.while(%zero, %start) limit 9 : tensor<i32>, tensor<3x3xf64> cond {
  ^bb0(%i: tensor<i32>, %v: tensor<3x3xf64>):
    %go = sinter.compare lt %i, %n : tensor<i32> -> tensor<i1>
    sinter.yield %go : tensor<i1>
  } body {
  ^bb0(%i: tensor<i32>, %v: tensor<3x3xf64>):
    %odd = sinter.mod %i, %two : tensor<i32>
    %c = sinter.compare eq %odd, %one : tensor<i32> -> tensor<i1>
    %w = sinter.if %c -> (tensor<3x3xf64>) {
      %m = sinter.contract "ij,jk->ik" %v, %start : tensor<3x3xf64>, tensor<3x3xf64> -> tensor<3x3xf64>
      sinter.yield %m : tensor<3x3xf64>
    } else {
      %t = sinter.transpose %v [1, 0] : tensor<3x3xf64> -> tensor<3x3xf64>
      sinter.yield %t : tensor<3x3xf64>
    }
    %next = sinter.add %i, %one : tensor<i32>
    sinter.yield %next, %w : tensor<i32>, tensor<3x3xf64>
  }
  return %p, %start : tensor<3x3xf64>, tensor<3x3xf64>
}

// A run-time dimension goes through a loop.
// CHECK: rows: ok
// CHECK: rows.grad: ok
func.func @rows(%x: tensor<?x3xf32, #sinter.enc<batch max 6>>) -> tensor<?x3xf32, #sinter.enc<batch max 6>> {
  %bound = sinter.splat 50.0 : f32 -> tensor<f32>
  %y = sinter.while(%x) limit 64 : tensor<?x3xf32, #sinter.enc<batch max 6>> cond {
  ^bb0(%v: tensor<?x3xf32, #sinter.enc<batch max 6>>):
    %m = sinter.reduce max %v axes [0, 1] : tensor<?x3xf32, #sinter.enc<batch max 6>> -> tensor<f32>
    %c = sinter.compare lt %m, %bound : tensor<f32> -> tensor<i1>
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%v: tensor<?x3xf32, #sinter.enc<batch max 6>>):
    %s = sinter.mul %v, %v : tensor<?x3xf32, #sinter.enc<batch max 6>>
    %w = sinter.add %s, %x : tensor<?x3xf32, #sinter.enc<batch max 6>>
    %one = sinter.splat 1.0 : f32 -> tensor<?x3xf32, #sinter.enc<batch max 6>>
    %z = sinter.add %w, %one : tensor<?x3xf32, #sinter.enc<batch max 6>>
    sinter.yield %z : tensor<?x3xf32, #sinter.enc<batch max 6>>
  }
  return %y : tensor<?x3xf32, #sinter.enc<batch max 6>>
}
