// RUN: sinter-gradtest %s > %t
// RUN: %python %S/check_gradients.py %t %S/../../docs/gradients.md
// The same along an axis of one element and of none.
// RUN: sed 's/\([<x]\)7x/\11x/g' %s > %t.1.mlir && sinter-gradtest %t.1.mlir | FileCheck %s --check-prefix=SIZES
// RUN: sed 's/\([<x]\)7x/\10x/g' %s > %t.0.mlir && sinter-gradtest %t.0.mlir | FileCheck %s --check-prefix=SIZES
// Compiled, in f64 and in f32.
// RUN: sinter-difftest %s | FileCheck %s
// RUN: sed 's/f64/f32/g' %s > %t.f32.mlir && sinter-difftest %t.f32.mlir | FileCheck %s
//
// One operation each; docs/gradients.md is made of this file.
// SIZES: | `solve` | 0 |
// CHECK: exp.grad: ok

func.func @neg(%x: tensor<7xf64>) -> tensor<7xf64> {
  %y = sinter.neg %x : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @abs(%x: tensor<7xf64>) -> tensor<7xf64> attributes {test.rule = "sign(x); 0 at 0"} {
  %y = sinter.abs %x : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @sign(%x: tensor<7xf64>) -> tensor<7xf64> attributes {test.rule = "0", test.first_order} {
  %y = sinter.sign %x : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @exp(%x: tensor<7xf64>) -> tensor<7xf64> {
  %y = sinter.exp %x : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @log(%x: tensor<7xf64> {test.range = [0.5, 3.0]}) -> tensor<7xf64> {
  %y = sinter.log %x : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @sqrt(%x: tensor<7xf64> {test.range = [0.5, 3.0]}) -> tensor<7xf64> attributes {test.rule = "infinite at 0"} {
  %y = sinter.sqrt %x : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @sin(%x: tensor<7xf64>) -> tensor<7xf64> {
  %y = sinter.sin %x : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @cos(%x: tensor<7xf64>) -> tensor<7xf64> {
  %y = sinter.cos %x : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @tanh(%x: tensor<7xf64>) -> tensor<7xf64> {
  %y = sinter.tanh %x : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @erf(%x: tensor<7xf64>) -> tensor<7xf64> {
  %y = sinter.erf %x : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @gelu(%x: tensor<7xf64>) -> tensor<7xf64> {
  %y = sinter.gelu %x : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @sigmoid(%x: tensor<7xf64>) -> tensor<7xf64> {
  %y = sinter.sigmoid %x : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @relu(%x: tensor<7xf64>) -> tensor<7xf64> attributes {test.rule = "0 at 0"} {
  %y = sinter.relu %x : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @floor(%x: tensor<7xf64>) -> tensor<7xf64> attributes {test.rule = "0", test.first_order} {
  %y = sinter.floor %x : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @add(%a: tensor<7xf64>, %b: tensor<7xf64>) -> tensor<7xf64> {
  %y = sinter.add %a, %b : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @sub(%a: tensor<7xf64>, %b: tensor<7xf64>) -> tensor<7xf64> {
  %y = sinter.sub %a, %b : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @mul(%a: tensor<7xf64>, %b: tensor<7xf64>) -> tensor<7xf64> {
  %y = sinter.mul %a, %b : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @div(%a: tensor<7xf64>, %b: tensor<7xf64> {test.range = [0.5, 2.0]}) -> tensor<7xf64> {
  %y = sinter.div %a, %b : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @floor_div(%a: tensor<7xf64>, %b: tensor<7xf64> {test.range = [0.7, 2.0]}) -> tensor<7xf64> attributes {test.rule = "0", test.first_order} {
  %y = sinter.floor_div %a, %b : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @mod(%a: tensor<7xf64> {test.range = [0.1, 0.4]}, %b: tensor<7xf64> {test.range = [0.5, 0.9]}) -> tensor<7xf64> attributes {test.rule = "1 and -floor(a / b)"} {
  %y = sinter.mod %a, %b : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @pow(%a: tensor<7xf64> {test.range = [0.5, 2.0]}, %b: tensor<7xf64>) -> tensor<7xf64> attributes {test.rule = "by b: 0 at a = 0"} {
  %y = sinter.pow %a, %b : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @maximum(%a: tensor<7xf64>, %b: tensor<7xf64>) -> tensor<7xf64> attributes {test.rule = "halved on a tie"} {
  %y = sinter.maximum %a, %b : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @minimum(%a: tensor<7xf64>, %b: tensor<7xf64>) -> tensor<7xf64> attributes {test.rule = "halved on a tie"} {
  %y = sinter.minimum %a, %b : tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @select(%c: tensor<7xi1>, %a: tensor<7xf64>, %b: tensor<7xf64>) -> tensor<7xf64> {
  %y = sinter.select %c, %a, %b : tensor<7xi1>, tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @cast(%x: tensor<7xf64>) -> tensor<7xf64> attributes {test.rule = "none through integers"} {
  %y = sinter.cast %x : tensor<7xf64> -> tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @broadcast(%x: tensor<7xf64>) -> tensor<3x7x2xf64> {
  %y = sinter.broadcast %x dims [1] : tensor<7xf64> -> tensor<3x7x2xf64>
  return %y : tensor<3x7x2xf64>
}

func.func @broadcast_scalar(%x: tensor<f64>) -> tensor<3x7xf64> {
  %y = sinter.broadcast %x dims [] : tensor<f64> -> tensor<3x7xf64>
  return %y : tensor<3x7xf64>
}

func.func @broadcast_ones(%x: tensor<1x7xf64>) -> tensor<3x7xf64> {
  %y = sinter.broadcast %x dims [0, 1] : tensor<1x7xf64> -> tensor<3x7xf64>
  return %y : tensor<3x7xf64>
}

func.func @reshape(%x: tensor<7x6xf64>) -> tensor<7x2x3xf64> {
  %y = sinter.reshape %x : tensor<7x6xf64> -> tensor<7x2x3xf64>
  return %y : tensor<7x2x3xf64>
}

func.func @transpose(%x: tensor<7x3x2xf64>) -> tensor<2x7x3xf64> {
  %y = sinter.transpose %x [2, 0, 1] : tensor<7x3x2xf64> -> tensor<2x7x3xf64>
  return %y : tensor<2x7x3xf64>
}

func.func @slice(%x: tensor<7x9xf64>) -> tensor<7x3xf64> {
  %y = sinter.slice %x offsets [0, 8] strides [1, -3] : tensor<7x9xf64> -> tensor<7x3xf64>
  return %y : tensor<7x3xf64>
}

func.func @pad(%x: tensor<7x3xf64>) -> tensor<7x8xf64> {
  %y = sinter.pad %x offsets [0, 1] strides [1, 2] : tensor<7x3xf64> -> tensor<7x8xf64>
  return %y : tensor<7x8xf64>
}

func.func @concat(%a: tensor<7x2xf64>, %b: tensor<7x3xf64>) -> tensor<7x5xf64> {
  %y = sinter.concat %a, %b axis 1 : (tensor<7x2xf64>, tensor<7x3xf64>) -> tensor<7x5xf64>
  return %y : tensor<7x5xf64>
}

func.func @reduce_sum(%x: tensor<7x5xf64>) -> tensor<7xf64> {
  %y = sinter.reduce sum %x axes [1] : tensor<7x5xf64> -> tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @reduce_prod(%x: tensor<7x5xf64>) -> tensor<7xf64> {
  %y = sinter.reduce prod %x axes [1] : tensor<7x5xf64> -> tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @reduce_max(%x: tensor<7x5xf64>) -> tensor<7xf64> attributes {test.rule = "shared on ties"} {
  %y = sinter.reduce max %x axes [1] : tensor<7x5xf64> -> tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @reduce_min(%x: tensor<7x5xf64>) -> tensor<7xf64> attributes {test.rule = "shared on ties"} {
  %y = sinter.reduce min %x axes [1] : tensor<7x5xf64> -> tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @reduce_prod_all(%x: tensor<7x3xf64>) -> tensor<f64> attributes {test.rule = "defined where elements are 0"} {
  %y = sinter.reduce prod %x axes [0, 1] : tensor<7x3xf64> -> tensor<f64>
  return %y : tensor<f64>
}

func.func @contract_matmul(%a: tensor<7x5xf64>, %b: tensor<5x3xf64>) -> tensor<7x3xf64> {
  %y = sinter.contract "ij,jk->ik" %a, %b : tensor<7x5xf64>, tensor<5x3xf64> -> tensor<7x3xf64>
  return %y : tensor<7x3xf64>
}

func.func @contract_batched(%a: tensor<2x7x3xf64>, %b: tensor<2x3x2xf64>) -> tensor<2x7x2xf64> {
  %y = sinter.contract "bij,bjk->bik" %a, %b : tensor<2x7x3xf64>, tensor<2x3x2xf64> -> tensor<2x7x2xf64>
  return %y : tensor<2x7x2xf64>
}

func.func @contract_dot(%a: tensor<7xf64>, %b: tensor<7xf64>) -> tensor<f64> {
  %y = sinter.contract "i,i->" %a, %b : tensor<7xf64>, tensor<7xf64> -> tensor<f64>
  return %y : tensor<f64>
}

func.func @contract_outer(%a: tensor<7xf64>, %b: tensor<3xf64>) -> tensor<7x3xf64> {
  %y = sinter.contract "i,j->ij" %a, %b : tensor<7xf64>, tensor<3xf64> -> tensor<7x3xf64>
  return %y : tensor<7x3xf64>
}

func.func @contract_transposed(%a: tensor<5x7xf64>, %b: tensor<3x5xf64>) -> tensor<3x7xf64> {
  %y = sinter.contract "ji,kj->ki" %a, %b : tensor<5x7xf64>, tensor<3x5xf64> -> tensor<3x7xf64>
  return %y : tensor<3x7xf64>
}

func.func @pick(%x: tensor<7x5xf64>, %i: tensor<7xi32> {test.range = [0.0, 5.0]}) -> tensor<7xf64> {
  %y = sinter.pick %x, %i : tensor<7x5xf64>, tensor<7xi32> -> tensor<7xf64>
  return %y : tensor<7xf64>
}

func.func @softmax(%x: tensor<7x5xf64>) -> tensor<7x5xf64> {
  %y = sinter.softmax %x : tensor<7x5xf64>
  return %y : tensor<7x5xf64>
}

func.func @log_softmax(%x: tensor<7x5xf64>) -> tensor<7x5xf64> {
  %y = sinter.log_softmax %x : tensor<7x5xf64>
  return %y : tensor<7x5xf64>
}

func.func @gather(%x: tensor<4x7xf64>, %i: tensor<9xi32> {test.range = [-4.0, 4.0]}) -> tensor<9x7xf64> attributes {test.rule = "repeated indices add up"} {
  %y = sinter.gather %x indices(%i) axes [0] : (tensor<4x7xf64>, tensor<9xi32>) -> tensor<9x7xf64>
  return %y : tensor<9x7xf64>
}

func.func @scatter_add(%x: tensor<9x7xf64>, %i: tensor<9xi32> {test.range = [-4.0, 4.0]}) -> tensor<4x7xf64> {
  %y = sinter.scatter_add %x indices(%i) axes [0] : (tensor<9x7xf64>, tensor<9xi32>) -> tensor<4x7xf64>
  return %y : tensor<4x7xf64>
}

func.func @insert(%v: tensor<7x2xf64>, %x: tensor<7x5xf64>) -> tensor<7x5xf64> {
  %y = sinter.insert %v into %x offsets [0, 1] strides [1, 2] : (tensor<7x2xf64>, tensor<7x5xf64>) -> tensor<7x5xf64>
  return %y : tensor<7x5xf64>
}

func.func @insert_at(%v: tensor<1x7xf64>, %x: tensor<5x7xf64>, %i: tensor<i32> {test.range = [-6.0, 6.0]}) -> tensor<5x7xf64> attributes {test.rule = "out of range: all to x"} {
  %y = sinter.insert %v into %x offsets [0, 0] strides [1, 1] indices(%i) axes [0] : (tensor<1x7xf64>, tensor<5x7xf64>, tensor<i32>) -> tensor<5x7xf64>
  return %y : tensor<5x7xf64>
}

func.func @cumsum(%x: tensor<7x3xf64>) -> tensor<7x3xf64> {
  %y = sinter.cumsum %x axis 0 : tensor<7x3xf64>
  return %y : tensor<7x3xf64>
}

func.func @cumsum_reverse(%x: tensor<3x7xf64>) -> tensor<3x7xf64> {
  %y = sinter.cumsum %x axis 1 reverse : tensor<3x7xf64>
  return %y : tensor<3x7xf64>
}

func.func @solve(%a: tensor<3x3xf64> {test.range = [-1.0, 1.0, 4.0]}, %b: tensor<3x7xf64>) -> tensor<3x7xf64> {
  %y = sinter.solve %a, %b : tensor<3x3xf64>, tensor<3x7xf64>
  return %y : tensor<3x7xf64>
}

func.func @stop_gradient(%x: tensor<7xf64>) -> tensor<7xf64> attributes {test.rule = "0"} {
  %s = sinter.stop_gradient %x : tensor<7xf64>
  %z = sinter.splat 0.0 : f64 -> tensor<7xf64>
  %m = sinter.mul %s, %z : tensor<7xf64>
  %y = sinter.add %x, %m : tensor<7xf64>
  return %y : tensor<7xf64>
}
