//===- SinterOps.td - Operations of the sinter dialect -----*- tablegen -*-===//

#ifndef SINTER_IR_SINTEROPS_TD
#define SINTER_IR_SINTEROPS_TD

include "ir/DifferentiableOpInterface.td"
include "ir/SinterAttrs.td"
include "ir/SinterDialect.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/CommonTypeConstraints.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

//===----------------------------------------------------------------------===//
// Types and base classes
//===----------------------------------------------------------------------===//

def Sinter_Float : AnyTypeOf<[F32, F64]>;
def Sinter_Int : AnyTypeOf<[I32, I64, I<8>, UI<8>]>;
def Sinter_Number : AnyTypeOf<[Sinter_Float, Sinter_Int]>;
def Sinter_Element : AnyTypeOf<[Sinter_Number, I1]>;

def Sinter_Tensor : RankedTensorOf<[Sinter_Element]>;
def Sinter_NumberTensor : RankedTensorOf<[Sinter_Number]>;
def Sinter_FloatTensor : RankedTensorOf<[Sinter_Float]>;
def Sinter_IntTensor : RankedTensorOf<[Sinter_Int]>;
def Sinter_BoolTensor : RankedTensorOf<[I1]>;

/// Where the results of an operation are stored.
def Sinter_Buffers : TypedArrayAttrBase<Sinter_BufferAttr, "buffers">;

/// Seeds, steps and extents.
def Sinter_I64Scalar : 0DTensorOf<[I64]>,
    BuildableType<"::mlir::RankedTensorType::get({}, $_builder.getI64Type())">;

/// Verifies that every operand and result type is within the language's limits.
def BoundedTensors : NativeOpTrait<"BoundedTensors"> {
  let cppNamespace = "::sinter";
}

class Sinter_Op<string mnemonic, list<Trait> traits = []>
    : Op<Sinter_Dialect, mnemonic, !listconcat([BoundedTensors], traits)>;

/// An operation on values alone: no memory, no symbols.
class Sinter_PureOp<string mnemonic, list<Trait> traits = []>
    : Sinter_Op<mnemonic, !listconcat([Pure], traits)>;

def Differentiable : DeclareOpInterfaceMethods<DifferentiableOpInterface>;

/// One result element for each operand element, all at the same index.
def ElementwiseTrait : NativeOpTrait<"ElementwiseTensorOp"> {
  let cppNamespace = "::sinter";
}

/// Moves or repeats elements without computing: kernels fold it into addressing.
def ViewTrait : NativeOpTrait<"ViewTensorOp"> {
  let cppNamespace = "::sinter";
}

class Sinter_UnaryOp<string mnemonic, Type operand, list<Trait> traits = []>
    : Sinter_PureOp<mnemonic, !listconcat([ElementwiseTrait, SameOperandsAndResultType], traits)> {
  let arguments = (ins operand:$input);
  let results = (outs operand:$result);
  let assemblyFormat = "$input attr-dict `:` type($result)";
}

