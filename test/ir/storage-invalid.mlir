// RUN: sinter-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{storage needs a static shape}}
sinter.global param @w : tensor<?xf32, #sinter.enc<batch max 4>> {label = "w", owner = "m"}

// -----

// expected-error @+1 {{needs epochs >= 0 and batch from 1 to 2147483647}}
sinter.experiment @m {epochs = 3 : i64, batch = 0 : i64, seed = 0 : i64, shuffle = true, train_rows = array<i64: 0, -1>}

// -----

// expected-error @+1 {{row ranges are [begin, end] with end = -1 for all rows}}
sinter.experiment @m {epochs = 3 : i64, batch = 1 : i64, seed = 0 : i64, shuffle = true, train_rows = array<i64: 5, 4>}

// -----

// expected-error @+1 {{has an unknown format}}
sinter.source @x "xls" "x.xls" : tensor<60x3xf32>

// -----

// expected-error @+1 {{needs a range of two numbers}}
sinter.source @x "idx" "x" : tensor<60xui8> {range = array<i64: 0>}

// -----

// expected-error @+1 {{names a tensor if it is "safetensors" or "table"}}
sinter.source @x "npy" "x.npy" "w" : tensor<60x3xf32>

// -----

// expected-error @+1 {{has 'table' if it is "table"}}
sinter.source @x "table" "x.csv" "label" : tensor<60xf32>

// -----

// expected-error @+1 {{needs the text 'label'}}
sinter.source @f "table" "train.csv" "features" : tensor<?x4xf32, #sinter.enc<rows max 9>> {table = {categorical = ["zone"], categories = [["a", "b"]], files = ["train.csv"], id = "Id", label = 3, missing = true, name = "houses", numeric = ["area"], steps = ["fill 0.5"]}}

// -----

// expected-error @+1 {{needs the list of texts 'numeric'}}
sinter.source @f "table" "train.csv" "features" : tensor<?x4xf32, #sinter.enc<rows max 9>> {table = {categorical = ["zone"], categories = [["a", "b"]], files = ["train.csv"], id = "Id", label = "price", missing = true, name = "houses", steps = ["fill 0.5"]}}

// -----

// expected-error @+1 {{needs 'steps': "standardise all", "standardise train" or "fill NUMBER"}}
sinter.source @f "table" "train.csv" "features" : tensor<?x4xf32, #sinter.enc<rows max 9>> {table = {categorical = ["zone"], categories = [["a", "b"]], files = ["train.csv"], id = "Id", label = "price", missing = true, name = "houses", numeric = ["area"], steps = ["fill up"]}}

// -----

// expected-error @+1 {{needs 'categories', a list of texts for each of 'categorical'}}
sinter.source @f "table" "train.csv" "features" : tensor<?x4xf32, #sinter.enc<rows max 9>> {table = {categorical = ["zone"], categories = [], files = ["train.csv"], id = "Id", label = "price", missing = true, name = "houses", numeric = ["area"], steps = ["fill 0.5"]}}

// -----

// expected-error @+1 {{needs the boolean 'missing'}}
sinter.source @f "table" "train.csv" "features" : tensor<?x4xf32, #sinter.enc<rows max 9>> {table = {categorical = ["zone"], categories = [["a", "b"]], files = ["train.csv"], id = "Id", label = "price", name = "houses", numeric = ["area"], steps = ["fill 0.5"]}}

// -----

// expected-error @+1 {{has rows of 4 f32}}
sinter.source @f "table" "train.csv" "features" : tensor<?x3xf32, #sinter.enc<rows max 9>> {table = {categorical = ["zone"], categories = [["a", "b"]], files = ["train.csv"], id = "Id", label = "price", missing = true, name = "houses", numeric = ["area"], steps = ["fill 0.5"]}}

// -----

func.func @no_such_symbol() {
  // expected-error @+1 {{names no sinter.global: @w}}
  %0 = sinter.load @w : tensor<2xf32>
  return
}

// -----

// expected-note @+1 {{the global is declared here}}
sinter.global param @w : tensor<2xf32> {label = "w", owner = "m"}
func.func @wrong_type(%x: tensor<3xf32>) {
  // expected-error @+1 {{has type 'tensor<3xf32>', the global has 'tensor<2xf32>'}}
  sinter.store %x, @w : tensor<3xf32>
  return
}

// -----

func.func @gradient_of_vector(%x: tensor<3xf32>) {
  // expected-error @+1 {{a target that is no scalar needs a seed}}
  %0 = sinter.gradient %x wrt(%x) {names = ["x"]} : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @gradient_names(%x: tensor<f32>) {
  // expected-error @+1 {{needs one result and one name for each wrt value}}
  %0 = sinter.gradient %x wrt(%x) {names = []} : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return
}

// -----

func.func @gradient_type(%x: tensor<f32>, %w: tensor<2xf32>) {
  // expected-error @+1 {{result type 'tensor<3xf32>' differs from wrt type 'tensor<2xf32>'}}
  %0 = sinter.gradient %x wrt(%w) {names = ["w"]} : (tensor<f32>, tensor<2xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @gradient_seed(%x: tensor<3xf32>, %s: tensor<2xf32>) {
  // expected-error @+1 {{seed type 'tensor<2xf32>' differs from target type 'tensor<3xf32>'}}
  %0 = sinter.gradient %x wrt(%x) seed(%s) {names = ["x"]} : (tensor<3xf32>, tensor<3xf32>, tensor<2xf32>) -> tensor<3xf32>
  return
}

// -----

sinter.global param @w : tensor<2xf32> {label = "w", owner = "m"}
func.func @update_arguments(%g: tensor<2xf32>) {
  // expected-error @+1 {{region takes the parameter, the gradient and each state}}
  sinter.update @w gradient(%g) states [] : tensor<2xf32> {
  ^bb0(%p: tensor<2xf32>):
    sinter.yield %p : tensor<2xf32>
  }
  return
}

// -----

sinter.global param @w : tensor<2xf32> {label = "w", owner = "m"}
func.func @update_yield(%g: tensor<2xf32>) {
  // expected-error @+1 {{yields the parameter and each state}}
  sinter.update @w gradient(%g) states [@w] : tensor<2xf32> {
  ^bb0(%p: tensor<2xf32>, %dp: tensor<2xf32>, %v: tensor<2xf32>):
    sinter.yield %p : tensor<2xf32>
  }
  return
}

// -----

func.func @print_operands(%x: tensor<2xf32>) {
  // expected-error @+1 {{groups name 0 of 1 operands}}
  sinter.print %x groups [["x"]] : tensor<2xf32>
  return
}

// -----

func.func @print_format(%x: tensor<2xf32>) {
  // expected-error @+1 {{a format needs a scalar}}
  sinter.print %x groups [[[".4f"]]] : tensor<2xf32>
  return
}

// -----

func.func @plot_alone(%x: tensor<2xf32>) {
  // expected-error @+1 {{needs x and a curve}}
  sinter.plot header "x\0A" every 1 (%x : tensor<2xf32>)
  return
}

// -----

func.func @plot_every(%x: tensor<2xf32>) {
  // expected-error @+1 {{writes every 0-th point}}
  sinter.plot header "x,y\0A" every 0 (%x, %x : tensor<2xf32>, tensor<2xf32>)
  return
}

// -----

func.func @plot_rows(%x: tensor<2xf32>, %y: tensor<3xf32>) {
  // expected-error @+1 {{draws vectors and matrices of equally many rows}}
  sinter.plot header "x,y\0A" every 1 (%x, %y : tensor<2xf32>, tensor<3xf32>)
  return
}
