// RUN: sinter-opt %s --sinter-differentiate -o %t.mlir
// RUN: sinter-difftest %t.mlir | FileCheck %s
// Second derivatives: each function returns a gradient, which is differentiated
// once more and compared with central differences of the first.

// CHECK: exp.grad: ok
func.func @exp(%x: tensor<5xf64>, %g: tensor<5xf64>) -> tensor<5xf64> {
  %y = sinter.exp %x : tensor<5xf64>
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<5xf64>, tensor<5xf64>, tensor<5xf64>) -> tensor<5xf64>
  return %dx : tensor<5xf64>
}

// CHECK: log.grad: ok
func.func @log(%x: tensor<5xf64> {test.range = [0.5, 2.0]}, %g: tensor<5xf64>) -> tensor<5xf64> {
  %y = sinter.log %x : tensor<5xf64>
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<5xf64>, tensor<5xf64>, tensor<5xf64>) -> tensor<5xf64>
  return %dx : tensor<5xf64>
}

// CHECK: sqrt.grad: ok
func.func @sqrt(%x: tensor<5xf64> {test.range = [0.5, 2.0]}, %g: tensor<5xf64>) -> tensor<5xf64> {
  %y = sinter.sqrt %x : tensor<5xf64>
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<5xf64>, tensor<5xf64>, tensor<5xf64>) -> tensor<5xf64>
  return %dx : tensor<5xf64>
}

// CHECK: sin.grad: ok
func.func @sin(%x: tensor<5xf64>, %g: tensor<5xf64>) -> tensor<5xf64> {
  %y = sinter.sin %x : tensor<5xf64>
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<5xf64>, tensor<5xf64>, tensor<5xf64>) -> tensor<5xf64>
  return %dx : tensor<5xf64>
}

// CHECK: cos.grad: ok
func.func @cos(%x: tensor<5xf64>, %g: tensor<5xf64>) -> tensor<5xf64> {
  %y = sinter.cos %x : tensor<5xf64>
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<5xf64>, tensor<5xf64>, tensor<5xf64>) -> tensor<5xf64>
  return %dx : tensor<5xf64>
}

// CHECK: tanh.grad: ok
func.func @tanh(%x: tensor<5xf64>, %g: tensor<5xf64>) -> tensor<5xf64> {
  %y = sinter.tanh %x : tensor<5xf64>
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<5xf64>, tensor<5xf64>, tensor<5xf64>) -> tensor<5xf64>
  return %dx : tensor<5xf64>
}

// CHECK: erf.grad: ok
func.func @erf(%x: tensor<5xf64>, %g: tensor<5xf64>) -> tensor<5xf64> {
  %y = sinter.erf %x : tensor<5xf64>
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<5xf64>, tensor<5xf64>, tensor<5xf64>) -> tensor<5xf64>
  return %dx : tensor<5xf64>
}

// CHECK: gelu.grad: ok
func.func @gelu(%x: tensor<5xf64>, %g: tensor<5xf64>) -> tensor<5xf64> {
  %y = sinter.gelu %x : tensor<5xf64>
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<5xf64>, tensor<5xf64>, tensor<5xf64>) -> tensor<5xf64>
  return %dx : tensor<5xf64>
}

// CHECK: sigmoid.grad: ok
func.func @sigmoid(%x: tensor<5xf64>, %g: tensor<5xf64>) -> tensor<5xf64> {
  %y = sinter.sigmoid %x : tensor<5xf64>
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<5xf64>, tensor<5xf64>, tensor<5xf64>) -> tensor<5xf64>
  return %dx : tensor<5xf64>
}

// CHECK: neg.grad: ok
func.func @neg(%x: tensor<5xf64>, %g: tensor<5xf64>) -> tensor<5xf64> {
  %y = sinter.neg %x : tensor<5xf64>
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<5xf64>, tensor<5xf64>, tensor<5xf64>) -> tensor<5xf64>
  return %dx : tensor<5xf64>
}

// CHECK: softmax.grad: ok
func.func @softmax(%x: tensor<3x4xf64>, %g: tensor<3x4xf64>) -> tensor<3x4xf64> {
  %y = sinter.softmax %x : tensor<3x4xf64>
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<3x4xf64>, tensor<3x4xf64>, tensor<3x4xf64>) -> tensor<3x4xf64>
  return %dx : tensor<3x4xf64>
}

// CHECK: log_softmax.grad: ok
func.func @log_softmax(%x: tensor<3x4xf64>, %g: tensor<3x4xf64>) -> tensor<3x4xf64> {
  %y = sinter.log_softmax %x : tensor<3x4xf64>
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<3x4xf64>, tensor<3x4xf64>, tensor<3x4xf64>) -> tensor<3x4xf64>
  return %dx : tensor<3x4xf64>
}

