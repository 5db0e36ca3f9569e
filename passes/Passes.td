//===- Passes.td - Graph to graph --------------------------*- tablegen -*-===//
//
// Each description says whether the pass is value-preserving (every bit of every
// result stays) or value-changing (results stay within the tolerances of
// docs/numerics.md).
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_PASSES_PASSES_TD
#define SINTER_PASSES_PASSES_TD

include "mlir/Pass/PassBase.td"

def Stabilize : Pass<"sinter-stabilize"> {
  let summary = "Rewrite formulas that lose accuracy into stable forms";
  let description = [{
    Value-changing.

    * `exp(o) / sum(exp(o))`, the sum over the last axis, becomes `softmax(o)`;
    * `log(softmax(o))` becomes `log_softmax(o)`;
    * `log(pick(softmax(o), i))` becomes `pick(log_softmax(o), i)`;
    * `argmax(softmax(o))` along the rows becomes `argmax(o)`;
    * `x ** c` becomes 1, products, a quotient or a root for c = 0, -1, 0.5, 2, 3;
    * `tanh(x) + 1` becomes `2 sigmoid(2x)`, where nothing else needs `tanh(x)`;
    * `sum(one_hot(i) * x)` over the last axis becomes `pick(x, i)`, 0 if i is no
      index of the row.

    A value that a gradient is taken with respect to is never bypassed.

    ```mlir
    %e = sinter.exp %o : tensor<4x3xf32>
    %s = sinter.reduce sum %e axes [1] : tensor<4x3xf32> -> tensor<4xf32>
    %b = sinter.broadcast %s dims [0] : tensor<4xf32> -> tensor<4x3xf32>
    %p = sinter.div %e, %b : tensor<4x3xf32>
    ```
    becomes
    ```mlir
    %p = sinter.softmax %o : tensor<4x3xf32>
    ```
  }];
}

def Simplify : Pass<"sinter-simplify", "::mlir::func::FuncOp"> {
  let summary = "Rewrite formulas into ones of less work";
  let description = [{
    Value-changing. Wants gradients spelled out, in which it goes around values.

    * `sum(one_hot(i) * x)` over the last axis becomes `pick(x, i)`, 0 if i is no
      index of the row. So the gradient of a cross-entropy is `p - y` without a
      sum of `y`;
    * `x ** 1` becomes `x`.

    ```mlir
    %h = sinter.select %is, %g, %zero : tensor<4x3xi1>, tensor<4x3xf32>
    %s = sinter.reduce sum %h axes [1] : tensor<4x3xf32> -> tensor<4xf32>
    ```
    with `%is` true where `%i` is the place in the row, and `%g` repeating `%v`
    along the rows, becomes
    ```mlir
    %s = sinter.select %inside, %v, %none : tensor<4xi1>, tensor<4xf32>
    ```
  }];
  let dependentDialects = ["::sinter::SinterDialect"];
}

def CollapseAffine : Pass<"sinter-collapse-affine", "::mlir::func::FuncOp"> {
  let summary = "Make one of affine layers in a row, in predictions";
  let description = [{
    Value-changing. In functions of roles `predict` and `predict_raw`, where it at
    least halves the work for the most rows and adds hardly any for one.

    ```mlir
    %h = sinter.contract "ax,xy->ay" %x, %u : tensor<32x8xf32>, tensor<8x64xf32> -> tensor<32x64xf32>
    %z = sinter.contract "ax,xy->ay" %h, %v : tensor<32x64xf32>, tensor<64x1xf32> -> tensor<32x1xf32>
    ```
    becomes
    ```mlir
    %w = sinter.contract "xy,yz->xz" %u, %v : tensor<8x64xf32>, tensor<64x1xf32> -> tensor<8x1xf32>
    %z = sinter.contract "ax,xz->az" %x, %w : tensor<32x8xf32>, tensor<8x1xf32> -> tensor<32x1xf32>
    ```
  }];
  let dependentDialects = ["::sinter::SinterDialect"];
}

