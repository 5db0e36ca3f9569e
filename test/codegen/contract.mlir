// RUN: sinter-opt %s --sinter-select-kernels=cpu=x86-64-v4 | FileCheck %s --check-prefix=SELECT
// RUN: sinter-opt %s --sinter-select-kernels=cpu=x86-64-v4 --sinter-lower-kernels=cpu=x86-64-v4 | FileCheck %s

#enc = #sinter.enc<batch max 256>

// A transposed operand is packed in a phase of its own.
// CHECK-LABEL: func.func private @packed.pack(
// CHECK-SAME:    %[[SCRATCH:[a-z0-9]+]]: memref<{{[0-9]+}}xf32> {llvm.noalias}, %{{[a-z0-9]+}}: index, %{{[a-z0-9]+}}: index, %{{[a-z0-9]+}}: index)
// CHECK-LABEL: func.func private @packed(
// CHECK-SAME:    sinter.phases = [{grain = {{.*}}, kernel = @packed.pack, trip = @packed.pack.trip}, {grain = {{.*}}, kernel = @packed, trip = @packed.trip}]
// CHECK:         math.fma %{{.*}} : vector<16xf32>
// SELECT: sinter.kernel @packed
// SELECT-SAME: attributes {scratch = {{[1-9][0-9]*}} : i64}
sinter.kernel @packed (%x: tensor<?x784xf32, #enc>, %w: tensor<256x784xf32>) {
  %0 = sinter.contract "bi,oi->bo" %x, %w : tensor<?x784xf32, #enc>, tensor<256x784xf32> -> tensor<?x256xf32, #enc>
  sinter.yield %0 : tensor<?x256xf32, #enc>
}

// Letters of one kind that lie side by side are one dimension, through a view.
// CHECK-LABEL: func.func private @merged(
// CHECK:         scf.for %{{.*}} = %c0 to %c48 step %c4
// CHECK-NOT:       scf.for
// CHECK:           math.fma
sinter.kernel @merged (%x: tensor<4x6x8xf32>, %w: tensor<48x32xf32>) {
  %0 = sinter.reshape %w : tensor<48x32xf32> -> tensor<6x8x32xf32>
  %1 = sinter.contract "bij,ijo->bo" %x, %0 : tensor<4x6x8xf32>, tensor<6x8x32xf32> -> tensor<4x32xf32>
  sinter.yield %1 : tensor<4x32xf32>
}

// A slice starts inside its buffer.
// CHECK-LABEL: func.func private @sliced(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: memref<160xf32>
// CHECK:         memref.reinterpret_cast %[[X]] to offset: [22]
sinter.kernel @sliced (%x: tensor<8x20xf32>, %w: tensor<16x32xf32>) {
  %0 = sinter.slice %x offsets [1, 2] strides [1, 1] : tensor<8x20xf32> -> tensor<4x16xf32>
  %1 = sinter.contract "bi,io->bo" %0, %w : tensor<4x16xf32>, tensor<16x32xf32> -> tensor<4x32xf32>
  sinter.yield %1 : tensor<4x32xf32>
}

// These batch dimensions are no single stride apart: plain loops, the chain of
// each result still ascending.
// CHECK-LABEL: func.func private @loops(
// CHECK:         scf.for
// CHECK:           scf.for %{{.*}} = %c0 to %c8 step %c1 iter_args(%[[SUM:.*]] = %cst)
// CHECK:             vector.load
// CHECK:             vector.broadcast
// CHECK:             math.fma %{{.*}}, %{{.*}}, %[[SUM]] : vector<16xf32>
// SELECT: sinter.kernel @loops
// SELECT-NOT: scratch
sinter.kernel @loops (%x: tensor<3x5x2x8xf32>, %y: tensor<2x5x8x16xf32>) {
  %0 = sinter.contract "qbhk,hbkn->bhqn" %x, %y : tensor<3x5x2x8xf32>, tensor<2x5x8x16xf32> -> tensor<5x2x3x16xf32>
  sinter.yield %0 : tensor<5x2x3x16xf32>
}
