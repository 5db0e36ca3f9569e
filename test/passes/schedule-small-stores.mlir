// RUN: sinter-opt %s --sinter-outline-kernels=fuse=true --sinter-schedule --mlir-print-local-scope | FileCheck %s

// The last use of %h may be written over, but for that the small @v has to be
// computed before its last read: it is copied at the end.

sinter.global param @v : tensor<1x4xf32> {label = "v", owner = "o"}
// CHECK-LABEL: func.func @small_store
// CHECK: %[[NEW:.*]] = sinter.launch @contract_sub_
// CHECK: sinter.launch @mul_
// CHECK: %[[COPY:.*]] = sinter.launch @copy_{{.*}}(%[[NEW]])
// CHECK-NEXT: sinter.store %[[COPY]], @v
func.func @small_store(%h: tensor<4096x4xf32>, %d: tensor<4096x1xf32>) -> tensor<4096x4xf32> {
  %v = sinter.load @v : tensor<1x4xf32>
  %g = sinter.contract "bi,bj->ij" %d, %h : tensor<4096x1xf32>, tensor<4096x4xf32> -> tensor<1x4xf32>
  %new = sinter.sub %v, %g : tensor<1x4xf32>
  sinter.store %new, @v : tensor<1x4xf32>
  %r = sinter.reshape %v : tensor<1x4xf32> -> tensor<4xf32>
  %b = sinter.broadcast %r dims [1] : tensor<4xf32> -> tensor<4096x4xf32>
  %m = sinter.mul %b, %h : tensor<4096x4xf32>
  %n = sinter.neg %m : tensor<4096x4xf32>
  return %n : tensor<4096x4xf32>
}
