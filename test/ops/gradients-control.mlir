// RUN: sinter-difftest %s | FileCheck %s
// RUN: sinter-opt %s --sinter-differentiate -o %t.mlir
// RUN: sinter-difftest %t.mlir | FileCheck %s --check-prefix=SECOND
// Gradients of branches and loops against central differences; those that hold
// a gradient themselves, of second order.

// A captured value, one that only a branch reads, and one that neither does.
// CHECK: branch: ok
// CHECK: branch.grad: ok
func.func @branch(%x: tensor<5xf64>, %y: tensor<5xf64>, %z: tensor<5xf64>) -> (tensor<5xf64>, tensor<f64>) {
  %s = sinter.reduce sum %z axes [0] : tensor<5xf64> -> tensor<f64>
  %zero = sinter.splat 0.0 : f64 -> tensor<f64>
  %c = sinter.compare lt %s, %zero : tensor<f64> -> tensor<i1>
  %r:2 = sinter.if %c -> (tensor<5xf64>, tensor<f64>) {
    %0 = sinter.mul %x, %y : tensor<5xf64>
    %1 = sinter.sin %0 : tensor<5xf64>
    sinter.yield %1, %s : tensor<5xf64>, tensor<f64>
  } else {
    %0 = sinter.exp %x : tensor<5xf64>
    %1 = sinter.reduce sum %0 axes [0] : tensor<5xf64> -> tensor<f64>
    sinter.yield %x, %1 : tensor<5xf64>, tensor<f64>
  }
  return %r#0, %r#1 : tensor<5xf64>, tensor<f64>
}

// A trip count known at run time, a captured weight, a value that is carried
// without varying, one that is never read again.
// CHECK: loop: ok
// CHECK: loop.grad: ok
func.func @loop(%x: tensor<4xf64>, %w: tensor<4x4xf64>, %n: tensor<i64> {test.range = [0.0, 6.0]}) -> tensor<4xf64> {
  %zero = sinter.splat 0 : i64 -> tensor<i64>
  %one = sinter.splat 1 : i64 -> tensor<i64>
  %f = sinter.splat 0.5 : f64 -> tensor<4xf64>
  %r:4 = sinter.while (%x, %zero, %f, %x) limit 9 : tensor<4xf64>, tensor<i64>, tensor<4xf64>, tensor<4xf64> cond {
  ^bb0(%a: tensor<4xf64>, %i: tensor<i64>, %b: tensor<4xf64>, %u: tensor<4xf64>):
    %c = sinter.compare lt %i, %n : tensor<i64> -> tensor<i1>
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%a: tensor<4xf64>, %i: tensor<i64>, %b: tensor<4xf64>, %u: tensor<4xf64>):
    %0 = sinter.contract "ij,j->i" %w, %a : tensor<4x4xf64>, tensor<4xf64> -> tensor<4xf64>
    %1 = sinter.tanh %0 : tensor<4xf64>
    %2 = sinter.mul %1, %b : tensor<4xf64>
    %3 = sinter.add %i, %one : tensor<i64>
    %4 = sinter.mul %b, %f : tensor<4xf64>
    %5 = sinter.exp %u : tensor<4xf64>
    sinter.yield %2, %3, %4, %5 : tensor<4xf64>, tensor<i64>, tensor<4xf64>, tensor<4xf64>
  }
  return %r#0 : tensor<4xf64>
}

// Values that pass from one to the other, only one of which has an adjoint.
// CHECK: fibonacci: ok
// CHECK: fibonacci.grad: ok
func.func @fibonacci(%x: tensor<3xf64>, %y: tensor<3xf64>) -> tensor<3xf64> {
  %zero = sinter.splat 0 : i64 -> tensor<i64>
  %one = sinter.splat 1 : i64 -> tensor<i64>
  %n = sinter.splat 5 : i64 -> tensor<i64>
  %r:3 = sinter.while (%x, %y, %zero) limit 5 : tensor<3xf64>, tensor<3xf64>, tensor<i64> cond {
  ^bb0(%a: tensor<3xf64>, %b: tensor<3xf64>, %i: tensor<i64>):
    %c = sinter.compare lt %i, %n : tensor<i64> -> tensor<i1>
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%a: tensor<3xf64>, %b: tensor<3xf64>, %i: tensor<i64>):
    %0 = sinter.mul %a, %b : tensor<3xf64>
    %1 = sinter.add %i, %one : tensor<i64>
    sinter.yield %b, %0, %1 : tensor<3xf64>, tensor<3xf64>, tensor<i64>
  }
  return %r#0 : tensor<3xf64>
}

