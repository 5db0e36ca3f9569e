// RUN: sinter-opt %s --sinter-opt-pipeline --split-input-file | FileCheck %s
// RUN: sinter-opt %s --sinter-reassociate-chains --split-input-file | FileCheck %s --check-prefix=CHAIN
// RUN: sinter-opt %s --sinter-fold-transposes --split-input-file | FileCheck %s --check-prefix=FOLD

// What all trips compute alike is computed once; what changes stays, and so does
// what prints.

// CHECK-LABEL: func.func @hoist
// CHECK: %[[M:.*]] = sinter.contract
// CHECK: sinter.while(
// CHECK-NOT: sinter.contract "ij,jk->ik"
// CHECK: sinter.print
// CHECK: sinter.contract "ij,j->i" %[[M]]
func.func @hoist(%a: tensor<4x4xf32>, %x: tensor<4xf32>, %c: tensor<i1>) -> tensor<4xf32> {
  %y = sinter.while(%x) limit 8 : tensor<4xf32> cond {
  ^bb0(%v: tensor<4xf32>):
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%v: tensor<4xf32>):
    %m = sinter.contract "ij,jk->ik" %a, %a : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
    sinter.print %x groups [[unit]] : tensor<4xf32>
    %w = sinter.contract "ij,j->i" %m, %v : tensor<4x4xf32>, tensor<4xf32> -> tensor<4xf32>
    sinter.yield %w : tensor<4xf32>
  }
  return %y : tensor<4xf32>
}

// -----

// (a b) v costs less as a (b v), but a b is computed once, before the loop.

// CHAIN-LABEL: func.func @product_before_loop
// CHAIN: %[[P:.*]] = sinter.contract "ij,jk->ik"
// CHAIN: sinter.while(
// CHAIN: sinter.contract "ij,j->i" %[[P]]
func.func @product_before_loop(%a: tensor<32x32xf32>, %b: tensor<32x32xf32>, %x: tensor<32xf32>, %c: tensor<i1>) -> tensor<32xf32> {
  %p = sinter.contract "ij,jk->ik" %a, %b : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>
  %y = sinter.while(%x) limit 8 : tensor<32xf32> cond {
  ^bb0(%v: tensor<32xf32>):
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%v: tensor<32xf32>):
    %w = sinter.contract "ij,j->i" %p, %v : tensor<32x32xf32>, tensor<32xf32> -> tensor<32xf32>
    sinter.yield %w : tensor<32xf32>
  }
  return %y : tensor<32xf32>
}

// -----

// A transpose in the loop does not draw the product before it in; one in the
// same list is folded.

// FOLD-LABEL: func.func @transpose_in_loop
// FOLD: %[[P:.*]] = sinter.contract "ij,jk->ik"
// FOLD: sinter.while(
// FOLD: sinter.transpose %[[P]]
// FOLD: sinter.contract "ij,jk->ki"
func.func @transpose_in_loop(%a: tensor<4x4xf32>, %x: tensor<4x4xf32>, %c: tensor<i1>) -> tensor<4x4xf32> {
  %p = sinter.contract "ij,jk->ik" %a, %a : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  %y = sinter.while(%x) limit 8 : tensor<4x4xf32> cond {
  ^bb0(%v: tensor<4x4xf32>):
    sinter.yield %c : tensor<i1>
  } body {
  ^bb0(%v: tensor<4x4xf32>):
    %t = sinter.transpose %p [1, 0] : tensor<4x4xf32> -> tensor<4x4xf32>
    %s = sinter.add %t, %v : tensor<4x4xf32>
    %m = sinter.contract "ij,jk->ik" %s, %s : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
    %w = sinter.transpose %m [1, 0] : tensor<4x4xf32> -> tensor<4x4xf32>
    sinter.yield %w : tensor<4x4xf32>
  }
  return %y : tensor<4x4xf32>
}
