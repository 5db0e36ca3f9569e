// RUN: sinter-opt %s --verify-roundtrip | FileCheck %s

// CHECK: sinter.global param @"m/w" : tensor<2x3xf32> {label = "w", owner = "m"}
sinter.global param @"m/w" : tensor<2x3xf32> {label = "w", owner = "m"}
// CHECK: sinter.global state @"m/v" : tensor<2x3xf32> {label = "v", offset = 64 : i64, owner = "m"}
sinter.global state @"m/v" : tensor<2x3xf32> {label = "v", owner = "m", offset = 64}
// CHECK: sinter.global column @d.x : tensor<1000x2xf64>
sinter.global column @"d.x" : tensor<1000x2xf64> {label = "d.x", owner = ""}
// CHECK: sinter.source @labels "idx" "train-labels-idx1-ubyte" : tensor<?xui8, #sinter.enc<rows max 60000>> {range = array<i64: 0, 9>}
sinter.source @labels "idx" "train-labels-idx1-ubyte" : tensor<?xui8, #sinter.enc<rows max 60000>> {range = array<i64: 0, 9>}
// CHECK: sinter.source @x "npy" "x.npy" : tensor<60x3xf32>
sinter.source @x "npy" "x.npy" : tensor<60x3xf32>
// CHECK: sinter.source @w "safetensors" "net.safetensors" "w" : tensor<4x1xf64>
sinter.source @w "safetensors" "net.safetensors" "w" : tensor<4x1xf64>
// CHECK: sinter.source @houses.label "table" "train.csv" "label" : tensor<?x1xf32, #sinter.enc<rows max 9>> {table = {categorical = ["zone"], categories = {{\[\["a", "b"\]\]}}, files = ["train.csv"], id = "Id", label = "price", missing = true, name = "houses", numeric = ["area"], steps = ["standardise all", "fill 0.5"]}}
sinter.source @houses.label "table" "train.csv" "label" : tensor<?x1xf32, #sinter.enc<rows max 9>> {table = {categorical = ["zone"], categories = [["a", "b"]], files = ["train.csv"], id = "Id", label = "price", missing = true, name = "houses", numeric = ["area"], steps = ["standardise all", "fill 0.5"]}}
// CHECK: sinter.experiment @m
sinter.experiment @m {epochs = 3 : i64, batch = 10 : i64, seed = 0 : i64, shuffle = true, train_rows = array<i64: 0, -1>}

// CHECK-LABEL: func.func @load_store
func.func @load_store() {
  // CHECK: %[[W:.*]] = sinter.load @"m/w" : tensor<2x3xf32>
  %w = sinter.load @"m/w" : tensor<2x3xf32>
  // CHECK: sinter.store %[[W]], @"m/v" : tensor<2x3xf32>
  sinter.store %w, @"m/v" : tensor<2x3xf32>
  return
}

// CHECK-LABEL: func.func @gradient_update
func.func @gradient_update(%loss: tensor<f32>, %y: tensor<4xf32>) {
  %w = sinter.load @"m/w" : tensor<2x3xf32>
  // CHECK: sinter.gradient %{{.*}} wrt(%{{.*}}) {names = ["w"]} : (tensor<f32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %g = sinter.gradient %loss wrt(%w) {names = ["w"]} : (tensor<f32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: sinter.gradient %{{.*}} wrt(%{{.*}}) seed(%{{.*}}) {names = ["w"]}
  %h = sinter.gradient %y wrt(%w) seed(%y) {names = ["w"]} : (tensor<4xf32>, tensor<2x3xf32>, tensor<4xf32>) -> tensor<2x3xf32>
  // CHECK: sinter.update @"m/w" gradient(%{{.*}}) states [@"m/v"] : tensor<2x3xf32> {
  // CHECK-NEXT: ^bb0(%{{.*}}: tensor<2x3xf32>, %{{.*}}: tensor<2x3xf32>, %{{.*}}: tensor<2x3xf32>):
  sinter.update @"m/w" gradient(%g) states [@"m/v"] : tensor<2x3xf32> {
  ^bb0(%p: tensor<2x3xf32>, %dp: tensor<2x3xf32>, %v: tensor<2x3xf32>):
    %next = sinter.sub %p, %dp : tensor<2x3xf32>
    // CHECK: sinter.yield %{{.*}}, %{{.*}} : tensor<2x3xf32>, tensor<2x3xf32>
    sinter.yield %next, %v : tensor<2x3xf32>, tensor<2x3xf32>
  }
  return
}

// CHECK-LABEL: func.func @effects
func.func @effects(%x: tensor<4xf32>, %s: tensor<f32>, %ok: tensor<4xi1>) {
  // CHECK: sinter.guard %{{.*}} named "loss" : tensor<f32>
  sinter.guard %s named "loss" : tensor<f32>
  // CHECK: sinter.print %{{.*}}, %{{.*}} groups {{\[\[}}"x =", unit], ["s is ", [".4f"]{{\]\]}} : tensor<4xf32>, tensor<f32>
  sinter.print %x, %s groups [["x =", unit], ["s is ", [".4f"]]] : tensor<4xf32>, tensor<f32>
  // CHECK: sinter.plot header "x,y\0A" every 2(%{{.*}}, %{{.*}} : tensor<4xf32>, tensor<4xf32>)
  sinter.plot header "x,y\0A" every 2 (%x, %x : tensor<4xf32>, tensor<4xf32>)
  // CHECK: sinter.print groups {{\[\[}}"done"{{\]\]}}
  sinter.print groups [["done"]]
  // CHECK: sinter.check %{{.*}} sides(%{{.*}}, %{{.*}} : tensor<4xf32>, tensor<4xf32>) text "x == x" : tensor<4xi1>
  sinter.check %ok sides(%x, %x : tensor<4xf32>, tensor<4xf32>) text "x == x" : tensor<4xi1>
  return
}
