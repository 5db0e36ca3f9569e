// RUN: sinter-difftest %s | FileCheck %s
// Shapes that loops and addresses find hard: odd sizes, run-time dimensions in
// the middle, views of views, nothing at all.

#enc = #sinter.enc<batch max 37>

// CHECK: columns: ok
func.func @columns(%x: tensor<?x33xf32, #enc>, %y: tensor<33x5xf32>) -> (tensor<33xf32>, tensor<33xf32>, tensor<33xf32>, tensor<?xi32, #enc>, tensor<33xi32>, tensor<33xf32>) attributes {test.no_gradient} {
  %0 = sinter.reduce max %x axes [0] : tensor<?x33xf32, #enc> -> tensor<33xf32>
  %1 = sinter.reduce min %x axes [0] : tensor<?x33xf32, #enc> -> tensor<33xf32>
  %2 = sinter.reduce sum %y axes [1] : tensor<33x5xf32> -> tensor<33xf32>
  %3 = sinter.argmax %x axis 1 : tensor<?x33xf32, #enc> -> tensor<?xi32, #enc>
  %4 = sinter.argmax %y axis 1 : tensor<33x5xf32> -> tensor<33xi32>
  %5 = sinter.reduce prod %y axes [1] : tensor<33x5xf32> -> tensor<33xf32>
  return %0, %1, %2, %3, %4, %5 : tensor<33xf32>, tensor<33xf32>, tensor<33xf32>, tensor<?xi32, #enc>, tensor<33xi32>, tensor<33xf32>
}

// CHECK: wide_columns: ok
func.func @wide_columns(%x: tensor<?x200xf32, #enc>) -> (tensor<200xf32>, tensor<f32>, tensor<?xf32, #enc>, tensor<200xf32>) attributes {test.no_gradient} {
  %0 = sinter.reduce sum %x axes [0] : tensor<?x200xf32, #enc> -> tensor<200xf32>
  %1 = sinter.reduce max %x axes [0, 1] : tensor<?x200xf32, #enc> -> tensor<f32>
  %2 = sinter.reduce sum %x axes [1] : tensor<?x200xf32, #enc> -> tensor<?xf32, #enc>
  %c = sinter.mul %x, %x : tensor<?x200xf32, #enc>
  %3 = sinter.reduce sum %c axes [0] : tensor<?x200xf32, #enc> -> tensor<200xf32>
  return %0, %1, %2, %3 : tensor<200xf32>, tensor<f32>, tensor<?xf32, #enc>, tensor<200xf32>
}

// CHECK: middle_dimension: ok
func.func @middle_dimension(%x: tensor<3x5x?x7xf32, #enc>) -> (tensor<5x7xf32>, tensor<3x?xf32, #enc>, tensor<5xf32>, tensor<3x5x?xf32, #enc>, tensor<3x5x7xf32>) attributes {test.no_gradient} {
  %0 = sinter.reduce sum %x axes [0, 2] : tensor<3x5x?x7xf32, #enc> -> tensor<5x7xf32>
  %1 = sinter.reduce sum %x axes [1, 3] : tensor<3x5x?x7xf32, #enc> -> tensor<3x?xf32, #enc>
  %2 = sinter.reduce sum %x axes [0, 2, 3] : tensor<3x5x?x7xf32, #enc> -> tensor<5xf32>
  %3 = sinter.reduce sum %x axes [3] : tensor<3x5x?x7xf32, #enc> -> tensor<3x5x?xf32, #enc>
  %4 = sinter.reduce sum %x axes [2] : tensor<3x5x?x7xf32, #enc> -> tensor<3x5x7xf32>
  return %0, %1, %2, %3, %4 : tensor<5x7xf32>, tensor<3x?xf32, #enc>, tensor<5xf32>, tensor<3x5x?xf32, #enc>, tensor<3x5x7xf32>
}