// CHECK: pow_constant.grad: ok
func.func @pow_constant(%x: tensor<5xf64> {test.range = [0.5, 2.0]}, %g: tensor<5xf64>) -> tensor<5xf64> {
  %c = sinter.splat 3.7 : f64 -> tensor<5xf64>
  %y = sinter.pow %x, %c : tensor<5xf64>
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<5xf64>, tensor<5xf64>, tensor<5xf64>) -> tensor<5xf64>
  return %dx : tensor<5xf64>
}

// CHECK: cube.grad: ok
func.func @cube(%x: tensor<5xf64>, %g: tensor<5xf64>) -> tensor<5xf64> {
  %c = sinter.splat 3.0 : f64 -> tensor<5xf64>
  %y = sinter.pow %x, %c : tensor<5xf64>
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<5xf64>, tensor<5xf64>, tensor<5xf64>) -> tensor<5xf64>
  return %dx : tensor<5xf64>
}

// CHECK: square.grad: ok
func.func @square(%x: tensor<5xf64>, %g: tensor<5xf64>) -> tensor<5xf64> {
  %y = sinter.mul %x, %x : tensor<5xf64>
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<5xf64>, tensor<5xf64>, tensor<5xf64>) -> tensor<5xf64>
  return %dx : tensor<5xf64>
}

// CHECK: mul.grad: ok
func.func @mul(%a: tensor<5xf64>, %b: tensor<5xf64>, %g: tensor<5xf64>) -> (tensor<5xf64>, tensor<5xf64>) {
  %y = sinter.mul %a, %b : tensor<5xf64>
  %da, %db = sinter.gradient %y wrt(%a, %b) seed(%g) {names = ["a", "b"]} : (tensor<5xf64>, tensor<5xf64>, tensor<5xf64>, tensor<5xf64>) -> (tensor<5xf64>, tensor<5xf64>)
  return %da, %db : tensor<5xf64>, tensor<5xf64>
}

// CHECK: div.grad: ok
func.func @div(%a: tensor<5xf64> {test.range = [0.5, 2.0]}, %b: tensor<5xf64> {test.range = [0.5, 2.0]}, %g: tensor<5xf64>) -> (tensor<5xf64>, tensor<5xf64>) {
  %y = sinter.div %a, %b : tensor<5xf64>
  %da, %db = sinter.gradient %y wrt(%a, %b) seed(%g) {names = ["a", "b"]} : (tensor<5xf64>, tensor<5xf64>, tensor<5xf64>, tensor<5xf64>) -> (tensor<5xf64>, tensor<5xf64>)
  return %da, %db : tensor<5xf64>, tensor<5xf64>
}

// CHECK: pow.grad: ok
func.func @pow(%a: tensor<5xf64> {test.range = [0.5, 2.0]}, %b: tensor<5xf64> {test.range = [0.5, 2.0]}, %g: tensor<5xf64>) -> (tensor<5xf64>, tensor<5xf64>) {
  %y = sinter.pow %a, %b : tensor<5xf64>
  %da, %db = sinter.gradient %y wrt(%a, %b) seed(%g) {names = ["a", "b"]} : (tensor<5xf64>, tensor<5xf64>, tensor<5xf64>, tensor<5xf64>) -> (tensor<5xf64>, tensor<5xf64>)
  return %da, %db : tensor<5xf64>, tensor<5xf64>
}

// CHECK: sub.grad: ok
func.func @sub(%a: tensor<5xf64>, %b: tensor<5xf64>, %g: tensor<5xf64>) -> (tensor<5xf64>, tensor<5xf64>) {
  %y = sinter.sub %a, %b : tensor<5xf64>
  %da, %db = sinter.gradient %y wrt(%a, %b) seed(%g) {names = ["a", "b"]} : (tensor<5xf64>, tensor<5xf64>, tensor<5xf64>, tensor<5xf64>) -> (tensor<5xf64>, tensor<5xf64>)
  return %da, %db : tensor<5xf64>, tensor<5xf64>
}

// CHECK: contract.grad: ok
func.func @contract(%a: tensor<2x3xf64>, %b: tensor<4x3xf64>, %g: tensor<2x4xf64>) -> (tensor<2x3xf64>, tensor<4x3xf64>) {
  %y = sinter.contract "bi,oi->bo" %a, %b : tensor<2x3xf64>, tensor<4x3xf64> -> tensor<2x4xf64>
  %da, %db = sinter.gradient %y wrt(%a, %b) seed(%g) {names = ["a", "b"]} : (tensor<2x4xf64>, tensor<2x3xf64>, tensor<4x3xf64>, tensor<2x4xf64>) -> (tensor<2x3xf64>, tensor<4x3xf64>)
  return %da, %db : tensor<2x3xf64>, tensor<4x3xf64>
}

