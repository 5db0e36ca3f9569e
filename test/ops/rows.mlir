// RUN: sinter-difftest %s | FileCheck %s
// Kernels of several row operations: -O0 computes each on its own. Gradients of
// the operations are the other files' business.

#enc = #sinter.enc<batch max 23>
!rows = tensor<?x10xf32, #enc>
!each = tensor<?xf32, #enc>
!label = tensor<?xi32, #enc>

// Loss, metric and gradient of a classifier in one pass.
// CHECK: classifier: ok
func.func @classifier(%x: !rows, %b: tensor<10xf32>, %i: !label {test.range = [0.0, 9.0]}) -> (!each, !label, !rows) attributes {test.no_gradient} {
  %bb = sinter.broadcast %b dims [1] : tensor<10xf32> -> !rows
  %o = sinter.add %x, %bb : !rows
  %l = sinter.log_softmax %o : !rows
  %v = sinter.pick %l, %i : !rows, !label -> !each
  %a = sinter.argmax %o axis 1 : !rows -> !label
  %j = sinter.iota axis 1 start 0.0 step 1.0 : tensor<?x10xi32, #enc>
  %ib = sinter.broadcast %i dims [0] : !label -> tensor<?x10xi32, #enc>
  %is = sinter.compare eq %j, %ib : tensor<?x10xi32, #enc> -> tensor<?x10xi1, #enc>
  %one = sinter.splat 1.0 : f32 -> !rows
  %zero = sinter.splat 0.0 : f32 -> !rows
  %y = sinter.select %is, %one, %zero : tensor<?x10xi1, #enc>, !rows
  %p = sinter.exp %l : !rows
  %d = sinter.sub %p, %y : !rows
  return %v, %a, %d : !each, !label, !rows
}

// Labels outside pick NaN, wherever they are computed.
// CHECK: picks: ok
func.func @picks(%x: !rows, %i: !label {test.range = [0.0, 9.0]}, %k: !label {test.range = [0.0, 9.0]}) -> (!each, !each) attributes {test.no_gradient} {
  %p = sinter.softmax %x : !rows
  %a = sinter.pick %p, %i : !rows, !label -> !each
  %ab = sinter.broadcast %a dims [0] : !each -> !rows
  %q = sinter.sub %p, %ab : !rows
  %b = sinter.pick %q, %k : !rows, !label -> !each
  return %a, %b : !each, !each
}

// A row of several vectors in registers, and one too long for them: layer
// normalization, whose second reduction needs the first one's result.
// CHECK: normalized: ok
func.func @normalized(%x: tensor<?x50xf32, #enc>) -> (tensor<?x50xf32, #enc>, !each) attributes {test.no_gradient} {
  %n = sinter.splat 0.02 : f32 -> !each
  %e = sinter.splat 1.0e-5 : f32 -> !each
  %s = sinter.reduce sum %x axes [1] : tensor<?x50xf32, #enc> -> !each
  %m = sinter.mul %s, %n : !each
  %mb = sinter.broadcast %m dims [0] : !each -> tensor<?x50xf32, #enc>
  %c = sinter.sub %x, %mb : tensor<?x50xf32, #enc>
  %c2 = sinter.mul %c, %c : tensor<?x50xf32, #enc>
  %v = sinter.reduce sum %c2 axes [1] : tensor<?x50xf32, #enc> -> !each
  %w = sinter.mul %v, %n : !each
  %we = sinter.add %w, %e : !each
  %r = sinter.sqrt %we : !each
  %rb = sinter.broadcast %r dims [0] : !each -> tensor<?x50xf32, #enc>
  %y = sinter.div %c, %rb : tensor<?x50xf32, #enc>
  return %y, %m : tensor<?x50xf32, #enc>, !each
}

