// RUN: sinter-opt %s --sinter-differentiate --split-input-file | FileCheck %s

// The adjoint that comes in is a function argument here, %g.

// CHECK-LABEL: func.func @neg
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>, %[[G:[a-z0-9]+]]: tensor<4xf32>)
func.func @neg(%x: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  %y = sinter.neg %x : tensor<4xf32>
  // CHECK: %[[DX:.*]] = sinter.neg %[[G]]
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %dx : tensor<4xf32>
}

// -----

// sign(0) = 0 is the gradient at the kink.
// CHECK-LABEL: func.func @abs
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>, %[[G:[a-z0-9]+]]: tensor<4xf32>)
func.func @abs(%x: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  %y = sinter.abs %x : tensor<4xf32>
  // CHECK: %[[SIGN:.*]] = sinter.sign %[[X]]
  // CHECK-NEXT: %[[DX:.*]] = sinter.mul %[[G]], %[[SIGN]]
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %dx : tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @steps
func.func @steps(%x: tensor<4xf32>, %g: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %s = sinter.sign %x : tensor<4xf32>
  %f = sinter.floor %x : tensor<4xf32>
  %q = sinter.floor_div %x, %x : tensor<4xf32>
  // CHECK: %[[A:.*]] = sinter.splat 0.0
  // CHECK-NEXT: %[[B:.*]] = sinter.splat 0.0
  // CHECK-NEXT: %[[C:.*]] = sinter.splat 0.0
  // CHECK-NEXT: return %[[A]], %[[B]], %[[C]]
  %ds = sinter.gradient %s wrt(%x) seed(%g) {names = ["x"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %df = sinter.gradient %f wrt(%x) seed(%g) {names = ["x"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %dq = sinter.gradient %q wrt(%x) seed(%g) {names = ["x"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %ds, %df, %dq : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// exp' = exp, log' = 1 / x, sqrt' = 1 / 2y
// CHECK-LABEL: func.func @exp_log_sqrt
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>, %[[G:[a-z0-9]+]]: tensor<4xf32>)
func.func @exp_log_sqrt(%x: tensor<4xf32>, %g: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  // CHECK: %[[E:.*]] = sinter.exp %[[X]]
  %e = sinter.exp %x : tensor<4xf32>
  %l = sinter.log %x : tensor<4xf32>
  // CHECK: %[[S:.*]] = sinter.sqrt %[[X]]
  %s = sinter.sqrt %x : tensor<4xf32>
  // CHECK-NEXT: %[[DE:.*]] = sinter.mul %[[G]], %[[E]]
  %de = sinter.gradient %e wrt(%x) seed(%g) {names = ["x"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK-NEXT: %[[DL:.*]] = sinter.div %[[G]], %[[X]]
  %dl = sinter.gradient %l wrt(%x) seed(%g) {names = ["x"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK-NEXT: %[[TWO:.*]] = sinter.splat 2.0
  // CHECK-NEXT: %[[DOUBLE:.*]] = sinter.mul %[[S]], %[[TWO]]
  // CHECK-NEXT: %[[DS:.*]] = sinter.div %[[G]], %[[DOUBLE]]
  %ds = sinter.gradient %s wrt(%x) seed(%g) {names = ["x"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK-NEXT: return %[[DE]], %[[DL]], %[[DS]]
  return %de, %dl, %ds : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @sin_cos
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>, %[[G:[a-z0-9]+]]: tensor<4xf32>)
func.func @sin_cos(%x: tensor<4xf32>, %g: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %s = sinter.sin %x : tensor<4xf32>
  %c = sinter.cos %x : tensor<4xf32>
  // CHECK: %[[COS:.*]] = sinter.cos %[[X]]
  // CHECK: %[[COS:.*]] = sinter.cos %[[X]]
  // CHECK-NEXT: %[[DS:.*]] = sinter.mul %[[G]], %[[COS]]
  %ds = sinter.gradient %s wrt(%x) seed(%g) {names = ["x"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK-NEXT: %[[SIN:.*]] = sinter.sin %[[X]]
  // CHECK-NEXT: %[[PRODUCT:.*]] = sinter.mul %[[G]], %[[SIN]]
  // CHECK-NEXT: %[[DC:.*]] = sinter.neg %[[PRODUCT]]
  %dc = sinter.gradient %c wrt(%x) seed(%g) {names = ["x"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK-NEXT: return %[[DS]], %[[DC]]
  return %ds, %dc : tensor<4xf32>, tensor<4xf32>
}

// -----

// tanh' = 1 - y y, sigmoid' = y (1 - y), erf' = 2 / sqrt(pi) exp(-x x)
// CHECK-LABEL: func.func @saturating
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>, %[[G:[a-z0-9]+]]: tensor<4xf32>)
func.func @saturating(%x: tensor<4xf32>, %g: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  // CHECK: %[[T:.*]] = sinter.tanh %[[X]]
  %t = sinter.tanh %x : tensor<4xf32>
  // CHECK: %[[S:.*]] = sinter.sigmoid %[[X]]
  %s = sinter.sigmoid %x : tensor<4xf32>
  %e = sinter.erf %x : tensor<4xf32>
  // CHECK: %[[ONE:.*]] = sinter.splat 1.0
  // CHECK-NEXT: %[[SQUARE:.*]] = sinter.mul %[[T]], %[[T]]
  // CHECK-NEXT: %[[SLOPE:.*]] = sinter.sub %[[ONE]], %[[SQUARE]]
  // CHECK-NEXT: %[[DT:.*]] = sinter.mul %[[G]], %[[SLOPE]]
  %dt = sinter.gradient %t wrt(%x) seed(%g) {names = ["x"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK-NEXT: %[[ONE:.*]] = sinter.splat 1.0
  // CHECK-NEXT: %[[REST:.*]] = sinter.sub %[[ONE]], %[[S]]
  // CHECK-NEXT: %[[SLOPE:.*]] = sinter.mul %[[S]], %[[REST]]
  // CHECK-NEXT: %[[DS:.*]] = sinter.mul %[[G]], %[[SLOPE]]
  %ds = sinter.gradient %s wrt(%x) seed(%g) {names = ["x"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK-NEXT: %[[SQUARE:.*]] = sinter.mul %[[X]], %[[X]]
  // CHECK-NEXT: %[[MINUS:.*]] = sinter.neg %[[SQUARE]]
  // CHECK-NEXT: %[[BELL:.*]] = sinter.exp %[[MINUS]]
  // CHECK-NEXT: %[[FACTOR:.*]] = sinter.splat 1.128
  // CHECK-NEXT: %[[SLOPE:.*]] = sinter.mul %[[BELL]], %[[FACTOR]]
  // CHECK-NEXT: %[[DE:.*]] = sinter.mul %[[G]], %[[SLOPE]]
  %de = sinter.gradient %e wrt(%x) seed(%g) {names = ["x"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK-NEXT: return %[[DT]], %[[DS]], %[[DE]]
  return %dt, %ds, %de : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// gelu' = normal(x) + x density(x)
// CHECK-LABEL: func.func @gelu
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>, %[[G:[a-z0-9]+]]: tensor<4xf32>)
func.func @gelu(%x: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  %y = sinter.gelu %x : tensor<4xf32>
  // CHECK: %[[ROOT:.*]] = sinter.splat 0.707
  // CHECK: %[[SCALED:.*]] = sinter.mul %[[X]], %[[ROOT]]
  // CHECK: %[[ERF:.*]] = sinter.erf %[[SCALED]]
  // CHECK: %[[HALF:.*]] = sinter.splat 5.0
  // CHECK: %[[PART:.*]] = sinter.mul %[[ERF]], %[[HALF]]
  // CHECK: %[[BELOW:.*]] = sinter.add %[[HALF]], %[[PART]]
  // CHECK: %[[BELL:.*]] = sinter.exp
  // CHECK: %[[SLOPE:.*]] = sinter.mul %[[X]]
  // CHECK: %[[SUM:.*]] = sinter.add %[[BELOW]], %[[SLOPE]]
  // CHECK: %[[DX:.*]] = sinter.mul %[[G]], %[[SUM]]
  // CHECK: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %dx : tensor<4xf32>
}

// -----

// The mask is read off the result, 0 at the kink.
// CHECK-LABEL: func.func @relu
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>, %[[G:[a-z0-9]+]]: tensor<4xf32>)
func.func @relu(%x: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: %[[Y:.*]] = sinter.relu %[[X]]
  %y = sinter.relu %x : tensor<4xf32>
  // CHECK-NEXT: %[[ZERO:.*]] = sinter.splat 0.0
  // CHECK-NEXT: %[[MASK:.*]] = sinter.compare gt %[[Y]], %[[ZERO]]
  // CHECK-NEXT: %[[DX:.*]] = sinter.select %[[MASK]], %[[G]], %[[ZERO]]
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %dx : tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @cast
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>, %[[G:[a-z0-9]+]]: tensor<4xf64>)
func.func @cast(%x: tensor<4xf32>, %g: tensor<4xf64>) -> tensor<4xf32> {
  %y = sinter.cast %x : tensor<4xf32> -> tensor<4xf64>
  // CHECK: %[[DX:.*]] = sinter.cast %[[G]] : tensor<4xf64> -> tensor<4xf32>
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<4xf64>, tensor<4xf32>, tensor<4xf64>) -> tensor<4xf32>
  return %dx : tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @add_sub
// CHECK-SAME: %[[G:[a-z0-9]+]]: tensor<4xf32>)
func.func @add_sub(%a: tensor<4xf32>, %b: tensor<4xf32>, %g: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %s = sinter.add %a, %b : tensor<4xf32>
  %d = sinter.sub %a, %b : tensor<4xf32>
  %sa, %sb = sinter.gradient %s wrt(%a, %b) seed(%g) {names = ["a", "b"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  // CHECK: %[[MINUS:.*]] = sinter.neg %[[G]]
  %da, %db = sinter.gradient %d wrt(%a, %b) seed(%g) {names = ["a", "b"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  // CHECK-NEXT: return %[[G]], %[[G]], %[[G]], %[[MINUS]]
  return %sa, %sb, %da, %db : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// Only the wanted operand gets an adjoint.
// CHECK-LABEL: func.func @mul
// CHECK-SAME: (%[[A:[a-z0-9]+]]: tensor<4xf32>, %[[B:[a-z0-9]+]]: tensor<4xf32>, %[[G:[a-z0-9]+]]: tensor<4xf32>)
func.func @mul(%a: tensor<4xf32>, %b: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  %y = sinter.mul %a, %b : tensor<4xf32>
  // CHECK: sinter.mul %[[A]], %[[B]]
  // CHECK-NEXT: %[[DB:.*]] = sinter.mul %[[G]], %[[A]]
  // CHECK-NEXT: return %[[DB]]
  %db = sinter.gradient %y wrt(%b) seed(%g) {names = ["b"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %db : tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @div
// CHECK-SAME: (%[[A:[a-z0-9]+]]: tensor<4xf32>, %[[B:[a-z0-9]+]]: tensor<4xf32>, %[[G:[a-z0-9]+]]: tensor<4xf32>)
func.func @div(%a: tensor<4xf32>, %b: tensor<4xf32>, %g: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: %[[Y:.*]] = sinter.div %[[A]], %[[B]]
  %y = sinter.div %a, %b : tensor<4xf32>
  // CHECK-NEXT: %[[DA:.*]] = sinter.div %[[G]], %[[B]]
  // CHECK-NEXT: %[[PRODUCT:.*]] = sinter.mul %[[DA]], %[[Y]]
  // CHECK-NEXT: %[[DB:.*]] = sinter.neg %[[PRODUCT]]
  // CHECK-NEXT: return %[[DA]], %[[DB]]
  %da, %db = sinter.gradient %y wrt(%a, %b) seed(%g) {names = ["a", "b"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  return %da, %db : tensor<4xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @mod
// CHECK-SAME: (%[[A:[a-z0-9]+]]: tensor<4xf32>, %[[B:[a-z0-9]+]]: tensor<4xf32>, %[[G:[a-z0-9]+]]: tensor<4xf32>)
func.func @mod(%a: tensor<4xf32>, %b: tensor<4xf32>, %g: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %y = sinter.mod %a, %b : tensor<4xf32>
  // CHECK: %[[WHOLE:.*]] = sinter.floor_div %[[A]], %[[B]]
  // CHECK-NEXT: %[[PRODUCT:.*]] = sinter.mul %[[G]], %[[WHOLE]]
  // CHECK-NEXT: %[[DB:.*]] = sinter.neg %[[PRODUCT]]
  // CHECK-NEXT: return %[[G]], %[[DB]]
  %da, %db = sinter.gradient %y wrt(%a, %b) seed(%g) {names = ["a", "b"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  return %da, %db : tensor<4xf32>, tensor<4xf32>
}

// -----

// A constant exponent leaves no logarithm and no mask.
// CHECK-LABEL: func.func @pow_of_constant
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>, %[[G:[a-z0-9]+]]: tensor<4xf32>)
func.func @pow_of_constant(%x: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: %[[C:.*]] = sinter.splat 2.5
  %c = sinter.splat 2.5 : f32 -> tensor<4xf32>
  %y = sinter.pow %x, %c : tensor<4xf32>
  // CHECK: %[[LESS:.*]] = sinter.splat 1.5
  // CHECK-NEXT: %[[POWER:.*]] = sinter.pow %[[X]], %[[LESS]]
  // CHECK-NEXT: %[[SLOPE:.*]] = sinter.mul %[[C]], %[[POWER]]
  // CHECK-NEXT: %[[DX:.*]] = sinter.mul %[[G]], %[[SLOPE]]
  // CHECK-NEXT: return %[[DX]]
  %dx = sinter.gradient %y wrt(%x) seed(%g) {names = ["x"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %dx : tensor<4xf32>
}

// -----

// x ** 0 is 1 everywhere, x ** 1 is x, d(x ** 2) = 2x
// CHECK-LABEL: func.func @pow_of_small_constants
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>, %[[G:[a-z0-9]+]]: tensor<4xf32>)
func.func @pow_of_small_constants(%x: tensor<4xf32>, %g: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %0 = sinter.splat 0.0 : f32 -> tensor<4xf32>
  %1 = sinter.splat 1.0 : f32 -> tensor<f32>
  // CHECK: %[[TWO:.*]] = sinter.splat 2.0
  %2 = sinter.splat 2.0 : f32 -> tensor<4xf32>
  %y0 = sinter.pow %x, %0 : tensor<4xf32>
  %b1 = sinter.broadcast %1 dims [] : tensor<f32> -> tensor<4xf32>
  %y1 = sinter.pow %x, %b1 : tensor<4xf32>
  %y2 = sinter.pow %x, %2 : tensor<4xf32>
  // CHECK: %[[D0:.*]] = sinter.splat 0.0
  %d0 = sinter.gradient %y0 wrt(%x) seed(%g) {names = ["x"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %d1 = sinter.gradient %y1 wrt(%x) seed(%g) {names = ["x"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK-NEXT: %[[SLOPE:.*]] = sinter.mul %[[TWO]], %[[X]]
  // CHECK-NEXT: %[[D2:.*]] = sinter.mul %[[G]], %[[SLOPE]]
  %d2 = sinter.gradient %y2 wrt(%x) seed(%g) {names = ["x"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK-NEXT: return %[[D0]], %[[G]], %[[D2]]
  return %d0, %d1, %d2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @pow
// CHECK-SAME: (%[[A:[a-z0-9]+]]: tensor<4xf32>, %[[B:[a-z0-9]+]]: tensor<4xf32>, %[[G:[a-z0-9]+]]: tensor<4xf32>)
func.func @pow(%a: tensor<4xf32>, %b: tensor<4xf32>, %g: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: %[[Y:.*]] = sinter.pow %[[A]], %[[B]]
  %y = sinter.pow %a, %b : tensor<4xf32>
  // CHECK: %[[LESS:.*]] = sinter.sub %[[B]]
  // CHECK: %[[POWER:.*]] = sinter.pow %[[A]], %[[LESS]]
  // CHECK: %[[IS_ZERO:.*]] = sinter.compare eq %[[B]], %[[ZERO:.*]] :
  // CHECK: %[[SLOPE:.*]] = sinter.mul %[[B]], %[[POWER]]
  // CHECK: %[[PRODUCT:.*]] = sinter.mul %[[G]], %[[SLOPE]]
  // CHECK: %[[DA:.*]] = sinter.select %[[IS_ZERO]], %[[ZERO]], %[[PRODUCT]]
  // CHECK: %[[BASE_0:.*]] = sinter.compare eq %[[A]]
  // CHECK: %[[NOT_NEGATIVE:.*]] = sinter.compare ge %[[B]]
  // CHECK: %[[FLAT:.*]] = sinter.and
  // CHECK: %[[BASE:.*]] = sinter.select %[[FLAT]], %{{.*}}, %[[A]]
  // CHECK: %[[LOG:.*]] = sinter.log %[[BASE]]
  // CHECK: %[[SLOPE:.*]] = sinter.mul %[[Y]], %[[LOG]]
  // CHECK: %[[DB:.*]] = sinter.mul %[[G]], %[[SLOPE]]
  // CHECK: return %[[DA]], %[[DB]]
  %da, %db = sinter.gradient %y wrt(%a, %b) seed(%g) {names = ["a", "b"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  return %da, %db : tensor<4xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @maximum
// CHECK-SAME: (%[[A:[a-z0-9]+]]: tensor<4xf32>, %[[B:[a-z0-9]+]]: tensor<4xf32>, %[[G:[a-z0-9]+]]: tensor<4xf32>)
func.func @maximum(%a: tensor<4xf32>, %b: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  %y = sinter.maximum %a, %b : tensor<4xf32>
  // CHECK: %[[TIE:.*]] = sinter.compare eq %[[B]], %[[A]]
  // CHECK: %[[LOST:.*]] = sinter.compare lt %[[B]], %[[A]]
  // CHECK: %[[WON:.*]] = sinter.select %[[LOST]], %{{.*}}, %[[G]]
  // CHECK: %[[HALF:.*]] = sinter.mul %[[G]]
  // CHECK: %[[DB:.*]] = sinter.select %[[TIE]], %[[HALF]], %[[WON]]
  // CHECK: return %[[DB]]
  %db = sinter.gradient %y wrt(%b) seed(%g) {names = ["b"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %db : tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @minimum
// CHECK-SAME: (%[[A:[a-z0-9]+]]: tensor<4xf32>, %[[B:[a-z0-9]+]]: tensor<4xf32>, %[[G:[a-z0-9]+]]: tensor<4xf32>)
func.func @minimum(%a: tensor<4xf32>, %b: tensor<4xf32>, %g: tensor<4xf32>) -> tensor<4xf32> {
  %y = sinter.minimum %a, %b : tensor<4xf32>
  // CHECK: %[[LOST:.*]] = sinter.compare gt %[[A]], %[[B]]
  // CHECK: %[[WON:.*]] = sinter.select %[[LOST]], %{{.*}}, %[[G]]
  %da = sinter.gradient %y wrt(%a) seed(%g) {names = ["a"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %da : tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @select
// CHECK-SAME: (%[[C:[a-z0-9]+]]: tensor<4xi1>, %{{.*}}: tensor<4xf32>, %{{.*}}: tensor<4xf32>, %[[G:[a-z0-9]+]]: tensor<4xf32>)
func.func @select(%c: tensor<4xi1>, %a: tensor<4xf32>, %b: tensor<4xf32>, %g: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %y = sinter.select %c, %a, %b : tensor<4xi1>, tensor<4xf32>
  // CHECK: %[[ZERO:.*]] = sinter.splat 0.0
  // CHECK-NEXT: %[[DA:.*]] = sinter.select %[[C]], %[[G]], %[[ZERO]]
  // CHECK-NEXT: %[[DB:.*]] = sinter.select %[[C]], %[[ZERO]], %[[G]]
  // CHECK-NEXT: return %[[DA]], %[[DB]]
  %da, %db = sinter.gradient %y wrt(%a, %b) seed(%g) {names = ["a", "b"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  return %da, %db : tensor<4xf32>, tensor<4xf32>
}

// -----

// mean + deviation * draw: the draw is a constant.
// CHECK-LABEL: func.func @reparameterised
// CHECK-SAME: %[[G:[a-z0-9]+]]: tensor<4xf32>)
func.func @reparameterised(%mean: tensor<4xf32>, %deviation: tensor<4xf32>, %seed: tensor<i64>, %g: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: %[[DRAW:.*]] = sinter.random
  %draw = sinter.random normal %seed, %seed stream 1 : tensor<4xf32>
  %scaled = sinter.mul %deviation, %draw : tensor<4xf32>
  %y = sinter.add %mean, %scaled : tensor<4xf32>
  // CHECK: %[[DD:.*]] = sinter.mul %[[G]], %[[DRAW]]
  // CHECK-NEXT: return %[[G]], %[[DD]]
  %dm, %dd = sinter.gradient %y wrt(%mean, %deviation) seed(%g) {names = ["m", "d"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  return %dm, %dd : tensor<4xf32>, tensor<4xf32>
}
