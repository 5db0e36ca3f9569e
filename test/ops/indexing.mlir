// RUN: sinter-difftest %s | FileCheck %s
// Places known at run time: negative, repeated and out of range, rows and
// elements, in one, several and no index dimensions.

#enc = #sinter.enc<batch max 21>

// CHECK: embedding: ok
// CHECK: embedding.grad: ok
func.func @embedding(%table: tensor<7x33xf32>, %i: tensor<?xi32, #enc> {test.range = [-7.0, 7.0]}) -> tensor<?x33xf32, #enc> {
  %0 = sinter.gather %table indices(%i) axes [0] : (tensor<7x33xf32>, tensor<?xi32, #enc>) -> tensor<?x33xf32, #enc>
  return %0 : tensor<?x33xf32, #enc>
}

// CHECK: one_row: ok
// CHECK: one_row.grad: ok
func.func @one_row(%x: tensor<5x3xf64>, %i: tensor<i64> {test.range = [-5.0, 5.0]}) -> (tensor<3xf64>, tensor<5xf64>) {
  %0 = sinter.gather %x indices(%i) axes [0] : (tensor<5x3xf64>, tensor<i64>) -> tensor<3xf64>
  %c = sinter.constant dense<-1> : tensor<i32>
  %1 = sinter.gather %x indices(%c) axes [1] : (tensor<5x3xf64>, tensor<i32>) -> tensor<5xf64>
  return %0, %1 : tensor<3xf64>, tensor<5xf64>
}

// CHECK: one_element: ok
// CHECK: one_element.grad: ok
func.func @one_element(%x: tensor<5x3xf32>, %i: tensor<i32>, %j: tensor<i32> {test.range = [-3.0, 3.0]}) -> tensor<f32> {
  %0 = sinter.gather %x indices(%i, %j) axes [0, 1] : (tensor<5x3xf32>, tensor<i32>, tensor<i32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// CHECK: pairs: ok
// CHECK: pairs.grad: ok
func.func @pairs(%x: tensor<5x4x3xf32>, %i: tensor<2x9xi32>, %j: tensor<2x9xi32> {test.range = [-3.0, 3.0]}) -> (tensor<2x9x4xf32>, tensor<2x9x3x5xf32>) {
  %0 = sinter.gather %x indices(%i, %j) axes [0, 2] : (tensor<5x4x3xf32>, tensor<2x9xi32>, tensor<2x9xi32>) -> tensor<2x9x4xf32>
  // The middle axis of a view.
  %t = sinter.transpose %x [2, 1, 0] : tensor<5x4x3xf32> -> tensor<3x4x5xf32>
  %1 = sinter.gather %t indices(%j) axes [1] : (tensor<3x4x5xf32>, tensor<2x9xi32>) -> tensor<2x9x3x5xf32>
  %e = sinter.exp %1 : tensor<2x9x3x5xf32>
  return %0, %e : tensor<2x9x4xf32>, tensor<2x9x3x5xf32>
}

// Along the run-time dimension: a row's place is counted from the last one.
// CHECK: batch_rows: ok
// CHECK: batch_rows.grad: ok
func.func @batch_rows(%x: tensor<?x3xf32, #enc>, %i: tensor<4xi32> {test.range = [-1.0, 1.0]}) -> tensor<4x3xf32> {
  %0 = sinter.gather %x indices(%i) axes [0] : (tensor<?x3xf32, #enc>, tensor<4xi32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// What sorting does: each row with indices of its own.
// CHECK: along_rows: ok
// CHECK: along_rows.grad: ok
func.func @along_rows(%x: tensor<?x5xf32, #enc>, %j: tensor<?x4xi32, #enc> {test.range = [-5.0, 5.0]}) -> tensor<?x4xf32, #enc> {
  %row = sinter.iota axis 0 start 0.0 step 1.0 : tensor<?x4xi32, #enc>
  %0 = sinter.gather %x indices(%row, %j) axes [0, 1] : (tensor<?x5xf32, #enc>, tensor<?x4xi32, #enc>, tensor<?x4xi32, #enc>) -> tensor<?x4xf32, #enc>
  return %0 : tensor<?x4xf32, #enc>
}

// CHECK: out_of_range: ok
func.func @out_of_range(%x: tensor<5x19xf32>, %k: tensor<5x4xi64>, %b: tensor<5xi1>, %i: tensor<40xi64> {test.range = [-9.0, 9.0]}, %g: tensor<40x19xf32>) -> (tensor<40x19xf32>, tensor<40x4xi64>, tensor<40xi1>, tensor<2x19xf32>, tensor<5x19xf32>, tensor<40x19xf32>) attributes {test.no_gradient} {
  %0 = sinter.gather %x indices(%i) axes [0] : (tensor<5x19xf32>, tensor<40xi64>) -> tensor<40x19xf32>
  %1 = sinter.gather %k indices(%i) axes [0] : (tensor<5x4xi64>, tensor<40xi64>) -> tensor<40x4xi64>
  %2 = sinter.gather %b indices(%i) axes [0] : (tensor<5xi1>, tensor<40xi64>) -> tensor<40xi1>
  // Numbers that overflow when the size is added.
  %most = sinter.constant dense<[9223372036854775807, -9223372036854775808]> : tensor<2xi64>
  %3 = sinter.gather %x indices(%most) axes [0] : (tensor<5x19xf32>, tensor<2xi64>) -> tensor<2x19xf32>
  %4 = sinter.scatter_add %g indices(%i) axes [0] : (tensor<40x19xf32>, tensor<40xi64>) -> tensor<5x19xf32>
  // The gradient of that, which is 0 for what is left out.
  %s = sinter.gradient %4 wrt(%g) seed(%x) {names = ["g"]} : (tensor<5x19xf32>, tensor<40x19xf32>, tensor<5x19xf32>) -> tensor<40x19xf32>
  return %0, %1, %2, %3, %4, %s : tensor<40x19xf32>, tensor<40x4xi64>, tensor<40xi1>, tensor<2x19xf32>, tensor<5x19xf32>, tensor<40x19xf32>
}

// CHECK: scatter: ok
// CHECK: scatter.grad: ok
func.func @scatter(%g: tensor<?x33xf32, #enc>, %h: tensor<3x5x2xf64>, %i: tensor<?xi32, #enc> {test.range = [-7.0, 7.0]}, %j: tensor<3x5xi64>) -> (tensor<7x33xf32>, tensor<5x2xf64>, tensor<2x5xf64>) {
  %0 = sinter.scatter_add %g indices(%i) axes [0] : (tensor<?x33xf32, #enc>, tensor<?xi32, #enc>) -> tensor<7x33xf32>
  %1 = sinter.scatter_add %h indices(%j) axes [0] : (tensor<3x5x2xf64>, tensor<3x5xi64>) -> tensor<5x2xf64>
  %2 = sinter.scatter_add %h indices(%j) axes [1] : (tensor<3x5x2xf64>, tensor<3x5xi64>) -> tensor<2x5xf64>
  return %0, %1, %2 : tensor<7x33xf32>, tensor<5x2xf64>, tensor<2x5xf64>
}

// CHECK: scatter_integers: ok
func.func @scatter_integers(%g: tensor<30xi64>, %i: tensor<30xi32> {test.range = [-5.0, 5.0]}) -> (tensor<5xi64>, tensor<1xi64>) attributes {test.no_gradient} {
  %0 = sinter.scatter_add %g indices(%i) axes [0] : (tensor<30xi64>, tensor<30xi32>) -> tensor<5xi64>
  %1 = sinter.scatter_add %g indices(%i) axes [0] : (tensor<30xi64>, tensor<30xi32>) -> tensor<1xi64>
  return %0, %1 : tensor<5xi64>, tensor<1xi64>
}

// CHECK: nothing: ok
func.func @nothing(%x: tensor<0x3xf32>, %y: tensor<4x0xf32>, %none: tensor<0xi32>, %i: tensor<5xi32>, %v: tensor<1x3xf32>, %j: tensor<i32>) -> (tensor<5x3xf32>, tensor<0x3xf32>, tensor<5x0xf32>, tensor<4x3xf32>, tensor<0x3xf32>, tensor<0x3xf32>) attributes {test.no_gradient} {
  %0 = sinter.gather %x indices(%i) axes [0] : (tensor<0x3xf32>, tensor<5xi32>) -> tensor<5x3xf32>
  %1 = sinter.gather %x indices(%none) axes [0] : (tensor<0x3xf32>, tensor<0xi32>) -> tensor<0x3xf32>
  %2 = sinter.gather %y indices(%i) axes [0] : (tensor<4x0xf32>, tensor<5xi32>) -> tensor<5x0xf32>
  %3 = sinter.scatter_add %1 indices(%none) axes [0] : (tensor<0x3xf32>, tensor<0xi32>) -> tensor<4x3xf32>
  %4 = sinter.scatter_add %0 indices(%i) axes [0] : (tensor<5x3xf32>, tensor<5xi32>) -> tensor<0x3xf32>
  %5 = sinter.insert %v into %x offsets [0, 0] strides [1, 1] indices(%j) axes [0] : (tensor<1x3xf32>, tensor<0x3xf32>, tensor<i32>) -> tensor<0x3xf32>
  return %0, %1, %2, %3, %4, %5 : tensor<5x3xf32>, tensor<0x3xf32>, tensor<5x0xf32>, tensor<4x3xf32>, tensor<0x3xf32>, tensor<0x3xf32>
}
