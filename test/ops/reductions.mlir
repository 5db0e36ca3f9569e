// RUN: sinter-difftest %s | FileCheck %s
// Every reduction along rows, columns and all, rows of softmax, argmax, pick.

// CHECK: sums: ok
// CHECK: sums.grad: ok
func.func @sums(%a: tensor<5x37xf32>) -> (tensor<5xf32>, tensor<37xf32>, tensor<f32>) {
  %0 = sinter.reduce sum %a axes [1] : tensor<5x37xf32> -> tensor<5xf32>
  %1 = sinter.reduce sum %a axes [0] : tensor<5x37xf32> -> tensor<37xf32>
  %2 = sinter.reduce sum %a axes [0, 1] : tensor<5x37xf32> -> tensor<f32>
  return %0, %1, %2 : tensor<5xf32>, tensor<37xf32>, tensor<f32>
}

func.func @sums_f64(%a: tensor<3x4x9xf64>) -> (tensor<3x9xf64>, tensor<4xf64>, tensor<f64>) {
  %0 = sinter.reduce sum %a axes [1] : tensor<3x4x9xf64> -> tensor<3x9xf64>
  %1 = sinter.reduce sum %a axes [0, 2] : tensor<3x4x9xf64> -> tensor<4xf64>
  %2 = sinter.reduce sum %a axes [0, 1, 2] : tensor<3x4x9xf64> -> tensor<f64>
  return %0, %1, %2 : tensor<3x9xf64>, tensor<4xf64>, tensor<f64>
}

func.func @extremes(%a: tensor<4x18xf32>) -> (tensor<4xf32>, tensor<18xf32>, tensor<f32>) {
  %0 = sinter.reduce max %a axes [1] : tensor<4x18xf32> -> tensor<4xf32>
  %1 = sinter.reduce min %a axes [0] : tensor<4x18xf32> -> tensor<18xf32>
  %2 = sinter.reduce max %a axes [0, 1] : tensor<4x18xf32> -> tensor<f32>
  return %0, %1, %2 : tensor<4xf32>, tensor<18xf32>, tensor<f32>
}

func.func @products(%a: tensor<3x6xf32>) -> (tensor<3xf32>, tensor<6xf32>) {
  %0 = sinter.reduce prod %a axes [1] : tensor<3x6xf32> -> tensor<3xf32>
  %1 = sinter.reduce prod %a axes [0] : tensor<3x6xf32> -> tensor<6xf32>
  return %0, %1 : tensor<3xf32>, tensor<6xf32>
}

func.func @logical(%a: tensor<3x17xi1>) -> (tensor<3xi1>, tensor<i1>) {
  %0 = sinter.reduce and %a axes [1] : tensor<3x17xi1> -> tensor<3xi1>
  %1 = sinter.reduce or %a axes [0, 1] : tensor<3x17xi1> -> tensor<i1>
  return %0, %1 : tensor<3xi1>, tensor<i1>
}

func.func @integers(%a: tensor<19x3xi64>, %b: tensor<40xi32>) -> (tensor<3xi64>, tensor<i32>) {
  %0 = sinter.reduce sum %a axes [0] : tensor<19x3xi64> -> tensor<3xi64>
  %1 = sinter.reduce max %b axes [0] : tensor<40xi32> -> tensor<i32>
  return %0, %1 : tensor<3xi64>, tensor<i32>
}

func.func @empty(%a: tensor<0x3xf32>, %b: tensor<3x0xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
  %0 = sinter.reduce sum %a axes [0] : tensor<0x3xf32> -> tensor<3xf32>
  %1 = sinter.reduce prod %b axes [1] : tensor<3x0xf32> -> tensor<3xf32>
  return %0, %1 : tensor<3xf32>, tensor<3xf32>
}

