// RUN: sinter-difftest %s | FileCheck %s
// Every view, alone (a copy) and inside other kernels.

// CHECK: broadcast: ok
// CHECK: broadcast.grad: ok
func.func @broadcast(%a: tensor<3xf32>, %b: tensor<1x17xf32>, %c: tensor<f32>) -> (tensor<3x17xf32>, tensor<2x3x17xf32>) {
  %0 = sinter.broadcast %a dims [0] : tensor<3xf32> -> tensor<3x17xf32>
  %1 = sinter.broadcast %b dims [0, 1] : tensor<1x17xf32> -> tensor<3x17xf32>
  %2 = sinter.broadcast %c dims [] : tensor<f32> -> tensor<3x17xf32>
  %3 = sinter.mul %0, %1 : tensor<3x17xf32>
  %4 = sinter.add %3, %2 : tensor<3x17xf32>
  %5 = sinter.broadcast %4 dims [1, 2] : tensor<3x17xf32> -> tensor<2x3x17xf32>
  return %4, %5 : tensor<3x17xf32>, tensor<2x3x17xf32>
}

func.func @transpose(%a: tensor<5x3xf32>, %b: tensor<2x3x4xf64>) -> (tensor<3x5xf32>, tensor<4x2x3xf64>) {
  %0 = sinter.transpose %a [1, 0] : tensor<5x3xf32> -> tensor<3x5xf32>
  %1 = sinter.exp %0 : tensor<3x5xf32>
  %2 = sinter.transpose %b [2, 0, 1] : tensor<2x3x4xf64> -> tensor<4x2x3xf64>
  return %1, %2 : tensor<3x5xf32>, tensor<4x2x3xf64>
}

func.func @reshape(%a: tensor<6x4xf32>) -> (tensor<2x12xf32>, tensor<3x8xf32>) {
  %0 = sinter.reshape %a : tensor<6x4xf32> -> tensor<2x12xf32>
  %1 = sinter.transpose %a [1, 0] : tensor<6x4xf32> -> tensor<4x6xf32>
  // Of a transposed value: no plain renaming of dimensions.
  %2 = sinter.reshape %1 : tensor<4x6xf32> -> tensor<3x8xf32>
  %3 = sinter.tanh %2 : tensor<3x8xf32>
  return %0, %3 : tensor<2x12xf32>, tensor<3x8xf32>
}

func.func @slice(%a: tensor<5x20xf32>) -> (tensor<2x20xf32>, tensor<5x7xf32>, tensor<5x20xf32>) {
  %0 = sinter.slice %a offsets [1, 0] strides [2, 1] : tensor<5x20xf32> -> tensor<2x20xf32>
  %1 = sinter.slice %a offsets [0, 2] strides [1, 2] : tensor<5x20xf32> -> tensor<5x7xf32>
  %2 = sinter.slice %a offsets [4, 19] strides [-1, -1] : tensor<5x20xf32> -> tensor<5x20xf32>
  return %0, %1, %2 : tensor<2x20xf32>, tensor<5x7xf32>, tensor<5x20xf32>
}

func.func @pad(%a: tensor<3x5xf32>) -> tensor<8x11xf32> {
  %0 = sinter.pad %a offsets [1, 0] strides [2, 2] : tensor<3x5xf32> -> tensor<8x11xf32>
  return %0 : tensor<8x11xf32>
}

func.func @concat(%a: tensor<2x3xf32>, %b: tensor<4x3xf32>, %c: tensor<2x17xf32>) -> (tensor<6x3xf32>, tensor<2x20xf32>) {
  %0 = sinter.concat %a, %b axis 0 : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<6x3xf32>
  %1 = sinter.concat %a, %c axis 1 : (tensor<2x3xf32>, tensor<2x17xf32>) -> tensor<2x20xf32>
  return %0, %1 : tensor<6x3xf32>, tensor<2x20xf32>
}

func.func @batch(%a: tensor<?x4x5xf32, #sinter.enc<batch max 9>>, %b: tensor<20xf32>) -> (tensor<?x20xf32, #sinter.enc<batch max 9>>, tensor<20x?xf32, #sinter.enc<batch max 9>>) {
  %0 = sinter.reshape %a : tensor<?x4x5xf32, #sinter.enc<batch max 9>> -> tensor<?x20xf32, #sinter.enc<batch max 9>>
  %1 = sinter.broadcast %b dims [1] : tensor<20xf32> -> tensor<?x20xf32, #sinter.enc<batch max 9>>
  %2 = sinter.mul %0, %1 : tensor<?x20xf32, #sinter.enc<batch max 9>>
  %3 = sinter.transpose %2 [1, 0] : tensor<?x20xf32, #sinter.enc<batch max 9>> -> tensor<20x?xf32, #sinter.enc<batch max 9>>
  return %2, %3 : tensor<?x20xf32, #sinter.enc<batch max 9>>, tensor<20x?xf32, #sinter.enc<batch max 9>>
}
