// RUN: sinter-opt %s --sinter-kernel-pipeline=fuse=true --sinter-plan-pipeline --split-input-file | FileCheck %s
// RUN: sinter-opt %s --sinter-outline-kernels --sinter-schedule=reorder=false --sinter-plan-memory=in-place=false --sinter-verify-plan --split-input-file | FileCheck %s --check-prefix=PLAIN

// An element is written where the carried tensor stands: no copy in the loop,
// and none before it, because nothing else needs the start.

// CHECK-LABEL: func.func @element_writes
// CHECK: %[[START:.*]] = sinter.launch @copy_{{.*}}() at [#sinter.buffer<arena, [[C:[0-9]+]]>] : () -> tensor<1000xf32>
// CHECK: sinter.while(%{{.*}}, %[[START]]) limit 1000 at [#sinter.buffer<arena, [[I:[0-9]+]]>, #sinter.buffer<arena, [[C]]>]
// CHECK: body {
// CHECK-NEXT: ^bb0(%[[K:.*]]: tensor<i32>, %[[V:.*]]: tensor<1000xf32>):
// CHECK-NEXT: %[[E:.*]] = sinter.launch @gather_
// CHECK-NEXT: %[[W:.*]] = sinter.launch @insert_{{.*}}(%{{.*}}, %[[V]], %[[K]]) at [#sinter.buffer<arena, [[C]]>]
// CHECK-NEXT: %[[NEXT:.*]] = sinter.launch @add_{{.*}}(%[[K]]) at [#sinter.buffer<arena, [[I]]>]
// CHECK-NEXT: sinter.yield %[[NEXT]], %[[W]]
// PLAIN-LABEL: func.func @element_writes
// PLAIN: sinter.launch @insert_{{.*}} at [#sinter.buffer<arena, [[C:[0-9]+]]>]
// PLAIN: sinter.yield
func.func @element_writes(%a: tensor<1000xf32>) -> tensor<1000xf32> {
  %zero = sinter.splat 0 : i32 -> tensor<i32>
  %one = sinter.splat 1 : i32 -> tensor<i32>
  %end = sinter.splat 1000 : i32 -> tensor<i32>
  %start = sinter.splat 0.0 : f32 -> tensor<1000xf32>
  %n, %y = sinter.while(%zero, %start) limit 1000 : tensor<i32>, tensor<1000xf32> cond {
  ^bb0(%k: tensor<i32>, %v: tensor<1000xf32>):
    %c = sinter.compare lt %k, %end : tensor<i32> -> tensor<i1>
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%k: tensor<i32>, %v: tensor<1000xf32>):
    %e = sinter.gather %a indices(%k) axes [0] : (tensor<1000xf32>, tensor<i32>) -> tensor<f32>
    %box = sinter.reshape %e : tensor<f32> -> tensor<1xf32>
    %w = sinter.insert %box into %v offsets [0] strides [1] indices(%k) axes [0] : (tensor<1xf32>, tensor<1000xf32>, tensor<i32>) -> tensor<1000xf32>
    %next = sinter.add %k, %one : tensor<i32>
    sinter.yield %next, %w : tensor<i32>, tensor<1000xf32>
  }
  return %y : tensor<1000xf32>
}

// -----

// Several writes follow each other in the same place.

