// RUN: sinter-difftest %s | FileCheck %s
// Contractions that are no plain product of matrices of f32.

// CHECK: batched: ok
// CHECK: batched.grad: ok
func.func @batched(%a: tensor<3x4x5xf32>, %b: tensor<3x5x6xf32>) -> tensor<3x4x6xf32> {
  %0 = sinter.contract "bmk,bkn->bmn" %a, %b : tensor<3x4x5xf32>, tensor<3x5x6xf32> -> tensor<3x4x6xf32>
  return %0 : tensor<3x4x6xf32>
}

func.func @double(%a: tensor<9x12xf64>, %b: tensor<12x11xf64>) -> tensor<9x11xf64> {
  %0 = sinter.contract "mk,kn->mn" %a, %b : tensor<9x12xf64>, tensor<12x11xf64> -> tensor<9x11xf64>
  return %0 : tensor<9x11xf64>
}

func.func @integer(%a: tensor<3x4xi32>, %b: tensor<4x5xi32>) -> tensor<3x5xi32> {
  %0 = sinter.contract "mk,kn->mn" %a, %b : tensor<3x4xi32>, tensor<4x5xi32> -> tensor<3x5xi32>
  return %0 : tensor<3x5xi32>
}

// A letter of one operand alone is summed there.
func.func @lonely(%a: tensor<4x3xf32>, %b: tensor<5xf32>) -> tensor<5xf32> {
  %0 = sinter.contract "ij,k->k" %a, %b : tensor<4x3xf32>, tensor<5xf32> -> tensor<5xf32>
  return %0 : tensor<5xf32>
}

// Two summed and two free dimensions.
func.func @wide(%a: tensor<2x3x4xf32>, %b: tensor<4x3x5xf32>) -> tensor<2x5xf32> {
  %0 = sinter.contract "ajk,kjb->ab" %a, %b : tensor<2x3x4xf32>, tensor<4x3x5xf32> -> tensor<2x5xf32>
  return %0 : tensor<2x5xf32>
}

func.func @empty_sum(%a: tensor<3x0xf32>, %b: tensor<0x4xf32>) -> tensor<3x4xf32> {
  %0 = sinter.contract "mk,kn->mn" %a, %b : tensor<3x0xf32>, tensor<0x4xf32> -> tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}
