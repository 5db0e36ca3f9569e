//===- IndexOps.td - Indexing, scans, sorting, solving -----*- tablegen -*-===//
//
// Included by SinterOps.td, whose base classes it uses.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_IR_INDEXOPS_TD
#define SINTER_IR_INDEXOPS_TD

def Sinter_IndexTensor : RankedTensorOf<[I32, I64]>;

def Sinter_GatherOp
    : Sinter_PureOp<"gather", [Differentiable, InferTypeOpAdaptor]> {
  let summary = "Elements of a tensor at indices known at run time";
  let description = [{
    The index tensors, all of one shape S, pair up: each of their elements names
    a place along `axes`, which increase. The result has the dimensions of S, then
    those of the input that are not in `axes`. Negative indices count from the
    end; one out of range yields NaN (0 in integers, false), never other memory.
    Gradient: `sinter.scatter_add`.

    ```mlir
    %rows = sinter.gather %table indices(%i) axes [0] : (tensor<5x3xf32>, tensor<7xi32>) -> tensor<7x3xf32>
    ```
  }];
  let arguments = (ins Sinter_Tensor:$input, Variadic<Sinter_IndexTensor>:$indices, DenseI64ArrayAttr:$axes);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$input `indices` `(` $indices `)` `axes` $axes attr-dict `:` functional-type(operands, results)";
}

def Sinter_ScatterAddOp : Sinter_PureOp<"scatter_add", [Differentiable]> {
  let summary = "Zeros, plus elements at indices known at run time";
  let description = [{
    The transpose of `sinter.gather`, with the same indices and axes. Elements for
    the same place are added in ascending order of their indices' row-major
    number; those out of range are left out. Gradient: `sinter.gather`.

    ```mlir
    %d = sinter.scatter_add %g indices(%i) axes [0] : (tensor<7x3xf32>, tensor<7xi32>) -> tensor<5x3xf32>
    ```
  }];
  let arguments = (ins Sinter_NumberTensor:$updates, Variadic<Sinter_IndexTensor>:$indices, DenseI64ArrayAttr:$axes);
  let results = (outs Sinter_NumberTensor:$result);
  let assemblyFormat = "$updates `indices` `(` $indices `)` `axes` $axes attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Sinter_InsertOp
    : Sinter_PureOp<"insert", [Differentiable, AllTypesMatch<["input", "result"]>]> {
  let summary = "A tensor with a strided box of it replaced";
  let description = [{
    `result[offsets + i * strides] = value[i]`, elsewhere the input. Along each of
    `axes`, which increase, the box is one element thick (offset 0, stride 1) and
    stands at an index known at run time; negative ones count from the end, and
    with one out of range the result is the input. A kernel whose result takes
    the bytes of the input writes the box alone.

    ```mlir
    %y = sinter.insert %v into %x offsets [0, 1] strides [1, 1] indices(%i) axes [0] : (tensor<1x2xf32>, tensor<4x5xf32>, tensor<i32>) -> tensor<4x5xf32>
    ```
  }];
  let arguments = (ins Sinter_Tensor:$value, Sinter_Tensor:$input,
                       Variadic<0DTensorOf<[I32, I64]>>:$indices,
                       DenseI64ArrayAttr:$offsets, DenseI64ArrayAttr:$strides,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$axes);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = [{
    $value `into` $input `offsets` $offsets `strides` $strides
    (`indices` `(` $indices^ `)` `axes` $axes)? attr-dict `:`
    functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Sinter_CumSumOp
    : Sinter_PureOp<"cumsum", [Differentiable, SameOperandsAndResultType]> {
  let summary = "Sums of all elements up to each along an axis";
  let description = [{
    One chain of additions in ascending order; with `reverse`, from the last
    element down to each. Gradient: the cumsum the other way.

    ```mlir
    %s = sinter.cumsum %x axis 0 : tensor<5x4xf32>
    ```
  }];
  let arguments = (ins Sinter_NumberTensor:$input, I64Attr:$axis, UnitAttr:$reverse);
  let results = (outs Sinter_NumberTensor:$result);
  let assemblyFormat = "$input `axis` $axis (`reverse` $reverse^)? attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Sinter_ArgSortOp : Sinter_PureOp<"argsort", [InferTypeOpAdaptor]> {
  let summary = "Indices that sort a tensor along an axis";
  let description = [{
    Stable: equal elements stay in order, descending ones too. NaN is larger than
    everything.

    ```mlir
    %i = sinter.argsort %x axis 0 descending : tensor<4xf32> -> tensor<4xi32>
    ```
  }];
  let arguments = (ins Sinter_NumberTensor:$input, I64Attr:$axis, UnitAttr:$descending);
  let results = (outs RankedTensorOf<[I32]>:$result);
  let assemblyFormat = "$input `axis` $axis (`descending` $descending^)? attr-dict `:` type($input) `->` type($result)";
}

def Sinter_SolveOp
    : Sinter_PureOp<"solve", [Differentiable, AllTypesMatch<["rhs", "result"]>]> {
  let summary = "x of a @ x = b";
  let description = [{
    The last two dimensions are the n x n matrix and the n x m right side; those
    before them are equal. Gaussian elimination with partial pivoting: the first
    of the largest elements of a column is the pivot. A singular matrix gives
    infinities or NaN.

    ```mlir
    %x = sinter.solve %a, %b : tensor<3x3xf64>, tensor<3x1xf64>
    ```
  }];
  let arguments = (ins Sinter_FloatTensor:$matrix, Sinter_FloatTensor:$rhs);
  let results = (outs Sinter_FloatTensor:$result);
  let assemblyFormat = "$matrix `,` $rhs attr-dict `:` type($matrix) `,` type($rhs)";
  let hasVerifier = 1;
}

#endif // SINTER_IR_INDEXOPS_TD
