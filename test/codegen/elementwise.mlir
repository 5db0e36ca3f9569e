// RUN: sinter-opt %s --sinter-lower-kernels=cpu=x86-64-v4 | FileCheck %s

#enc = #sinter.enc<batch max 256>

// Equal layouts: one loop over all elements. 784 is a multiple of 16, so no
// vector is ever short, and blocks of 1024 elements are the units of work.
// CHECK-LABEL: func.func private @flat(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: memref<200704xf32>, %[[Y:[a-z0-9]+]]: memref<200704xf32>, %[[R:[a-z0-9]+]]: memref<200704xf32>, %[[N:[a-z0-9]+]]: index, %[[LO:[a-z0-9]+]]: index, %[[HI:[a-z0-9]+]]: index)
// CHECK-SAME:    sinter.phases = [{grain = {{[0-9]+}} : i64, kernel = @flat, trip = @flat.trip}]
// CHECK:         %[[SIZE:.*]] = arith.muli %[[N]], %c784
// CHECK:         %[[FIRST:.*]] = arith.muli %[[LO]], %c1024
// CHECK:         %[[LAST:.*]] = arith.minsi %{{.*}}, %[[SIZE]]
// CHECK:         scf.for %[[I:.*]] = %[[FIRST]] to %[[LAST]] step %c16
// CHECK-DAG:       vector.load %[[X]][%[[I]]] : memref<200704xf32>, vector<16xf32>
// CHECK-DAG:       vector.load %[[Y]][%[[I]]]
// CHECK:           arith.mulf
// CHECK-NEXT:      vector.store %{{.*}}, %[[R]][%[[I]]]
// CHECK-NOT:     mask
// CHECK:         return
// CHECK-LABEL: func.func private @flat.trip(
// CHECK-SAME:    %[[N:[a-z0-9]+]]: index) -> index
// CHECK:         %[[SIZE:.*]] = arith.muli %[[N]], %c784
// CHECK:         %[[UP:.*]] = arith.addi %[[SIZE]], %c1023
// CHECK:         %[[TRIP:.*]] = arith.divui %[[UP]], %c1024
// CHECK:         return %[[TRIP]]
sinter.kernel @flat (%x: tensor<?x784xf32, #enc>, %y: tensor<?x784xf32, #enc>) {
  %0 = sinter.mul %x, %y : tensor<?x784xf32, #enc>
  sinter.yield %0 : tensor<?x784xf32, #enc>
}

// A bias is loaded along the row; it makes rows the units of work.
// CHECK-LABEL: func.func private @bias(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: memref<8192xf32>, %[[B:[a-z0-9]+]]: memref<32xf32>{{[^,]*}}, %[[R:[a-z0-9]+]]: memref<8192xf32>, %{{[a-z0-9]+}}: index, %[[LO:[a-z0-9]+]]: index, %[[HI:[a-z0-9]+]]: index)
// CHECK:         scf.for %[[ROW:.*]] = %[[LO]] to %[[HI]] step %c1
// CHECK:           scf.for %[[I:.*]] = %c0 to %c32 step %c16
// CHECK-DAG:         vector.load %[[B]][%[[I]]] : memref<32xf32>, vector<16xf32>
// CHECK-DAG:         %[[OUTER:.*]] = arith.muli %[[ROW]], %c32
// CHECK-DAG:         %[[AT:.*]] = arith.addi %[[OUTER]], %[[I]]
// CHECK-DAG:         vector.load %[[X]][%[[AT]]]
// CHECK:             vector.store %{{.*}}, %[[R]][%[[AT]]]
sinter.kernel @bias (%x: tensor<?x32xf32, #enc>, %b: tensor<32xf32>) {
  %0 = sinter.broadcast %b dims [1] : tensor<32xf32> -> tensor<?x32xf32, #enc>
  %1 = sinter.add %x, %0 : tensor<?x32xf32, #enc>
  sinter.yield %1 : tensor<?x32xf32, #enc>
}