// CHECK-LABEL: func.func @two_writes
// CHECK: sinter.while({{.*}}) limit 8 at [#sinter.buffer<arena, [[I:[0-9]+]]>, #sinter.buffer<arena, [[C:[0-9]+]]>]
// CHECK: body {
// CHECK-NEXT: ^bb0(%[[K:.*]]: tensor<i32>, %[[V:.*]]: tensor<8x8xf32>):
// CHECK-NEXT: %[[ROW:.*]] = sinter.launch @insert_{{.*}}(%[[V]], %[[K]]) at [#sinter.buffer<arena, [[C]]>]
// CHECK-NEXT: %[[W:.*]] = sinter.launch @insert_{{.*}}(%[[ROW]], %[[K]]) at [#sinter.buffer<arena, [[C]]>]
// PLAIN-LABEL: func.func @two_writes
// PLAIN: sinter.while({{.*}}) limit 8 at [{{.*}}, #sinter.buffer<arena, [[C:[0-9]+]]>]
// PLAIN: body {
// PLAIN: sinter.launch @insert_{{.*}} at [#sinter.buffer<arena, [[W:[0-9]+]]>]
// PLAIN-NEXT: sinter.launch @insert_{{.*}} at [#sinter.buffer<arena, [[C]]>]
func.func @two_writes(%end: tensor<i32>) -> tensor<8x8xf32> {
  %zero = sinter.splat 0 : i32 -> tensor<i32>
  %one = sinter.splat 1 : i32 -> tensor<i32>
  %start = sinter.splat 0.0 : f32 -> tensor<8x8xf32>
  %twos = sinter.splat 2.0 : f32 -> tensor<1x8xf32>
  %three = sinter.splat 3.0 : f32 -> tensor<1x1xf32>
  %n, %y = sinter.while(%zero, %start) limit 8 : tensor<i32>, tensor<8x8xf32> cond {
  ^bb0(%k: tensor<i32>, %v: tensor<8x8xf32>):
    %c = sinter.compare lt %k, %end : tensor<i32> -> tensor<i1>
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%k: tensor<i32>, %v: tensor<8x8xf32>):
    %row = sinter.insert %twos into %v offsets [0, 0] strides [1, 1] indices(%k) axes [0] : (tensor<1x8xf32>, tensor<8x8xf32>, tensor<i32>) -> tensor<8x8xf32>
    %w = sinter.insert %three into %row offsets [0, 0] strides [1, 1] indices(%k, %k) axes [0, 1] : (tensor<1x1xf32>, tensor<8x8xf32>, tensor<i32>, tensor<i32>) -> tensor<8x8xf32>
    %next = sinter.add %k, %one : tensor<i32>
    sinter.yield %next, %w : tensor<i32>, tensor<8x8xf32>
  }
  return %y : tensor<8x8xf32>
}

// -----

// What the start is read for afterwards is kept; the old tensor, read after the
// write, is kept too.

// CHECK-LABEL: func.func @needed_later
// CHECK-SAME: (%[[X:.*]]: tensor<8xf32> {sinter.buffer = #sinter.buffer<arena, [[AT:[0-9]+]]>}
// CHECK: %[[COPY:.*]] = sinter.launch @copy_{{.*}}(%[[X]]) at [#sinter.buffer<arena, [[V:[0-9]+]]>]
// CHECK: sinter.while(%{{.*}}, %[[COPY]]) limit 8 at [{{.*}}, #sinter.buffer<arena, [[V]]>]
// CHECK: sinter.launch @insert_{{.*}} at [#sinter.buffer<arena, [[W:[0-9]+]]>]
// CHECK: %[[LAST:.*]] = sinter.launch @copy_{{.*}} at [#sinter.buffer<arena, [[V]]>]
// CHECK-NEXT: sinter.yield %{{.*}}, %[[LAST]]
func.func @needed_later(%x: tensor<8xf32>, %end: tensor<i32>) -> tensor<8xf32> {
  %zero = sinter.splat 0 : i32 -> tensor<i32>
  %one = sinter.splat 1 : i32 -> tensor<i32>
  %v1 = sinter.splat 1.0 : f32 -> tensor<1xf32>
  %n, %y = sinter.while(%zero, %x) limit 8 : tensor<i32>, tensor<8xf32> cond {
  ^bb0(%k: tensor<i32>, %v: tensor<8xf32>):
    %c = sinter.compare lt %k, %end : tensor<i32> -> tensor<i1>
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%k: tensor<i32>, %v: tensor<8xf32>):
    %w = sinter.insert %v1 into %v offsets [0] strides [1] indices(%k) axes [0] : (tensor<1xf32>, tensor<8xf32>, tensor<i32>) -> tensor<8xf32>
    sinter.print %w, %v groups [[unit], [unit]] : tensor<8xf32>, tensor<8xf32>
    %next = sinter.add %k, %one : tensor<i32>
    sinter.yield %next, %w : tensor<i32>, tensor<8xf32>
  }
  %z = sinter.add %y, %x : tensor<8xf32>
  return %z : tensor<8xf32>
}

// -----

// Two values change places: by way of a third place.

