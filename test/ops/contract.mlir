// RUN: sinter-difftest %s | FileCheck %s
// Every form of contraction.

// CHECK: matmul: ok
// CHECK: matmul.grad: ok
func.func @matmul(%a: tensor<7x5xf32>, %b: tensor<5x18xf32>) -> tensor<7x18xf32> {
  %0 = sinter.contract "mk,kn->mn" %a, %b : tensor<7x5xf32>, tensor<5x18xf32> -> tensor<7x18xf32>
  return %0 : tensor<7x18xf32>
}

func.func @dense(%x: tensor<?x33xf32, #sinter.enc<batch max 19>>, %w: tensor<20x33xf32>) -> tensor<?x20xf32, #sinter.enc<batch max 19>> {
  %0 = sinter.contract "bi,oi->bo" %x, %w : tensor<?x33xf32, #sinter.enc<batch max 19>>, tensor<20x33xf32> -> tensor<?x20xf32, #sinter.enc<batch max 19>>
  return %0 : tensor<?x20xf32, #sinter.enc<batch max 19>>
}

func.func @weight_gradient(%x: tensor<?x9xf32, #sinter.enc<batch max 21>>, %g: tensor<?x6xf32, #sinter.enc<batch max 21>>) -> tensor<6x9xf32> {
  %0 = sinter.contract "bo,bi->oi" %g, %x : tensor<?x6xf32, #sinter.enc<batch max 21>>, tensor<?x9xf32, #sinter.enc<batch max 21>> -> tensor<6x9xf32>
  return %0 : tensor<6x9xf32>
}

func.func @dot(%a: tensor<35xf32>, %b: tensor<35xf32>) -> tensor<f32> {
  %0 = sinter.contract "i,i->" %a, %b : tensor<35xf32>, tensor<35xf32> -> tensor<f32>
  return %0 : tensor<f32>
}

func.func @matrix_vector(%a: tensor<6x17xf32>, %b: tensor<17xf32>) -> tensor<6xf32> {
  %0 = sinter.contract "ij,j->i" %a, %b : tensor<6x17xf32>, tensor<17xf32> -> tensor<6xf32>
  return %0 : tensor<6xf32>
}

func.func @vector_matrix(%a: tensor<6xf32>, %b: tensor<6x17xf32>) -> tensor<17xf32> {
  %0 = sinter.contract "i,ij->j" %a, %b : tensor<6xf32>, tensor<6x17xf32> -> tensor<17xf32>
  return %0 : tensor<17xf32>
}

func.func @outer(%a: tensor<5xf32>, %b: tensor<16xf32>) -> tensor<5x16xf32> {
  %0 = sinter.contract "i,j->ij" %a, %b : tensor<5xf32>, tensor<16xf32> -> tensor<5x16xf32>
  return %0 : tensor<5x16xf32>
}

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
