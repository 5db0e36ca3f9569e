// RUN: sinter-opt %s --sinter-schedule --sinter-plan-pipeline | FileCheck %s

// Scratch is the last buffer of a launch and lives during it alone: the result
// of the second launch takes its bytes.

sinter.kernel @first(%x: tensor<16xf32>) attributes {scratch = 256 : i64} {
  %y = sinter.softmax %x : tensor<16xf32>
  sinter.yield %y : tensor<16xf32>
}
sinter.kernel @second(%x: tensor<16xf32>) {
  %t = sinter.reshape %x : tensor<16xf32> -> tensor<2x8xf32>
  %u = sinter.broadcast %t dims [0, 2] : tensor<2x8xf32> -> tensor<2x4x8xf32>
  %y = sinter.exp %u : tensor<2x4x8xf32>
  sinter.yield %y : tensor<2x4x8xf32>
}
// CHECK-LABEL: func.func @f
// CHECK-SAME: sinter.arena_bytes = 384 : i64, sinter.live_bytes = 384
// CHECK: sinter.launch @first(%{{.*}}) at [#sinter.buffer<arena, {{[0-9]+}}>, #sinter.buffer<arena, {{[0-9]+}}>]
// CHECK: sinter.launch @second(%{{.*}}) at [#sinter.buffer<arena, {{[0-9]+}}>]
func.func @f(%x: tensor<16xf32>) -> tensor<2x4x8xf32> {
  %y = sinter.launch @first(%x) : (tensor<16xf32>) -> tensor<16xf32>
  %z = sinter.launch @second(%y) : (tensor<16xf32>) -> tensor<2x4x8xf32>
  return %z : tensor<2x4x8xf32>
}