// CHECK: quadratic_form.grad: ok
func.func @quadratic_form(%x: tensor<3xf64>, %m: tensor<3x3xf64>) -> tensor<3xf64> {
  %mx = sinter.contract "ij,j->i" %m, %x : tensor<3x3xf64>, tensor<3xf64> -> tensor<3xf64>
  %y = sinter.contract "i,i->" %x, %mx : tensor<3xf64>, tensor<3xf64> -> tensor<f64>
  %dx = sinter.gradient %y wrt(%x) {names = ["x"]} : (tensor<f64>, tensor<3xf64>) -> tensor<3xf64>
  return %dx : tensor<3xf64>
}

// The letter k is in one operand only.
// CHECK: lone_letter.grad: ok
func.func @lone_letter(%a: tensor<2x3x4xf64>, %b: tensor<4xf64>, %g: tensor<2xf64>) -> (tensor<2x3x4xf64>, tensor<4xf64>) {
  %y = sinter.contract "ikj,j->i" %a, %b : tensor<2x3x4xf64>, tensor<4xf64> -> tensor<2xf64>
  %da, %db = sinter.gradient %y wrt(%a, %b) seed(%g) {names = ["a", "b"]} : (tensor<2xf64>, tensor<2x3x4xf64>, tensor<4xf64>, tensor<2xf64>) -> (tensor<2x3x4xf64>, tensor<4xf64>)
  return %da, %db : tensor<2x3x4xf64>, tensor<4xf64>
}

// CHECK: product.grad: ok
func.func @product(%x: tensor<2x3x2xf64>, %g: tensor<3xf64>) -> tensor<2x3x2xf64> {
  %y = sinter.reduce prod %x axes [0, 2] : tensor<2x3x2xf64> -> tensor<3xf64>
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<3xf64>, tensor<2x3x2xf64>, tensor<3xf64>) -> tensor<2x3x2xf64>
  return %dx : tensor<2x3x2xf64>
}

// The cross derivative of x0 x1 x2 at x0 = 0 is not 0.
// CHECK: product_at_zero.grad: ok
func.func @product_at_zero(%x: tensor<3xf64> {test.range = [0.0, 0.0]}, %z: tensor<5xf64>) -> tensor<8xf64> {
  %c = sinter.concat %x, %z axis 0 : (tensor<3xf64>, tensor<5xf64>) -> tensor<8xf64>
  %y = sinter.reduce prod %c axes [0] : tensor<8xf64> -> tensor<f64>
  %dc = sinter.gradient %y wrt(%c) {names = ["c"]} : (tensor<f64>, tensor<8xf64>) -> tensor<8xf64>
  return %dc : tensor<8xf64>
}

// CHECK: cross_entropy.grad: ok
func.func @cross_entropy(%o: tensor<?x4xf64, #sinter.enc<batch max 5>>, %i: tensor<?xi32, #sinter.enc<batch max 5>> {test.range = [0.0, 4.0]}, %g: tensor<?xf64, #sinter.enc<batch max 5>>) -> tensor<?x4xf64, #sinter.enc<batch max 5>> {
  %p = sinter.log_softmax %o : tensor<?x4xf64, #sinter.enc<batch max 5>>
  %y = sinter.pick %p, %i : tensor<?x4xf64, #sinter.enc<batch max 5>>, tensor<?xi32, #sinter.enc<batch max 5>> -> tensor<?xf64, #sinter.enc<batch max 5>>
  %do = sinter.gradient %y wrt(%o) seed(%g) {names = ["o"]} : (tensor<?xf64, #sinter.enc<batch max 5>>, tensor<?x4xf64, #sinter.enc<batch max 5>>, tensor<?xf64, #sinter.enc<batch max 5>>) -> tensor<?x4xf64, #sinter.enc<batch max 5>>
  return %do : tensor<?x4xf64, #sinter.enc<batch max 5>>
}

// CHECK: views.grad: ok
func.func @views(%x: tensor<2x3xf64>, %g: tensor<4x2x6xf64>) -> tensor<2x3xf64> {
  %t = sinter.transpose %x [1, 0] : tensor<2x3xf64> -> tensor<3x2xf64>
  %s = sinter.slice %t offsets [2, 0] strides [-2, 1] : tensor<3x2xf64> -> tensor<2x2xf64>
  %p = sinter.pad %s offsets [0, 3] strides [1, -3] : tensor<2x2xf64> -> tensor<2x4xf64>
  %c = sinter.concat %p, %s axis 1 : (tensor<2x4xf64>, tensor<2x2xf64>) -> tensor<2x6xf64>
  %r = sinter.reshape %c : tensor<2x6xf64> -> tensor<2x6xf64>
  %q = sinter.sin %r : tensor<2x6xf64>
  %y = sinter.broadcast %q dims [1, 2] : tensor<2x6xf64> -> tensor<4x2x6xf64>
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<4x2x6xf64>, tensor<2x3xf64>, tensor<4x2x6xf64>) -> tensor<2x3xf64>
  return %dx : tensor<2x3xf64>
}