def Differentiate : Pass<"sinter-differentiate", "::mlir::ModuleOp"> {
  let summary = "Replace sinter.gradient by the graph that computes it";
  let description = [{
    Value-preserving. Reverse-mode differentiation: every value's adjoint is
    summed once, when all its uses are done, and nothing but drawn masks is
    recomputed, so that the backward graph grows linearly. Gradients of one
    function are expanded in program order, so a gradient of a gradient
    differentiates the inner one's graph.

    The gradient of `sinter.if` is one, whose branches compute their forward
    values again. That of `sinter.while` is a loop over its trips from the last to
    the first: the forward loop counts its trips and writes what is needed of
    each on tapes of `limit` rows. Where they would take more than `tape-bytes`
    (256 MiB), the tapes hold every n-th trip, and each trip back runs the trips since then
    again; `--remarks=gradient` tells.

    Masks that are made from uniform draws, as dropout's, are drawn again where
    the backward pass reads them: such draws carry `sinter.redrawn`, so that no
    pass merges them with those of the forward pass.

    A gradient is taken with respect to a value, not to its number: run this
    before passes that merge equal values (canonicalization, CSE).

    Backward operations are named `d_NAME` after the forward value whose adjoint
    they help to compute, at its line. Forward operations whose result a backward
    operation reads carry `sinter.residual`: what the memory plan keeps for the
    backward pass, or may recompute. Afterwards `sinter.stop_gradient` has done
    its work and is gone.

    ```mlir
    %y = sinter.exp %x : tensor<f32>
    %dx = sinter.gradient %y wrt(%x) {names = ["x"]} : (tensor<f32>, tensor<f32>) -> tensor<f32>
    ```
    becomes
    ```mlir
    %y = sinter.exp %x {sinter.residual} : tensor<f32>
    %one = sinter.splat 1.0 : f32 -> tensor<f32>
    %dx = sinter.mul %one, %y : tensor<f32>
    ```
  }];
  let options = [
    Option<"tapeBytes", "tape-bytes", "int64_t", /*default=*/"int64_t(1) << 28",
           "What the tapes of one gradient of a loop may hold">,
  ];
  let dependentDialects = ["::sinter::SinterDialect"];
}

def AddGradcheck : Pass<"sinter-add-gradcheck", "::mlir::ModuleOp"> {
  let summary = "Add the f64 twin of each training step";
  let description = [{
    Value-preserving: only adds. Beside each `train_step` comes a function of role
    `gradcheck` that computes the same loss and its gradients in f64. It reads
    the parameters from `scratch` globals and writes the gradients to others, where
    the runtime moves the ones and compares the others with central differences.

    ```mlir
    %w = sinter.load @"e/w" : tensor<2xf32>
    %dw = sinter.gradient %loss wrt(%w) {names = ["w"]} : (tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
    ```
    becomes, in `@e.gradcheck`,
    ```mlir
    %w = sinter.load @"e/gradcheck/w" : tensor<2xf64>
    %dw = sinter.gradient %loss wrt(%w) {names = ["w"]} : (tensor<f64>, tensor<2xf64>) -> tensor<2xf64>
    sinter.store %dw, @"e/gradient/w" : tensor<2xf64>
    ```
  }];
}

def AddSelftest : Pass<"sinter-add-selftest", "::mlir::ModuleOp"> {
  let summary = "Add whole experiments in f64";
  let description = [{
    Value-preserving: only adds. Beside each `train_step` comes a function of role
    `selftest` that does the same in f64: loss, gradients and the optimizer's
    rule; beside `update`, `eval_step`, `predict` and `predict_raw` the like, of
    roles `selftest_update`, `selftest_eval`, ... What is the experiment's has a `scratch` global of the twin's own; data are the same, and
    so are random draws, which are widened after they are drawn.

    ```mlir
    %w = sinter.load @"e/w" : tensor<2xf32>
    sinter.update @"e/w" gradient(%dw) states [@"e/m"] : tensor<2xf32> { ... }
    ```
    becomes, in `@e.selftest`,
    ```mlir
    %w = sinter.load @"e/selftest/w" : tensor<2xf64>
    sinter.update @"e/selftest/w" gradient(%dw) states [@"e/selftest/m"] : tensor<2xf64> { ... }
    ```
  }];
}