class Sinter_BinaryOp<string mnemonic, Type operand, list<Trait> traits = []>
    : Sinter_PureOp<mnemonic, !listconcat([ElementwiseTrait, SameOperandsAndResultType], traits)> {
  let arguments = (ins operand:$lhs, operand:$rhs);
  let results = (outs operand:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($result)";
}

/// Works on each row of the last axis.
class Sinter_UnaryRowOp<string mnemonic>
    : Sinter_PureOp<mnemonic, [SameOperandsAndResultType, Differentiable]> {
  let arguments = (ins Sinter_FloatTensor:$input);
  let results = (outs Sinter_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($result)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Storage and the module
//===----------------------------------------------------------------------===//

def Sinter_GlobalOp : Sinter_Op<"global", [Symbol]> {
  let summary = "Storage that outlives a call";
  let description = [{
    A parameter (`param`, or `frozen` when it is not trained), optimizer or model
    state (`state`), a running sum of an epoch's metrics (`metric`), a data column
    computed once at start-up (`column`), or what no file keeps (`scratch`). `label` is the tensor's name in
    files; `owner` the experiment it belongs to. All storage is zero at start;
    an `init` function fills parameters. The plan sets `offset`.

    ```mlir
    sinter.global param @"linreg/w" : tensor<2x1xf32> {label = "w", owner = "linreg"}
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, Sinter_GlobalKindAttr:$kind,
                       TypeAttrOf<Sinter_Tensor>:$type, StrAttr:$label,
                       StrAttr:$owner, OptionalAttr<I64Attr>:$offset);
  let assemblyFormat = "`` $kind $sym_name `:` $type attr-dict";
  let hasVerifier = 1;
}

def Sinter_SourceOp : Sinter_Op<"source", [Symbol]> {
  let summary = "A file whose rows feed a function's arguments";
  let description = [{
    `format` is `idx`, `npy`, `safetensors`, of which `tensor` names a tensor, or
    `table`: rows of a CSV file as `features` or `label`. `table` says how: the
    `name` under which statistics are saved; which `files` are looked at, the
    columns `id` and `label`; the `numeric` columns, with their `steps`; then one
    feature for each of the `categories` of each of the `categorical` columns, and
    one for no value if `missing`.
    The tensor's first dimension is the file's rows, `?` where any number will do;
    all of the type is checked when the file is opened. `range`, when present,
    bounds the values (class labels).

    ```mlir
    sinter.source @fashion.train.label "idx" "train-labels-idx1-ubyte" : tensor<?xui8, #sinter.enc<rows max 2147483647>> {range = [0, 9]}
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$format, StrAttr:$path,
                       TypeAttrOf<Sinter_Tensor>:$type,
                       OptionalAttr<DenseI64ArrayAttr>:$range,
                       OptionalAttr<StrAttr>:$tensor,
                       OptionalAttr<DictionaryAttr>:$table);
  let assemblyFormat = "$sym_name $format $path ($tensor^)? `:` $type attr-dict";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
  private:
    llvm::LogicalResult verifyTable(mlir::DictionaryAttr table);
  }];
}

def Sinter_ExperimentOp : Sinter_Op<"experiment", [Symbol]> {
  let summary = "One training run: a model on data";
  let description = [{
    The functions of experiment `@E` are the `func.func`s whose `sinter.owner` is
    "E" and whose `sinter.role` is "init", "train_step", "train_metrics",
    "eval_step", "eval_metrics", "predict", "predict_raw" or "after". Row ranges are [begin, end), end = -1: to the last row.

    `accumulate`: a step adds up gradients; the function "update" runs after that
    many of them and at the end of an epoch. `patience`: the training ends when
    `monitor` (`valid_accuracy`) has not become better by more than `min_delta`
    for so many epochs; "keep_best" copies the parameters after the best epoch,
    "swap_best" exchanges them for the copy. `fold` [i, n]: one of n experiments
    that are called `title`, trained on the rows that are not of fold i.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, I64Attr:$epochs, I64Attr:$batch,
                       I64Attr:$seed, BoolAttr:$shuffle,
                       DenseI64ArrayAttr:$train_rows,
                       OptionalAttr<DenseI64ArrayAttr>:$valid_rows,
                       OptionalAttr<DenseI64ArrayAttr>:$predict_rows,
                       OptionalAttr<I64Attr>:$accumulate,
                       OptionalAttr<I64Attr>:$patience,
                       OptionalAttr<F64Attr>:$min_delta,
                       OptionalAttr<StrAttr>:$monitor,
                       OptionalAttr<DenseI64ArrayAttr>:$fold,
                       OptionalAttr<StrAttr>:$title);
  let assemblyFormat = "$sym_name attr-dict";
  let hasVerifier = 1;
}

def Sinter_LoadOp
    : Sinter_Op<"load", [DeclareOpInterfaceMethods<SymbolUserOpInterface>,
                         MemoryEffects<[MemRead]>]> {
  let summary = "The value a symbol had when the function was entered";
  let description = [{
    Later stores of the same function are not seen.

    ```mlir
    %w = sinter.load @"linreg/w" : tensor<2x1xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$symbol);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$symbol attr-dict `:` type($result)";
}

def Sinter_StoreOp
    : Sinter_Op<"store", [DeclareOpInterfaceMethods<SymbolUserOpInterface>,
                          MemoryEffects<[MemWrite]>]> {
  let summary = "Gives a symbol the value it has after the function";
  let description = [{
    At most one store for each symbol in a function.

    ```mlir
    sinter.store %new, @"linreg/w" : tensor<2x1xf32>
    ```
  }];
  let arguments = (ins Sinter_Tensor:$value, FlatSymbolRefAttr:$symbol);
  let assemblyFormat = "$value `,` $symbol attr-dict `:` type($value)";
}

//===----------------------------------------------------------------------===//
// Differentiation and update
//===----------------------------------------------------------------------===//

def Sinter_GradientOp : Sinter_PureOp<"gradient", [AttrSizedOperandSegments]> {
  let summary = "Adjoints of a value with respect to others";
  let description = [{
    `result[i] = sum_j seed[j] * d target[j] / d wrt[i]`; the seed is 1 when it is
    absent, which wants a scalar target. `sinter-differentiate` replaces it by a
    graph of the operations of this dialect. `names` are the users' words for
    `wrt`, for error messages.

    ```mlir
    %dw, %db = sinter.gradient %loss wrt(%w, %b) : (tensor<f32>, tensor<2x1xf32>, tensor<1xf32>) -> (tensor<2x1xf32>, tensor<1xf32>)
    ```
  }];
  let arguments = (ins Sinter_FloatTensor:$target,
                       Variadic<Sinter_FloatTensor>:$wrt,
                       Optional<Sinter_FloatTensor>:$seed,
                       StrArrayAttr:$names);
  let results = (outs Variadic<Sinter_FloatTensor>:$results);
  let assemblyFormat = [{
    $target `wrt` `(` $wrt `)` (`seed` `(` $seed^ `)`)? attr-dict `:`
    functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Sinter_UpdateOp
    : Sinter_Op<"update", [SingleBlock, MemoryEffects<[MemWrite]>,
                           DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "An optimizer's rule for one parameter";
  let description = [{
    The region gets the parameter, its gradient and the optimizer's state, all as
    they were when the function was entered, and yields the parameter's and each
    state's next value. It stays one operation until `sinter-expand-updates`, so
    that clipping, accumulation or a sum over machines can be put before it.

    ```mlir
    sinter.update @"linreg/w" gradient(%g) states [] : tensor<2x1xf32> {
    ^bb0(%p: tensor<2x1xf32>, %grad: tensor<2x1xf32>):
      ...
      sinter.yield %next : tensor<2x1xf32>
    }
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$symbol, Sinter_FloatTensor:$gradient,
                       TypedArrayAttrBase<FlatSymbolRefAttr, "symbols">:$states);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $symbol `gradient` `(` $gradient `)` `states` $states `:` type($gradient)
    $body attr-dict
  }];
  let hasVerifier = 1;
}

def Sinter_YieldOp : Sinter_PureOp<"yield", [Terminator, ReturnLike]> {
  let summary = "Ends a region with its values";
  let arguments = (ins Variadic<Sinter_Tensor>:$operands);
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
}

//===----------------------------------------------------------------------===//
// Leaves
//===----------------------------------------------------------------------===//

def Sinter_ConstantOp : Sinter_PureOp<"constant", [ConstantLike, AllTypesMatch<["value", "result"]>]> {
  let summary = "A small literal tensor";
  let description = [{
    ```mlir
    %c = sinter.constant dense<[[2.0], [-3.4]]> : tensor<2x1xf32>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "attr-dict $value";
  let hasFolder = 1;
}

def Sinter_SplatOp : Sinter_PureOp<"splat", [ConstantLike, Differentiable]> {
  let summary = "One number everywhere";
  let description = [{
    Unlike a constant it may have run-time dimensions. The number is an attribute
    of the element type (i1: true or false).

    ```mlir
    %z = sinter.splat 0.0 : f32 -> tensor<?x10xf32, #sinter.enc<batch max 256>>
    ```
  }];
  let arguments = (ins TypedAttrInterface:$value);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$value attr-dict `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Sinter_IotaOp : Sinter_PureOp<"iota"> {
  let summary = "Indices along one dimension";
  let description = [{
    `result[..., i, ...] = start + i * step` with i the index along `axis`.

    ```mlir
    %i = sinter.iota axis 0 start 0.0 step 1.0 : tensor<4xf32>
    ```
  }];
  let arguments = (ins I64Attr:$axis, F64Attr:$start, F64Attr:$step);
  let results = (outs Sinter_NumberTensor:$result);
  let assemblyFormat = "`axis` $axis `start` $start `step` $step attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Sinter_ExtentOp : Sinter_PureOp<"extent"> {
  let summary = "The run-time extent of a named dimension";
  let description = [{
    ```mlir
    %n = sinter.extent "batch" bound 256
    ```
  }];
  let arguments = (ins StrAttr:$name, I64Attr:$bound);
  let results = (outs Sinter_I64Scalar:$result);
  let assemblyFormat = "$name `bound` $bound attr-dict";
}

def Sinter_RandomOp : Sinter_PureOp<"random", [Differentiable]> {
  let summary = "Numbers drawn from a counter-based generator";
  let description = [{
    Standard draws: `uniform` on [0, 1), `normal` with mean 0 and deviation 1.
    Element e of the result depends on the seed, the stream, the step and e
    alone, with e the row-major index: neither on threads, vector width nor on a
    run-time dimension's bound. A draw has no gradient; `mean + std * draw` has one
    for mean and std. `key` is added to the stream's number: with it
    kernels that differ in their streams are one.

    ```mlir
    %r = sinter.random normal %seed, %step stream 42 : tensor<1000x2xf32>
    ```
  }];
  let arguments = (ins Sinter_DistributionAttr:$distribution,
                       Sinter_I64Scalar:$seed, Sinter_I64Scalar:$step,
                       I64Attr:$stream, Optional<Sinter_I64Scalar>:$key);
  let results = (outs Sinter_FloatTensor:$result);
  let assemblyFormat = [{
    `` $distribution $seed `,` $step `stream` $stream (`key` $key^)? attr-dict
    `:` type($result)
  }];
  let builders = [OpBuilder<(ins "::mlir::Type":$result,
                                 "::sinter::Distribution":$distribution,
                                 "::mlir::Value":$seed, "::mlir::Value":$step,
                                 "uint64_t":$stream),
    [{ build($_builder, $_state, result, distribution, seed, step, stream,
             ::mlir::Value()); }]>];
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

def Sinter_NegOp : Sinter_UnaryOp<"neg", Sinter_NumberTensor, [Differentiable]> { let summary = "-x"; let hasFolder = 1; }
def Sinter_AbsOp : Sinter_UnaryOp<"abs", Sinter_NumberTensor, [Differentiable]> { let summary = "|x|; gradient sign(x), 0 at 0"; let hasFolder = 1; }
def Sinter_SignOp : Sinter_UnaryOp<"sign", Sinter_NumberTensor, [Differentiable]> { let summary = "-1, 0 or 1; gradient 0"; }
def Sinter_ExpOp : Sinter_UnaryOp<"exp", Sinter_FloatTensor, [Differentiable]> { let summary = "e**x"; }
def Sinter_LogOp : Sinter_UnaryOp<"log", Sinter_FloatTensor, [Differentiable]> { let summary = "Natural logarithm; gradient 1 / x, infinite at 0"; }
def Sinter_SqrtOp : Sinter_UnaryOp<"sqrt", Sinter_FloatTensor, [Differentiable]> { let summary = "Square root; infinite gradient at 0"; }
def Sinter_SinOp : Sinter_UnaryOp<"sin", Sinter_FloatTensor, [Differentiable]> { let summary = "Sine"; }
def Sinter_CosOp : Sinter_UnaryOp<"cos", Sinter_FloatTensor, [Differentiable]> { let summary = "Cosine"; }
def Sinter_TanhOp : Sinter_UnaryOp<"tanh", Sinter_FloatTensor, [Differentiable]> { let summary = "Hyperbolic tangent"; }
def Sinter_ErfOp : Sinter_UnaryOp<"erf", Sinter_FloatTensor, [Differentiable]> { let summary = "Error function"; }
def Sinter_GeluOp : Sinter_UnaryOp<"gelu", Sinter_FloatTensor, [Differentiable]> { let summary = "x times the probability that a normal draw is below x"; }
def Sinter_SigmoidOp : Sinter_UnaryOp<"sigmoid", Sinter_FloatTensor, [Differentiable]> { let summary = "1 / (1 + e**-x)"; }
def Sinter_ReluOp : Sinter_UnaryOp<"relu", Sinter_FloatTensor, [Differentiable]> { let summary = "max(x, 0); gradient 0 at 0, its mask read off the result"; }
def Sinter_FloorOp : Sinter_UnaryOp<"floor", Sinter_FloatTensor, [Differentiable]> { let summary = "Largest integer not above x; gradient 0"; }
def Sinter_NotOp : Sinter_UnaryOp<"not", Sinter_BoolTensor> { let summary = "Logical not"; let hasFolder = 1; }
def Sinter_StopGradientOp : Sinter_UnaryOp<"stop_gradient", Sinter_FloatTensor, [Differentiable]> { let summary = "x, whose gradient does not flow"; }

def Sinter_AddOp : Sinter_BinaryOp<"add", Sinter_NumberTensor, [Differentiable, Commutative]> { let summary = "a + b"; let hasFolder = 1; let hasCanonicalizer = 1; }
def Sinter_SubOp : Sinter_BinaryOp<"sub", Sinter_NumberTensor, [Differentiable]> { let summary = "a - b"; let hasFolder = 1; let hasCanonicalizer = 1; }
def Sinter_MulOp : Sinter_BinaryOp<"mul", Sinter_NumberTensor, [Differentiable, Commutative]> { let summary = "a * b"; let hasFolder = 1; }
def Sinter_DivOp : Sinter_BinaryOp<"div", Sinter_FloatTensor, [Differentiable]> { let summary = "a / b"; let hasFolder = 1; let hasCanonicalizer = 1; }
def Sinter_FloorDivOp : Sinter_BinaryOp<"floor_div", Sinter_NumberTensor, [Differentiable]> { let summary = "floor(a / b) of the exact quotient, as Python's //; gradient 0; integers: 0 for b = 0"; }
def Sinter_ModOp : Sinter_BinaryOp<"mod", Sinter_NumberTensor, [Differentiable]> { let summary = "a - b * floor(a / b), exact, as Python's %; gradient 1 and -floor(a / b); integers: 0 for b = 0"; }
def Sinter_PowOp : Sinter_BinaryOp<"pow", Sinter_FloatTensor, [Differentiable]> { let summary = "a ** b"; let description = [{
    NaN for a < 0 unless b is whole; 0 ** 0 = 1. Gradient for a: 0 where b = 0.
    For b: 0 where a = 0 and b >= 0, NaN where a < 0.
  }]; }
def Sinter_MaximumOp : Sinter_BinaryOp<"maximum", Sinter_NumberTensor, [Differentiable, Commutative]> { let summary = "The larger; NaN wins; on a tie the gradient is halved"; let hasFolder = 1; }
def Sinter_MinimumOp : Sinter_BinaryOp<"minimum", Sinter_NumberTensor, [Differentiable, Commutative]> { let summary = "The smaller; NaN wins; on a tie the gradient is halved"; let hasFolder = 1; }
def Sinter_AndOp : Sinter_BinaryOp<"and", Sinter_BoolTensor, [Commutative]> { let summary = "Logical and"; let hasFolder = 1; }
def Sinter_OrOp : Sinter_BinaryOp<"or", Sinter_BoolTensor, [Commutative]> { let summary = "Logical or"; let hasFolder = 1; }

def Sinter_CompareOp
    : Sinter_PureOp<"compare", [ElementwiseTrait, AllTypesMatch<["lhs", "rhs"]>,
                                InferTypeOpAdaptor]> {
  let summary = "Elementwise comparison";
  let description = [{
    ```mlir
    %m = sinter.compare gt %a, %b : tensor<4xf32> -> tensor<4xi1>
    ```
  }];
  let arguments = (ins Sinter_PredicateAttr:$predicate, Sinter_Tensor:$lhs, Sinter_Tensor:$rhs);
  let results = (outs Sinter_BoolTensor:$result);
  let assemblyFormat = "`` $predicate $lhs `,` $rhs attr-dict `:` type($lhs) `->` type($result)";
  let hasFolder = 1;
}

def Sinter_SelectOp
    : Sinter_PureOp<"select", [ElementwiseTrait, Differentiable,
                               AllTypesMatch<["onTrue", "onFalse", "result"]>]> {
  let summary = "Element of one tensor or the other";
  let description = [{
    The gradient of an element goes to where it was taken from; the condition has
    none.

    ```mlir
    %r = sinter.select %m, %a, %b : tensor<4xi1>, tensor<4xf32>
    ```
  }];
  let arguments = (ins Sinter_BoolTensor:$condition, Sinter_Tensor:$onTrue, Sinter_Tensor:$onFalse);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$condition `,` $onTrue `,` $onFalse attr-dict `:` type($condition) `,` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Sinter_CastOp : Sinter_PureOp<"cast", [ElementwiseTrait, Differentiable]> {
  let summary = "Another element type";
  let description = [{
    Float to integer truncates toward zero and saturates (NaN: 0); a number to i1
    is `!= 0`; i1 to a number is 0 or 1. Integer narrowing wraps. A gradient
    flows from float to float alone.

    ```mlir
    %f = sinter.cast %x : tensor<?x784xui8, #sinter.enc<batch max 4>> -> tensor<?x784xf32, #sinter.enc<batch max 4>>
    ```
  }];
  let arguments = (ins Sinter_Tensor:$input);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Views: elements moved or repeated
//===----------------------------------------------------------------------===//

class Sinter_ViewOp<string mnemonic, list<Trait> traits = []>
    : Sinter_PureOp<mnemonic, !listconcat([ViewTrait, Differentiable], traits)>;

def Sinter_BroadcastOp : Sinter_ViewOp<"broadcast"> {
  let summary = "A tensor repeated along dimensions";
  let description = [{
    `dims[i]` is the result's dimension that operand dimension i becomes, in
    increasing order; along it the sizes are equal, or the operand's is 1. The
    result's other dimensions repeat the operand. Gradient: the sum over what was
    repeated.

    ```mlir
    %r = sinter.broadcast %b dims [1] : tensor<10xf32> -> tensor<?x10xf32, #sinter.enc<batch max 256>>
    ```
  }];
  let arguments = (ins Sinter_Tensor:$input, DenseI64ArrayAttr:$dims);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$input `dims` $dims attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Sinter_ReshapeOp : Sinter_ViewOp<"reshape"> {
  let summary = "The same elements in row-major order under another shape";
  let description = [{
    Run-time dimensions must stay as they are, with equal products of the static
    sizes before, between and after them.

    ```mlir
    %r = sinter.reshape %x : tensor<?x28x28xf32, #sinter.enc<batch max 256>> -> tensor<?x784xf32, #sinter.enc<batch max 256>>
    ```
  }];
  let arguments = (ins Sinter_Tensor:$input);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Sinter_TransposeOp
    : Sinter_ViewOp<"transpose", [InferTypeOpAdaptor]> {
  let summary = "Permuted dimensions";
  let description = [{
    Dimension i of the result is dimension `permutation[i]` of the operand.

    ```mlir
    %t = sinter.transpose %x [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
    ```
  }];
  let arguments = (ins Sinter_Tensor:$input, DenseI64ArrayAttr:$permutation);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$input $permutation attr-dict `:` type($input) `->` type($result)";
  let hasFolder = 1;
}

def Sinter_SliceOp : Sinter_ViewOp<"slice"> {
  let summary = "A strided box of elements";
  let description = [{
    `result[i...] = input[offsets + i * strides]`. Run-time dimensions are taken
    whole (offset 0, stride 1). Gradient: `sinter.pad`.

    ```mlir
    %s = sinter.slice %x offsets [0, 1] strides [1, 2] : tensor<4x5xf32> -> tensor<4x2xf32>
    ```
  }];
  let arguments = (ins Sinter_Tensor:$input, DenseI64ArrayAttr:$offsets, DenseI64ArrayAttr:$strides);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$input `offsets` $offsets `strides` $strides attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Sinter_PadOp : Sinter_PureOp<"pad", [Differentiable]> {
  let summary = "A strided box of a tensor of zeros";
  let description = [{
    `result[offsets + i * strides] = input[i]`, zero elsewhere: the transpose of
    `sinter.slice`, with the same attributes.
  }];
  let arguments = (ins Sinter_Tensor:$input, DenseI64ArrayAttr:$offsets, DenseI64ArrayAttr:$strides);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$input `offsets` $offsets `strides` $strides attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Sinter_ConcatOp
    : Sinter_PureOp<"concat", [Differentiable, InferTypeOpAdaptor]> {
  let summary = "Tensors one after the other along an axis";
  let arguments = (ins Variadic<Sinter_Tensor>:$inputs, I64Attr:$axis);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$inputs `axis` $axis attr-dict `:` functional-type($inputs, $result)";
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Reductions, contraction, rows
//===----------------------------------------------------------------------===//

def Sinter_ReduceOp
    : Sinter_PureOp<"reduce", [Differentiable, InferTypeOpAdaptor]> {
  let summary = "A reduction over axes";
  let description = [{
    The axes, increasing, vanish. Of no element: 0, 1, -inf, inf, true, false. The
    order of additions is fixed by the shape and the run-time extents alone. On
    ties of max and min the gradient is shared evenly; that of a product is the
    product of the other elements, zeros among them or not.

    ```mlir
    %s = sinter.reduce sum %x axes [0] : tensor<5x4xf32> -> tensor<4xf32>
    ```
  }];
  let arguments = (ins Sinter_ReduceKindAttr:$kind, Sinter_Tensor:$input, DenseI64ArrayAttr:$axes);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "`` $kind $input `axes` $axes attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Sinter_ArgMaxOp
    : Sinter_PureOp<"argmax", [InferTypeOpAdaptor]> {
  let summary = "Index of the first largest element along an axis (NaN is largest)";
  let arguments = (ins Sinter_NumberTensor:$input, I64Attr:$axis);
  let results = (outs RankedTensorOf<[I32]>:$result);
  let assemblyFormat = "$input `axis` $axis attr-dict `:` type($input) `->` type($result)";
}

def Sinter_ContractOp
    : Sinter_PureOp<"contract", [Differentiable, InferTypeOpAdaptor]> {
  let summary = "Sum of products: matmul, dot, outer product and their batched forms";
  let description = [{
    `spec` names the dimensions as einsum does. A letter of both operands that is
    not in the result is summed over, one that is in the result is a batch
    dimension; the others are free. Every letter occurs at most once in an
    operand. Each result element is one chain of fused multiply-adds over the
    summed dimensions in ascending order, in the element type.

    ```mlir
    %z = sinter.contract "bi,oi->bo" %x, %w : tensor<?x784xf32, #sinter.enc<batch max 256>>, tensor<256x784xf32> -> tensor<?x256xf32, #sinter.enc<batch max 256>>
    ```
  }];
  let arguments = (ins StrAttr:$spec, Sinter_NumberTensor:$lhs, Sinter_NumberTensor:$rhs);
  let results = (outs Sinter_NumberTensor:$result);
  let assemblyFormat = "$spec $lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)";
}

def Sinter_PickOp
    : Sinter_PureOp<"pick", [Differentiable, InferTypeOpAdaptor]> {
  let summary = "One element of each row, by index";
  let description = [{
    `result[...] = input[..., index[...]]`. An index out of range picks NaN (0 in
    integers), never memory outside the row, and has no gradient.

    ```mlir
    %p = sinter.pick %x, %i : tensor<2x3xf32>, tensor<2xi32> -> tensor<2xf32>
    ```
  }];
  let arguments = (ins Sinter_NumberTensor:$input, RankedTensorOf<[I32, I64]>:$index);
  let results = (outs Sinter_NumberTensor:$result);
  let assemblyFormat = "$input `,` $index attr-dict `:` type($input) `,` type($index) `->` type($result)";
}

def Sinter_SoftmaxOp : Sinter_UnaryRowOp<"softmax"> {
  let summary = "exp(x) / sum(exp(x)) along the last axis, in the stable form";
}

def Sinter_LogSoftmaxOp : Sinter_UnaryRowOp<"log_softmax"> {
  let summary = "log(softmax(x)) along the last axis, in the stable form";
}

//===----------------------------------------------------------------------===//
// What a call does to the world
//===----------------------------------------------------------------------===//

def Sinter_GuardOp : Sinter_Op<"guard", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Ends the call, with nothing stored, unless the scalar is finite";
  let description = [{
    ```mlir
    sinter.guard %loss named "loss" : tensor<f32>
    ```
  }];
  let arguments = (ins 0DTensorOf<[Sinter_Float]>:$value, StrAttr:$name);
  let assemblyFormat = "$value `named` $name attr-dict `:` type($value)";
}

def Sinter_PrintOp : Sinter_Op<"print", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Prints text and tensors on one line";
  let description = [{
    `groups` is a list of lists: each inner list is one argument of the user's
    `print`, made of pieces written side by side: a string is text, `unit` the
    next operand in NumPy's format, a one-element list `[".4f"]` the next operand
    (a scalar) under that format.

    ```mlir
    sinter.print %w groups [["error in w"], [unit]] : tensor<2x1xf32>
    ```
  }];
  let arguments = (ins Variadic<Sinter_Tensor>:$operands, ArrayAttr:$groups);
  let assemblyFormat = "($operands^)? `groups` $groups attr-dict (`:` type($operands)^)?";
  let hasVerifier = 1;
}

def Sinter_PlotOp : Sinter_Op<"plot", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Writes curves to a file";
  let description = [{
    The first operand holds the points' x, a vector; each other one is a curve of
    as many points, or a matrix whose columns are curves. `header` begins the
    file; every `every`-th point is written.

    ```mlir
    sinter.plot header "x,y\n" every 1 (%x, %y : tensor<8xf32>, tensor<8xf32>)
    ```
  }];
  let arguments = (ins StrAttr:$header, I64Attr:$every, Variadic<Sinter_Tensor>:$curves);
  let assemblyFormat = "`header` $header `every` $every `(` $curves `:` type($curves) `)` attr-dict";
  let hasVerifier = 1;
}

def Sinter_CheckOp
    : Sinter_Op<"check", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Ends the program with exit code 1 unless every element is true";
  let arguments = (ins Sinter_BoolTensor:$condition, Variadic<Sinter_Tensor>:$sides, StrAttr:$text);
  let assemblyFormat = "$condition `sides` `(` ($sides^ `:` type($sides))? `)` `text` $text attr-dict `:` type($condition)";
}

include "ir/ControlFlowOps.td"
include "ir/IndexOps.td"
include "ir/KernelOps.td"

#endif // SINTER_IR_SINTEROPS_TD