func.func @rows(%a: tensor<?x10xf32, #sinter.enc<batch max 33>>) -> (tensor<?x10xf32, #sinter.enc<batch max 33>>, tensor<?x10xf32, #sinter.enc<batch max 33>>) {
  %0 = sinter.softmax %a : tensor<?x10xf32, #sinter.enc<batch max 33>>
  %1 = sinter.log_softmax %a : tensor<?x10xf32, #sinter.enc<batch max 33>>
  return %0, %1 : tensor<?x10xf32, #sinter.enc<batch max 33>>, tensor<?x10xf32, #sinter.enc<batch max 33>>
}

func.func @long_rows(%a: tensor<3x35xf64>) -> (tensor<3x35xf64>, tensor<3x35xf64>) {
  %0 = sinter.softmax %a : tensor<3x35xf64>
  %1 = sinter.log_softmax %a : tensor<3x35xf64>
  return %0, %1 : tensor<3x35xf64>, tensor<3x35xf64>
}

// Far apart: the naive form would overflow.
func.func @stable(%a: tensor<4x5xf32> {test.range = [-1000.0, 1000.0]}) -> (tensor<4x5xf32>, tensor<4x5xf32>) attributes {test.no_gradient} {
  %0 = sinter.softmax %a : tensor<4x5xf32>
  %1 = sinter.log_softmax %a : tensor<4x5xf32>
  return %0, %1 : tensor<4x5xf32>, tensor<4x5xf32>
}

func.func @argmax(%a: tensor<6x21xf32>, %b: tensor<7x3xi32>) -> (tensor<6xi32>, tensor<21xi32>, tensor<7xi32>) attributes {test.no_gradient} {
  %0 = sinter.argmax %a axis 1 : tensor<6x21xf32> -> tensor<6xi32>
  %1 = sinter.argmax %a axis 0 : tensor<6x21xf32> -> tensor<21xi32>
  // Ties: the first.
  %2 = sinter.argmax %b axis 1 : tensor<7x3xi32> -> tensor<7xi32>
  return %0, %1, %2 : tensor<6xi32>, tensor<21xi32>, tensor<7xi32>
}

func.func @pick(%a: tensor<?x10xf32, #sinter.enc<batch max 20>>, %i: tensor<?xi32, #sinter.enc<batch max 20>> {test.range = [0.0, 10.0]}) -> tensor<?xf32, #sinter.enc<batch max 20>> {
  %0 = sinter.pick %a, %i : tensor<?x10xf32, #sinter.enc<batch max 20>>, tensor<?xi32, #sinter.enc<batch max 20>> -> tensor<?xf32, #sinter.enc<batch max 20>>
  return %0 : tensor<?xf32, #sinter.enc<batch max 20>>
}

// Outside the row: NaN, never another row's memory.
func.func @pick_outside(%a: tensor<30x4xf32>, %i: tensor<30xi64> {test.range = [-5.0, 9.0]}) -> tensor<30xf32> attributes {test.no_gradient} {
  %0 = sinter.pick %a, %i : tensor<30x4xf32>, tensor<30xi64> -> tensor<30xf32>
  return %0 : tensor<30xf32>
}

func.func @batch_sums(%a: tensor<?x19xf32, #sinter.enc<batch max 70>>) -> (tensor<19xf32>, tensor<?xf32, #sinter.enc<batch max 70>>, tensor<f32>) {
  %0 = sinter.reduce sum %a axes [0] : tensor<?x19xf32, #sinter.enc<batch max 70>> -> tensor<19xf32>
  %1 = sinter.reduce sum %a axes [1] : tensor<?x19xf32, #sinter.enc<batch max 70>> -> tensor<?xf32, #sinter.enc<batch max 70>>
  %2 = sinter.reduce sum %a axes [0, 1] : tensor<?x19xf32, #sinter.enc<batch max 70>> -> tensor<f32>
  return %0, %1, %2 : tensor<19xf32>, tensor<?xf32, #sinter.enc<batch max 70>>, tensor<f32>
}