// CHECK: views_of_views: ok
func.func @views_of_views(%x: tensor<6x35xf32>, %y: tensor<35x6xf32>) -> (tensor<35x6xf32>, tensor<7x30xf32>, tensor<210xf32>, tensor<35xf32>, tensor<14x15xf32>) attributes {test.no_gradient} {
  %t = sinter.transpose %x [1, 0] : tensor<6x35xf32> -> tensor<35x6xf32>
  %0 = sinter.add %t, %y : tensor<35x6xf32>
  %1 = sinter.reshape %t : tensor<35x6xf32> -> tensor<7x30xf32>
  %e1 = sinter.exp %1 : tensor<7x30xf32>
  %2 = sinter.reshape %t : tensor<35x6xf32> -> tensor<210xf32>
  %r = sinter.reshape %t : tensor<35x6xf32> -> tensor<5x42xf32>
  %rt = sinter.transpose %r [1, 0] : tensor<5x42xf32> -> tensor<42x5xf32>
  %rr = sinter.reshape %rt : tensor<42x5xf32> -> tensor<14x15xf32>
  %e3 = sinter.neg %rr : tensor<14x15xf32>
  %3 = sinter.reduce sum %t axes [1] : tensor<35x6xf32> -> tensor<35xf32>
  return %0, %e1, %2, %3, %e3 : tensor<35x6xf32>, tensor<7x30xf32>, tensor<210xf32>, tensor<35xf32>, tensor<14x15xf32>
}

// CHECK: boxes: ok
func.func @boxes(%x: tensor<9x20xf32>, %s: tensor<4x7xf32>, %u: tensor<3x40xf32>) -> (tensor<4x7xf32>, tensor<9x20xf32>, tensor<9x20xf32>, tensor<5x20xf32>, tensor<9x45xf32>, tensor<6x40xf32>) attributes {test.no_gradient} {
  %0 = sinter.slice %x offsets [8, 19] strides [-2, -3] : tensor<9x20xf32> -> tensor<4x7xf32>
  %1 = sinter.pad %s offsets [8, 19] strides [-2, -3] : tensor<4x7xf32> -> tensor<9x20xf32>
  %2 = sinter.pad %s offsets [1, 2] strides [1, 1] : tensor<4x7xf32> -> tensor<9x20xf32>
  %3 = sinter.slice %x offsets [0, 0] strides [2, 1] : tensor<9x20xf32> -> tensor<5x20xf32>
  %t = sinter.slice %x offsets [0, 3] strides [1, 3] : tensor<9x20xf32> -> tensor<9x5xf32>
  %4 = sinter.concat %x, %t, %x axis 1 : (tensor<9x20xf32>, tensor<9x5xf32>, tensor<9x20xf32>) -> tensor<9x45xf32>
  %5 = sinter.concat %u, %u axis 0 : (tensor<3x40xf32>, tensor<3x40xf32>) -> tensor<6x40xf32>
  return %0, %1, %2, %3, %4, %5 : tensor<4x7xf32>, tensor<9x20xf32>, tensor<9x20xf32>, tensor<5x20xf32>, tensor<9x45xf32>, tensor<6x40xf32>
}

// CHECK: row_lengths: ok
func.func @row_lengths(%a: tensor<?x1xf32, #enc>, %b: tensor<?x10xf32, #enc>, %c: tensor<3x?x33xf32, #enc>, %d: tensor<5x200xf64>, %e: tensor<70xf32>) -> (tensor<?x1xf32, #enc>, tensor<?x10xf32, #enc>, tensor<3x?x33xf32, #enc>, tensor<5x200xf64>, tensor<70xf32>, tensor<?x10xf32, #enc>, tensor<70xf32>, tensor<?x1xf32, #enc>) attributes {test.no_gradient} {
  %0 = sinter.softmax %a : tensor<?x1xf32, #enc>
  %1 = sinter.softmax %b : tensor<?x10xf32, #enc>
  %2 = sinter.softmax %c : tensor<3x?x33xf32, #enc>
  %3 = sinter.log_softmax %d : tensor<5x200xf64>
  %4 = sinter.softmax %e : tensor<70xf32>
  %5 = sinter.log_softmax %b : tensor<?x10xf32, #enc>
  %6 = sinter.log_softmax %e : tensor<70xf32>
  %7 = sinter.log_softmax %a : tensor<?x1xf32, #enc>
  return %0, %1, %2, %3, %4, %5, %6, %7 : tensor<?x1xf32, #enc>, tensor<?x10xf32, #enc>, tensor<3x?x33xf32, #enc>, tensor<5x200xf64>, tensor<70xf32>, tensor<?x10xf32, #enc>, tensor<70xf32>, tensor<?x1xf32, #enc>
}

