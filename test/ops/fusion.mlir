// RUN: sinter-difftest %s | FileCheck %s
// Kernels of several operations: -O0 computes each on its own. Gradients of the
// operations are the other files' business.

!x = tensor<?x37xf32, #sinter.enc<batch max 29>>
!h = tensor<?x21xf32, #sinter.enc<batch max 29>>

// CHECK: layer: ok
func.func @layer(%x: !x, %w: tensor<37x21xf32>, %b: tensor<21xf32>) -> !h attributes {test.no_gradient} {
  %0 = sinter.contract "bi,io->bo" %x, %w : !x, tensor<37x21xf32> -> !h
  %1 = sinter.broadcast %b dims [1] : tensor<21xf32> -> !h
  %2 = sinter.add %0, %1 : !h
  %3 = sinter.relu %2 : !h
  return %3 : !h
}

// The weight is packed, and its gradient has the mask as its epilogue.
// CHECK: packed: ok
func.func @packed(%x: !x, %w: tensor<21x37xf32>, %m: !h) -> (!h, !h) attributes {test.no_gradient} {
  %0 = sinter.contract "bi,oi->bo" %x, %w : !x, tensor<21x37xf32> -> !h
  %z = sinter.splat 0.0 : f32 -> !h
  %c = sinter.compare gt %m, %z : !h -> tensor<?x21xi1, #sinter.enc<batch max 29>>
  %1 = sinter.select %c, %0, %z : tensor<?x21xi1, #sinter.enc<batch max 29>>, !h
  %2 = sinter.mul %1, %m : !h
  return %1, %2 : !h, !h
}

// The columns of the result are what is contiguous; the batch is summed.
// CHECK: update: ok
func.func @update(%x: !x, %d: !h, %w: tensor<37x21xf32>, %lr: tensor<f64>) -> tensor<37x21xf32> attributes {test.no_gradient} {
  %0 = sinter.contract "bo,bi->io" %d, %x : !h, !x -> tensor<37x21xf32>
  %c = sinter.cast %lr : tensor<f64> -> tensor<f32>
  %l = sinter.broadcast %c dims [] : tensor<f32> -> tensor<37x21xf32>
  %1 = sinter.mul %l, %0 : tensor<37x21xf32>
  %2 = sinter.sub %w, %1 : tensor<37x21xf32>
  return %2 : tensor<37x21xf32>
}

// The batch is along the lanes.
// CHECK: batch_columns: ok
func.func @batch_columns(%x: !x, %w: tensor<5x37xf32>, %b: tensor<5xf32>) -> tensor<5x?xf32, #sinter.enc<batch max 29>> attributes {test.no_gradient} {
  %0 = sinter.contract "oi,bi->ob" %w, %x : tensor<5x37xf32>, !x -> tensor<5x?xf32, #sinter.enc<batch max 29>>
  %1 = sinter.broadcast %b dims [0] : tensor<5xf32> -> tensor<5x?xf32, #sinter.enc<batch max 29>>
  %2 = sinter.mul %0, %1 : tensor<5x?xf32, #sinter.enc<batch max 29>>
  return %2 : tensor<5x?xf32, #sinter.enc<batch max 29>>
}

// CHECK: vector: ok
func.func @vector(%a: tensor<70x33xf32>, %x: tensor<33xf32>, %y: tensor<70xf32>) -> tensor<70xf32> attributes {test.no_gradient} {
  %0 = sinter.contract "ij,j->i" %a, %x : tensor<70x33xf32>, tensor<33xf32> -> tensor<70xf32>
  %1 = sinter.sub %0, %y : tensor<70xf32>
  return %1 : tensor<70xf32>
}

// CHECK: dot: ok
func.func @dot(%x: tensor<33xf32>, %y: tensor<33xf32>, %z: tensor<f32>) -> tensor<f32> attributes {test.no_gradient} {
  %0 = sinter.contract "i,i->" %x, %y : tensor<33xf32>, tensor<33xf32> -> tensor<f32>
  %1 = sinter.add %0, %z : tensor<f32>
  return %1 : tensor<f32>
}

// CHECK: outer: ok
func.func @outer(%x: tensor<19xf32>, %y: tensor<50xf32>, %z: tensor<19x50xf32>) -> tensor<19x50xf32> attributes {test.no_gradient} {
  %0 = sinter.contract "i,j->ij" %x, %y : tensor<19xf32>, tensor<50xf32> -> tensor<19x50xf32>
  %1 = sinter.add %0, %z : tensor<19x50xf32>
  return %1 : tensor<19x50xf32>
}

