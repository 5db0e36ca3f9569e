// RUN: sinter-opt %s --sinter-lower-kernels=cpu=x86-64-v4 | FileCheck %s

#enc = #sinter.enc<batch max 256>

// Words are made 64 at a time; the mask of a dropout takes 16 of them from the
// stack. The keys are made once.
// CHECK-LABEL: func.func private @dropout(
// CHECK:         %[[WORDS:.*]] = memref.alloca() : memref<64xi32>
// CHECK:         scf.for %[[GROUP:.*]] = %{{.*}} step %c64
// CHECK-COUNT-4:   vector.store %{{.*}}, %[[WORDS]]
// CHECK:           scf.for %[[AT:.*]] = %[[GROUP]] to
// CHECK:             %[[IN:.*]] = arith.subi %[[AT]], %[[GROUP]]
// CHECK:             vector.load %[[WORDS]][%[[IN]]] : memref<64xi32>, vector<16xi32>
// CHECK:             arith.select
sinter.kernel @dropout (%x: tensor<?x784xf32, #enc>, %seed: tensor<i64>, %step: tensor<i64>) {
  %0 = sinter.random uniform %seed, %step stream 7 : tensor<?x784xf32, #enc>
  %1 = sinter.splat 5.0e-01 : f32 -> tensor<?x784xf32, #enc>
  %2 = sinter.compare lt %0, %1 : tensor<?x784xf32, #enc> -> tensor<?x784xi1, #enc>
  %3 = sinter.splat 0.0 : f32 -> tensor<?x784xf32, #enc>
  %4 = sinter.select %2, %x, %3 : tensor<?x784xi1, #enc>, tensor<?x784xf32, #enc>
  sinter.yield %4 : tensor<?x784xf32, #enc>
}

// With another index beside it, each element's word is made on its own.
// CHECK-LABEL: func.func private @biased(
// CHECK-NOT:     alloca
// CHECK:         return
sinter.kernel @biased (%b: tensor<32xf32>, %seed: tensor<i64>, %step: tensor<i64>) {
  %0 = sinter.random uniform %seed, %step stream 7 : tensor<?x32xf32, #enc>
  %1 = sinter.broadcast %b dims [1] : tensor<32xf32> -> tensor<?x32xf32, #enc>
  %2 = sinter.add %0, %1 : tensor<?x32xf32, #enc>
  sinter.yield %2 : tensor<?x32xf32, #enc>
}
