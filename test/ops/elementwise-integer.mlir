// RUN: sinter-difftest %s | FileCheck %s
// Integers, bools and the casts between all types.

// CHECK: integers: ok
func.func @integers(%a: tensor<17xi32> {test.range = [-9.0, 9.0]}, %b: tensor<17xi32> {test.range = [-3.0, 3.0]}) -> (tensor<17xi32>, tensor<17xi32>, tensor<17xi32>, tensor<17xi32>, tensor<17xi32>) {
  %0 = sinter.add %a, %b : tensor<17xi32>
  %1 = sinter.mul %a, %b : tensor<17xi32>
  // 0 for a divisor of 0.
  %2 = sinter.floor_div %a, %b : tensor<17xi32>
  %3 = sinter.mod %a, %b : tensor<17xi32>
  %4 = sinter.abs %a : tensor<17xi32>
  return %0, %1, %2, %3, %4 : tensor<17xi32>, tensor<17xi32>, tensor<17xi32>, tensor<17xi32>, tensor<17xi32>
}

func.func @longs(%a: tensor<9xi64> {test.range = [-9.0, 9.0]}, %b: tensor<9xi64> {test.range = [-3.0, 3.0]}) -> (tensor<9xi64>, tensor<9xi64>, tensor<9xi64>, tensor<9xi64>) {
  %0 = sinter.sub %a, %b : tensor<9xi64>
  %1 = sinter.maximum %a, %b : tensor<9xi64>
  %2 = sinter.neg %a : tensor<9xi64>
  %3 = sinter.sign %a : tensor<9xi64>
  return %0, %1, %2, %3 : tensor<9xi64>, tensor<9xi64>, tensor<9xi64>, tensor<9xi64>
}

func.func @logic(%a: tensor<21xi1>, %b: tensor<21xi1>) -> (tensor<21xi1>, tensor<21xi1>, tensor<21xi1>) {
  %0 = sinter.and %a, %b : tensor<21xi1>
  %1 = sinter.or %a, %b : tensor<21xi1>
  %2 = sinter.not %a : tensor<21xi1>
  return %0, %1, %2 : tensor<21xi1>, tensor<21xi1>, tensor<21xi1>
}

func.func @compare(%a: tensor<18xi32>, %b: tensor<18xi32>, %x: tensor<18xf32>) -> (tensor<18xi1>, tensor<18xi1>, tensor<18xi1>, tensor<18xi1>, tensor<18xi1>, tensor<18xi1>, tensor<18xf32>) attributes {test.no_gradient} {
  %0 = sinter.compare eq %a, %b : tensor<18xi32> -> tensor<18xi1>
  %1 = sinter.compare ne %a, %b : tensor<18xi32> -> tensor<18xi1>
  %2 = sinter.compare lt %a, %b : tensor<18xi32> -> tensor<18xi1>
  %3 = sinter.compare le %a, %b : tensor<18xi32> -> tensor<18xi1>
  %4 = sinter.compare gt %a, %b : tensor<18xi32> -> tensor<18xi1>
  %z = sinter.splat 0.0 : f32 -> tensor<18xf32>
  %5 = sinter.compare ge %x, %z : tensor<18xf32> -> tensor<18xi1>
  %6 = sinter.select %5, %x, %z : tensor<18xi1>, tensor<18xf32>
  return %0, %1, %2, %3, %4, %5, %6 : tensor<18xi1>, tensor<18xi1>, tensor<18xi1>, tensor<18xi1>, tensor<18xi1>, tensor<18xi1>, tensor<18xf32>
}

func.func @select(%m: tensor<6xi1>, %x: tensor<6xf32>, %y: tensor<6xf32>) -> tensor<6xf32> {
  %0 = sinter.select %m, %x, %y : tensor<6xi1>, tensor<6xf32>
  return %0 : tensor<6xf32>
}

func.func @casts(%x: tensor<20xf32> {test.range = [-300.0, 300.0]}, %u: tensor<20xui8> {test.range = [0.0, 256.0]}, %i: tensor<20xi64> {test.range = [-1000.0, 1000.0]}, %m: tensor<20xi1>) -> (tensor<20xi32>, tensor<20xui8>, tensor<20xf32>, tensor<20xi32>, tensor<20xi8>, tensor<20xf64>, tensor<20xf32>, tensor<20xi1>) attributes {test.no_gradient} {
  %0 = sinter.cast %x : tensor<20xf32> -> tensor<20xi32>
  // Saturates.
  %1 = sinter.cast %x : tensor<20xf32> -> tensor<20xui8>
  %2 = sinter.cast %u : tensor<20xui8> -> tensor<20xf32>
  %3 = sinter.cast %u : tensor<20xui8> -> tensor<20xi32>
  // Wraps.
  %4 = sinter.cast %i : tensor<20xi64> -> tensor<20xi8>
  %5 = sinter.cast %i : tensor<20xi64> -> tensor<20xf64>
  %6 = sinter.cast %m : tensor<20xi1> -> tensor<20xf32>
  %7 = sinter.cast %i : tensor<20xi64> -> tensor<20xi1>
  return %0, %1, %2, %3, %4, %5, %6, %7 : tensor<20xi32>, tensor<20xui8>, tensor<20xf32>, tensor<20xi32>, tensor<20xi8>, tensor<20xf64>, tensor<20xf32>, tensor<20xi1>
}

func.func @widen(%x: tensor<5xf32>) -> tensor<5xf64> {
  %0 = sinter.cast %x : tensor<5xf32> -> tensor<5xf64>
  return %0 : tensor<5xf64>
}
