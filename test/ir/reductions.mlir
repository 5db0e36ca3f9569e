// RUN: sinter-opt %s --verify-roundtrip | FileCheck %s

!row = tensor<?x4xf32, #sinter.enc<batch max 8>>
!batch = tensor<?xf32, #sinter.enc<batch max 8>>
!label = tensor<?xi32, #sinter.enc<batch max 8>>

// CHECK-LABEL: func.func @reductions
func.func @reductions(%x: !row, %m: tensor<4xi1>, %i: !label) {
  // CHECK: sinter.reduce sum %{{.*}} axes [0, 1] : {{.*}} -> tensor<f32>
  %0 = sinter.reduce sum %x axes [0, 1] : !row -> tensor<f32>
  // CHECK: sinter.reduce prod %{{.*}} axes [1]
  %1 = sinter.reduce prod %x axes [1] : !row -> !batch
  // CHECK: sinter.reduce max
  %2 = sinter.reduce max %x axes [0] : !row -> tensor<4xf32>
  // CHECK: sinter.reduce min
  %3 = sinter.reduce min %x axes [0] : !row -> tensor<4xf32>
  // CHECK: sinter.reduce and
  %4 = sinter.reduce and %m axes [0] : tensor<4xi1> -> tensor<i1>
  // CHECK: sinter.reduce or
  %5 = sinter.reduce or %m axes [0] : tensor<4xi1> -> tensor<i1>
  // CHECK: sinter.argmax %{{.*}} axis 1 : {{.*}} -> tensor<?xi32, #sinter.enc<batch max 8>>
  %6 = sinter.argmax %x axis 1 : !row -> !label
  // CHECK: sinter.pick
  %7 = sinter.pick %x, %i : !row, !label -> !batch
  // CHECK: sinter.softmax
  %8 = sinter.softmax %x : !row
  // CHECK: sinter.log_softmax
  %9 = sinter.log_softmax %x : !row
  return
}

// CHECK-LABEL: func.func @contractions
func.func @contractions(%x: !row, %w: tensor<3x4xf32>, %v: tensor<4xf32>, %t: tensor<5x2x4xf32>) {
  // CHECK: sinter.contract "bi,oi->bo" %{{.*}}, %{{.*}} : {{.*}}, tensor<3x4xf32> -> tensor<?x3xf32, #sinter.enc<batch max 8>>
  %0 = sinter.contract "bi,oi->bo" %x, %w : !row, tensor<3x4xf32> -> tensor<?x3xf32, #sinter.enc<batch max 8>>
  // CHECK: sinter.contract "i,i->"
  %1 = sinter.contract "i,i->" %v, %v : tensor<4xf32>, tensor<4xf32> -> tensor<f32>
  // CHECK: sinter.contract "i,j->ij"
  %2 = sinter.contract "i,j->ij" %v, %v : tensor<4xf32>, tensor<4xf32> -> tensor<4x4xf32>
  // CHECK: sinter.contract "bij,bkj->bik"
  %3 = sinter.contract "bij,bkj->bik" %t, %t : tensor<5x2x4xf32>, tensor<5x2x4xf32> -> tensor<5x2x2xf32>
  return
}
