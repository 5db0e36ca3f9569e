// RUN: sinter-opt %s --sinter-differentiate --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @sum
// CHECK-SAME: %[[G:[a-z0-9]+]]: tensor<3xf32>)
func.func @sum(%x: tensor<2x3x4xf32>, %g: tensor<3xf32>) -> tensor<2x3x4xf32> {
  %y = sinter.reduce sum %x axes [0, 2] : tensor<2x3x4xf32> -> tensor<3xf32>
  // CHECK: %[[DX:.*]] = sinter.broadcast %[[G]] dims [1] : tensor<3xf32> -> tensor<2x3x4xf32>
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<3xf32>, tensor<2x3x4xf32>, tensor<3xf32>) -> tensor<2x3x4xf32>
  return %dx : tensor<2x3x4xf32>
}

// -----

// Ties share the gradient evenly.
// CHECK-LABEL: func.func @max
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<?x4xf32, {{.*}}>, %[[G:[a-z0-9]+]]: tensor<4xf32>)
func.func @max(%x: tensor<?x4xf32, #sinter.enc<batch max 8>>, %g: tensor<4xf32>) -> tensor<?x4xf32, #sinter.enc<batch max 8>> {
  // CHECK: %[[Y:.*]] = sinter.reduce max %[[X]] axes [0]
  %y = sinter.reduce max %x axes [0] : tensor<?x4xf32, #sinter.enc<batch max 8>> -> tensor<4xf32>
  // CHECK: %[[ROWS:.*]] = sinter.broadcast %[[Y]] dims [1]
  // CHECK: %[[MASK:.*]] = sinter.compare eq %[[X]], %[[ROWS]]
  // CHECK: %[[ONES:.*]] = sinter.cast %[[MASK]]
  // CHECK: %[[COUNT:.*]] = sinter.reduce sum %[[ONES]] axes [0]
  // CHECK: %[[SHARE:.*]] = sinter.div %[[G]], %[[COUNT]]
  // CHECK: %[[SHARES:.*]] = sinter.broadcast %[[SHARE]] dims [1]
  // CHECK: %[[ZERO:.*]] = sinter.splat 0.0
  // CHECK: %[[DX:.*]] = sinter.select %[[MASK]], %[[SHARES]], %[[ZERO]]
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<4xf32>, tensor<?x4xf32, #sinter.enc<batch max 8>>, tensor<4xf32>) -> tensor<?x4xf32, #sinter.enc<batch max 8>>
  return %dx : tensor<?x4xf32, #sinter.enc<batch max 8>>
}

// -----

// The product of the others, by doubling, without a division.
// CHECK-LABEL: func.func @prod
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>, %[[G:[a-z0-9]+]]: tensor<f32>)
func.func @prod(%x: tensor<4xf32>, %g: tensor<f32>) -> tensor<4xf32> {
  %y = sinter.reduce prod %x axes [0] : tensor<4xf32> -> tensor<f32>
  // CHECK-NOT: sinter.div
  // CHECK: %[[HEAD:.*]] = sinter.slice %[[X]] offsets [0] strides [1] : tensor<4xf32> -> tensor<3xf32>
  // CHECK: %[[B1:.*]] = sinter.concat %{{.*}}, %[[HEAD]] axis 0
  // CHECK: sinter.slice %[[B1]] offsets [0] strides [1] : tensor<4xf32> -> tensor<3xf32>
  // CHECK: %[[B2:.*]] = sinter.mul %[[B1]]
  // CHECK: sinter.slice %[[B2]] offsets [0] strides [1] : tensor<4xf32> -> tensor<2xf32>
  // CHECK: %[[BEFORE:.*]] = sinter.mul %[[B2]]
  // CHECK: %[[TAIL:.*]] = sinter.slice %[[X]] offsets [1] strides [1] : tensor<4xf32> -> tensor<3xf32>
  // CHECK: sinter.concat %[[TAIL]], %{{.*}} axis 0
  // CHECK: %[[OTHERS:.*]] = sinter.mul %[[BEFORE]], %{{.*}}
  // CHECK: %[[SPREAD:.*]] = sinter.broadcast %[[G]] dims []
  // CHECK: %[[DX:.*]] = sinter.mul %[[SPREAD]], %[[OTHERS]]
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<f32>, tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %dx : tensor<4xf32>
}

// -----