// CHECK: batched: ok
func.func @batched(%a: tensor<3x7x18xf32>, %b: tensor<3x18x35xf32>, %c: tensor<3x35xf32>) -> tensor<3x7x35xf32> attributes {test.no_gradient} {
  %0 = sinter.contract "aij,ajk->aik" %a, %b : tensor<3x7x18xf32>, tensor<3x18x35xf32> -> tensor<3x7x35xf32>
  %1 = sinter.broadcast %c dims [0, 2] : tensor<3x35xf32> -> tensor<3x7x35xf32>
  %2 = sinter.add %0, %1 : tensor<3x7x35xf32>
  return %2 : tensor<3x7x35xf32>
}

// More steps than a block has without an epilogue.
// CHECK: deep: ok
func.func @deep(%a: tensor<9x1300xf64>, %b: tensor<1300x20xf64>, %c: tensor<9x20xf64>) -> tensor<9x20xf64> attributes {test.no_gradient} {
  %0 = sinter.contract "ij,jk->ik" %a, %b : tensor<9x1300xf64>, tensor<1300x20xf64> -> tensor<9x20xf64>
  %1 = sinter.add %0, %c : tensor<9x20xf64>
  return %1 : tensor<9x20xf64>
}

// A result of another element type.
// CHECK: widen: ok
func.func @widen(%a: tensor<9x17xi32>, %b: tensor<20x17xi32>) -> tensor<9x20xf64> attributes {test.no_gradient} {
  %0 = sinter.contract "ij,kj->ik" %a, %b : tensor<9x17xi32>, tensor<20x17xi32> -> tensor<9x20xi32>
  %1 = sinter.cast %0 : tensor<9x20xi32> -> tensor<9x20xf64>
  return %1 : tensor<9x20xf64>
}

// CHECK: column_sums: ok
func.func @column_sums(%d: !h, %b: tensor<21xf32>, %lr: tensor<f32>) -> tensor<21xf32> attributes {test.no_gradient} {
  %0 = sinter.reduce sum %d axes [0] : !h -> tensor<21xf32>
  %l = sinter.broadcast %lr dims [] : tensor<f32> -> tensor<21xf32>
  %1 = sinter.mul %l, %0 : tensor<21xf32>
  %2 = sinter.sub %b, %1 : tensor<21xf32>
  return %2 : tensor<21xf32>
}

// CHECK: row_sums: ok
func.func @row_sums(%d: !h, %b: tensor<?xf32, #sinter.enc<batch max 29>>) -> (tensor<?xf32, #sinter.enc<batch max 29>>, tensor<?xf32, #sinter.enc<batch max 29>>) attributes {test.no_gradient} {
  %s = sinter.mul %d, %d : !h
  %0 = sinter.reduce sum %s axes [1] : !h -> tensor<?xf32, #sinter.enc<batch max 29>>
  %1 = sinter.sqrt %0 : tensor<?xf32, #sinter.enc<batch max 29>>
  %2 = sinter.mul %1, %b : tensor<?xf32, #sinter.enc<batch max 29>>
  return %0, %2 : tensor<?xf32, #sinter.enc<batch max 29>>, tensor<?xf32, #sinter.enc<batch max 29>>
}

// CHECK: mean: ok
func.func @mean(%d: !h) -> tensor<f32> attributes {test.no_gradient} {
  %0 = sinter.reduce sum %d axes [0, 1] : !h -> tensor<f32>
  %n = sinter.extent "batch" bound 29
  %f = sinter.cast %n : tensor<i64> -> tensor<f32>
  %1 = sinter.div %0, %f : tensor<f32>
  return %1 : tensor<f32>
}

// Several results of one kernel, and a scalar that it computes.
// CHECK: momentum: ok
func.func @momentum(%p: tensor<50xf32>, %g: tensor<50xf32>, %v: tensor<50xf32>, %lr: tensor<f32>) -> (tensor<50xf32>, tensor<50xf32>) attributes {test.no_gradient} {
  %n = sinter.neg %lr : tensor<f32>
  %l = sinter.broadcast %n dims [] : tensor<f32> -> tensor<50xf32>
  %0 = sinter.add %v, %g : tensor<50xf32>
  %1 = sinter.mul %l, %0 : tensor<50xf32>
  %2 = sinter.add %p, %1 : tensor<50xf32>
  return %0, %2 : tensor<50xf32>, tensor<50xf32>
}

// Another order of products.
// CHECK: chain: ok
func.func @chain(%a: tensor<5x30xf64>, %b: tensor<30x2xf64>, %c: tensor<2x40xf64>) -> tensor<5x40xf64> attributes {test.no_gradient} {
  %0 = sinter.contract "ij,jk->ik" %b, %c : tensor<30x2xf64>, tensor<2x40xf64> -> tensor<30x40xf64>
  %1 = sinter.contract "ij,jk->ik" %a, %0 : tensor<5x30xf64>, tensor<30x40xf64> -> tensor<5x40xf64>
  return %1 : tensor<5x40xf64>
}
