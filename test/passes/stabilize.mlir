// RUN: sinter-opt %s --sinter-stabilize --split-input-file | FileCheck %s

!rows = tensor<?x10xf32, #sinter.enc<batch max 8>>
!batch = tensor<?xf32, #sinter.enc<batch max 8>>
!column = tensor<?x1xf32, #sinter.enc<batch max 8>>
!label = tensor<?xi32, #sinter.enc<batch max 8>>

// A softmax and its loss written out come out as log_softmax.
// CHECK-LABEL: func.func @from_scratch
// CHECK-SAME: (%[[O:[a-z0-9]+]]: tensor<?x10xf32, {{.*}}, %[[I:[a-z0-9]+]]: tensor
func.func @from_scratch(%o: !rows, %i: !label) -> !batch {
  %e = sinter.exp %o : !rows
  %s = sinter.reduce sum %e axes [1] : !rows -> !batch
  %c = sinter.reshape %s : !batch -> !column
  %r = sinter.broadcast %c dims [0, 1] : !column -> !rows
  %p = sinter.div %e, %r : !rows
  %q = sinter.pick %p, %i : !rows, !label -> !batch
  // CHECK-NEXT: %[[LOG:.*]] = sinter.log_softmax %[[O]]
  // CHECK-NEXT: %[[Q:.*]] = sinter.pick %[[LOG]], %[[I]]
  %l = sinter.log %q : !batch
  // CHECK-NEXT: %[[N:.*]] = sinter.neg %[[Q]]
  %n = sinter.neg %l : !batch
  // CHECK-NEXT: return %[[N]]
  return %n : !batch
}

// -----

// The sum without its own axis, and exp(o) written twice.
// CHECK-LABEL: func.func @two_exponentials
// CHECK-SAME: (%[[O:[a-z0-9]+]]: tensor<3x3xf32>)
func.func @two_exponentials(%o: tensor<3x3xf32>) -> tensor<3x3xf32> {
  %e = sinter.exp %o : tensor<3x3xf32>
  %f = sinter.exp %o : tensor<3x3xf32>
  %s = sinter.reduce sum %f axes [1] : tensor<3x3xf32> -> tensor<3xf32>
  %r = sinter.broadcast %s dims [0] : tensor<3xf32> -> tensor<3x3xf32>
  // CHECK-NEXT: %[[P:.*]] = sinter.softmax %[[O]]
  %p = sinter.div %e, %r : tensor<3x3xf32>
  // CHECK-NEXT: return %[[P]]
  return %p : tensor<3x3xf32>
}

// -----

// CHECK-LABEL: func.func @vector
// CHECK: sinter.softmax %{{.*}} : tensor<4xf32>
func.func @vector(%o: tensor<4xf32>) -> tensor<4xf32> {
  %e = sinter.exp %o : tensor<4xf32>
  %s = sinter.reduce sum %e axes [0] : tensor<4xf32> -> tensor<f32>
  %r = sinter.broadcast %s dims [] : tensor<f32> -> tensor<4xf32>
  %p = sinter.div %e, %r : tensor<4xf32>
  return %p : tensor<4xf32>
}

// -----

