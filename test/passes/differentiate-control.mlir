// RUN: sinter-opt %s --sinter-differentiate --split-input-file --verify-diagnostics --remark-policy=all --remarks-filter=gradient 2>&1 | FileCheck %s

// Both branches have their adjoints under the same condition. A value that only
// one of them reads has zeros from the other; what neither reads has none.

// CHECK-LABEL: func.func @branch
// CHECK-SAME: %[[X:.*]]: tensor<f32>, %[[Y:.*]]: tensor<f32>, %[[Z:.*]]: tensor<f32>, %[[C:.*]]: tensor<i1>
func.func @branch(%x: tensor<f32>, %y: tensor<f32>, %z: tensor<f32>, %c: tensor<i1>) -> (tensor<f32>, tensor<f32>, tensor<f32>) {
  // CHECK: sinter.if %[[C]] -> (tensor<f32>)
  // CHECK: sinter.print
  %r = sinter.if %c -> (tensor<f32>) {
    sinter.print %x groups [[unit]] : tensor<f32>
    %0 = sinter.mul %x, %y : tensor<f32>
    sinter.yield %0 : tensor<f32>
  } else {
    sinter.yield %x : tensor<f32>
  }
  // CHECK: %[[ONE:.*]] = sinter.splat 1.0
  // CHECK: %[[D:.*]]:2 = sinter.if %[[C]] -> (tensor<f32>, tensor<f32>) {
  // CHECK-NOT: sinter.print
  // CHECK-NEXT: %[[DX:.*]] = sinter.mul %[[ONE]], %[[Y]]
  // CHECK-NEXT: %[[DY:.*]] = sinter.mul %[[ONE]], %[[X]]
  // CHECK-NEXT: sinter.yield %[[DX]], %[[DY]]
  // CHECK-NEXT: } else {
  // CHECK-NEXT: %[[ZERO:.*]] = sinter.splat 0.0
  // CHECK-NEXT: sinter.yield %[[ONE]], %[[ZERO]]
  // CHECK-NEXT: }
  // CHECK: %[[DZ:.*]] = sinter.splat 0.0
  // CHECK: return %[[D]]#0, %[[D]]#1, %[[DZ]]
  %dx, %dy, %dz = sinter.gradient %r wrt(%x, %y, %z) {names = ["x", "y", "z"]} : (tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) -> (tensor<f32>, tensor<f32>, tensor<f32>)
  return %dx, %dy, %dz : tensor<f32>, tensor<f32>, tensor<f32>
}

// -----

// Nothing that varies: the branch is not touched.

// CHECK-LABEL: func.func @constant_branch
// CHECK-COUNT-1: sinter.if
// CHECK-NOT: sinter.if
func.func @constant_branch(%x: tensor<f32>, %y: tensor<f32>, %c: tensor<i1>) -> tensor<f32> {
  %r = sinter.if %c -> (tensor<f32>) {
    sinter.yield %y : tensor<f32>
  } else {
    %0 = sinter.neg %y : tensor<f32>
    sinter.yield %0 : tensor<f32>
  }
  %p = sinter.mul %r, %x : tensor<f32>
  %dx = sinter.gradient %p wrt(%x) {names = ["x"]} : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %dx : tensor<f32>
}

// -----

// The loop counts its trips and keeps what the backward loop reads: %a, but
// not %b. Both gradients use one tape.

