// RUN: sinter-opt %s --sinter-lower-kernels=cpu=x86-64-v4 | FileCheck %s

#enc = #sinter.enc<batch max 256>

// The innermost dimension is reduced: sixteen lanes a row, the last vector under
// a mask, then halves.
// CHECK-LABEL: func.func private @rows(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: memref<5120xf32> {llvm.noalias}, %[[R:[a-z0-9]+]]: memref<256xf32> {llvm.noalias}
// CHECK:         scf.for %[[ROW:.*]] =
// CHECK:           vector.load %[[X]]
// CHECK:           %[[FIRST:.*]] = arith.addf %cst, %{{.*}} : vector<16xf32>
// CHECK:           %[[MASK:.*]] = vector.create_mask %c4
// CHECK:           vector.maskedload %[[X]]
// CHECK:           %[[BOTH:.*]] = arith.addf %[[FIRST]]
// CHECK:           arith.select %[[MASK]], %[[BOTH]], %[[FIRST]]
// CHECK:           arith.addf %{{.*}} : vector<8xf32>
// CHECK:           arith.addf %{{.*}} : vector<4xf32>
// CHECK:           arith.addf %{{.*}} : vector<2xf32>
// CHECK:           arith.addf %{{.*}} : vector<1xf32>
// CHECK:           memref.store %{{.*}}, %[[R]][%[[ROW]]]
sinter.kernel @rows (%x: tensor<?x20xf32, #enc>) {
  %0 = sinter.reduce sum %x axes [1] : tensor<?x20xf32, #enc> -> tensor<?xf32, #enc>
  sinter.yield %0 : tensor<?xf32, #enc>
}

// The innermost is kept: four vectors of results, each a chain over the batch.
// Units of work are 64 results; the batch is never cut.
// CHECK-LABEL: func.func private @columns(
// CHECK-SAME:    %{{[a-z0-9]+}}: memref<65536xf32> {llvm.noalias}, %[[R:[a-z0-9]+]]: memref<256xf32> {llvm.noalias}, %[[N:[a-z0-9]+]]: index
// CHECK:         scf.for %[[COL:.*]] = %{{.*}} step %c64
// CHECK:           scf.for %{{.*}} = %c0 to %[[N]] step %c1 iter_args(%[[A:.*]] = %cst, %{{.*}} = %cst, %{{.*}} = %cst, %{{.*}} = %cst)
// CHECK:             %[[NEXT:.*]] = vector.load
// CHECK-NEXT:        %[[GREATER:.*]] = arith.cmpf ogt, %[[A]], %[[NEXT]]
// CHECK-NEXT:        %[[MAX:.*]] = arith.select %[[GREATER]], %[[A]], %[[NEXT]]
// CHECK-NEXT:        %[[NAN:.*]] = arith.cmpf uno, %[[A]], %[[A]]
// CHECK-NEXT:        arith.select %[[NAN]], %[[A]], %[[MAX]]
// CHECK-COUNT-4:   vector.store
// CHECK-NOT:     mask
// CHECK-LABEL: func.func private @columns.trip(
// CHECK:         return %c4
sinter.kernel @columns (%x: tensor<?x256xf32, #enc>) {
  %0 = sinter.reduce max %x axes [0] : tensor<?x256xf32, #enc> -> tensor<256xf32>
  sinter.yield %0 : tensor<256xf32>
}

// What is reduced is computed in the loop. Four lanes are enough for three.
// CHECK-LABEL: func.func private @fused(
// CHECK:         scf.for %{{.*}} = %c0 to %c5 step %c1 iter_args(%{{.*}} = %cst) -> (vector<4xf32>)
// CHECK:           vector.create_mask %c3
// CHECK:           arith.mulf %{{.*}} : vector<4xf32>
// CHECK:           arith.addf
// CHECK:         arith.addf %{{.*}} : vector<2xf32>
// CHECK:         memref.store
sinter.kernel @fused (%x: tensor<5x3xf32>) {
  %0 = sinter.mul %x, %x : tensor<5x3xf32>
  %1 = sinter.reduce sum %0 axes [0, 1] : tensor<5x3xf32> -> tensor<f32>
  sinter.yield %1 : tensor<f32>
}
