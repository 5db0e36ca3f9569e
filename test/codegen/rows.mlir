// RUN: sinter-opt %s --sinter-lower-kernels=cpu=x86-64-v4 | FileCheck %s

#enc = #sinter.enc<batch max 256>

// A short row stays in registers.
// CHECK-LABEL: func.func private @short(
// CHECK:         scf.for
// CHECK-COUNT-1:   vector.maskedload
// CHECK-NOT:       load
// CHECK:           arith.divf %{{.*}} : f32
// CHECK:           arith.mulf %{{.*}} : vector<16xf32>
// CHECK-NEXT:      vector.maskedstore
sinter.kernel @short (%x: tensor<?x10xf32, #enc>) {
  %0 = sinter.softmax %x : tensor<?x10xf32, #enc>
  sinter.yield %0 : tensor<?x10xf32, #enc>
}

// A long one is read twice, and its exponentials wait in the result.
// CHECK-LABEL: func.func private @long(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: memref<32768xf64> {{.*}}, %[[R:[a-z0-9]+]]: memref<32768xf64>
// CHECK:           scf.for %{{.*}} iter_args
// CHECK:             vector.load %[[X]]
// CHECK:           scf.for %{{.*}} iter_args
// CHECK:             vector.load %[[X]]
// CHECK:             vector.store %{{.*}}, %[[R]]
// CHECK:           arith.divf %{{.*}} : f64
// CHECK:           scf.for
// CHECK:             vector.load %[[R]]
// CHECK:             arith.mulf %{{.*}} : vector<8xf64>
// CHECK:             vector.store %{{.*}}, %[[R]]
sinter.kernel @long (%x: tensor<?x128xf64, #enc>) {
  %0 = sinter.softmax %x : tensor<?x128xf64, #enc>
  sinter.yield %0 : tensor<?x128xf64, #enc>
}

// An index out of range reads the row's first element and gives NaN.
// CHECK-LABEL: func.func private @pick(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: memref<2560xf32> {{.*}}, %[[I:[a-z0-9]+]]: memref<256xi32>
// CHECK:         %[[INDEX:.*]] = memref.load %[[I]]
// CHECK:         %[[INSIDE:.*]] = arith.cmpi ult, %[[INDEX]], %c10_i32
// CHECK:         %[[SAFE:.*]] = arith.select %[[INSIDE]], %[[INDEX]], %c0_i32
// CHECK:         arith.index_cast %[[SAFE]]
// CHECK:         %[[ELEMENT:.*]] = memref.load %[[X]]
// CHECK:         arith.select %[[INSIDE]], %[[ELEMENT]]
sinter.kernel @pick (%x: tensor<?x10xf32, #enc>, %i: tensor<?xi32, #enc>) {
  %0 = sinter.pick %x, %i : tensor<?x10xf32, #enc>, tensor<?xi32, #enc> -> tensor<?xf32, #enc>
  sinter.yield %0 : tensor<?xf32, #enc>
}

// CHECK-LABEL: func.func private @argmax(
// CHECK:         %[[BETTER:.*]] = arith.cmpi sgt
// CHECK:         arith.select %{{.*}} : vector<16xi1>, vector<16xi32>
// CHECK:         arith.select %{{.*}} : vector<8xi1>, vector<8xi32>
// CHECK:         memref.store %{{.*}} : memref<256xi32>
sinter.kernel @argmax (%x: tensor<?x10xi32, #enc>) {
  %0 = sinter.argmax %x axis 1 : tensor<?x10xi32, #enc> -> tensor<?xi32, #enc>
  sinter.yield %0 : tensor<?xi32, #enc>
}
