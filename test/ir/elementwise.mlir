// RUN: sinter-opt %s --verify-roundtrip | FileCheck %s

!row = tensor<?x4xf32, #sinter.enc<batch max 8>>

// CHECK-LABEL: func.func @unary
func.func @unary(%x: !row, %m: tensor<4xi1>) {
  // CHECK: sinter.neg
  %0 = sinter.neg %x : !row
  // CHECK: sinter.abs
  %1 = sinter.abs %0 : !row
  // CHECK: sinter.sign
  %2 = sinter.sign %1 : !row
  // CHECK: sinter.exp
  %3 = sinter.exp %2 : !row
  // CHECK: sinter.log
  %4 = sinter.log %3 : !row
  // CHECK: sinter.sqrt
  %5 = sinter.sqrt %4 : !row
  // CHECK: sinter.sin
  %6 = sinter.sin %5 : !row
  // CHECK: sinter.cos
  %7 = sinter.cos %6 : !row
  // CHECK: sinter.tanh
  %8 = sinter.tanh %7 : !row
  // CHECK: sinter.erf
  %9 = sinter.erf %8 : !row
  // CHECK: sinter.gelu
  %gelu = sinter.gelu %9 : !row
  // CHECK: sinter.sigmoid
  %10 = sinter.sigmoid %gelu : !row
  // CHECK: sinter.relu
  %11 = sinter.relu %10 : !row
  // CHECK: sinter.floor
  %12 = sinter.floor %11 : !row
  // CHECK: sinter.stop_gradient
  %13 = sinter.stop_gradient %12 : !row
  // CHECK: sinter.not
  %14 = sinter.not %m : tensor<4xi1>
  // CHECK: sinter.cast %{{.*}} : tensor<4xi1> -> tensor<4xui8>
  %15 = sinter.cast %m : tensor<4xi1> -> tensor<4xui8>
  return
}

// CHECK-LABEL: func.func @binary
func.func @binary(%a: tensor<3xf64>, %b: tensor<3xf64>, %i: tensor<3xi32>, %m: tensor<3xi1>) {
  // CHECK: sinter.add
  %0 = sinter.add %a, %b : tensor<3xf64>
  // CHECK: sinter.sub
  %1 = sinter.sub %a, %b : tensor<3xf64>
  // CHECK: sinter.mul
  %2 = sinter.mul %i, %i : tensor<3xi32>
  // CHECK: sinter.div
  %3 = sinter.div %a, %b : tensor<3xf64>
  // CHECK: sinter.floor_div
  %4 = sinter.floor_div %i, %i : tensor<3xi32>
  // CHECK: sinter.mod
  %5 = sinter.mod %a, %b : tensor<3xf64>
  // CHECK: sinter.pow
  %6 = sinter.pow %a, %b : tensor<3xf64>
  // CHECK: sinter.maximum
  %7 = sinter.maximum %a, %b : tensor<3xf64>
  // CHECK: sinter.minimum
  %8 = sinter.minimum %i, %i : tensor<3xi32>
  // CHECK: sinter.and
  %9 = sinter.and %m, %m : tensor<3xi1>
  // CHECK: sinter.or
  %10 = sinter.or %m, %m : tensor<3xi1>
  // CHECK: sinter.compare le %{{.*}}, %{{.*}} : tensor<3xf64> -> tensor<3xi1>
  %11 = sinter.compare le %a, %b : tensor<3xf64> -> tensor<3xi1>
  // CHECK: sinter.select %{{.*}}, %{{.*}}, %{{.*}} : tensor<3xi1>, tensor<3xf64>
  %12 = sinter.select %m, %a, %b : tensor<3xi1>, tensor<3xf64>
  return
}