def SplitMetrics : Pass<"sinter-split-metrics", "::mlir::ModuleOp"> {
  let summary = "Accumulate the metrics of an epoch";
  let description = [{
    Value-preserving. A `train_step` or `eval_step` returns the loss and metrics of
    one batch. Metrics over an epoch are no means of batch values: this pass makes
    every reduction over run-time dimensions in them a reduction over the epoch.

    The step adds each reduction to a `metric` global in f64 (max and min take the
    extreme) and counts the examples; what stands between the reductions and the
    metric moves to a new function of role `train_metrics` or `eval_metrics`, which
    computes it from the globals. The loss is averaged over examples, and so is a
    metric with one value per example. The step keeps the loss as its only result.

    Rejected: a metric that needs a run-time argument, a product or a logical
    reduction over run-time dimensions, or one such reduction inside another.

    ```mlir
    %e = sinter.reduce sum %errors axes [0] : tensor<?xf32, #sinter.enc<batch max 8>> -> tensor<f32>
    %r = sinter.sqrt %e : tensor<f32>
    return %loss, %r : tensor<f32>, tensor<f32>
    ```
    leaves `%total = load + cast(%e); store %total` in the step, and
    `return sqrt(cast(load))` in the new function.
  }];
  let dependentDialects = ["::sinter::SinterDialect", "::mlir::func::FuncDialect"];
}

def ExpandUpdates : Pass<"sinter-expand-updates", "::mlir::func::FuncOp"> {
  let summary = "Replace sinter.update by load, rule and store";
  let description = [{
    Value-preserving.

    ```mlir
    sinter.update @w gradient(%g) states [] : tensor<2xf32> {
    ^bb0(%p: tensor<2xf32>, %grad: tensor<2xf32>):
      %next = sinter.sub %p, %grad : tensor<2xf32>
      sinter.yield %next : tensor<2xf32>
    }
    ```
    becomes
    ```mlir
    %p = sinter.load @w : tensor<2xf32>
    %next = sinter.sub %p, %g : tensor<2xf32>
    sinter.store %next, @w : tensor<2xf32>
    ```
  }];
  let dependentDialects = ["::sinter::SinterDialect"];
}

def ReassociateChains : Pass<"sinter-reassociate-chains", "::mlir::func::FuncOp"> {
  let summary = "Multiply matrices in the order that takes the least work";
  let description = [{
    Value-changing. Where it at least halves the multiplications of a product of
    three, another two factors are multiplied first. A product that something else
    needs, such as a gradient, stays.

    ```mlir
    %0 = sinter.contract "ij,jk->ik" %b, %c : tensor<64x4xf32>, tensor<4x32xf32> -> tensor<64x32xf32>
    %1 = sinter.contract "ij,jk->ik" %a, %0 : tensor<16x64xf32>, tensor<64x32xf32> -> tensor<16x32xf32>
    ```
    becomes
    ```mlir
    %0 = sinter.contract "ij,jk->ik" %a, %b : tensor<16x64xf32>, tensor<64x4xf32> -> tensor<16x4xf32>
    %1 = sinter.contract "ij,jk->ik" %0, %c : tensor<16x4xf32>, tensor<4x32xf32> -> tensor<16x32xf32>
    ```
  }];
  let dependentDialects = ["::sinter::SinterDialect"];
}

def FoldTransposes : Pass<"sinter-fold-transposes", "::mlir::func::FuncOp"> {
  let summary = "Make transposes part of contractions";
  let description = [{
    Value-preserving. A contraction takes and gives its tensors in any order of
    dimensions; elementwise operations let a transpose through to one that
    vanishes.

    ```mlir
    %t = sinter.transpose %w [1, 0] : tensor<10x784xf32> -> tensor<784x10xf32>
    %y = sinter.contract "ij,jk->ik" %x, %t : tensor<4x784xf32>, tensor<784x10xf32> -> tensor<4x10xf32>
    ```
    becomes
    ```mlir
    %y = sinter.contract "ij,kj->ik" %x, %w : tensor<4x784xf32>, tensor<10x784xf32> -> tensor<4x10xf32>
    ```
  }];
  let dependentDialects = ["::sinter::SinterDialect"];
}

