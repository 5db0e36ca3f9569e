// RUN: sinter-opt %s --sinter-differentiate | FileCheck %s
// RUN: sinter-opt %s --sinter-differentiate --mlir-print-debuginfo | FileCheck %s --check-prefix=LOC

// Backward operations carry the name and the line of the forward operation.
// CHECK-LABEL: func.func @named
// LOC-LABEL: func.func @named
func.func @named(%x: tensor<2x3xf32>, %w: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %h = sinter.contract "bi,io->bo" %x, %w : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32> loc("hidden"("m.sinter":3:5))
  %r = sinter.relu %h : tensor<2x4xf32> loc("m.sinter":4:7)
  %y = sinter.reduce sum %r axes [0, 1] : tensor<2x4xf32> -> tensor<f32> loc("loss"("m.sinter":5:3))
  // CHECK: %d_loss = sinter.splat
  // CHECK: %d_loss{{[_0-9]*}} = sinter.broadcast
  // CHECK: %d_relu{{[_0-9]*}} = sinter.select
  // CHECK: %d_hidden = sinter.contract
  // LOC: sinter.contract "bi,bo->io" {{.*}} loc([[HIDDEN:#loc[0-9]*]])
  %dw = sinter.gradient %y wrt(%w) {names = ["w"]} : (tensor<f32>, tensor<3x4xf32>) -> tensor<3x4xf32>
  return %dw : tensor<3x4xf32>
}
// LOC-DAG: [[FILE:#loc[0-9]*]] = loc("m.sinter":3:5)
// LOC-DAG: [[FORWARD:#loc[0-9]*]] = loc("hidden"([[FILE]]))
// LOC-DAG: [[HIDDEN]] = loc("d_hidden"([[FORWARD]]))
