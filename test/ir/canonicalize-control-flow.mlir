// RUN: sinter-opt %s --canonicalize --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @known_condition
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>)
func.func @known_condition(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %true = sinter.splat true -> tensor<i1>
  %false = sinter.constant dense<false> : tensor<i1>
  // CHECK-NOT: sinter.if
  // CHECK: sinter.print groups
  // CHECK-NEXT: %[[E:.*]] = sinter.exp %[[X]]
  // CHECK-NEXT: %[[N:.*]] = sinter.neg %[[E]]
  // CHECK-NEXT: return %[[E]], %[[N]]
  %r = sinter.if %true -> (tensor<4xf32>) {
    sinter.print groups [["yes"]]
    %e = sinter.exp %x : tensor<4xf32>
    sinter.yield %e : tensor<4xf32>
  } else {
    sinter.yield %x : tensor<4xf32>
  }
  %s = sinter.if %false -> (tensor<4xf32>) {
    sinter.print groups [["never"]]
    sinter.yield %x : tensor<4xf32>
  } else {
    %n = sinter.neg %r : tensor<4xf32>
    sinter.yield %n : tensor<4xf32>
  }
  return %r, %s : tensor<4xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @results
// CHECK-SAME: (%[[C:[a-z0-9]+]]: tensor<i1>, %[[X:[a-z0-9]+]]: tensor<4xf32>)
func.func @results(%c: tensor<i1>, %x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // Result 0 is one value either way, result 2 has no use.
  // CHECK: %[[R:.*]] = sinter.if %[[C]] -> (tensor<4xf32>) {
  // CHECK-NEXT: sinter.yield %[[X]] :
  // CHECK-NEXT: } else {
  // CHECK-NEXT: %[[N:.*]] = sinter.neg %[[X]]
  // CHECK-NEXT: sinter.yield %[[N]] :
  // CHECK: return %[[X]], %[[R]]
  %r:3 = sinter.if %c -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
    %e = sinter.exp %x : tensor<4xf32>
    sinter.yield %x, %x, %e : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  } else {
    %n = sinter.neg %x : tensor<4xf32>
    sinter.yield %x, %n, %x : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  }
  return %r#0, %r#1 : tensor<4xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @pure_without_results
// CHECK-NEXT: return
func.func @pure_without_results(%c: tensor<i1>, %x: tensor<4xf32>) {
  sinter.if %c {
    %e = sinter.exp %x : tensor<4xf32>
    sinter.yield
  } else {
    sinter.yield
  }
  return
}

// -----

// CHECK-LABEL: func.func @idle_loop
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>)
// CHECK-NEXT: return %[[X]]
func.func @idle_loop(%x: tensor<4xf32>) -> tensor<4xf32> {
  %false = sinter.splat false -> tensor<i1>
  %y = sinter.while(%x) limit 4 : tensor<4xf32> cond {
  ^bb0(%v: tensor<4xf32>):
    sinter.yield %false : tensor<i1>
  } body {
  ^bb0(%v: tensor<4xf32>):
    %w = sinter.neg %v : tensor<4xf32>
    sinter.yield %w : tensor<4xf32>
  }
  return %y : tensor<4xf32>
}

// -----

// A loop may pass its limit, and its condition may print: both stay.
// CHECK-LABEL: func.func @loops_that_stay
func.func @loops_that_stay(%c: tensor<i1>) {
  %false = sinter.splat false -> tensor<i1>
  // CHECK: sinter.while() limit 4 cond {
  // CHECK-NEXT: sinter.yield
  sinter.while() limit 4 cond {
    sinter.yield %c : tensor<i1>
  } body {
    sinter.yield
  }
  // CHECK: sinter.while() limit 4 cond {
  // CHECK-NEXT: sinter.print
  sinter.while() limit 4 cond {
    sinter.print groups [["asked"]]
    sinter.yield %false : tensor<i1>
  } body {
    sinter.yield
  }
  return
}

// -----

// %u never changes, %d and what it is made of reach nothing; %p is printed.
// CHECK-LABEL: func.func @carried_values
// CHECK-SAME: (%[[N:[a-z0-9]+]]: tensor<i32>, %[[X:[a-z0-9]+]]: tensor<f32>)
func.func @carried_values(%n: tensor<i32>, %x: tensor<f32>) -> (tensor<f32>, tensor<i32>) {
  %one = sinter.splat 1 : i32 -> tensor<i32>
  // CHECK: %[[R:.*]]:2 = sinter.while(%[[N]], %[[X]]) limit 8 : tensor<i32>, tensor<f32> cond {
  // CHECK-NEXT: ^bb0(%[[K:.*]]: tensor<i32>, %{{.*}}: tensor<f32>):
  // CHECK-NEXT: sinter.compare lt %[[K]], %[[N]]
  // CHECK: body {
  // CHECK-NEXT: ^bb0(%[[L:.*]]: tensor<i32>, %[[P:.*]]: tensor<f32>):
  // CHECK-NEXT: sinter.print %[[P]]
  // CHECK-NEXT: %[[NEXT:.*]] = sinter.add %[[L]]
  // CHECK-NEXT: %[[Q:.*]] = sinter.add %[[P]], %[[X]]
  // CHECK-NEXT: sinter.yield %[[NEXT]], %[[Q]] :
  // CHECK: return %[[X]], %[[R]]#0
  %r:4 = sinter.while(%n, %x, %x, %x) limit 8 : tensor<i32>, tensor<f32>, tensor<f32>, tensor<f32> cond {
  ^bb0(%k: tensor<i32>, %u: tensor<f32>, %d: tensor<f32>, %p: tensor<f32>):
    %c = sinter.compare lt %k, %n : tensor<i32> -> tensor<i1>
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%k: tensor<i32>, %u: tensor<f32>, %d: tensor<f32>, %p: tensor<f32>):
    sinter.print %p groups [[unit]] : tensor<f32>
    %next = sinter.add %k, %one : tensor<i32>
    %e = sinter.exp %d : tensor<f32>
    %s = sinter.add %e, %p : tensor<f32>
    %q = sinter.add %p, %u : tensor<f32>
    sinter.yield %next, %u, %s, %q : tensor<i32>, tensor<f32>, tensor<f32>, tensor<f32>
  }
  return %r#1, %r#0 : tensor<f32>, tensor<i32>
}
