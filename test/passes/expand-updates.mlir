// RUN: sinter-opt %s --sinter-expand-updates | FileCheck %s

sinter.global param @w : tensor<2xf32> {label = "w", owner = "m"}
sinter.global state @v : tensor<2xf32> {label = "w.v", owner = "m"}
sinter.global state @t : tensor<f32> {label = "w.t", owner = "m"}

// CHECK-LABEL: func.func @states
// CHECK-SAME: (%[[G:[a-z0-9]+]]: tensor<2xf32>, %[[LR:[a-z0-9]+]]: tensor<f32>)
func.func @states(%g: tensor<2xf32>, %lr: tensor<f32>) {
  // CHECK-NEXT: %[[P:.*]] = sinter.load @w : tensor<2xf32>
  // CHECK-NEXT: %[[V:.*]] = sinter.load @v : tensor<2xf32>
  // CHECK-NEXT: %[[T:.*]] = sinter.load @t : tensor<f32>
  // CHECK-NEXT: %[[NV:.*]] = sinter.add %[[V]], %[[G]]
  // CHECK-NEXT: %[[NT:.*]] = sinter.add %[[T]], %[[LR]]
  // CHECK-NEXT: %[[NP:.*]] = sinter.sub %[[P]], %[[NV]]
  // CHECK-NEXT: sinter.store %[[NP]], @w
  // CHECK-NEXT: sinter.store %[[NV]], @v
  // CHECK-NEXT: sinter.store %[[NT]], @t
  // CHECK-NEXT: return
  sinter.update @w gradient(%g) states [@v, @t] : tensor<2xf32> {
  ^bb0(%p: tensor<2xf32>, %dp: tensor<2xf32>, %v: tensor<2xf32>, %t: tensor<f32>):
    %nv = sinter.add %v, %dp : tensor<2xf32>
    %nt = sinter.add %t, %lr : tensor<f32>
    %np = sinter.sub %p, %nv : tensor<2xf32>
    sinter.yield %np, %nv, %nt : tensor<2xf32>, tensor<2xf32>, tensor<f32>
  }
  return
}

// A rule may pass its arguments on.
// CHECK-LABEL: func.func @identity
// CHECK-SAME: (%[[G:[a-z0-9]+]]: tensor<2xf32>)
func.func @identity(%g: tensor<2xf32>) {
  // CHECK-NEXT: sinter.load @w
  // CHECK-NEXT: sinter.store %[[G]], @w
  sinter.update @w gradient(%g) states [] : tensor<2xf32> {
  ^bb0(%p: tensor<2xf32>, %dp: tensor<2xf32>):
    sinter.yield %dp : tensor<2xf32>
  }
  return
}