// CHECK: gather.grad: ok
func.func @gather(%x: tensor<5x3xf64>, %i: tensor<7xi32> {test.range = [-5.0, 5.0]}, %g: tensor<7x3xf64>) -> tensor<5x3xf64> {
  %y = sinter.gather %x indices(%i) axes [0] : (tensor<5x3xf64>, tensor<7xi32>) -> tensor<7x3xf64>
  %s = sinter.mul %y, %y : tensor<7x3xf64>
  %dx = sinter.gradient %s wrt(%x) seed(%g) {names = ["x"]} : (tensor<7x3xf64>, tensor<5x3xf64>, tensor<7x3xf64>) -> tensor<5x3xf64>
  return %dx : tensor<5x3xf64>
}

// CHECK: scatter_add.grad: ok
func.func @scatter_add(%x: tensor<7x3xf64>, %i: tensor<7xi32> {test.range = [-9.0, 9.0]}, %g: tensor<5x3xf64>) -> tensor<7x3xf64> {
  %y = sinter.scatter_add %x indices(%i) axes [0] : (tensor<7x3xf64>, tensor<7xi32>) -> tensor<5x3xf64>
  %s = sinter.mul %y, %y : tensor<5x3xf64>
  %dx = sinter.gradient %s wrt(%x) seed(%g) {names = ["x"]} : (tensor<5x3xf64>, tensor<7x3xf64>, tensor<5x3xf64>) -> tensor<7x3xf64>
  return %dx : tensor<7x3xf64>
}

// CHECK: insert.grad: ok
func.func @insert(%v: tensor<1x2xf64>, %x: tensor<4x5xf64>, %i: tensor<i32> {test.range = [-6.0, 6.0]}, %g: tensor<4x5xf64>) -> (tensor<1x2xf64>, tensor<4x5xf64>) {
  %y = sinter.insert %v into %x offsets [0, 1] strides [1, 2] indices(%i) axes [0] : (tensor<1x2xf64>, tensor<4x5xf64>, tensor<i32>) -> tensor<4x5xf64>
  %s = sinter.mul %y, %y : tensor<4x5xf64>
  %dv, %dx = sinter.gradient %s wrt(%v, %x) seed(%g) {names = ["v", "x"]} : (tensor<4x5xf64>, tensor<1x2xf64>, tensor<4x5xf64>, tensor<4x5xf64>) -> (tensor<1x2xf64>, tensor<4x5xf64>)
  return %dv, %dx : tensor<1x2xf64>, tensor<4x5xf64>
}

// CHECK: cumsum.grad: ok
func.func @cumsum(%x: tensor<4x3xf64>, %g: tensor<4x3xf64>) -> tensor<4x3xf64> {
  %y = sinter.cumsum %x axis 0 : tensor<4x3xf64>
  %s = sinter.mul %y, %y : tensor<4x3xf64>
  %dx = sinter.gradient %s wrt(%x) seed(%g) {names = ["x"]} : (tensor<4x3xf64>, tensor<4x3xf64>, tensor<4x3xf64>) -> tensor<4x3xf64>
  return %dx : tensor<4x3xf64>
}

// CHECK: solve.grad: ok
func.func @solve(%a: tensor<2x2xf64> {test.range = [0.5, 1.0]}, %b: tensor<2x1xf64>, %g: tensor<2x1xf64>) -> (tensor<2x2xf64>, tensor<2x1xf64>) {
  %i = sinter.constant dense<[[3.0, 0.0], [0.0, 3.0]]> : tensor<2x2xf64>
  %s = sinter.add %a, %i : tensor<2x2xf64>
  %x = sinter.solve %s, %b : tensor<2x2xf64>, tensor<2x1xf64>
  %da, %db = sinter.gradient %x wrt(%a, %b) seed(%g) {names = ["a", "b"]} : (tensor<2x1xf64>, tensor<2x2xf64>, tensor<2x1xf64>, tensor<2x1xf64>) -> (tensor<2x2xf64>, tensor<2x1xf64>)
  return %da, %db : tensor<2x2xf64>, tensor<2x1xf64>
}
