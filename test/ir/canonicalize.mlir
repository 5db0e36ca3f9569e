// RUN: sinter-opt %s --canonicalize --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @add_zero
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>, %[[I:[a-z0-9]+]]: tensor<4xi32>)
func.func @add_zero(%x: tensor<4xf32>, %i: tensor<4xi32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xi32>) {
  %zero = sinter.splat 0.0 : f32 -> tensor<4xf32>
  %minus_zero = sinter.splat -0.0 : f32 -> tensor<4xf32>
  %none = sinter.splat 0 : i32 -> tensor<4xi32>
  // -0.0 + 0.0 is 0.0: that addition stays.
  // CHECK: %[[SUM:.*]] = sinter.add %[[X]]
  %0 = sinter.add %x, %zero : tensor<4xf32>
  %1 = sinter.add %minus_zero, %x : tensor<4xf32>
  %2 = sinter.add %i, %none : tensor<4xi32>
  // CHECK-NEXT: return %[[SUM]], %[[X]], %[[I]]
  return %0, %1, %2 : tensor<4xf32>, tensor<4xf32>, tensor<4xi32>
}

// -----

// CHECK-LABEL: func.func @sub_zero
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>)
func.func @sub_zero(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %zero = sinter.splat 0.0 : f32 -> tensor<4xf32>
  %minus_zero = sinter.splat -0.0 : f32 -> tensor<4xf32>
  %0 = sinter.sub %x, %zero : tensor<4xf32>
  // CHECK: %[[STAYS:.*]] = sinter.sub
  %1 = sinter.sub %x, %minus_zero : tensor<4xf32>
  // CHECK-NEXT: return %[[X]], %[[STAYS]]
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @mul
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>, %[[I:[a-z0-9]+]]: tensor<4xi32>)
func.func @mul(%x: tensor<4xf32>, %i: tensor<4xi32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xi32>) {
  // CHECK-DAG: %[[NONE:.*]] = sinter.splat 0 : i32
  %one = sinter.splat 1.0 : f32 -> tensor<4xf32>
  %zero = sinter.splat 0.0 : f32 -> tensor<4xf32>
  %none = sinter.splat 0 : i32 -> tensor<4xi32>
  %0 = sinter.mul %one, %x : tensor<4xf32>
  // NaN * 0 is NaN.
  // CHECK: %[[STAYS:.*]] = sinter.mul
  %1 = sinter.mul %x, %zero : tensor<4xf32>
  %2 = sinter.mul %i, %none : tensor<4xi32>
  // CHECK-NEXT: return %[[X]], %[[STAYS]], %[[NONE]]
  return %0, %1, %2 : tensor<4xf32>, tensor<4xf32>, tensor<4xi32>
}

// -----

