// RUN: sinter-opt %s --sinter-collapse-affine --split-input-file | FileCheck %s

#enc = #sinter.enc<batch max 32>
!x = tensor<?x8xf32, #enc>
!h = tensor<?x64xf32, #enc>
!z = tensor<?x1xf32, #enc>

// CHECK-LABEL: func.func @m.predict
// CHECK-SAME: (%[[X:[a-z0-9]+]]: {{[^%]*}}%[[U:[a-z0-9]+]]: tensor<8x64xf32>, %[[B:[a-z0-9]+]]: tensor<64xf32>, %[[V:[a-z0-9]+]]: tensor<1x64xf32>, %[[C:[a-z0-9]+]]: tensor<1xf32>)
func.func @m.predict(%x: !x, %u: tensor<8x64xf32>, %b: tensor<64xf32>, %v: tensor<1x64xf32>, %c: tensor<1xf32>) -> !z attributes {sinter.role = "predict"} {
  %0 = sinter.contract "bi,io->bo" %x, %u : !x, tensor<8x64xf32> -> !h
  %bb = sinter.broadcast %b dims [1] : tensor<64xf32> -> !h
  %h = sinter.add %0, %bb : !h
  // CHECK: %[[W:.*]] = sinter.contract "xy,zy->xz" %[[U]], %[[V]] : tensor<8x64xf32>, tensor<1x64xf32> -> tensor<8x1xf32>
  // CHECK: %[[P:.*]] = sinter.contract "ax,xz->az" %[[X]], %[[W]]
  // CHECK: %[[D:.*]] = sinter.contract "y,zy->z" %[[B]], %[[V]]
  // CHECK: %[[E:.*]] = sinter.add %[[D]], %[[C]] : tensor<1xf32>
  // CHECK: %[[R:.*]] = sinter.broadcast %[[E]] dims [1]
  // CHECK: %[[Z:.*]] = sinter.add %[[P]], %[[R]]
  %1 = sinter.contract "bi,oi->bo" %h, %v : !h, tensor<1x64xf32> -> !z
  %cb = sinter.broadcast %c dims [1] : tensor<1xf32> -> !z
  %z = sinter.add %1, %cb : !z
  // CHECK: return %[[Z]]
  return %z : !z
}

// -----

// Three layers, without biases.
// CHECK-LABEL: func.func @m.predict_raw
// CHECK-COUNT-3: sinter.contract
// CHECK-NOT: sinter.contract
// CHECK: return
func.func @m.predict_raw(%x: tensor<?x8xf32, #sinter.enc<batch max 32>>, %u: tensor<8x64xf32>, %v: tensor<64x64xf32>, %w: tensor<64x1xf32>) -> tensor<?x1xf32, #sinter.enc<batch max 32>> attributes {sinter.role = "predict_raw"} {
  %0 = sinter.contract "bi,io->bo" %x, %u : tensor<?x8xf32, #sinter.enc<batch max 32>>, tensor<8x64xf32> -> tensor<?x64xf32, #sinter.enc<batch max 32>>
  %1 = sinter.contract "bi,io->bo" %0, %v : tensor<?x64xf32, #sinter.enc<batch max 32>>, tensor<64x64xf32> -> tensor<?x64xf32, #sinter.enc<batch max 32>>
  %2 = sinter.contract "bi,io->bo" %1, %w : tensor<?x64xf32, #sinter.enc<batch max 32>>, tensor<64x1xf32> -> tensor<?x1xf32, #sinter.enc<batch max 32>>
  return %2 : tensor<?x1xf32, #sinter.enc<batch max 32>>
}

// -----

// Training needs the layers, an activation separates them, what is between is
// used elsewhere, and for one row the product of large matrices is too dear.
#enc = #sinter.enc<batch max 32>
!x = tensor<?x8xf32, #enc>
!h = tensor<?x64xf32, #enc>
!z = tensor<?x1xf32, #enc>
!w = tensor<?x10xf32, #enc>

// CHECK-LABEL: func.func @m.train_step
// CHECK: sinter.contract "bi,io->bo"
// CHECK: sinter.contract "bi,io->bo"
func.func @m.train_step(%x: !x, %u: tensor<8x64xf32>, %v: tensor<64x1xf32>) -> !z attributes {sinter.role = "train_step"} {
  %0 = sinter.contract "bi,io->bo" %x, %u : !x, tensor<8x64xf32> -> !h
  %1 = sinter.contract "bi,io->bo" %0, %v : !h, tensor<64x1xf32> -> !z
  return %1 : !z
}

// CHECK-LABEL: func.func @n.predict
// CHECK-COUNT-2: sinter.contract "bi,io->bo"
func.func @n.predict(%x: !x, %u: tensor<8x64xf32>, %v: tensor<64x1xf32>) -> !z attributes {sinter.role = "predict"} {
  %0 = sinter.contract "bi,io->bo" %x, %u : !x, tensor<8x64xf32> -> !h
  %r = sinter.relu %0 : !h
  %1 = sinter.contract "bi,io->bo" %r, %v : !h, tensor<64x1xf32> -> !z
  return %1 : !z
}

// CHECK-LABEL: func.func @o.predict
// CHECK-COUNT-2: sinter.contract "bi,io->bo"
func.func @o.predict(%x: !x, %u: tensor<8x64xf32>, %v: tensor<64x1xf32>) -> (!z, !h) attributes {sinter.role = "predict"} {
  %0 = sinter.contract "bi,io->bo" %x, %u : !x, tensor<8x64xf32> -> !h
  %1 = sinter.contract "bi,io->bo" %0, %v : !h, tensor<64x1xf32> -> !z
  return %1, %0 : !z, !h
}

// CHECK-LABEL: func.func @p.predict
// CHECK-COUNT-2: sinter.contract "bi,io->bo"
func.func @p.predict(%x: !x, %u: tensor<8x64xf32>, %v: tensor<64x10xf32>) -> !w attributes {sinter.role = "predict"} {
  %0 = sinter.contract "bi,io->bo" %x, %u : !x, tensor<8x64xf32> -> !h
  %1 = sinter.contract "bi,io->bo" %0, %v : !h, tensor<64x10xf32> -> !w
  return %1 : !w
}