// A branch in a loop in a loop, with run-time rows.
#enc = #sinter.enc<batch max 9>
// CHECK: nested: ok
// CHECK: nested.grad: ok
func.func @nested(%x: tensor<?x3xf64, #enc>, %w: tensor<3xf64>) -> tensor<?x3xf64, #enc> {
  %zero = sinter.splat 0 : i64 -> tensor<i64>
  %one = sinter.splat 1 : i64 -> tensor<i64>
  %three = sinter.splat 3 : i64 -> tensor<i64>
  %r:2 = sinter.while (%x, %zero) limit 3 : tensor<?x3xf64, #enc>, tensor<i64> cond {
  ^bb0(%a: tensor<?x3xf64, #enc>, %i: tensor<i64>):
    %c = sinter.compare lt %i, %three : tensor<i64> -> tensor<i1>
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%a: tensor<?x3xf64, #enc>, %i: tensor<i64>):
    %s:2 = sinter.while (%a, %zero) limit 3 : tensor<?x3xf64, #enc>, tensor<i64> cond {
    ^bb0(%b: tensor<?x3xf64, #enc>, %j: tensor<i64>):
      %c = sinter.compare lt %j, %i : tensor<i64> -> tensor<i1>
      sinter.yield %c : tensor<i1>
    } body {
    ^bb0(%b: tensor<?x3xf64, #enc>, %j: tensor<i64>):
      %even = sinter.compare eq %j, %zero : tensor<i64> -> tensor<i1>
      %t = sinter.if %even -> (tensor<?x3xf64, #enc>) {
        %ws = sinter.broadcast %w dims [1] : tensor<3xf64> -> tensor<?x3xf64, #enc>
        %0 = sinter.mul %b, %ws : tensor<?x3xf64, #enc>
        sinter.yield %0 : tensor<?x3xf64, #enc>
      } else {
        %0 = sinter.sin %b : tensor<?x3xf64, #enc>
        sinter.yield %0 : tensor<?x3xf64, #enc>
      }
      %1 = sinter.add %j, %one : tensor<i64>
      sinter.yield %t, %1 : tensor<?x3xf64, #enc>, tensor<i64>
    }
    %2 = sinter.tanh %s#0 : tensor<?x3xf64, #enc>
    %3 = sinter.add %i, %one : tensor<i64>
    sinter.yield %2, %3 : tensor<?x3xf64, #enc>, tensor<i64>
  }
  return %r#0 : tensor<?x3xf64, #enc>
}

// A tape of 9 dimensions would be too many: the loop is run from its start.
// CHECK: replayed: ok
// CHECK: replayed.grad: ok
func.func @replayed(%x: tensor<2x1x1x2x1x1x1x1xf64>) -> tensor<2x1x1x2x1x1x1x1xf64> {
  %zero = sinter.splat 0 : i64 -> tensor<i64>
  %one = sinter.splat 1 : i64 -> tensor<i64>
  %n = sinter.splat 4 : i64 -> tensor<i64>
  %r:2 = sinter.while (%x, %zero) limit 5 : tensor<2x1x1x2x1x1x1x1xf64>, tensor<i64> cond {
  ^bb0(%a: tensor<2x1x1x2x1x1x1x1xf64>, %i: tensor<i64>):
    %c = sinter.compare lt %i, %n : tensor<i64> -> tensor<i1>
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%a: tensor<2x1x1x2x1x1x1x1xf64>, %i: tensor<i64>):
    %0 = sinter.sin %a : tensor<2x1x1x2x1x1x1x1xf64>
    %1 = sinter.mul %0, %a : tensor<2x1x1x2x1x1x1x1xf64>
    %2 = sinter.add %i, %one : tensor<i64>
    sinter.yield %1, %2 : tensor<2x1x1x2x1x1x1x1xf64>, tensor<i64>
  }
  return %r#0 : tensor<2x1x1x2x1x1x1x1xf64>
}

// The gradient of a loop, as a value that is differentiated again.
// SECOND: twice.grad: ok
func.func @twice(%x: tensor<3xf64>, %w: tensor<3xf64>, %g: tensor<3xf64>) -> (tensor<3xf64>, tensor<3xf64>) {
  %zero = sinter.splat 0 : i64 -> tensor<i64>
  %one = sinter.splat 1 : i64 -> tensor<i64>
  %n = sinter.splat 3 : i64 -> tensor<i64>
  %r:2 = sinter.while (%x, %zero) limit 5 : tensor<3xf64>, tensor<i64> cond {
  ^bb0(%a: tensor<3xf64>, %i: tensor<i64>):
    %c = sinter.compare lt %i, %n : tensor<i64> -> tensor<i1>
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%a: tensor<3xf64>, %i: tensor<i64>):
    %0 = sinter.mul %a, %w : tensor<3xf64>
    %1 = sinter.sin %0 : tensor<3xf64>
    %2 = sinter.add %i, %one : tensor<i64>
    sinter.yield %1, %2 : tensor<3xf64>, tensor<i64>
  }
  %dx, %dw = sinter.gradient %r#0 wrt(%x, %w) seed(%g) {names = ["x", "w"]} : (tensor<3xf64>, tensor<3xf64>, tensor<3xf64>, tensor<3xf64>) -> (tensor<3xf64>, tensor<3xf64>)
  return %dx, %dw : tensor<3xf64>, tensor<3xf64>
}

// A gradient inside of a loop, with respect to what the loop carries.
// SECOND: inside.grad: ok
func.func @inside(%x: tensor<3xf64>, %w: tensor<3xf64>) -> tensor<3xf64> {
  %zero = sinter.splat 0 : i64 -> tensor<i64>
  %one = sinter.splat 1 : i64 -> tensor<i64>
  %n = sinter.splat 3 : i64 -> tensor<i64>
  %r:2 = sinter.while (%x, %zero) limit 5 : tensor<3xf64>, tensor<i64> cond {
  ^bb0(%a: tensor<3xf64>, %i: tensor<i64>):
    %c = sinter.compare lt %i, %n : tensor<i64> -> tensor<i1>
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%a: tensor<3xf64>, %i: tensor<i64>):
    %0 = sinter.mul %a, %w : tensor<3xf64>
    %1 = sinter.sin %0 : tensor<3xf64>
    %d = sinter.gradient %1 wrt(%a) seed(%a) {names = ["a"]} : (tensor<3xf64>, tensor<3xf64>, tensor<3xf64>) -> tensor<3xf64>
    %2 = sinter.add %i, %one : tensor<i64>
    sinter.yield %d, %2 : tensor<3xf64>, tensor<i64>
  }
  return %r#0 : tensor<3xf64>
}