// CHECK: normalized_long: ok
func.func @normalized_long(%x: tensor<3x7x203xf32>, %g: tensor<203xf32>) -> tensor<3x7x203xf32> attributes {test.no_gradient} {
  %n = sinter.splat 0.005 : f32 -> tensor<3x7xf32>
  %s = sinter.reduce sum %x axes [2] : tensor<3x7x203xf32> -> tensor<3x7xf32>
  %m = sinter.mul %s, %n : tensor<3x7xf32>
  %mb = sinter.broadcast %m dims [0, 1] : tensor<3x7xf32> -> tensor<3x7x203xf32>
  %c = sinter.sub %x, %mb : tensor<3x7x203xf32>
  %c2 = sinter.mul %c, %c : tensor<3x7x203xf32>
  %v = sinter.reduce max %c2 axes [2] : tensor<3x7x203xf32> -> tensor<3x7xf32>
  %rb = sinter.broadcast %v dims [0, 1] : tensor<3x7xf32> -> tensor<3x7x203xf32>
  %q = sinter.div %c, %rb : tensor<3x7x203xf32>
  %gb = sinter.broadcast %g dims [2] : tensor<203xf32> -> tensor<3x7x203xf32>
  %y = sinter.mul %q, %gb : tensor<3x7x203xf32>
  return %y : tensor<3x7x203xf32>
}

// The masked and scaled softmax of attention, on long rows; what it weighs is
// not computed twice but the softmax itself.
// CHECK: attention: ok
func.func @attention(%x: tensor<5x9x131xf32>, %m: tensor<9x131xf32>) -> (tensor<5x9x131xf32>, tensor<5x9xi32>) attributes {test.no_gradient} {
  %scale = sinter.splat 0.125 : f32 -> tensor<5x9x131xf32>
  %s = sinter.mul %x, %scale : tensor<5x9x131xf32>
  %mb = sinter.broadcast %m dims [1, 2] : tensor<9x131xf32> -> tensor<5x9x131xf32>
  %z = sinter.add %s, %mb : tensor<5x9x131xf32>
  %p = sinter.softmax %z : tensor<5x9x131xf32>
  %a = sinter.argmax %z axis 2 : tensor<5x9x131xf32> -> tensor<5x9xi32>
  %q = sinter.mul %p, %x : tensor<5x9x131xf32>
  return %q, %a : tensor<5x9x131xf32>, tensor<5x9xi32>
}

// A vector is one row, and what is left of it a number.
// CHECK: vector: ok
func.func @vector(%x: tensor<37xf64>) -> (tensor<37xf64>, tensor<f64>) attributes {test.no_gradient} {
  %p = sinter.softmax %x : tensor<37xf64>
  %m = sinter.reduce max %p axes [0] : tensor<37xf64> -> tensor<f64>
  %r = sinter.sqrt %m : tensor<f64>
  %b = sinter.broadcast %r dims [] : tensor<f64> -> tensor<37xf64>
  %y = sinter.mul %p, %b : tensor<37xf64>
  return %y, %r : tensor<37xf64>, tensor<f64>
}

// Numbers and truth values along the same rows; random ones between.
// CHECK: mixed: ok
func.func @mixed(%x: tensor<?x6xi32, #enc>, %seed: tensor<i64>) -> (tensor<?xi1, #enc>, tensor<?xi32, #enc>, tensor<?x6xf32, #enc>) attributes {test.no_gradient} {
  %z = sinter.splat 0 : i32 -> tensor<?x6xi32, #enc>
  %pos = sinter.compare gt %x, %z : tensor<?x6xi32, #enc> -> tensor<?x6xi1, #enc>
  %all = sinter.reduce or %pos axes [1] : tensor<?x6xi1, #enc> -> tensor<?xi1, #enc>
  %max = sinter.reduce max %x axes [1] : tensor<?x6xi32, #enc> -> tensor<?xi32, #enc>
  %mb = sinter.broadcast %max dims [0] : tensor<?xi32, #enc> -> tensor<?x6xi32, #enc>
  %d = sinter.sub %x, %mb : tensor<?x6xi32, #enc>
  %f = sinter.cast %d : tensor<?x6xi32, #enc> -> tensor<?x6xf32, #enc>
  %step = sinter.splat 3 : i64 -> tensor<i64>
  %u = sinter.random uniform %seed, %step stream 5 : tensor<?x6xf32, #enc>
  %y = sinter.mul %f, %u : tensor<?x6xf32, #enc>
  return %all, %max, %y : tensor<?xi1, #enc>, tensor<?xi32, #enc>, tensor<?x6xf32, #enc>
}
