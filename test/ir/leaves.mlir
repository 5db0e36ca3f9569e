// RUN: sinter-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @leaves
func.func @leaves(%seed: tensor<i64>, %step: tensor<i64>) {
  // CHECK: sinter.constant dense<{{\[\[}}2.000000e+00], [-3.400000e+00]]> : tensor<2x1xf32>
  %c = sinter.constant dense<[[2.0], [-3.4]]> : tensor<2x1xf32>
  // CHECK: sinter.splat 0.000000e+00 : f32 -> tensor<?x10xf32, #sinter.enc<batch max 256>>
  %z = sinter.splat 0.0 : f32 -> tensor<?x10xf32, #sinter.enc<batch max 256>>
  // CHECK: sinter.splat true -> tensor<4xi1>
  %t = sinter.splat true -> tensor<4xi1>
  // CHECK: sinter.splat 7 : ui8 -> tensor<ui8>
  %u = sinter.splat 7 : ui8 -> tensor<ui8>
  // CHECK: sinter.iota axis 1 start 1.000000e+00 step 5.000000e-01 : tensor<2x4xf32>
  %i = sinter.iota axis 1 start 1.0 step 0.5 : tensor<2x4xf32>
  // CHECK: sinter.extent "batch" bound 256
  %n = sinter.extent "batch" bound 256
  // CHECK: sinter.random normal %{{.*}}, %{{.*}} stream 42 : tensor<1000x2xf32>
  %r = sinter.random normal %seed, %step stream 42 : tensor<1000x2xf32>
  // CHECK: sinter.random uniform
  %v = sinter.random uniform %seed, %step stream 43 : tensor<f64>
  return
}

// The layout is part of the type.
// CHECK-LABEL: func.func @layout
// CHECK-SAME: tensor<?x3xf32, #sinter.enc<batch max 8, order = [1, 0]>>
// CHECK-SAME: tensor<2x3xf32, #sinter.enc<order = [1, 0]>>
func.func @layout(%x: tensor<?x3xf32, #sinter.enc<batch max 8, order = [1, 0]>>, %w: tensor<2x3xf32, #sinter.enc<order = [1, 0]>>) {
  return
}