// Axis by axis; empty and one-element axes have no others.
// CHECK-LABEL: func.func @prod_axes
func.func @prod_axes(%x: tensor<1x3x0xf32>, %g: tensor<3xf32>) -> tensor<1x3x0xf32> {
  %y = sinter.reduce prod %x axes [0, 2] : tensor<1x3x0xf32> -> tensor<3xf32>
  // CHECK: %[[OTHERS:.*]] = sinter.mul {{.*}} : tensor<1x3x0xf32>
  // CHECK: %[[SPREAD:.*]] = sinter.broadcast %{{.*}} dims [0, 1] : tensor<1x3xf32> -> tensor<1x3x0xf32>
  // CHECK: %[[DX:.*]] = sinter.mul %[[SPREAD]], %[[OTHERS]] : tensor<1x3x0xf32>
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<3xf32>, tensor<1x3x0xf32>, tensor<3xf32>) -> tensor<1x3x0xf32>
  return %dx : tensor<1x3x0xf32>
}

// -----

// CHECK-LABEL: func.func @matmul
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<?x3xf32, {{.*}}>, %[[W:[a-z0-9]+]]: tensor<3x4xf32>, %[[G:[a-z0-9]+]]: tensor<?x4xf32
func.func @matmul(%x: tensor<?x3xf32, #sinter.enc<batch max 8>>, %w: tensor<3x4xf32>, %g: tensor<?x4xf32, #sinter.enc<batch max 8>>) -> (tensor<?x3xf32, #sinter.enc<batch max 8>>, tensor<3x4xf32>) {
  %y = sinter.contract "bi,io->bo" %x, %w : tensor<?x3xf32, #sinter.enc<batch max 8>>, tensor<3x4xf32> -> tensor<?x4xf32, #sinter.enc<batch max 8>>
  // CHECK: %[[DX:.*]] = sinter.contract "bo,io->bi" %[[G]], %[[W]]
  // CHECK-NEXT: %[[DW:.*]] = sinter.contract "bi,bo->io" %[[X]], %[[G]]
  // CHECK-NEXT: return %[[DX]], %[[DW]]
  %dx, %dw = sinter.gradient %y wrt(%x, %w) seed(%g) {names = ["x", "w"]} : (tensor<?x4xf32, #sinter.enc<batch max 8>>, tensor<?x3xf32, #sinter.enc<batch max 8>>, tensor<3x4xf32>, tensor<?x4xf32, #sinter.enc<batch max 8>>) -> (tensor<?x3xf32, #sinter.enc<batch max 8>>, tensor<3x4xf32>)
  return %dx, %dw : tensor<?x3xf32, #sinter.enc<batch max 8>>, tensor<3x4xf32>
}

// -----

// A weight of [out, in] gets a gradient of [out, in].
// CHECK-LABEL: func.func @matmul_transposed
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<2x3xf32>, %[[W:[a-z0-9]+]]: tensor<4x3xf32>, %[[G:[a-z0-9]+]]: tensor<2x4xf32>)
func.func @matmul_transposed(%x: tensor<2x3xf32>, %w: tensor<4x3xf32>, %g: tensor<2x4xf32>) -> (tensor<2x3xf32>, tensor<4x3xf32>) {
  %y = sinter.contract "bi,oi->bo" %x, %w : tensor<2x3xf32>, tensor<4x3xf32> -> tensor<2x4xf32>
  // CHECK: sinter.contract "bo,oi->bi" %[[G]], %[[W]]
  // CHECK-NEXT: sinter.contract "bo,bi->oi" %[[G]], %[[X]]
  %dx, %dw = sinter.gradient %y wrt(%x, %w) seed(%g) {names = ["x", "w"]} : (tensor<2x4xf32>, tensor<2x3xf32>, tensor<4x3xf32>, tensor<2x4xf32>) -> (tensor<2x3xf32>, tensor<4x3xf32>)
  return %dx, %dw : tensor<2x3xf32>, tensor<4x3xf32>
}

// -----

// The same tensor on both sides counts twice.
// CHECK-LABEL: func.func @dot
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>, %[[G:[a-z0-9]+]]: tensor<f32>)
func.func @dot(%x: tensor<4xf32>, %g: tensor<f32>) -> tensor<4xf32> {
  %y = sinter.contract "i,i->" %x, %x : tensor<4xf32>, tensor<4xf32> -> tensor<f32>
  // CHECK: %[[LEFT:.*]] = sinter.contract "i,->i" %[[X]], %[[G]]
  // CHECK-NEXT: %[[RIGHT:.*]] = sinter.contract "i,->i" %[[X]], %[[G]]
  // CHECK-NEXT: %[[DX:.*]] = sinter.add %[[LEFT]], %[[RIGHT]]
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<f32>, tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %dx : tensor<4xf32>
}

// -----

