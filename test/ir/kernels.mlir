// RUN: sinter-opt %s --verify-roundtrip | FileCheck %s

// CHECK: sinter.kernel @relu_0(%[[X:.*]]: tensor<4xf32>) {
// CHECK-NEXT: %[[Y:.*]] = sinter.relu %[[X]] : tensor<4xf32>
// CHECK-NEXT: sinter.yield %[[Y]] : tensor<4xf32>
sinter.kernel @relu_0(%x: tensor<4xf32>) {
  %y = sinter.relu %x : tensor<4xf32>
  sinter.yield %y : tensor<4xf32>
}

// CHECK-LABEL: func.func @launches
func.func @launches(%x: tensor<4xf32> {sinter.buffer = #sinter.buffer<arena, 0>}) {
  // CHECK: sinter.launch @relu_0(%{{.*}}) : (tensor<4xf32>) -> tensor<4xf32>
  %0 = sinter.launch @relu_0(%x) : (tensor<4xf32>) -> tensor<4xf32>
  // CHECK: sinter.launch @relu_0(%{{.*}}) at [#sinter.buffer<arena, 64>] : (tensor<4xf32>) -> tensor<4xf32>
  %1 = sinter.launch @relu_0(%0) at [#sinter.buffer<arena, 64>] : (tensor<4xf32>) -> tensor<4xf32>
  return
}