// CHECK: bytes: ok
func.func @bytes(%x: tensor<?x19xi1, #enc>, %y: tensor<?x19xf64, #enc>, %z: tensor<?x19xui8, #enc>) -> (tensor<19xi1>, tensor<?xi1, #enc>, tensor<?x19xi1, #enc>, tensor<?x19xf32, #enc>, tensor<?x19xf64, #enc>, tensor<i1>, tensor<?x19xi64, #enc>) attributes {test.no_gradient} {
  %0 = sinter.reduce or %x axes [0] : tensor<?x19xi1, #enc> -> tensor<19xi1>
  %1 = sinter.reduce and %x axes [1] : tensor<?x19xi1, #enc> -> tensor<?xi1, #enc>
  %2 = sinter.compare gt %y, %y : tensor<?x19xf64, #enc> -> tensor<?x19xi1, #enc>
  %n = sinter.not %2 : tensor<?x19xi1, #enc>
  %3 = sinter.cast %z : tensor<?x19xui8, #enc> -> tensor<?x19xf32, #enc>
  %4 = sinter.select %x, %y, %y : tensor<?x19xi1, #enc>, tensor<?x19xf64, #enc>
  %5 = sinter.reduce or %x axes [0, 1] : tensor<?x19xi1, #enc> -> tensor<i1>
  %6 = sinter.cast %y : tensor<?x19xf64, #enc> -> tensor<?x19xi64, #enc>
  return %0, %1, %n, %3, %4, %5, %6 : tensor<19xi1>, tensor<?xi1, #enc>, tensor<?x19xi1, #enc>, tensor<?x19xf32, #enc>, tensor<?x19xf64, #enc>, tensor<i1>, tensor<?x19xi64, #enc>
}

// CHECK: random: ok
func.func @random(%x: tensor<?x7xf32, #enc>, %seed: tensor<i64>) -> (tensor<?x7xf32, #enc>, tensor<1000xf32>, tensor<130xf64>, tensor<3x?xf32, #enc>, tensor<?x7xf32, #enc>, tensor<f32>) attributes {test.no_gradient} {
  %s = sinter.splat 3 : i64 -> tensor<i64>
  %0 = sinter.random normal %seed, %s stream 42 : tensor<?x7xf32, #enc>
  %1 = sinter.random uniform %seed, %s stream 43 : tensor<1000xf32>
  %2 = sinter.random normal %seed, %s stream 44 : tensor<130xf64>
  %3 = sinter.random uniform %seed, %s stream 45 : tensor<3x?xf32, #enc>
  %r = sinter.random uniform %seed, %s stream 46 : tensor<?x7xf32, #enc>
  %m = sinter.mul %r, %x : tensor<?x7xf32, #enc>
  %q = sinter.random normal %seed, %s stream 47 : tensor<f32>
  return %0, %1, %2, %3, %m, %q : tensor<?x7xf32, #enc>, tensor<1000xf32>, tensor<130xf64>, tensor<3x?xf32, #enc>, tensor<?x7xf32, #enc>, tensor<f32>
}

// CHECK: nothing: ok
func.func @nothing(%x: tensor<0x5xf32>, %y: tensor<5x0xf32>, %z: tensor<0xf32>) -> (tensor<5xf32>, tensor<5xf32>, tensor<0xf32>, tensor<0x5xf32>, tensor<f32>, tensor<f32>, tensor<0x0xf32>, tensor<5x5xf32>) attributes {test.no_gradient} {
  %0 = sinter.reduce sum %x axes [0] : tensor<0x5xf32> -> tensor<5xf32>
  %1 = sinter.reduce max %y axes [1] : tensor<5x0xf32> -> tensor<5xf32>
  %2 = sinter.exp %z : tensor<0xf32>
  %3 = sinter.softmax %x : tensor<0x5xf32>
  %4 = sinter.reduce prod %x axes [0, 1] : tensor<0x5xf32> -> tensor<f32>
  %5 = sinter.reduce min %z axes [0] : tensor<0xf32> -> tensor<f32>
  %6 = sinter.contract "ab,bc->ac" %x, %y : tensor<0x5xf32>, tensor<5x0xf32> -> tensor<0x0xf32>
  %7 = sinter.contract "ab,bc->ac" %y, %x : tensor<5x0xf32>, tensor<0x5xf32> -> tensor<5x5xf32>
  return %0, %1, %2, %3, %4, %5, %6, %7 : tensor<5xf32>, tensor<5xf32>, tensor<0xf32>, tensor<0x5xf32>, tensor<f32>, tensor<f32>, tensor<0x0xf32>, tensor<5x5xf32>
}