def AssignLayout : Pass<"sinter-assign-layout", "::mlir::ModuleOp"> {
  let summary = "Store matrices in the order in which they are read";
  let description = [{
    Value-preserving. A matrix that steps only contract and update, and more often
    walk along its columns than along its rows, is stored transposed: its type is
    swapped, it is marked `sinter.transposed`, and transposes stand at its loads
    and stores. Optimizer state follows its parameter.

    ```mlir
    sinter.global param @w : tensor<10x784xf32> {label = "w", owner = "m"}
    %w = sinter.load @w : tensor<10x784xf32>
    ```
    becomes
    ```mlir
    sinter.global param @w : tensor<784x10xf32> {label = "w", owner = "m", sinter.transposed}
    %0 = sinter.load @w : tensor<784x10xf32>
    %w = sinter.transpose %0 [1, 0] : tensor<784x10xf32> -> tensor<10x784xf32>
    ```
  }];
  let dependentDialects = ["::sinter::SinterDialect"];
}

//===----------------------------------------------------------------------===//
// Kernels and memory: from stage `opt` to stage `plan`
//===----------------------------------------------------------------------===//

def OutlineKernels : Pass<"sinter-outline-kernels", "::mlir::ModuleOp"> {
  let summary = "Turn functions into flat lists of kernel launches";
  let description = [{
    Value-preserving. Every operation that computes becomes part of a
    `sinter.kernel`, together with the views and leaves its operands are made of;
    equal kernels are one symbol. passes/Kernels.h says what a kernel may hold.

    ```mlir
    %b = sinter.broadcast %bias dims [1] : tensor<4xf32> -> tensor<2x4xf32>
    %z = sinter.add %x, %b : tensor<2x4xf32>
    ```
    becomes
    ```mlir
    %z = sinter.launch @add_0(%x, %bias) : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
    ```
  }];
  let options = [
    Option<"fuse", "fuse", "bool", /*default=*/"false",
           "Put elementwise operations into their consumer's kernel">,
  ];
  let dependentDialects = ["::sinter::SinterDialect"];
}

def Schedule : Pass<"sinter-schedule", "::mlir::ModuleOp"> {
  let summary = "Order launches so that results can be written where they stay";
  let description = [{
    Value-preserving. Orders each function's list for a small peak of live bytes.
    Afterwards every `sinter.store` stores the result of a launch that may write
    straight into the symbol: after all reads of the symbol and after the last
    `sinter.guard` or `sinter.check`. Where no order allows that, a copy is added.
    The lists in branches and loops are ordered likewise; where a carried value
    and its next one are needed at the same time, one of them is copied.
  }];
  let options = [
    Option<"reorder", "reorder", "bool", /*default=*/"true",
           "Try orders besides the given one">,
  ];
  let dependentDialects = ["::sinter::SinterDialect"];
}

def PlanMemory : Pass<"sinter-plan-memory", "::mlir::ModuleOp"> {
  let summary = "Give every tensor its bytes";
  let description = [{
    Value-preserving. Wants a scheduled module; makes the stage `plan`, whose form
    passes/Plan.h describes.
  }];
  let options = [
    Option<"inPlace", "in-place", "bool", /*default=*/"true",
           "Write results over operands in the arena that die there">,
  ];
  let dependentDialects = ["::sinter::SinterDialect"];
}

def VerifyPlan : Pass<"sinter-verify-plan", "::mlir::ModuleOp"> {
  let summary = "Prove that every planned read sees the bytes it should";
  let description = [{
    Runs each planned function over a map from bytes to the value they hold.
    Shares no code with the planner. Kernels must be ones codegen/ can write.
  }];
}

#endif // SINTER_PASSES_PASSES_TD