// CHECK-LABEL: func.func @tape
func.func @tape(%x: tensor<2xf32>, %w: tensor<2xf32>, %c: tensor<i1>) -> (tensor<2xf32>, tensor<2xf32>) {
  // CHECK: %[[R:.*]]:4 = sinter.while(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}) limit 5 : tensor<2xf32>, tensor<2xf32>, tensor<i64>, tensor<5x2xf32>
  // CHECK: } body {
  // CHECK: ^bb0(%[[A:.*]]: tensor<2xf32>, %{{.*}}: tensor<2xf32>, %[[N:.*]]: tensor<i64>, %[[TAPE:.*]]: tensor<5x2xf32>):
  // CHECK: sinter.add %[[N]]
  // CHECK: %[[ROW:.*]] = sinter.reshape %[[A]]
  // CHECK: sinter.insert %[[ROW]] into %[[TAPE]] offsets [0, 0] strides [1, 1] indices(%[[N]]) axes [0]
  // expected-remark @below {{the gradient keeps 'a' of each of up to 5 trips}}
  %r:2 = sinter.while (%x, %x) limit 5 : tensor<2xf32>, tensor<2xf32> cond {
  ^bb0(%a: tensor<2xf32>, %b: tensor<2xf32>):
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%a: tensor<2xf32> loc("a"), %b: tensor<2xf32> loc("b")):
    %0 = sinter.sin %a : tensor<2xf32>
    %1 = sinter.mul %0, %w : tensor<2xf32>
    %2 = sinter.add %b, %b : tensor<2xf32>
    sinter.yield %1, %2 : tensor<2xf32>, tensor<2xf32>
  }
  // CHECK: sinter.while(%[[R]]#2, %{{.*}}) limit 5 : tensor<i64>, tensor<2xf32>
  // CHECK: sinter.gather %[[R]]#3
  // CHECK-NOT: sinter.insert
  %dx = sinter.gradient %r#0 wrt(%x) seed(%x) {names = ["x"]} : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  // CHECK: sinter.while(%[[R]]#2, %{{.*}}, %{{.*}}) limit 5 : tensor<i64>, tensor<2xf32>, tensor<2xf32>
  // CHECK: sinter.gather %[[R]]#3
  %dw = sinter.gradient %r#0 wrt(%w) seed(%x) {names = ["w"]} : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %dx, %dw : tensor<2xf32>, tensor<2xf32>
}

// -----

// A linear loop needs nothing but its count.

// CHECK-LABEL: func.func @linear
// CHECK: sinter.while(%{{.*}}, %{{.*}}) limit 64 : tensor<f32>, tensor<i64>
// CHECK-NOT: sinter.insert
// CHECK: sinter.while(%{{.*}}, %{{.*}}) limit 64 : tensor<i64>, tensor<f32>
// CHECK-NOT: sinter.gather
func.func @linear(%x: tensor<f32>, %c: tensor<i1>) -> tensor<f32> {
  %two = sinter.splat 2.0 : f32 -> tensor<f32>
  %r = sinter.while (%x) limit 64 : tensor<f32> cond {
  ^bb0(%a: tensor<f32>):
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%a: tensor<f32>):
    %0 = sinter.mul %a, %two : tensor<f32>
    sinter.yield %0 : tensor<f32>
  }
  %dx = sinter.gradient %r wrt(%x) {names = ["x"]} : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %dx : tensor<f32>
}

// -----

// Too much to keep all: one value in 16 is on the tape, behind which
// what the others write lands. Each trip back runs the loop again from
// the row before it.

// CHECK-LABEL: func.func @sparse_tape
func.func @sparse_tape(%x: tensor<1024x1024xf32>, %c: tensor<i1>) -> tensor<1024x1024xf32> {
  // CHECK: %[[R:.*]]:4 = sinter.while(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}) limit 1000 : tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<i64>, tensor<63x1024x1024xf32>
  // CHECK: } body {
  // CHECK: ^bb0(%[[A:.*]]: tensor<1024x1024xf32>, %{{.*}}: tensor<1024x1024xf32>, %[[N:.*]]: tensor<i64>, %[[TAPE:.*]]: tensor<63x1024x1024xf32>):
  // CHECK: %[[ROW:.*]] = sinter.floor_div %[[N]]
  // CHECK: %[[REST:.*]] = sinter.mod %[[N]]
  // CHECK: %[[HAS:.*]] = sinter.compare eq %[[REST]]
  // CHECK: %[[BEHIND:.*]] = sinter.splat 63
  // CHECK: %[[INDEX:.*]] = sinter.select %[[HAS]], %[[ROW]], %[[BEHIND]]
  // CHECK: %[[VALUE:.*]] = sinter.reshape %[[A]]
  // CHECK: sinter.insert %[[VALUE]] into %[[TAPE]] offsets [0, 0, 0] strides [1, 1, 1] indices(%[[INDEX]]) axes [0]
  // expected-remark @below {{the gradient keeps 'a' of one in 16 of up to 1000 trips and runs the others again: keeping all would take more than 256 MiB}}
  %r:2 = sinter.while (%x, %x) limit 1000 : tensor<1024x1024xf32>, tensor<1024x1024xf32> cond {
  ^bb0(%a: tensor<1024x1024xf32>, %b: tensor<1024x1024xf32>):
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%a: tensor<1024x1024xf32> loc("a"), %b: tensor<1024x1024xf32> loc("b")):
    sinter.print %a groups [[unit]] : tensor<1024x1024xf32>
    %0 = sinter.sin %a : tensor<1024x1024xf32>
    %1 = sinter.exp %b : tensor<1024x1024xf32>
    sinter.yield %0, %1 : tensor<1024x1024xf32>, tensor<1024x1024xf32>
  }
  // CHECK: sinter.while(%[[R]]#2, %{{.*}}) limit 1000
  // CHECK: } body {
  // CHECK: %[[NUMBER:.*]] = sinter.sub
  // CHECK: %[[FROM:.*]] = sinter.floor_div %[[NUMBER]]
  // CHECK: %[[COUNT:.*]] = sinter.mod %[[NUMBER]]
  // CHECK: %[[START:.*]] = sinter.gather %[[R]]#3 indices(%[[FROM]])
  // CHECK: sinter.while(%{{.*}}, %[[START]]) limit 16 : tensor<i64>, tensor<1024x1024xf32>
  // CHECK: sinter.compare lt %{{.*}}, %[[COUNT]]
  // CHECK: sinter.sin
  // CHECK-NOT: sinter.print
  // CHECK-NOT: sinter.exp
  // CHECK: sinter.cos
  %dx = sinter.gradient %r#0 wrt(%x) seed(%x) {names = ["x"]} : (tensor<1024x1024xf32>, tensor<1024x1024xf32>, tensor<1024x1024xf32>) -> tensor<1024x1024xf32>
  return %dx : tensor<1024x1024xf32>
}