// CHECK-LABEL: func.func @div
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>)
func.func @div(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  // CHECK-DAG: %[[HALF:.*]] = sinter.splat 5.000000e-01
  // CHECK-DAG: %[[THREE:.*]] = sinter.splat 3.000000e+00
  %one = sinter.splat 1.0 : f32 -> tensor<4xf32>
  %two = sinter.splat 2.0 : f32 -> tensor<4xf32>
  %three = sinter.splat 3.0 : f32 -> tensor<4xf32>
  %0 = sinter.div %x, %one : tensor<4xf32>
  // CHECK: %[[EXACT:.*]] = sinter.mul %[[X]], %[[HALF]]
  %1 = sinter.div %x, %two : tensor<4xf32>
  // CHECK: %[[STAYS:.*]] = sinter.div %[[X]], %[[THREE]]
  %2 = sinter.div %x, %three : tensor<4xf32>
  // CHECK-NEXT: return %[[X]], %[[EXACT]], %[[STAYS]]
  return %0, %1, %2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @negations
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>, %[[Y:[a-z0-9]+]]: tensor<4xf32>)
func.func @negations(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %nx = sinter.neg %x : tensor<4xf32>
  %ny = sinter.neg %y : tensor<4xf32>
  %0 = sinter.neg %nx : tensor<4xf32>
  // CHECK-NEXT: %[[A:.*]] = sinter.sub %[[X]], %[[Y]]
  %1 = sinter.add %x, %ny : tensor<4xf32>
  // CHECK-NEXT: %[[B:.*]] = sinter.sub %[[Y]], %[[X]]
  %2 = sinter.add %nx, %y : tensor<4xf32>
  // CHECK-NEXT: %[[C:.*]] = sinter.add %[[X]], %[[Y]]
  %3 = sinter.sub %x, %ny : tensor<4xf32>
  // CHECK-NEXT: return %[[X]], %[[A]], %[[B]], %[[C]]
  return %0, %1, %2, %3 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @numbers
func.func @numbers() -> (tensor<?xf32, #sinter.enc<batch max 8>>, tensor<4xi32>, tensor<4xi1>, tensor<4xui8>) {
  // CHECK-DAG: %[[F:.*]] = sinter.splat 7.000000e+00 : f32 -> tensor<?xf32, #sinter.enc<batch max 8>>
  // CHECK-DAG: %[[I:.*]] = sinter.splat -2147483648 : i32
  // CHECK-DAG: %[[B:.*]] = sinter.splat true
  // CHECK-DAG: %[[U:.*]] = sinter.splat 255 : ui8
  %two = sinter.splat 2.0 : f32 -> tensor<?xf32, #sinter.enc<batch max 8>>
  %three = sinter.splat 3.0 : f32 -> tensor<?xf32, #sinter.enc<batch max 8>>
  %six = sinter.mul %two, %three : tensor<?xf32, #sinter.enc<batch max 8>>
  %half = sinter.div %two, %two : tensor<?xf32, #sinter.enc<batch max 8>>
  %seven = sinter.add %six, %half : tensor<?xf32, #sinter.enc<batch max 8>>
  %max = sinter.splat 2147483647 : i32 -> tensor<4xi32>
  %one = sinter.constant dense<1> : tensor<4xi32>
  %wrapped = sinter.add %max, %one : tensor<4xi32>
  %less = sinter.compare lt %wrapped, %one : tensor<4xi32> -> tensor<4xi1>
  %big = sinter.splat 300.5 : f64 -> tensor<4xf64>
  %saturated = sinter.cast %big : tensor<4xf64> -> tensor<4xui8>
  // CHECK: return %[[F]], %[[I]], %[[B]], %[[U]]
  return %seven, %wrapped, %less, %saturated : tensor<?xf32, #sinter.enc<batch max 8>>, tensor<4xi32>, tensor<4xi1>, tensor<4xui8>
}

// -----

// The sign of a NaN is the machine's.
// CHECK-LABEL: func.func @nan_stays
func.func @nan_stays() -> tensor<4xf32> {
  %zero = sinter.splat 0.0 : f32 -> tensor<4xf32>
  // CHECK: sinter.div
  %0 = sinter.div %zero, %zero : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @logic
// CHECK-SAME: (%[[M:[a-z0-9]+]]: tensor<4xi1>, %[[X:[a-z0-9]+]]: tensor<4xf32>, %[[Y:[a-z0-9]+]]: tensor<4xf32>)
func.func @logic(%m: tensor<4xi1>, %x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xf32>, tensor<4xf32>) {
  // CHECK-NEXT: %[[NO:.*]] = sinter.splat false
  %yes = sinter.splat true -> tensor<4xi1>
  %no = sinter.not %yes : tensor<4xi1>
  %0 = sinter.and %yes, %m : tensor<4xi1>
  %1 = sinter.and %m, %no : tensor<4xi1>
  %2 = sinter.or %m, %no : tensor<4xi1>
  %3 = sinter.select %no, %x, %y : tensor<4xi1>, tensor<4xf32>
  %4 = sinter.select %m, %x, %x : tensor<4xi1>, tensor<4xf32>
  // CHECK-NEXT: return %[[M]], %[[NO]], %[[M]], %[[Y]], %[[X]]
  return %0, %1, %2, %3, %4 : tensor<4xi1>, tensor<4xi1>, tensor<4xi1>, tensor<4xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @lossless_casts
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>, %[[U:[a-z0-9]+]]: tensor<4xui8>)
func.func @lossless_casts(%x: tensor<4xf32>, %u: tensor<4xui8>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = sinter.cast %x : tensor<4xf32> -> tensor<4xf64>
  %1 = sinter.cast %0 : tensor<4xf64> -> tensor<4xf32>
  // CHECK-NEXT: %[[F:.*]] = sinter.cast %[[U]] : tensor<4xui8> -> tensor<4xf32>
  %2 = sinter.cast %u : tensor<4xui8> -> tensor<4xi32>
  %3 = sinter.cast %2 : tensor<4xi32> -> tensor<4xf32>
  // CHECK-NEXT: return %[[X]], %[[F]]
  return %1, %3 : tensor<4xf32>, tensor<4xf32>
}

// -----

// 16777217 has no f32; 200 saturates at 127 from f32 and wraps from u8.
// CHECK-LABEL: func.func @lossy_casts
func.func @lossy_casts(%i: tensor<4xi32>, %u: tensor<4xui8>) -> (tensor<4xi32>, tensor<4xi8>) {
  // CHECK-COUNT-4: sinter.cast
  %0 = sinter.cast %i : tensor<4xi32> -> tensor<4xf32>
  %1 = sinter.cast %0 : tensor<4xf32> -> tensor<4xi32>
  %2 = sinter.cast %u : tensor<4xui8> -> tensor<4xf32>
  %3 = sinter.cast %2 : tensor<4xf32> -> tensor<4xi8>
  return %1, %3 : tensor<4xi32>, tensor<4xi8>
}

// -----

!rows = tensor<?x3x4xf32, #sinter.enc<batch max 8>>

// CHECK-LABEL: func.func @broadcasts
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>)
func.func @broadcasts(%x: tensor<4xf32>) -> (!rows, !rows, tensor<4xf32>) {
  // CHECK-NEXT: %[[A:.*]] = sinter.broadcast %[[X]] dims [2] : tensor<4xf32> -> tensor<?x3x4xf32
  %0 = sinter.broadcast %x dims [1] : tensor<4xf32> -> tensor<3x4xf32>
  %1 = sinter.broadcast %0 dims [1, 2] : tensor<3x4xf32> -> !rows
  // CHECK-NEXT: %[[B:.*]] = sinter.broadcast %[[X]] dims [2]
  %2 = sinter.reshape %x : tensor<4xf32> -> tensor<1x4xf32>
  %3 = sinter.broadcast %2 dims [1, 2] : tensor<1x4xf32> -> !rows
  %4 = sinter.broadcast %x dims [0] : tensor<4xf32> -> tensor<4xf32>
  // CHECK-NEXT: return %[[A]], %[[B]], %[[X]]
  return %1, %3, %4 : !rows, !rows, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @views
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<3x4xf32>)
func.func @views(%x: tensor<3x4xf32>) -> (tensor<3x4xf32>, tensor<3x4xf32>, tensor<4x3xf32>, tensor<3x4xf32>, tensor<3x4xf32>) {
  // CHECK-NEXT: %[[SPLAT:.*]] = sinter.splat 2.000000e+00 : f32 -> tensor<3x4xf32>
  %0 = sinter.reshape %x : tensor<3x4xf32> -> tensor<12xf32>
  %1 = sinter.reshape %0 : tensor<12xf32> -> tensor<3x4xf32>
  %2 = sinter.transpose %x [1, 0] : tensor<3x4xf32> -> tensor<4x3xf32>
  %3 = sinter.transpose %2 [1, 0] : tensor<4x3xf32> -> tensor<3x4xf32>
  // CHECK-NEXT: %[[T:.*]] = sinter.transpose %[[X]] [1, 0]
  %4 = sinter.transpose %3 [1, 0] : tensor<3x4xf32> -> tensor<4x3xf32>
  %5 = sinter.slice %x offsets [0, 0] strides [1, 1] : tensor<3x4xf32> -> tensor<3x4xf32>
  %6 = sinter.pad %5 offsets [0, 0] strides [1, 1] : tensor<3x4xf32> -> tensor<3x4xf32>
  %7 = sinter.concat %6 axis 0 : (tensor<3x4xf32>) -> tensor<3x4xf32>
  %8 = sinter.reduce sum %7 axes [] : tensor<3x4xf32> -> tensor<3x4xf32>
  %two = sinter.splat 2.0 : f32 -> tensor<f32>
  %9 = sinter.broadcast %two dims [] : tensor<f32> -> tensor<12xf32>
  %10 = sinter.reshape %9 : tensor<12xf32> -> tensor<3x4xf32>
  // CHECK-NEXT: return %[[X]], %[[X]], %[[T]], %[[X]], %[[SPLAT]]
  return %1, %3, %4, %8, %10 : tensor<3x4xf32>, tensor<3x4xf32>, tensor<4x3xf32>, tensor<3x4xf32>, tensor<3x4xf32>
}

// -----

// CHECK-LABEL: func.func @reversal_stays
func.func @reversal_stays(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: sinter.slice
  %0 = sinter.slice %x offsets [3] strides [-1] : tensor<4xf32> -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// Literals of up to 1024 elements are computed like numbers.
// CHECK-LABEL: func.func @literals
func.func @literals() -> (tensor<3xf32>, tensor<3xf64>, tensor<2xi32>) {
  // CHECK-DAG: %[[A:.*]] = sinter.constant dense<[3.000000e+00, 5.000000e+00, 7.000000e+00]> : tensor<3xf32>
  // CHECK-DAG: %[[B:.*]] = sinter.constant dense<[1.000000e+00, 2.000000e+00, 3.000000e+00]> : tensor<3xf64>
  // CHECK-DAG: %[[C:.*]] = sinter.constant dense<[-2147483648, 4]> : tensor<2xi32>
  %i = sinter.constant dense<[1, 2, 3]> : tensor<3xi32>
  %f = sinter.cast %i : tensor<3xi32> -> tensor<3xf32>
  %two = sinter.splat 2.0 : f32 -> tensor<3xf32>
  %one = sinter.splat 1.0 : f32 -> tensor<3xf32>
  %m = sinter.mul %two, %f : tensor<3xf32>
  %s = sinter.add %m, %one : tensor<3xf32>
  %d = sinter.cast %i : tensor<3xi32> -> tensor<3xf64>
  %x = sinter.constant dense<[2147483647, 1]> : tensor<2xi32>
  %y = sinter.constant dense<[1, 3]> : tensor<2xi32>
  %w = sinter.add %x, %y : tensor<2xi32>
  // CHECK: return %[[A]], %[[B]], %[[C]]
  return %s, %d, %w : tensor<3xf32>, tensor<3xf64>, tensor<2xi32>
}

// -----

// One element is NaN, whose sign is the machine's; one literal is too long.
// CHECK-LABEL: func.func @literals_stay
func.func @literals_stay() -> (tensor<2xf32>, tensor<1025xf32>) {
  // CHECK: sinter.div
  %a = sinter.constant dense<[0.0, 1.0]> : tensor<2xf32>
  %q = sinter.div %a, %a : tensor<2xf32>
  // CHECK: sinter.cast
  %long = sinter.constant dense<"0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fa000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fa000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fa000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fa000102030405060708090a0b0c0d0e0f1011121314"> : tensor<1025xi8>
  %c = sinter.cast %long : tensor<1025xi8> -> tensor<1025xf32>
  return %q, %c : tensor<2xf32>, tensor<1025xf32>
}