// The exponential and the softmax are used elsewhere: they stay beside.
// CHECK-LABEL: func.func @extra_uses
func.func @extra_uses(%o: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  // CHECK: %[[E:.*]] = sinter.exp
  %e = sinter.exp %o : tensor<4xf32>
  %s = sinter.reduce sum %e axes [0] : tensor<4xf32> -> tensor<f32>
  %r = sinter.broadcast %s dims [] : tensor<f32> -> tensor<4xf32>
  // CHECK: %[[P:.*]] = sinter.softmax
  %p = sinter.div %e, %r : tensor<4xf32>
  // CHECK: %[[L:.*]] = sinter.log_softmax
  %l = sinter.log %p : tensor<4xf32>
  // CHECK: return %[[E]], %[[P]], %[[L]]
  return %e, %p, %l : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @wrong_axis
func.func @wrong_axis(%o: tensor<3x3xf32>) -> tensor<3x3xf32> {
  // CHECK-NOT: sinter.softmax
  %e = sinter.exp %o : tensor<3x3xf32>
  %s = sinter.reduce sum %e axes [0] : tensor<3x3xf32> -> tensor<3xf32>
  %r = sinter.broadcast %s dims [1] : tensor<3xf32> -> tensor<3x3xf32>
  %p = sinter.div %e, %r : tensor<3x3xf32>
  return %p : tensor<3x3xf32>
}

// -----

// Sums of rows, spread over columns.
// CHECK-LABEL: func.func @wrong_spread
func.func @wrong_spread(%o: tensor<3x3xf32>) -> tensor<3x3xf32> {
  // CHECK-NOT: sinter.softmax
  %e = sinter.exp %o : tensor<3x3xf32>
  %s = sinter.reduce sum %e axes [1] : tensor<3x3xf32> -> tensor<3xf32>
  %r = sinter.broadcast %s dims [1] : tensor<3xf32> -> tensor<3x3xf32>
  %p = sinter.div %e, %r : tensor<3x3xf32>
  return %p : tensor<3x3xf32>
}

// -----

// CHECK-LABEL: func.func @other_operand
func.func @other_operand(%o: tensor<4xf32>, %q: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-NOT: sinter.softmax
  %e = sinter.exp %o : tensor<4xf32>
  %f = sinter.exp %q : tensor<4xf32>
  %s = sinter.reduce sum %f axes [0] : tensor<4xf32> -> tensor<f32>
  %r = sinter.broadcast %s dims [] : tensor<f32> -> tensor<4xf32>
  %p = sinter.div %e, %r : tensor<4xf32>
  return %p : tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @not_a_sum
func.func @not_a_sum(%o: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-NOT: sinter.softmax
  %e = sinter.exp %o : tensor<4xf32>
  %s = sinter.reduce max %e axes [0] : tensor<4xf32> -> tensor<f32>
  %r = sinter.broadcast %s dims [] : tensor<f32> -> tensor<4xf32>
  %p = sinter.div %e, %r : tensor<4xf32>
  return %p : tensor<4xf32>
}

// -----

// A gradient with respect to the softmax itself needs the way through it.
// CHECK-LABEL: func.func @wrt_is_not_bypassed
func.func @wrt_is_not_bypassed(%o: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: %[[P:.*]] = sinter.softmax
  // CHECK-NEXT: sinter.log %[[P]]
  %p = sinter.softmax %o : tensor<4xf32>
  %l = sinter.log %p : tensor<4xf32>
  %g = sinter.gradient %l wrt(%p) seed(%o) {names = ["p"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %g : tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @argmax
// CHECK-SAME: (%[[O:[a-z0-9]+]]: tensor<2x3xf32>)
func.func @argmax(%o: tensor<2x3xf32>) -> (tensor<2xi32>, tensor<3xi32>) {
  // CHECK-NEXT: %[[P:.*]] = sinter.softmax %[[O]]
  %p = sinter.softmax %o : tensor<2x3xf32>
  // CHECK-NEXT: sinter.argmax %[[O]] axis 1
  %i = sinter.argmax %p axis 1 : tensor<2x3xf32> -> tensor<2xi32>
  // Rows are not comparable before they are normalized.
  // CHECK-NEXT: sinter.argmax %[[P]] axis 0
  %j = sinter.argmax %p axis 0 : tensor<2x3xf32> -> tensor<3xi32>
  return %i, %j : tensor<2xi32>, tensor<3xi32>
}

// -----

// CHECK-LABEL: func.func @powers
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>)
func.func @powers(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %0 = sinter.splat 0.0 : f32 -> tensor<4xf32>
  %2 = sinter.splat 2.0 : f32 -> tensor<4xf32>
  %3 = sinter.splat 3.0 : f32 -> tensor<f32>
  %b3 = sinter.broadcast %3 dims [] : tensor<f32> -> tensor<4xf32>
  %half = sinter.splat 0.5 : f32 -> tensor<4xf32>
  %minus = sinter.splat -1.0 : f32 -> tensor<4xf32>
  %four = sinter.splat 4.0 : f32 -> tensor<4xf32>
  // CHECK: %[[A:.*]] = sinter.mul %[[X]], %[[X]]
  %p2 = sinter.pow %x, %2 : tensor<4xf32>
  // CHECK: %[[S:.*]] = sinter.mul %[[X]], %[[X]]
  // CHECK: %[[B:.*]] = sinter.mul %[[S]], %[[X]]
  %p3 = sinter.pow %x, %b3 : tensor<4xf32>
  // CHECK: %[[C:.*]] = sinter.sqrt %[[X]]
  %ph = sinter.pow %x, %half : tensor<4xf32>
  // CHECK: %[[ONE:.*]] = sinter.splat 1.0
  // CHECK: %[[D:.*]] = sinter.div %[[ONE]], %[[X]]
  %pm = sinter.pow %x, %minus : tensor<4xf32>
  // CHECK: %[[E:.*]] = sinter.pow %[[X]]
  %p4 = sinter.pow %x, %four : tensor<4xf32>
  // CHECK: %[[F:.*]] = sinter.splat 1.0
  %p0 = sinter.pow %x, %0 : tensor<4xf32>
  // CHECK: return %[[A]], %[[B]], %[[C]], %[[D]], %[[E]], %[[F]]
  return %p2, %p3, %ph, %pm, %p4, %p0 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @tanh_plus_one
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<4xf32>)
func.func @tanh_plus_one(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %one = sinter.splat 1.0 : f32 -> tensor<f32>
  %ones = sinter.broadcast %one dims [] : tensor<f32> -> tensor<4xf32>
  // CHECK: %[[TWO:.*]] = sinter.splat 2.0
  // CHECK: %[[T:.*]] = sinter.mul %[[X]], %[[TWO]]
  // CHECK: %[[S:.*]] = sinter.sigmoid %[[T]]
  // CHECK: %[[A:.*]] = sinter.mul %[[S]], %[[TWO]]
  %t = sinter.tanh %x : tensor<4xf32>
  %a = sinter.add %t, %ones : tensor<4xf32>
  // CHECK: sinter.sigmoid
  // CHECK: %[[B:.*]] = sinter.mul
  %u = sinter.tanh %a : tensor<4xf32>
  %b = sinter.add %ones, %u : tensor<4xf32>
  // CHECK-NOT: sinter.tanh
  // CHECK: return %[[A]], %[[B]]
  return %a, %b : tensor<4xf32>, tensor<4xf32>
}

// -----

// The hyperbolic tangent is needed anyway, another number is added, or a
// gradient is taken with respect to it.
// CHECK-LABEL: func.func @tanh_stays
func.func @tanh_stays(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  // CHECK-NOT: sinter.sigmoid
  %one = sinter.splat 1.0 : f32 -> tensor<4xf32>
  %two = sinter.splat 2.0 : f32 -> tensor<4xf32>
  %t = sinter.tanh %x : tensor<4xf32>
  %a = sinter.add %t, %one : tensor<4xf32>
  %u = sinter.tanh %a : tensor<4xf32>
  %b = sinter.add %u, %two : tensor<4xf32>
  %v = sinter.tanh %b : tensor<4xf32>
  %c = sinter.add %v, %one : tensor<4xf32>
  %g = sinter.gradient %c wrt(%v) seed(%x) {names = ["v"]} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %t, %a, %b, %g : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// The loss of one-hot rows is that of labels, and so is its gradient.
// CHECK-LABEL: func.func @one_hot_loss
// CHECK-SAME: (%[[L:[a-z0-9]+]]: tensor<2x3xf32>, %[[I:[a-z0-9]+]]: tensor<2xi32>)
func.func @one_hot_loss(%l: tensor<2x3xf32>, %i: tensor<2xi32>) -> tensor<2xf32> {
  %places = sinter.iota axis 0 start 0.0 step 1.0 : tensor<3xi32>
  %p = sinter.broadcast %places dims [1] : tensor<3xi32> -> tensor<2x3xi32>
  %c = sinter.reshape %i : tensor<2xi32> -> tensor<2x1xi32>
  %b = sinter.broadcast %c dims [0, 1] : tensor<2x1xi32> -> tensor<2x3xi32>
  %is = sinter.compare eq %b, %p : tensor<2x3xi32> -> tensor<2x3xi1>
  %y = sinter.cast %is : tensor<2x3xi1> -> tensor<2x3xf32>
  %m = sinter.mul %y, %l : tensor<2x3xf32>
  // CHECK: %[[ABOVE:.*]] = sinter.compare ge %[[I]]
  // CHECK: %[[BELOW:.*]] = sinter.compare lt %[[I]]
  // CHECK: %[[INSIDE:.*]] = sinter.and %[[ABOVE]], %[[BELOW]]
  // CHECK: %[[PICK:.*]] = sinter.pick %[[L]], %[[I]]
  // CHECK: %[[SUM:.*]] = sinter.select %[[INSIDE]], %[[PICK]]
  %s = sinter.reduce sum %m axes [1] : tensor<2x3xf32> -> tensor<2xf32>
  // CHECK: return %[[SUM]]
  return %s : tensor<2xf32>
}

// -----

// A gradient with respect to the one-hot rows needs them.
// CHECK-LABEL: func.func @one_hot_stays
func.func @one_hot_stays(%l: tensor<2x3xf32>, %i: tensor<2xi32>, %seed: tensor<2xf32>) -> tensor<2x3xf32> {
  // CHECK: sinter.reduce sum
  %p = sinter.iota axis 1 start 0.0 step 1.0 : tensor<2x3xi32>
  %b = sinter.broadcast %i dims [0] : tensor<2xi32> -> tensor<2x3xi32>
  %is = sinter.compare eq %b, %p : tensor<2x3xi32> -> tensor<2x3xi1>
  %y = sinter.cast %is : tensor<2x3xi1> -> tensor<2x3xf32>
  %m = sinter.mul %y, %l : tensor<2x3xf32>
  %s = sinter.reduce sum %m axes [1] : tensor<2x3xf32> -> tensor<2xf32>
  %g = sinter.gradient %s wrt(%y) seed(%seed) {names = ["y"]} : (tensor<2xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  return %g : tensor<2x3xf32>
}