// A scalar is loaded once; the last vector has 5 lanes.
// CHECK-LABEL: func.func private @scale(
// CHECK-SAME:    %{{[a-z0-9]+}}: memref<21xf32>, %[[S:[a-z0-9]+]]: memref<1xf32>
// CHECK:         memref.load %[[S]][%c0]
// CHECK:         vector.load %{{.*}}[%c0] : memref<21xf32>, vector<16xf32>
// CHECK:         vector.store
// CHECK:         %[[MASK:.*]] = vector.create_mask %c5
// CHECK:         vector.maskedload %{{.*}}[%c16], %[[MASK]]
// CHECK:         vector.maskedstore %{{.*}}[%c16], %[[MASK]]
// CHECK-LABEL: func.func private @scale.trip() -> index
sinter.kernel @scale (%x: tensor<21xf32>, %s: tensor<f32>) {
  %0 = sinter.broadcast %s dims [] : tensor<f32> -> tensor<21xf32>
  %1 = sinter.mul %x, %0 : tensor<21xf32>
  sinter.yield %1 : tensor<21xf32>
}

// Eight lanes of eight bytes, and of the narrower elements beside them.
// CHECK-LABEL: func.func private @widen(
// CHECK:         vector.load %{{.*}} : memref<64xf32>, vector<8xf32>
// CHECK:         arith.extf %{{.*}} : vector<8xf32> to vector<8xf64>
sinter.kernel @widen (%x: tensor<64xf32>) {
  %0 = sinter.cast %x : tensor<64xf32> -> tensor<64xf64>
  sinter.yield %0 : tensor<64xf64>
}

// Booleans are bytes in memory.
// CHECK-LABEL: func.func private @mask(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: memref<16xi8>
// CHECK:         vector.load %[[X]][%c0] : memref<16xi8>, vector<16xi8>
// CHECK:         arith.cmpi ne, %{{.*}} : vector<16xi8>
// CHECK:         arith.cmpf ogt
// CHECK:         arith.andi %{{.*}} : vector<16xi1>
// CHECK:         arith.extui %{{.*}} : vector<16xi1> to vector<16xi8>
sinter.kernel @mask (%x: tensor<16xi1>, %y: tensor<16xf32>, %z: tensor<16xf32>) {
  %0 = sinter.compare gt %y, %z : tensor<16xf32> -> tensor<16xi1>
  %1 = sinter.and %x, %0 : tensor<16xi1>
  sinter.yield %1 : tensor<16xi1>
}

// All results at an index are computed before any is written.
// CHECK-LABEL: func.func private @momentum(
// CHECK:         vector.load
// CHECK:         vector.load
// CHECK:         arith.addf
// CHECK:         arith.subf
// CHECK-NEXT:    vector.store
// CHECK-NEXT:    vector.store
sinter.kernel @momentum (%p: tensor<16xf32>, %v: tensor<16xf32>) {
  %0 = sinter.add %v, %p : tensor<16xf32>
  %1 = sinter.sub %p, %0 : tensor<16xf32>
  sinter.yield %1, %0 : tensor<16xf32>, tensor<16xf32>
}

// What depends on the row alone is computed once a row, as a scalar.
// CHECK-LABEL: func.func private @row_scalar(
// CHECK:         scf.for %[[ROW:.*]] =
// CHECK:           memref.load %{{.*}}[%[[ROW]]] : memref<256xf32>
// CHECK:           math.fma %{{.*}} : f32
// CHECK:           scf.for
// CHECK-NOT:         math.fma
// CHECK:             arith.mulf %{{.*}} : vector<16xf32>
sinter.kernel @row_scalar (%x: tensor<?x32xf32, #enc>, %s: tensor<?xf32, #enc>) {
  %0 = sinter.broadcast %s dims [0] : tensor<?xf32, #enc> -> tensor<?x32xf32, #enc>
  %1 = sinter.exp %0 : tensor<?x32xf32, #enc>
  %2 = sinter.mul %x, %1 : tensor<?x32xf32, #enc>
  sinter.yield %2 : tensor<?x32xf32, #enc>
}

// CHECK-LABEL: func.func private @extent(
// CHECK-SAME:    %[[R:[a-z0-9]+]]: memref<1xf32>{{[^,]*}}, %[[N:[a-z0-9]+]]: index, %{{[a-z0-9]+}}: index, %{{[a-z0-9]+}}: index)
// CHECK:         arith.index_cast %[[N]] : index to i64
// CHECK:         memref.store %{{.*}}, %[[R]][%c0]
sinter.kernel @extent () {
  %0 = sinter.extent "batch" bound 256
  %1 = sinter.cast %0 : tensor<i64> -> tensor<f32>
  sinter.yield %1 : tensor<f32>
}
