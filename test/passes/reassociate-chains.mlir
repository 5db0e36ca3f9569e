// RUN: sinter-opt %s --pass-pipeline='builtin.module(func.func(sinter-reassociate-chains))' | FileCheck %s

// (A B) C takes 400 times less work than A (B C), and never needs the 4 GiB
// between them.
// CHECK-LABEL: func.func @s60
// CHECK-NEXT: %[[AB:.*]] = sinter.contract {{.*}} %arg0, %arg1 : {{.*}} -> tensor<1024x32xf32>
// CHECK-NEXT: %[[C:.*]] = sinter.contract {{.*}} -> tensor<1024x16384xf32>
// CHECK-NEXT: return %[[C]]
func.func @s60(%a: tensor<1024x65536xf32>, %b: tensor<65536x32xf32>, %c: tensor<32x16384xf32>) -> tensor<1024x16384xf32> {
  %0 = sinter.contract "ij,jk->ik" %b, %c : tensor<65536x32xf32>, tensor<32x16384xf32> -> tensor<65536x16384xf32>
  %1 = sinter.contract "ij,jk->ik" %a, %0 : tensor<1024x65536xf32>, tensor<65536x16384xf32> -> tensor<1024x16384xf32>
  return %1 : tensor<1024x16384xf32>
}

// From the left as well, and in longer chains.
// CHECK-LABEL: func.func @vector_last
// CHECK-NEXT: sinter.contract {{.*}} -> tensor<64xf32>
// CHECK-NEXT: sinter.contract {{.*}} -> tensor<64xf32>
// CHECK-NEXT: sinter.contract {{.*}} -> tensor<64xf32>
func.func @vector_last(%a: tensor<64x64xf32>, %b: tensor<64x64xf32>, %c: tensor<64x64xf32>, %x: tensor<64xf32>) -> tensor<64xf32> {
  %0 = sinter.contract "ij,jk->ik" %a, %b : tensor<64x64xf32>, tensor<64x64xf32> -> tensor<64x64xf32>
  %1 = sinter.contract "ij,jk->ik" %0, %c : tensor<64x64xf32>, tensor<64x64xf32> -> tensor<64x64xf32>
  %2 = sinter.contract "ij,j->i" %1, %x : tensor<64x64xf32>, tensor<64xf32> -> tensor<64xf32>
  return %2 : tensor<64xf32>
}

// The order is right already.
// CHECK-LABEL: func.func @cheapest
// CHECK-NEXT: sinter.contract "ij,jk->ik" %arg0, %arg1
// CHECK-NEXT: sinter.contract "ij,jk->ik"
func.func @cheapest(%a: tensor<16x64xf32>, %b: tensor<64x4xf32>, %c: tensor<4x32xf32>) -> tensor<16x32xf32> {
  %0 = sinter.contract "ij,jk->ik" %a, %b : tensor<16x64xf32>, tensor<64x4xf32> -> tensor<16x4xf32>
  %1 = sinter.contract "ij,jk->ik" %0, %c : tensor<16x4xf32>, tensor<4x32xf32> -> tensor<16x32xf32>
  return %1 : tensor<16x32xf32>
}

// Something else needs the product.
// CHECK-LABEL: func.func @shared
// CHECK-NEXT: sinter.contract "ij,jk->ik" %arg1, %arg2
func.func @shared(%a: tensor<16x64xf32>, %b: tensor<64x4xf32>, %c: tensor<4x32xf32>) -> (tensor<16x32xf32>, tensor<64x32xf32>) {
  %0 = sinter.contract "ij,jk->ik" %b, %c : tensor<64x4xf32>, tensor<4x32xf32> -> tensor<64x32xf32>
  %1 = sinter.contract "ij,jk->ik" %a, %0 : tensor<16x64xf32>, tensor<64x32xf32> -> tensor<16x32xf32>
  return %1, %0 : tensor<16x32xf32>, tensor<64x32xf32>
}

// Equal work: rounding would change for nothing.
// CHECK-LABEL: func.func @square
// CHECK-NEXT: sinter.contract "ij,jk->ik" %arg1, %arg2
func.func @square(%a: tensor<8x8xf32>, %b: tensor<8x8xf32>, %c: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %0 = sinter.contract "ij,jk->ik" %b, %c : tensor<8x8xf32>, tensor<8x8xf32> -> tensor<8x8xf32>
  %1 = sinter.contract "ij,jk->ik" %a, %0 : tensor<8x8xf32>, tensor<8x8xf32> -> tensor<8x8xf32>
  return %1 : tensor<8x8xf32>
}

// No work at all either way.
// CHECK-LABEL: func.func @empty
// CHECK-NEXT: sinter.contract "ij,jk->ik" %arg0, %arg1
// CHECK-NEXT: sinter.contract "ij,jk->ik" %0, %arg2
func.func @empty(%a: tensor<0x4xf32>, %b: tensor<4x4xf32>, %c: tensor<4x4xf32>) -> tensor<0x4xf32> {
  %0 = sinter.contract "ij,jk->ik" %a, %b : tensor<0x4xf32>, tensor<4x4xf32> -> tensor<0x4xf32>
  %1 = sinter.contract "ij,jk->ik" %0, %c : tensor<0x4xf32>, tensor<4x4xf32> -> tensor<0x4xf32>
  return %1 : tensor<0x4xf32>
}
