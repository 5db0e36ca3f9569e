// RUN: sinter-opt %s --sinter-outline-kernels --sinter-schedule --split-input-file --mlir-print-local-scope | FileCheck %s

// The launch that writes a symbol comes after every other read of it and after
// the guard, and needs no copy.

sinter.global param @w : tensor<4xf32> {label = "w", owner = "o"}
// CHECK-LABEL: func.func @after_last_read
// CHECK: %[[W:.*]] = sinter.load @w
// CHECK: %[[READ:.*]] = sinter.launch @mul_{{.*}}(%[[W]], %arg0)
// CHECK: %[[SUM:.*]] = sinter.launch @reduce_sum_{{.*}}(%[[READ]])
// CHECK: sinter.guard %[[SUM]]
// CHECK: %[[NEW:.*]] = sinter.launch @sub_{{.*}}(%[[W]], %arg0)
// CHECK-NEXT: sinter.store %[[NEW]], @w
// CHECK-NEXT: return
func.func @after_last_read(%g: tensor<4xf32>) -> tensor<f32> {
  %w = sinter.load @w : tensor<4xf32>
  %new = sinter.sub %w, %g : tensor<4xf32>
  sinter.store %new, @w : tensor<4xf32>
  %read = sinter.mul %w, %g : tensor<4xf32>
  %sum = sinter.reduce sum %read axes [0] : tensor<4xf32> -> tensor<f32>
  sinter.guard %sum named "loss" : tensor<f32>
  return %sum : tensor<f32>
}

// -----

// The guarded value depends on the new weight: the weight is copied at the end.

sinter.global param @w : tensor<f32> {label = "w", owner = "o"}
// CHECK-LABEL: func.func @guard_needs_new_value
// CHECK: %[[W:.*]] = sinter.load @w
// CHECK: %[[NEW:.*]] = sinter.launch @sub_{{.*}}(%[[W]], %arg0)
// CHECK: sinter.guard %[[NEW]]
// CHECK: %[[COPY:.*]] = sinter.launch @copy_{{.*}}(%[[NEW]])
// CHECK-NEXT: sinter.store %[[COPY]], @w
func.func @guard_needs_new_value(%g: tensor<f32>) {
  %w = sinter.load @w : tensor<f32>
  %new = sinter.sub %w, %g : tensor<f32>
  sinter.store %new, @w : tensor<f32>
  sinter.guard %new named "w" : tensor<f32>
  return
}

// -----

// A contraction reads what it would write over.

sinter.global param @w : tensor<4x4xf32> {label = "w", owner = "o"}
// CHECK-LABEL: func.func @not_in_place
// CHECK: %[[NEW:.*]] = sinter.launch @contract_
// CHECK: %[[COPY:.*]] = sinter.launch @copy_{{.*}}(%[[NEW]])
// CHECK: sinter.store %[[COPY]], @w
func.func @not_in_place() {
  %w = sinter.load @w : tensor<4x4xf32>
  %new = sinter.contract "ij,jk->ik" %w, %w : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  sinter.store %new, @w : tensor<4x4xf32>
  return
}

// -----

// So does an elementwise kernel that reads at another index.

sinter.global param @w : tensor<4x4xf32> {label = "w", owner = "o"}
// CHECK-LABEL: func.func @transposed
// CHECK: %[[NEW:.*]] = sinter.launch @add_
// CHECK: %[[COPY:.*]] = sinter.launch @copy_{{.*}}(%[[NEW]])
// CHECK: sinter.store %[[COPY]], @w
func.func @transposed() {
  %w = sinter.load @w : tensor<4x4xf32>
  %t = sinter.transpose %w [1, 0] : tensor<4x4xf32> -> tensor<4x4xf32>
  %new = sinter.add %w, %t : tensor<4x4xf32>
  sinter.store %new, @w : tensor<4x4xf32>
  return
}

// -----

// Each of two symbols gets the other's value at entry.

sinter.global param @a : tensor<4xf32> {label = "a", owner = "o"}
sinter.global param @b : tensor<4xf32> {label = "b", owner = "o"}
// CHECK-LABEL: func.func @swap
// CHECK-DAG: %[[A:.*]] = sinter.load @a
// CHECK-DAG: %[[B:.*]] = sinter.load @b
// CHECK: %[[B1:.*]] = sinter.launch @copy_0(%[[B]])
// CHECK-NOT: sinter.store
// CHECK: %[[A1:.*]] = sinter.launch @copy_0(%[[A]])
// CHECK-NEXT: sinter.store %[[A1]], @b
// CHECK-NEXT: %[[B2:.*]] = sinter.launch @copy_0(%[[B1]])
// CHECK-NEXT: sinter.store %[[B2]], @a
func.func @swap() {
  %a = sinter.load @a : tensor<4xf32>
  %b = sinter.load @b : tensor<4xf32>
  sinter.store %a, @b : tensor<4xf32>
  sinter.store %b, @a : tensor<4xf32>
  return
}

// -----

// Tied updates: each new value needs both old ones.