// CHECK-LABEL: func.func @exchange
// CHECK: sinter.while(%{{.*}}, %{{.*}}, %{{.*}}) limit 8 at [{{.*}}, #sinter.buffer<arena, [[A:[0-9]+]]>, #sinter.buffer<arena, [[B:[0-9]+]]>]
// CHECK: body {
// CHECK-NEXT: ^bb0(%{{.*}}: tensor<i32>, %[[P:.*]]: tensor<4xf32>, %[[Q:.*]]: tensor<4xf32>):
// CHECK: %[[T:.*]] = sinter.launch @copy_{{.*}}(%[[Q]]) at [#sinter.buffer<arena, [[TMP:[0-9]+]]>]
// CHECK: %[[P1:.*]] = sinter.launch @copy_{{.*}}(%[[P]]) at [#sinter.buffer<arena, [[B]]>]
// CHECK: %[[Q1:.*]] = sinter.launch @copy_{{.*}}(%[[T]]) at [#sinter.buffer<arena, [[A]]>]
// CHECK: sinter.yield %{{.*}}, %[[Q1]], %[[P1]]
func.func @exchange(%a: tensor<4xf32>, %b: tensor<4xf32>, %n: tensor<i32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %zero = sinter.splat 0 : i32 -> tensor<i32>
  %one = sinter.splat 1 : i32 -> tensor<i32>
  %k, %x, %y = sinter.while(%zero, %a, %b) limit 8 : tensor<i32>, tensor<4xf32>, tensor<4xf32> cond {
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

// -----

// A value from outside is needed until the last trip: what the body computes
// after reading it does not take its bytes.

// CHECK-LABEL: func.func @outer_value
// CHECK: %[[E:.*]] = sinter.launch @exp_{{.*}} at [#sinter.buffer<arena, [[AT:[0-9]+]]>]
// CHECK: body {
// CHECK: sinter.launch @contract_
// CHECK-NOT: #sinter.buffer<arena, [[AT]]>
// CHECK: return
func.func @outer_value(%x: tensor<4x4xf32>, %c: tensor<i1>) -> tensor<f32> {
  %zero = sinter.splat 0.0 : f32 -> tensor<f32>
  %bound = sinter.splat 100.0 : f32 -> tensor<f32>
  %e = sinter.exp %x : tensor<4x4xf32>
  %y = sinter.while(%zero) limit 8 : tensor<f32> cond {
  ^bb0(%s: tensor<f32>):
    %go = sinter.compare lt %s, %bound : tensor<f32> -> tensor<i1>
    sinter.yield %go : tensor<i1>
  } body {
  ^bb0(%s: tensor<f32>):
    %m = sinter.contract "ij,jk->ik" %e, %e : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
    %t = sinter.contract "ij,jk->ik" %m, %e : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
    %sum = sinter.reduce sum %t axes [0, 1] : tensor<4x4xf32> -> tensor<f32>
    %next = sinter.add %s, %sum : tensor<f32>
    sinter.yield %next : tensor<f32>
  }
  return %y : tensor<f32>
}

// -----

// One branch writes over the value that the other gives back.

// CHECK-LABEL: func.func @branch_in_place
// CHECK: %[[E:.*]] = sinter.launch @exp_{{.*}} at [#sinter.buffer<arena, [[AT:[0-9]+]]>]
// CHECK: sinter.if %{{.*}} at [#sinter.buffer<arena, [[AT]]>] -> (tensor<8xf32>) {
// CHECK-NEXT: %[[N:.*]] = sinter.launch @neg_{{.*}}(%[[E]]) at [#sinter.buffer<arena, [[AT]]>]
// CHECK-NEXT: sinter.yield %[[N]]
// CHECK-NEXT: } else {
// CHECK-NEXT: sinter.yield %[[E]]
func.func @branch_in_place(%x: tensor<8xf32>, %c: tensor<i1>) -> tensor<8xf32> {
  %e = sinter.exp %x : tensor<8xf32>
  %r = sinter.if %c -> (tensor<8xf32>) {
    %n = sinter.neg %e : tensor<8xf32>
    sinter.yield %n : tensor<8xf32>
  } else {
    sinter.yield %e : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}

// -----

// Several writes of a branch, although the other one gives the value back.

// CHECK-LABEL: func.func @writes_in_branches
// CHECK: %[[E:.*]] = sinter.launch @exp_{{.*}} at [#sinter.buffer<arena, [[AT:[0-9]+]]>]
// CHECK: sinter.if %{{.*}} at [#sinter.buffer<arena, [[AT]]>] -> (tensor<8xf32>) {
// CHECK-NEXT: %[[A:.*]] = sinter.launch @insert_{{.*}}(%[[E]], {{.*}}) at [#sinter.buffer<arena, [[AT]]>]
// CHECK-NEXT: %[[B:.*]] = sinter.launch @insert_{{.*}}(%[[A]], {{.*}}) at [#sinter.buffer<arena, [[AT]]>]
// CHECK-NEXT: sinter.yield %[[B]]
// CHECK-NEXT: } else {
// CHECK-NEXT: sinter.yield %[[E]]
func.func @writes_in_branches(%x: tensor<8xf32>, %c: tensor<i1>, %i: tensor<i32>, %j: tensor<i32>) -> tensor<8xf32> {
  %e = sinter.exp %x : tensor<8xf32>
  %one = sinter.splat 1.0 : f32 -> tensor<1xf32>
  %two = sinter.splat 2.0 : f32 -> tensor<1xf32>
  %r = sinter.if %c -> (tensor<8xf32>) {
    %a = sinter.insert %one into %e offsets [0] strides [1] indices(%i) axes [0] : (tensor<1xf32>, tensor<8xf32>, tensor<i32>) -> tensor<8xf32>
    %b = sinter.insert %two into %a offsets [0] strides [1] indices(%j) axes [0] : (tensor<1xf32>, tensor<8xf32>, tensor<i32>) -> tensor<8xf32>
    sinter.yield %b : tensor<8xf32>
  } else {
    sinter.yield %e : tensor<8xf32>
  }
  return %r : tensor<8xf32>
}

// -----

// The other branch reads it elsewhere than it writes: then it is copied.

// CHECK-LABEL: func.func @branch_copies
// CHECK: %[[E:.*]] = sinter.launch @exp_{{.*}} at [#sinter.buffer<arena, [[AT:[0-9]+]]>]
// CHECK: sinter.if %{{.*}} at [#sinter.buffer<arena, [[R:[0-9]+]]>] -> (tensor<4x4xf32>) {
// CHECK-NEXT: sinter.launch @contract_{{.*}}(%[[E]]) at [#sinter.buffer<arena, [[R]]>]
// CHECK: } else {
// CHECK-NEXT: sinter.launch @copy_{{.*}}(%[[E]]) at [#sinter.buffer<arena, [[R]]>]
func.func @branch_copies(%x: tensor<4x4xf32>, %c: tensor<i1>) -> tensor<4x4xf32> {
  %e = sinter.exp %x : tensor<4x4xf32>
  %r = sinter.if %c -> (tensor<4x4xf32>) {
    %m = sinter.contract "ij,jk->ik" %e, %e : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
    sinter.yield %m : tensor<4x4xf32>
  } else {
    sinter.yield %e : tensor<4x4xf32>
  }
  return %r : tensor<4x4xf32>
}

// -----

// A loop may end the call: the symbol changes after it. Loads and constants are
// names of bytes and leave regions.

// CHECK-LABEL: func.func @store_after_loop
// CHECK: sinter.constant
// CHECK: sinter.load @w
// CHECK: sinter.while(
// CHECK: sinter.launch @{{.*}} at [#sinter.buffer<store, 0>]
// CHECK-NEXT: sinter.store
sinter.global state @w : tensor<2xf32> {label = "w", owner = "o"}
func.func @store_after_loop(%s: tensor<f32>) {
  %bound = sinter.splat 100.0 : f32 -> tensor<f32>
  %w = sinter.load @w : tensor<2xf32>
  %new = sinter.neg %w : tensor<2xf32>
  sinter.store %new, @w : tensor<2xf32>
  %y = sinter.while(%s) limit 8 : tensor<f32> cond {
  ^bb0(%v: tensor<f32>):
    %go = sinter.compare lt %v, %bound : tensor<f32> -> tensor<i1>
    sinter.yield %go : tensor<i1>
  } body {
  ^bb0(%v: tensor<f32>):
    %old = sinter.load @w : tensor<2xf32>
    %k = sinter.constant dense<[1.0, 2.0]> : tensor<2xf32>
    %d = sinter.contract "i,i->" %old, %k : tensor<2xf32>, tensor<2xf32> -> tensor<f32>
    sinter.print %d groups [[unit]] : tensor<f32>
    %next = sinter.add %d, %v : tensor<f32>
    sinter.yield %next : tensor<f32>
  }
  return
}

// -----

// What a clock takes the time of stays between its marks, in one kernel with
// nothing outside them.

// CHECK-LABEL: func.func @clock
// CHECK: sinter.launch @exp_
// CHECK: sinter.time_start
// CHECK-NEXT: sinter.launch @neg_
// CHECK-NEXT: sinter.time_stop "neg"
// CHECK-NEXT: sinter.launch @add_
func.func @clock(%x: tensor<8xf32>) -> tensor<8xf32> {
  %e = sinter.exp %x : tensor<8xf32>
  sinter.time_start
  %n = sinter.neg %e : tensor<8xf32>
  sinter.time_stop "neg"
  %r = sinter.add %n, %x : tensor<8xf32>
  return %r : tensor<8xf32>
}