// -----

// A tape has no room for two values: each trip back begins at the start.

// CHECK-LABEL: func.func @replay
func.func @replay(%x: tensor<8192x8192xf32>, %c: tensor<i1>) -> tensor<8192x8192xf32> {
  // CHECK: %[[R:.*]]:2 = sinter.while(%[[X:.*]], %{{.*}}) limit 1000 : tensor<8192x8192xf32>, tensor<i64>
  // expected-remark @below {{the gradient runs the loop from its start for each of up to 1000 trips: keeping all would take more than 256 MiB}}
  %r = sinter.while (%x) limit 1000 : tensor<8192x8192xf32> cond {
  ^bb0(%a: tensor<8192x8192xf32>):
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%a: tensor<8192x8192xf32> loc("a")):
    %0 = sinter.sin %a : tensor<8192x8192xf32>
    sinter.yield %0 : tensor<8192x8192xf32>
  }
  // CHECK: sinter.while(%[[R]]#1, %{{.*}}) limit 1000
  // CHECK: } body {
  // CHECK: %[[NUMBER:.*]] = sinter.sub
  // CHECK: sinter.while(%{{.*}}, %[[X]]) limit 1000
  // CHECK: sinter.compare lt %{{.*}}, %[[NUMBER]]
  // CHECK: sinter.sin
  // CHECK: sinter.cos
  %dx = sinter.gradient %r wrt(%x) seed(%x) {names = ["x"]} : (tensor<8192x8192xf32>, tensor<8192x8192xf32>, tensor<8192x8192xf32>) -> tensor<8192x8192xf32>
  return %dx : tensor<8192x8192xf32>
}

// -----

// An operation without a rule, inside of a loop.

sinter.kernel @k(%x: tensor<2xf32>) {
  sinter.yield %x : tensor<2xf32>
}
func.func @no_rule(%x: tensor<2xf32>, %c: tensor<i1>) -> tensor<2xf32> {
  %r = sinter.while (%x) limit 4 : tensor<2xf32> cond {
  ^bb0(%a: tensor<2xf32>):
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%a: tensor<2xf32>):
    // expected-error @+1 {{'sinter.launch' has no gradient}}
    %y = sinter.launch @k(%a) : (tensor<2xf32>) -> tensor<2xf32>
    sinter.yield %y : tensor<2xf32>
  }
  // expected-note @+1 {{needed by the gradient of 'w'}}
  %dx = sinter.gradient %r wrt(%x) seed(%x) {names = ["w"]} : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %dx : tensor<2xf32>
}

// -----

// Back through the trips before this one: not from inside of the loop.

func.func @from_inside(%x: tensor<2xf32>, %c: tensor<i1>) -> tensor<2xf32> {
  %r = sinter.while (%x) limit 4 : tensor<2xf32> cond {
  ^bb0(%a: tensor<2xf32>):
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%a: tensor<2xf32>):
    %y = sinter.mul %a, %a : tensor<2xf32>
    // expected-error @+1 {{the gradient with respect to 'x' is taken inside of a 'while' whose variables depend on it; take it after the loop}}
    %d = sinter.gradient %y wrt(%x) seed(%a) {names = ["x"]} : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    sinter.yield %d : tensor<2xf32>
  }
  return %r : tensor<2xf32>
}
