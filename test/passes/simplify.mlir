// RUN: sinter-opt %s --sinter-simplify --split-input-file | FileCheck %s

#enc = #sinter.enc<batch max 8>
!rows = tensor<?x10xf32, #enc>
!each = tensor<?xf32, #enc>
!label = tensor<?xi32, #enc>

// The gradient of a cross-entropy: what the label's place has is known without
// a sum.
// CHECK-LABEL: func.func @cross_entropy_gradient
// CHECK-SAME: (%[[L:[a-z0-9]+]]: tensor<?x10xf32, {{.*}}, %[[I:[a-z0-9]+]]: tensor<?xi32, {{.*}}, %[[V:[a-z0-9]+]]: tensor<?xf32
func.func @cross_entropy_gradient(%l: !rows, %i: !label, %v: !each) -> !rows {
  %zero = sinter.splat 0.0 : f32 -> !rows
  %j = sinter.iota axis 1 start 0.0 step 1.0 : tensor<?x10xi32, #enc>
  %ib = sinter.broadcast %i dims [0] : !label -> tensor<?x10xi32, #enc>
  %is = sinter.compare eq %j, %ib : tensor<?x10xi32, #enc> -> tensor<?x10xi1, #enc>
  %vb = sinter.broadcast %v dims [0] : !each -> !rows
  // CHECK: %[[G:.*]] = sinter.select
  %g = sinter.select %is, %vb, %zero : tensor<?x10xi1, #enc>, !rows
  %p = sinter.exp %l : !rows
  // CHECK-NOT: sinter.reduce
  // CHECK: %[[SIZE:.*]] = sinter.splat 10 : i32
  // CHECK: %[[ABOVE:.*]] = sinter.compare ge %[[I]]
  // CHECK: %[[BELOW:.*]] = sinter.compare lt %[[I]], %[[SIZE]]
  // CHECK: %[[INSIDE:.*]] = sinter.and %[[ABOVE]], %[[BELOW]]
  // CHECK: %[[S:.*]] = sinter.select %[[INSIDE]], %[[V]]
  %s = sinter.reduce sum %g axes [1] : !rows -> !each
  // CHECK: %[[B:.*]] = sinter.broadcast %[[S]] dims [0]
  %b = sinter.broadcast %s dims [0] : !each -> !rows
  %m = sinter.mul %p, %b : !rows
  // CHECK: sinter.sub %[[G]]
  %d = sinter.sub %g, %m : !rows
  return %d : !rows
}

// -----

// CHECK-LABEL: func.func @sum_of_one_hot
// CHECK-SAME: (%[[I:[a-z0-9]+]]: tensor<2xi64>)
func.func @sum_of_one_hot(%i: tensor<2xi64>) -> tensor<2xf64> {
  %p = sinter.iota axis 1 start 0.0 step 1.0 : tensor<2x3xi64>
  %b = sinter.broadcast %i dims [0] : tensor<2xi64> -> tensor<2x3xi64>
  %is = sinter.compare eq %b, %p : tensor<2x3xi64> -> tensor<2x3xi1>
  %one = sinter.splat 1.0 : f64 -> tensor<2x3xf64>
  %zero = sinter.splat 0.0 : f64 -> tensor<2x3xf64>
  %y = sinter.select %is, %one, %zero : tensor<2x3xi1>, tensor<2x3xf64>
  // CHECK-NOT: sinter.reduce
  // CHECK: sinter.select {{.*}} : tensor<2xi1>, tensor<2xf64>
  %s = sinter.reduce sum %y axes [1] : tensor<2x3xf64> -> tensor<2xf64>
  return %s : tensor<2xf64>
}

// -----

// Not a sum, another axis, other places, the places of columns, an order
// instead of equality: all stay.
// CHECK-LABEL: func.func @others
func.func @others(%x: tensor<3x3xf32>, %i: tensor<3xi32>) -> (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) {
  // CHECK-COUNT-5: sinter.reduce
  %zero = sinter.splat 0.0 : f32 -> tensor<3x3xf32>
  %p = sinter.iota axis 1 start 0.0 step 1.0 : tensor<3x3xi32>
  %p2 = sinter.iota axis 1 start 0.0 step 2.0 : tensor<3x3xi32>
  %b = sinter.broadcast %i dims [0] : tensor<3xi32> -> tensor<3x3xi32>
  %b2 = sinter.broadcast %i dims [1] : tensor<3xi32> -> tensor<3x3xi32>
  %is = sinter.compare eq %b, %p : tensor<3x3xi32> -> tensor<3x3xi1>
  %even = sinter.compare eq %b, %p2 : tensor<3x3xi32> -> tensor<3x3xi1>
  %columns = sinter.compare eq %b2, %p : tensor<3x3xi32> -> tensor<3x3xi1>
  %less = sinter.compare lt %b, %p : tensor<3x3xi32> -> tensor<3x3xi1>
  %g = sinter.select %is, %x, %zero : tensor<3x3xi1>, tensor<3x3xf32>
  %h = sinter.select %even, %x, %zero : tensor<3x3xi1>, tensor<3x3xf32>
  %k = sinter.select %columns, %x, %zero : tensor<3x3xi1>, tensor<3x3xf32>
  %l = sinter.select %less, %x, %zero : tensor<3x3xi1>, tensor<3x3xf32>
  %0 = sinter.reduce max %g axes [1] : tensor<3x3xf32> -> tensor<3xf32>
  %1 = sinter.reduce sum %g axes [0] : tensor<3x3xf32> -> tensor<3xf32>
  %2 = sinter.reduce sum %h axes [1] : tensor<3x3xf32> -> tensor<3xf32>
  %3 = sinter.reduce sum %k axes [1] : tensor<3x3xf32> -> tensor<3xf32>
  %4 = sinter.reduce sum %l axes [1] : tensor<3x3xf32> -> tensor<3xf32>
  return %0, %1, %2, %3, %4 : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
}

// -----

// CHECK-LABEL: func.func @powers
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>)
func.func @powers(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %one = sinter.splat 1.0 : f32 -> tensor<f32>
  %ones = sinter.broadcast %one dims [] : tensor<f32> -> tensor<4xf32>
  %four = sinter.splat 4.0 : f32 -> tensor<4xf32>
  %a = sinter.pow %x, %ones : tensor<4xf32>
  // CHECK: %[[B:.*]] = sinter.pow
  %b = sinter.pow %x, %four : tensor<4xf32>
  // CHECK: return %[[X]], %[[B]]
  return %a, %b : tensor<4xf32>, tensor<4xf32>
}