sinter.global param @a : tensor<4xf32> {label = "a", owner = "o"}
sinter.global param @b : tensor<4xf32> {label = "b", owner = "o"}
// CHECK-LABEL: func.func @tied
// CHECK-DAG: %[[A:.*]] = sinter.load @a
// CHECK-DAG: %[[B:.*]] = sinter.load @b
// CHECK: %[[DIFFERENCE:.*]] = sinter.launch @sub_{{.*}}(%[[A]], %[[B]])
// CHECK: %[[SUM:.*]] = sinter.launch @add_{{.*}}(%[[A]], %[[B]])
// CHECK-NEXT: sinter.store %[[SUM]], @a
// CHECK: %[[COPY:.*]] = sinter.launch @copy_{{.*}}(%[[DIFFERENCE]])
// CHECK-NEXT: sinter.store %[[COPY]], @b
func.func @tied() {
  %a = sinter.load @a : tensor<4xf32>
  %b = sinter.load @b : tensor<4xf32>
  %sum = sinter.add %a, %b : tensor<4xf32>
  %difference = sinter.sub %a, %b : tensor<4xf32>
  sinter.store %sum, @a : tensor<4xf32>
  sinter.store %difference, @b : tensor<4xf32>
  return
}

// -----

// A returned load keeps the value at entry; one value stored twice, an argument
// and a constant are copied; storing a symbol's own value does nothing.

sinter.global param @a : tensor<2xf32> {label = "a", owner = "o"}
sinter.global param @b : tensor<2xf32> {label = "b", owner = "o"}
sinter.global param @c : tensor<2xf32> {label = "c", owner = "o"}
sinter.global param @d : tensor<2xf32> {label = "d", owner = "o"}
sinter.global param @e : tensor<2xf32> {label = "e", owner = "o"}
// CHECK-LABEL: func.func @copies
// CHECK: %[[CONSTANT:.*]] = sinter.constant
// CHECK: %[[A:.*]] = sinter.load @a
// CHECK-NOT: @e
// CHECK-DAG: %[[ARG:.*]] = sinter.launch @copy_1(%arg0)
// CHECK-DAG: sinter.store %[[ARG]], @c
// CHECK-DAG: %[[C:.*]] = sinter.launch @copy_1(%[[CONSTANT]])
// CHECK-DAG: sinter.store %[[C]], @d
// CHECK: %[[OLD:.*]] = sinter.launch @copy_1(%[[A]])
// CHECK: %[[NEW:.*]] = sinter.launch @neg_0(%arg0)
// CHECK-NEXT: sinter.store %[[NEW]], @a
// CHECK: %[[NEW2:.*]] = sinter.launch @copy_1(%[[NEW]])
// CHECK-NEXT: sinter.store %[[NEW2]], @b
// CHECK: return %[[OLD]]
func.func @copies(%x: tensor<2xf32>) -> tensor<2xf32> {
  %constant = sinter.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %a = sinter.load @a : tensor<2xf32>
  %e = sinter.load @e : tensor<2xf32>
  %new = sinter.neg %x : tensor<2xf32>
  sinter.store %new, @a : tensor<2xf32>
  sinter.store %new, @b : tensor<2xf32>
  sinter.store %x, @c : tensor<2xf32>
  sinter.store %constant, @d : tensor<2xf32>
  sinter.store %e, @e : tensor<2xf32>
  return %a : tensor<2xf32>
}

// -----

// Prints and checks keep their order; a store waits for the check, not for the
// print behind it.

sinter.global param @w : tensor<f32> {label = "w", owner = "o"}
// CHECK-LABEL: func.func @effects
// CHECK: sinter.print groups {{\[\[}}"one"]]
// CHECK: sinter.check
// CHECK: %[[NEW:.*]] = sinter.launch @neg_
// CHECK: sinter.store %[[NEW]], @w
// CHECK: sinter.print %[[NEW]]
func.func @effects(%x: tensor<f32>, %ok: tensor<i1>) {
  sinter.print groups [["one"]]
  %new = sinter.neg %x : tensor<f32>
  sinter.store %new, @w : tensor<f32>
  sinter.check %ok sides() text "ok" : tensor<i1>
  sinter.print %new groups [[unit]] : tensor<f32>
  return
}

// -----

// Long chains side by side: one after the other needs half the bytes.

// CHECK-LABEL: func.func @depth_first
// CHECK: %[[A:.*]] = sinter.launch @exp_
// CHECK-NEXT: %[[A1:.*]] = sinter.launch @reduce_sum_{{.*}}(%[[A]])
// CHECK-NEXT: %[[B:.*]] = sinter.launch @neg_
// CHECK-NEXT: %[[B1:.*]] = sinter.launch @reduce_sum_{{.*}}(%[[B]])
func.func @depth_first(%x: tensor<1024xf32>) -> tensor<f32> {
  %a = sinter.exp %x : tensor<1024xf32>
  %b = sinter.neg %x : tensor<1024xf32>
  %c = sinter.abs %x : tensor<1024xf32>
  %a1 = sinter.reduce sum %a axes [0] : tensor<1024xf32> -> tensor<f32>
  %b1 = sinter.reduce sum %b axes [0] : tensor<1024xf32> -> tensor<f32>
  %c1 = sinter.reduce sum %c axes [0] : tensor<1024xf32> -> tensor<f32>
  %s = sinter.add %a1, %b1 : tensor<f32>
  %t = sinter.add %s, %c1 : tensor<f32>
  return %t : tensor<f32>
}
