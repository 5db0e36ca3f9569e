// RUN: sinter-opt %s --sinter-kernel-pipeline --sinter-plan-pipeline --split-input-file --mlir-print-local-scope | FileCheck %s

// The store: an experiment's parameters, state, metrics of training, metrics of
// validation; columns last. All at multiples of 64.

// CHECK: module attributes {sinter.arena_bytes = 0 : i64, sinter.constant_bytes = 0 : i64, sinter.store_bytes = 524 : i64}
// CHECK: column @d.x {{.*}} offset = 512
// CHECK: metric @"e/valid" {{.*}} offset = 320
// CHECK: metric @"e/train" {{.*}} offset = 192
// CHECK: metric @"e/train2" {{.*}} offset = 256
// CHECK: state @"e/m" {{.*}} offset = 128
// CHECK: param @"e/w" {{.*}} offset = 0
// CHECK: frozen @"e/f" {{.*}} offset = 64
// CHECK: param @"o/w" {{.*}} offset = 384
// CHECK: param @"o/empty" {{.*}} offset = 448
// CHECK: param @"o/after" {{.*}} offset = 448
// CHECK: sinter.experiment @e {{.*}}sinter.train_metrics = array<i64: 192, 72>, sinter.valid_metrics = array<i64: 320, 8>
// CHECK: sinter.experiment @o {{.*}}sinter.train_metrics = array<i64: 0, 0>, sinter.valid_metrics = array<i64: 0, 0>
sinter.global column @d.x : tensor<3xf32> {label = "x", owner = "d"}
sinter.global metric @"e/valid" : tensor<f64> {label = "loss", owner = "e"}
sinter.global metric @"e/train" : tensor<f64> {label = "loss", owner = "e"}
sinter.global metric @"e/train2" : tensor<f64> {label = "loss", owner = "e"}
sinter.global state @"e/m" : tensor<f32> {label = "m", owner = "e"}
sinter.global param @"e/w" : tensor<16xf32> {label = "w", owner = "e"}
sinter.global frozen @"e/f" : tensor<16xf32> {label = "f", owner = "e"}
sinter.global param @"o/w" : tensor<2xf32> {label = "w", owner = "o"}
sinter.global param @"o/empty" : tensor<0xf32> {label = "empty", owner = "o"}
sinter.global param @"o/after" : tensor<2xf32> {label = "after", owner = "o"}
sinter.experiment @e {epochs = 1 : i64, batch = 4 : i64, seed = 0 : i64, shuffle = true, train_rows = array<i64: 0, -1>}
sinter.experiment @o {epochs = 1 : i64, batch = 4 : i64, seed = 0 : i64, shuffle = true, train_rows = array<i64: 0, -1>}
func.func @e.train_step() attributes {sinter.role = "train_step", sinter.owner = "e"} {
  %one = sinter.splat 1.0 : f64 -> tensor<f64>
  %a = sinter.load @"e/train" : tensor<f64>
  %b = sinter.load @"e/train2" : tensor<f64>
  %a1 = sinter.add %a, %one : tensor<f64>
  %b1 = sinter.add %b, %one : tensor<f64>
  sinter.store %a1, @"e/train" : tensor<f64>
  sinter.store %b1, @"e/train2" : tensor<f64>
  return
}
func.func @e.eval_step() attributes {sinter.role = "eval_step", sinter.owner = "e"} {
  %one = sinter.splat 1.0 : f64 -> tensor<f64>
  %a = sinter.load @"e/valid" : tensor<f64>
  %a1 = sinter.add %a, %one : tensor<f64>
  sinter.store %a1, @"e/valid" : tensor<f64>
  return
}

// -----

// Constants: each value once in the program.

// CHECK: module attributes {{.*}}sinter.constant_bytes = 72
// CHECK-LABEL: func.func @f
// CHECK: sinter.constant {sinter.buffer = #sinter.buffer<constants, 0>} dense<[1, 2]>
// CHECK: sinter.constant {sinter.buffer = #sinter.buffer<constants, 64>} dense<[3, 4]>
// CHECK-LABEL: func.func @g
// CHECK-SAME: sinter.buffer = #sinter.buffer<constants, 64>
// CHECK: sinter.constant {sinter.buffer = #sinter.buffer<constants, 64>} dense<[3, 4]>
func.func @f() -> (tensor<2xi32>, tensor<2xi32>) {
  %a = sinter.constant dense<[1, 2]> : tensor<2xi32>
  %b = sinter.constant dense<[3, 4]> : tensor<2xi32>
  return %a, %b : tensor<2xi32>, tensor<2xi32>
}
func.func @g() -> tensor<2xi32> {
  %b = sinter.constant dense<[3, 4]> : tensor<2xi32>
  return %b : tensor<2xi32>
}

// -----

// A chain of elementwise launches stays in one buffer, the argument's; the
// arena is the larger function's.

