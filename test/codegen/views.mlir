// RUN: sinter-opt %s --sinter-lower-kernels=cpu=x86-64-v4 | FileCheck %s

// A reshape between dense tensors vanishes: one loop.
// CHECK-LABEL: func.func private @reshape(
// CHECK:         scf.for %[[I:.*]] = %{{.*}} step %c16
// CHECK-COUNT-2:   vector.load %{{.*}}[%[[I]]]
// CHECK:           vector.store %{{.*}}, %{{.*}}[%[[I]]]
// CHECK-NEXT:    }
// CHECK-NEXT:    return
sinter.kernel @reshape (%x: tensor<4x28x28xf32>, %y: tensor<4x784xf32>) {
  %0 = sinter.reshape %x : tensor<4x28x28xf32> -> tensor<4x784xf32>
  %1 = sinter.add %0, %y : tensor<4x784xf32>
  sinter.yield %1 : tensor<4x784xf32>
}

// The loops follow the result; a column is read element by element.
// CHECK-LABEL: func.func private @transpose(
// CHECK:         scf.for %[[ROW:.*]] =
// CHECK:           arith.addi %[[ROW]], %c3
// CHECK:           arith.addi %[[ROW]], %c6
// CHECK-COUNT-16:  memref.load
// CHECK:           %[[V:.*]] = vector.from_elements
// CHECK:           %[[AT:.*]] = arith.muli %[[ROW]], %c16
// CHECK-NEXT:      vector.store %[[V]], %{{.*}}[%[[AT]]]
sinter.kernel @transpose (%x: tensor<16x3xf32>) {
  %0 = sinter.transpose %x [1, 0] : tensor<16x3xf32> -> tensor<3x16xf32>
  sinter.yield %0 : tensor<3x16xf32>
}

// Rows of 6 are cut in two, so that no index is divided.
// CHECK-LABEL: func.func private @split(
// CHECK:         scf.for %[[UNIT:.*]] =
// CHECK:           %[[ROW:.*]] = arith.divui %[[UNIT]], %c3
// CHECK:           %[[AT:.*]] = arith.muli %[[ROW]], %c2
// CHECK:           vector.maskedload %{{.*}}[%[[AT]]]
sinter.kernel @split (%x: tensor<5x2xf32>) {
  %0 = sinter.broadcast %x dims [0, 2] : tensor<5x2xf32> -> tensor<5x3x2xf32>
  %1 = sinter.reshape %0 : tensor<5x3x2xf32> -> tensor<5x6xf32>
  sinter.yield %1 : tensor<5x6xf32>
}

// No cut helps here.
// CHECK-LABEL: func.func private @divide(
// CHECK-COUNT-6: memref.load
// CHECK:         vector.from_elements
// CHECK:         vector.maskedstore
sinter.kernel @divide (%x: tensor<2x3xf32>) {
  %0 = sinter.transpose %x [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
  %1 = sinter.reshape %0 : tensor<3x2xf32> -> tensor<2x3xf32>
  sinter.yield %1 : tensor<2x3xf32>
}

// Zeros in one phase, the box in the next.
// CHECK-LABEL: func.func private @pad.zero(
// CHECK:         vector.store %cst, %{{.*}} : memref<128xf32>, vector<16xf32>
// CHECK-LABEL: func.func private @pad(
// CHECK-SAME:    sinter.phases = [{grain = {{.*}}, kernel = @pad.zero, trip = @pad.zero.trip}, {grain = {{.*}}, kernel = @pad, trip = @pad.trip}]
// CHECK:         vector.load
// CHECK:         arith.addi %{{.*}}, %c36
// CHECK-NEXT:    vector.store
sinter.kernel @pad (%x: tensor<2x16xf32>) {
  %0 = sinter.pad %x offsets [1, 4] strides [1, 1] : tensor<2x16xf32> -> tensor<4x32xf32>
  sinter.yield %0 : tensor<4x32xf32>
}

// The trips of the parts follow each other.
// CHECK-LABEL: func.func private @concat(
// CHECK:         scf.if
// CHECK:           vector.load
// CHECK:           vector.store
// CHECK:         scf.if
// CHECK:           vector.load
// CHECK:           %[[AT:.*]] = arith.addi %{{.*}}, %c32
// CHECK:           vector.store %{{.*}}, %{{.*}}[%[[AT]]]
// CHECK-LABEL: func.func private @concat.trip()
// CHECK:         return %c2
sinter.kernel @concat (%x: tensor<2x16xf32>, %y: tensor<3x16xf32>) {
  %0 = sinter.concat %x, %y axis 0 : (tensor<2x16xf32>, tensor<3x16xf32>) -> tensor<5x16xf32>
  sinter.yield %0 : tensor<5x16xf32>
}
