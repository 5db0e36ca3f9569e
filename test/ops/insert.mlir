// RUN: sinter-difftest %s | FileCheck %s
// Boxes at places known at build time and at run time, put over the tensor's own
// bytes or into a copy of it.

#enc = #sinter.enc<batch max 21>

// CHECK: over: ok
// CHECK: over.grad: ok
func.func @over(%v: tensor<2x9xf32>, %x: tensor<5x20xf32>) -> tensor<5x20xf32> {
  %0 = sinter.insert %v into %x offsets [1, 0] strides [2, 2] : (tensor<2x9xf32>, tensor<5x20xf32>) -> tensor<5x20xf32>
  return %0 : tensor<5x20xf32>
}

// CHECK: copied: ok
// CHECK: copied.grad: ok
func.func @copied(%v: tensor<2x17xf32>, %x: tensor<5x20xf32>) -> (tensor<5x20xf32>, tensor<5x20xf32>) {
  %0 = sinter.insert %v into %x offsets [4, 19] strides [-1, -1] : (tensor<2x17xf32>, tensor<5x20xf32>) -> tensor<5x20xf32>
  // The value reads what the result must not overwrite.
  %s = sinter.slice %x offsets [0, 1] strides [1, 1] : tensor<5x20xf32> -> tensor<2x17xf32>
  %1 = sinter.insert %s into %x offsets [0, 0] strides [1, 1] : (tensor<2x17xf32>, tensor<5x20xf32>) -> tensor<5x20xf32>
  return %0, %1 : tensor<5x20xf32>, tensor<5x20xf32>
}

// CHECK: shifted: ok
// CHECK: shifted.grad: ok
func.func @shifted(%x: tensor<40xf32>) -> tensor<40xf32> {
  %s = sinter.slice %x offsets [0] strides [1] : tensor<40xf32> -> tensor<39xf32>
  %0 = sinter.insert %s into %x offsets [1] strides [1] : (tensor<39xf32>, tensor<40xf32>) -> tensor<40xf32>
  return %0 : tensor<40xf32>
}

// CHECK: element: ok
// CHECK: element.grad: ok
func.func @element(%v: tensor<1x1xf64>, %w: tensor<1xf64>, %x: tensor<5x3xf64>, %y: tensor<1xf64>, %i: tensor<i32>, %j: tensor<i64> {test.range = [-3.0, 3.0]}, %k: tensor<i32> {test.range = [-1.0, 1.0]}) -> (tensor<5x3xf64>, tensor<1xf64>) {
  %0 = sinter.insert %v into %x offsets [0, 0] strides [1, 1] indices(%i, %j) axes [0, 1] : (tensor<1x1xf64>, tensor<5x3xf64>, tensor<i32>, tensor<i64>) -> tensor<5x3xf64>
  %1 = sinter.insert %w into %y offsets [0] strides [1] indices(%k) axes [0] : (tensor<1xf64>, tensor<1xf64>, tensor<i32>) -> tensor<1xf64>
  return %0, %1 : tensor<5x3xf64>, tensor<1xf64>
}

// CHECK: row_and_column: ok
// CHECK: row_and_column.grad: ok
func.func @row_and_column(%r: tensor<1x9xf32>, %c: tensor<3x1xf32>, %x: tensor<5x20xf32>, %i: tensor<i32> {test.range = [-5.0, 5.0]}) -> (tensor<5x20xf32>, tensor<5x20xf32>) {
  %0 = sinter.insert %r into %x offsets [0, 1] strides [1, 2] indices(%i) axes [0] : (tensor<1x9xf32>, tensor<5x20xf32>, tensor<i32>) -> tensor<5x20xf32>
  %1 = sinter.insert %c into %0 offsets [4, 0] strides [-2, 1] indices(%i) axes [1] : (tensor<3x1xf32>, tensor<5x20xf32>, tensor<i32>) -> tensor<5x20xf32>
  return %0, %1 : tensor<5x20xf32>, tensor<5x20xf32>
}

// CHECK: batch: ok
// CHECK: batch.grad: ok
func.func @batch(%v: tensor<?x2xf32, #enc>, %w: tensor<1x5xf32>, %x: tensor<?x5xf32, #enc>) -> (tensor<?x5xf32, #enc>, tensor<?x5xf32, #enc>) {
  %0 = sinter.insert %v into %x offsets [0, 1] strides [1, 2] : (tensor<?x2xf32, #enc>, tensor<?x5xf32, #enc>) -> tensor<?x5xf32, #enc>
  %last = sinter.constant dense<-1> : tensor<i32>
  %1 = sinter.insert %w into %x offsets [0, 0] strides [1, 1] indices(%last) axes [0] : (tensor<1x5xf32>, tensor<?x5xf32, #enc>, tensor<i32>) -> tensor<?x5xf32, #enc>
  return %0, %1 : tensor<?x5xf32, #enc>, tensor<?x5xf32, #enc>
}

// An index out of range changes nothing, and its value has no gradient.
// CHECK: out_of_range: ok
// CHECK: out_of_range.grad: ok
func.func @out_of_range(%v: tensor<1x3xf32>, %x: tensor<5x3xf32>, %i: tensor<i32> {test.range = [5.0, 9.0]}, %j: tensor<i32> {test.range = [-9.0, -5.0]}) -> (tensor<5x3xf32>, tensor<5x3xf32>) {
  %0 = sinter.insert %v into %x offsets [0, 0] strides [1, 1] indices(%i) axes [0] : (tensor<1x3xf32>, tensor<5x3xf32>, tensor<i32>) -> tensor<5x3xf32>
  %1 = sinter.insert %v into %0 offsets [0, 0] strides [1, 1] indices(%j) axes [0] : (tensor<1x3xf32>, tensor<5x3xf32>, tensor<i32>) -> tensor<5x3xf32>
  return %0, %1 : tensor<5x3xf32>, tensor<5x3xf32>
}

// CHECK: kinds: ok
func.func @kinds(%b: tensor<3xi1>, %bs: tensor<20xi1>, %u: tensor<3xui8>, %us: tensor<20xui8>, %none: tensor<0xi64>, %k: tensor<20xi64>) -> (tensor<20xi1>, tensor<20xui8>, tensor<20xi64>) attributes {test.no_gradient} {
  %0 = sinter.insert %b into %bs offsets [5] strides [7] : (tensor<3xi1>, tensor<20xi1>) -> tensor<20xi1>
  %1 = sinter.insert %u into %us offsets [5] strides [1] : (tensor<3xui8>, tensor<20xui8>) -> tensor<20xui8>
  %2 = sinter.insert %none into %k offsets [20] strides [1] : (tensor<0xi64>, tensor<20xi64>) -> tensor<20xi64>
  return %0, %1, %2 : tensor<20xi1>, tensor<20xui8>, tensor<20xi64>
}

// As large as several pieces of work.
// CHECK: large: ok
func.func @large(%v: tensor<3x1500xf32>, %x: tensor<300x3000xf32>) -> tensor<300x3000xf32> attributes {test.no_gradient} {
  %0 = sinter.insert %v into %x offsets [7, 1] strides [100, 2] : (tensor<3x1500xf32>, tensor<300x3000xf32>) -> tensor<300x3000xf32>
  return %0 : tensor<300x3000xf32>
}
