// RUN: sinter-opt %s --sinter-assign-layout --split-input-file | FileCheck %s

// x w^T walks along the columns of w, at every step: they become rows. The
// optimizer's state follows, in all functions.

// CHECK: sinter.global param @w : tensor<3x2xf32> {label = "w", owner = "m", sinter.transposed}
// CHECK: sinter.global state @v : tensor<3x2xf32> {label = "v", owner = "m", sinter.transposed}
sinter.global param @w : tensor<2x3xf32> {label = "w", owner = "m"}
sinter.global state @v : tensor<2x3xf32> {label = "v", owner = "m"}
// CHECK-LABEL: func.func @init
// CHECK: %[[T:.*]] = sinter.transpose %{{.*}} [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
// CHECK: sinter.store %[[T]], @w : tensor<3x2xf32>
func.func @init(%x: tensor<2x3xf32>) attributes {sinter.role = "init"} {
  sinter.store %x, @w : tensor<2x3xf32>
  return
}
// CHECK-LABEL: func.func @step
// CHECK: %[[W:.*]] = sinter.load @w : tensor<3x2xf32>
// CHECK: sinter.transpose %[[W]] [1, 0] : tensor<3x2xf32> -> tensor<2x3xf32>
func.func @step(%x: tensor<4x3xf32>, %d: tensor<4x2xf32>) -> tensor<4x2xf32> attributes {sinter.role = "train_step"} {
  %w = sinter.load @w : tensor<2x3xf32>
  %v = sinter.load @v : tensor<2x3xf32>
  %y = sinter.contract "bi,oi->bo" %x, %w : tensor<4x3xf32>, tensor<2x3xf32> -> tensor<4x2xf32>
  %g = sinter.contract "bo,bi->oi" %d, %x : tensor<4x2xf32>, tensor<4x3xf32> -> tensor<2x3xf32>
  %nv = sinter.add %v, %g : tensor<2x3xf32>
  %nw = sinter.sub %w, %nv : tensor<2x3xf32>
  sinter.store %nv, @v : tensor<2x3xf32>
  sinter.store %nw, @w : tensor<2x3xf32>
  return %y : tensor<4x2xf32>
}

// -----

// Its rows are read as they are.

// CHECK: sinter.global param @w : tensor<3x2xf32> {label = "w", owner = "m"}
sinter.global param @w : tensor<3x2xf32> {label = "w", owner = "m"}
func.func @step(%x: tensor<4x3xf32>) -> tensor<4x2xf32> attributes {sinter.role = "predict"} {
  %w = sinter.load @w : tensor<3x2xf32>
  %y = sinter.contract "bi,io->bo" %x, %w : tensor<4x3xf32>, tensor<3x2xf32> -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}

// -----

// A penalty sums it, row after row.

// CHECK: sinter.global param @w : tensor<2x3xf32> {label = "w", owner = "m"}
sinter.global param @w : tensor<2x3xf32> {label = "w", owner = "m"}
func.func @step(%x: tensor<4x3xf32>) -> (tensor<4x2xf32>, tensor<f32>) attributes {sinter.role = "train_step"} {
  %w = sinter.load @w : tensor<2x3xf32>
  %y = sinter.contract "bi,oi->bo" %x, %w : tensor<4x3xf32>, tensor<2x3xf32> -> tensor<4x2xf32>
  %sq = sinter.mul %w, %w : tensor<2x3xf32>
  %s = sinter.reduce sum %sq axes [0, 1] : tensor<2x3xf32> -> tensor<f32>
  return %y, %s : tensor<4x2xf32>, tensor<f32>
}

// -----

// One number everywhere ties no matrices together: what holds @v as it is
// leaves @w alone.

// CHECK: sinter.global param @w : tensor<3x2xf32> {label = "w", owner = "m", sinter.transposed}
// CHECK: sinter.global param @v : tensor<2x3xf32> {label = "v", owner = "m"}
sinter.global param @w : tensor<2x3xf32> {label = "w", owner = "m"}
sinter.global param @v : tensor<2x3xf32> {label = "v", owner = "m"}
func.func @step(%x: tensor<4x3xf32>, %lr: tensor<f32>) -> (tensor<4x2xf32>, tensor<f32>) attributes {sinter.role = "train_step"} {
  %w = sinter.load @w : tensor<2x3xf32>
  %v = sinter.load @v : tensor<2x3xf32>
  %rate = sinter.broadcast %lr dims [] : tensor<f32> -> tensor<2x3xf32>
  %half = sinter.splat 0.5 : f32 -> tensor<2x3xf32>
  %y = sinter.contract "bi,oi->bo" %x, %w : tensor<4x3xf32>, tensor<2x3xf32> -> tensor<4x2xf32>
  %dw = sinter.mul %w, %half : tensor<2x3xf32>
  %nw = sinter.mul %dw, %rate : tensor<2x3xf32>
  sinter.store %nw, @w : tensor<2x3xf32>
  %dv = sinter.mul %v, %half : tensor<2x3xf32>
  %nv = sinter.mul %dv, %rate : tensor<2x3xf32>
  %s = sinter.reduce sum %dv axes [0, 1] : tensor<2x3xf32> -> tensor<f32>
  sinter.store %nv, @v : tensor<2x3xf32>
  return %y, %s : tensor<4x2xf32>, tensor<f32>
}