// 'k' stands in one operand only: it was summed before, it is repeated now.
// CHECK-LABEL: func.func @batched_with_lone_letter
// CHECK-SAME: (%[[A:[a-z0-9]+]]: tensor<5x2x7x3xf32>, %[[B:[a-z0-9]+]]: tensor<5x3x4xf32>, %[[G:[a-z0-9]+]]: tensor<5x4x2xf32>)
func.func @batched_with_lone_letter(%a: tensor<5x2x7x3xf32>, %b: tensor<5x3x4xf32>, %g: tensor<5x4x2xf32>) -> (tensor<5x2x7x3xf32>, tensor<5x3x4xf32>) {
  %y = sinter.contract "bikj,bjo->boi" %a, %b : tensor<5x2x7x3xf32>, tensor<5x3x4xf32> -> tensor<5x4x2xf32>
  // CHECK: %[[SUM:.*]] = sinter.contract "boi,bjo->bij" %[[G]], %[[B]]
  // CHECK-NEXT: %[[DA:.*]] = sinter.broadcast %[[SUM]] dims [0, 1, 3] : tensor<5x2x3xf32> -> tensor<5x2x7x3xf32>
  // CHECK-NEXT: %[[DB:.*]] = sinter.contract "boi,bikj->bjo" %[[G]], %[[A]]
  // CHECK-NEXT: return %[[DA]], %[[DB]]
  %da, %db = sinter.gradient %y wrt(%a, %b) seed(%g) {names = ["a", "b"]} : (tensor<5x4x2xf32>, tensor<5x2x7x3xf32>, tensor<5x3x4xf32>, tensor<5x4x2xf32>) -> (tensor<5x2x7x3xf32>, tensor<5x3x4xf32>)
  return %da, %db : tensor<5x2x7x3xf32>, tensor<5x3x4xf32>
}

// -----

// CHECK-LABEL: func.func @pick
// CHECK-SAME: (%{{.*}}: tensor<2x3xf32>, %[[I:[a-z0-9]+]]: tensor<2xi32>, %[[G:[a-z0-9]+]]: tensor<2xf32>)
func.func @pick(%x: tensor<2x3xf32>, %i: tensor<2xi32>, %g: tensor<2xf32>) -> tensor<2x3xf32> {
  %y = sinter.pick %x, %i : tensor<2x3xf32>, tensor<2xi32> -> tensor<2xf32>
  // CHECK: %[[COLUMN:.*]] = sinter.iota axis 1 start 0.000000e+00 step 1.000000e+00 : tensor<2x3xi32>
  // CHECK-NEXT: %[[INDEX:.*]] = sinter.broadcast %[[I]] dims [0]
  // CHECK-NEXT: %[[MASK:.*]] = sinter.compare eq %[[COLUMN]], %[[INDEX]]
  // CHECK-NEXT: %[[ROWS:.*]] = sinter.broadcast %[[G]] dims [0]
  // CHECK-NEXT: %[[ZERO:.*]] = sinter.splat 0.0
  // CHECK-NEXT: %[[DX:.*]] = sinter.select %[[MASK]], %[[ROWS]], %[[ZERO]]
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<2xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  return %dx : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func.func @softmax
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<2x3xf32>, %[[G:[a-z0-9]+]]: tensor<2x3xf32>)
func.func @softmax(%x: tensor<2x3xf32>, %g: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // CHECK: %[[Y:.*]] = sinter.softmax %[[X]]
  %y = sinter.softmax %x : tensor<2x3xf32>
  // CHECK-NEXT: %[[GY:.*]] = sinter.mul %[[G]], %[[Y]]
  // CHECK-NEXT: %[[SUM:.*]] = sinter.reduce sum %[[GY]] axes [1]
  // CHECK-NEXT: %[[ROWS:.*]] = sinter.broadcast %[[SUM]] dims [0]
  // CHECK-NEXT: %[[CENTRED:.*]] = sinter.sub %[[G]], %[[ROWS]]
  // CHECK-NEXT: %[[DX:.*]] = sinter.mul %[[Y]], %[[CENTRED]]
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %dx : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func.func @log_softmax
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<2x3xf32>, %[[G:[a-z0-9]+]]: tensor<2x3xf32>)
func.func @log_softmax(%x: tensor<2x3xf32>, %g: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // CHECK: %[[Y:.*]] = sinter.log_softmax %[[X]]
  %y = sinter.log_softmax %x : tensor<2x3xf32>
  // CHECK-NEXT: %[[P:.*]] = sinter.exp %[[Y]]
  // CHECK-NEXT: %[[SUM:.*]] = sinter.reduce sum %[[G]] axes [1]
  // CHECK-NEXT: %[[ROWS:.*]] = sinter.broadcast %[[SUM]] dims [0]
  // CHECK-NEXT: %[[SHARE:.*]] = sinter.mul %[[P]], %[[ROWS]]
  // CHECK-NEXT: %[[DX:.*]] = sinter.sub %[[G]], %[[SHARE]]
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %dx : tensor<2x3xf32>
}
