// RUN: sinter-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @branches
func.func @branches(%c: tensor<i1>, %x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: sinter.if %{{.*}} -> (tensor<4xf32>) {
  // CHECK-NEXT: sinter.yield %{{.*}} : tensor<4xf32>
  // CHECK-NEXT: } else {
  %r = sinter.if %c -> (tensor<4xf32>) {
    sinter.yield %x : tensor<4xf32>
  } else {
    %0 = sinter.neg %x : tensor<4xf32>
    sinter.yield %0 : tensor<4xf32>
  }
  // CHECK: sinter.if %{{.*}} {
  // CHECK-NEXT: sinter.print
  // CHECK-NEXT: sinter.yield
  // CHECK-NEXT: } else {
  // CHECK-NEXT: sinter.yield
  sinter.if %c {
    sinter.print %r groups [[unit]] : tensor<4xf32>
    sinter.yield
  } else {
    sinter.yield
  }
  return %r : tensor<4xf32>
}

// CHECK-LABEL: func.func @loop
func.func @loop(%i: tensor<i32>, %x: tensor<4xf32>, %end: tensor<i32>) -> tensor<4xf32> {
  %one = sinter.splat 1 : i32 -> tensor<i32>
  // CHECK: %{{.*}}:2 = sinter.while(%{{.*}}, %{{.*}}) limit 64 : tensor<i32>, tensor<4xf32> cond {
  // CHECK-NEXT: ^bb0(%{{.*}}: tensor<i32>, %{{.*}}: tensor<4xf32>):
  // CHECK: sinter.yield %{{.*}} : tensor<i1>
  // CHECK-NEXT: } body {
  %n, %y = sinter.while(%i, %x) limit 64 : tensor<i32>, tensor<4xf32> cond {
  ^bb0(%k: tensor<i32>, %v: tensor<4xf32>):
    %c = sinter.compare lt %k, %end : tensor<i32> -> tensor<i1>
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%k: tensor<i32>, %v: tensor<4xf32>):
    %next = sinter.add %k, %one : tensor<i32>
    %w = sinter.add %v, %x : tensor<4xf32>
    sinter.yield %next, %w : tensor<i32>, tensor<4xf32>
  }
  return %y : tensor<4xf32>
}

// CHECK-LABEL: func.func @planned
func.func @planned(%c: tensor<i1>) -> tensor<i1> {
  // CHECK: sinter.while() limit 3 cond {
  sinter.while() limit 3 cond {
    sinter.yield %c : tensor<i1>
  } body {
    sinter.yield
  }
  // CHECK: sinter.while(%{{.*}}) limit 3 at [#sinter.buffer<arena, 64>] : tensor<i1> cond {
  %r = sinter.while(%c) limit 3 at [#sinter.buffer<arena, 64>] : tensor<i1> cond {
  ^bb0(%d: tensor<i1>):
    sinter.yield %d : tensor<i1>
  } body {
  ^bb0(%d: tensor<i1>):
    // CHECK: sinter.if %{{.*}} at [#sinter.buffer<arena, 64>] -> (tensor<i1>) {
    %e = sinter.if %d at [#sinter.buffer<arena, 64>] -> (tensor<i1>) {
      sinter.yield %c : tensor<i1>
    } else {
      sinter.yield %d : tensor<i1>
    }
    sinter.yield %e : tensor<i1>
  }
  return %r : tensor<i1>
}

// CHECK-LABEL: func.func @clock
func.func @clock() {
  // CHECK: sinter.time_start
  sinter.time_start
  // CHECK-NEXT: sinter.time_stop "loop"
  sinter.time_stop "loop"
  return
}