// CHECK: module attributes {sinter.arena_bytes = 4160 : i64
// CHECK-LABEL: func.func @chain
// CHECK-SAME: sinter.buffer = #sinter.buffer<arena, [[X:[0-9]+]]>
// CHECK-SAME: -> (tensor<1024xf32> {sinter.buffer = #sinter.buffer<arena, [[X]]>})
// CHECK-SAME: sinter.arena_bytes = 4096 : i64, sinter.live_bytes = 4096 : i64
// CHECK-COUNT-3: at [#sinter.buffer<arena, [[X]]>]
func.func @chain(%x: tensor<1024xf32>) -> tensor<1024xf32> {
  %a = sinter.exp %x : tensor<1024xf32>
  %b = sinter.neg %a : tensor<1024xf32>
  %c = sinter.mul %b, %b : tensor<1024xf32>
  return %c : tensor<1024xf32>
}
func.func @larger(%x: tensor<1024xf32>) -> tensor<f32> {
  %a = sinter.reduce sum %x axes [0] : tensor<1024xf32> -> tensor<f32>
  return %a : tensor<f32>
}

// -----

// Not in place: the operand is needed later.

// CHECK-LABEL: func.func @needed_later
// CHECK-SAME: sinter.arena_bytes = 128
func.func @needed_later(%x: tensor<16xf32>) -> (tensor<16xf32>, tensor<16xf32>) {
  %a = sinter.exp %x : tensor<16xf32>
  return %a, %x : tensor<16xf32>, tensor<16xf32>
}

// -----

// Not in place: elements of another size.

// CHECK-LABEL: func.func @other_size
// CHECK-SAME: sinter.arena_bytes = 192
func.func @other_size(%x: tensor<16xf32>) -> tensor<16xf64> {
  %a = sinter.cast %x : tensor<16xf32> -> tensor<16xf64>
  return %a : tensor<16xf64>
}

// -----

// In place: i1 and i8 are both one byte.

// CHECK-LABEL: func.func @same_size
// CHECK-SAME: sinter.arena_bytes = 64
func.func @same_size(%x: tensor<64xi8>) -> tensor<64xi1> {
  %a = sinter.cast %x : tensor<64xi8> -> tensor<64xi1>
  return %a : tensor<64xi1>
}

// -----

// Not in place: read through a view.

// CHECK-LABEL: func.func @through_view
// CHECK-SAME: sinter.arena_bytes = 128
func.func @through_view(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %t = sinter.transpose %x [1, 0] : tensor<4x4xf32> -> tensor<4x4xf32>
  %a = sinter.exp %t : tensor<4x4xf32>
  return %a : tensor<4x4xf32>
}

// -----

// Not in place: the kernel is no elementwise one.

// CHECK-LABEL: func.func @no_elementwise
// CHECK-SAME: sinter.arena_bytes = 128
func.func @no_elementwise(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %a = sinter.softmax %x : tensor<4x4xf32>
  return %a : tensor<4x4xf32>
}

// -----

// An update runs in the store.

sinter.global param @w : tensor<4xf32> {label = "w", owner = "o"}
// CHECK-LABEL: func.func @update
// CHECK-SAME: sinter.arena_bytes = 64
// CHECK: %[[W:.*]] = sinter.load @w
// CHECK: %[[NEW:.*]] = sinter.launch @sub_0(%[[W]], %arg0) at [#sinter.buffer<store, 0>]
// CHECK-NEXT: sinter.store %[[NEW]], @w
func.func @update(%g: tensor<4xf32>) {
  %w = sinter.load @w : tensor<4xf32>
  %new = sinter.sub %w, %g : tensor<4xf32>
  sinter.store %new, @w : tensor<4xf32>
  return
}

// -----

// A column is computed in the store and read there; a returned one stays there.

sinter.global column @c : tensor<16xf32> {label = "c", owner = "d"}
// CHECK-LABEL: func.func @column
// CHECK-SAME: -> (tensor<16xf32> {sinter.buffer = #sinter.buffer<store, 0>}, tensor<16xf32> {sinter.buffer = #sinter.buffer<arena, 0>})
// CHECK-SAME: sinter.arena_bytes = 64
func.func @column() -> (tensor<16xf32>, tensor<16xf32>) {
  %i = sinter.iota axis 0 start 0.0 step 1.0 : tensor<16xf32>
  %x = sinter.exp %i : tensor<16xf32>
  sinter.store %x, @c : tensor<16xf32>
  %y = sinter.neg %x : tensor<16xf32>
  return %x, %y : tensor<16xf32>, tensor<16xf32>
}

// -----

// Run-time dimensions take their bounds.

// CHECK-LABEL: func.func @bounded
// CHECK-SAME: sinter.live_bytes = 12288
func.func @bounded(%x: tensor<?x4xf32, #sinter.enc<batch max 256>>) -> tensor<?x4xf64, #sinter.enc<batch max 256>> {
  %y = sinter.cast %x : tensor<?x4xf32, #sinter.enc<batch max 256>> -> tensor<?x4xf64, #sinter.enc<batch max 256>>
  return %y : tensor<?x4xf64, #sinter.enc<batch max 256>>
}

// -----

// Arguments that nothing reads are written all the same.

// CHECK-LABEL: func.func @unused
// CHECK-SAME: sinter.live_bytes = 128
func.func @unused(%x: tensor<16xf32>, %y: tensor<16xf32>) {
  return
}
