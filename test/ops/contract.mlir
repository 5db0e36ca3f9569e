// RUN: sinter-difftest %s | FileCheck %s
// Products of matrices and vectors.

// CHECK: matmul: ok
// CHECK: matmul.grad: ok
func.func @matmul(%a: tensor<7x5xf32>, %b: tensor<5x18xf32>) -> tensor<7x18xf32> {
  %0 = sinter.contract "mk,kn->mn" %a, %b : tensor<7x5xf32>, tensor<5x18xf32> -> tensor<7x18xf32>
  return %0 : tensor<7x18xf32>
}

func.func @dense(%x: tensor<?x17xf32, #sinter.enc<batch max 7>>, %w: tensor<6x17xf32>) -> tensor<?x6xf32, #sinter.enc<batch max 7>> {
  %0 = sinter.contract "bi,oi->bo" %x, %w : tensor<?x17xf32, #sinter.enc<batch max 7>>, tensor<6x17xf32> -> tensor<?x6xf32, #sinter.enc<batch max 7>>
  return %0 : tensor<?x6xf32, #sinter.enc<batch max 7>>
}

func.func @weight_gradient(%x: tensor<?x9xf32, #sinter.enc<batch max 9>>, %g: tensor<?x6xf32, #sinter.enc<batch max 9>>) -> tensor<6x9xf32> {
  %0 = sinter.contract "bo,bi->oi" %g, %x : tensor<?x6xf32, #sinter.enc<batch max 9>>, tensor<?x9xf32, #sinter.enc<batch max 9>> -> tensor<6x9xf32>
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
