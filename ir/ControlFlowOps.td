//===- ControlFlowOps.td - Run-time control flow, clocks ---*- tablegen -*-===//
//
// Included by SinterOps.td, whose base classes it uses.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_IR_CONTROLFLOWOPS_TD
#define SINTER_IR_CONTROLFLOWOPS_TD

include "mlir/Interfaces/LoopLikeInterface.td"

def Sinter_BoolScalar : 0DTensorOf<[I1]>,
    BuildableType<"::mlir::RankedTensorType::get({}, $_builder.getI1Type())">;

def Sinter_IfOp
    : Sinter_Op<"if", [SingleBlock, NoRegionArguments, RecursiveMemoryEffects]> {
  let summary = "One of two regions, chosen at run time";
  let description = [{
    The regions use values from outside freely and may print, check and guard, but
    not store. The results are what the chosen one yields. After the plan, `at`
    says where each result is; both regions write it there.

    ```mlir
    %r = sinter.if %c -> (tensor<4xf32>) {
      sinter.yield %x : tensor<4xf32>
    } else {
      %0 = sinter.neg %x : tensor<4xf32>
      sinter.yield %0 : tensor<4xf32>
    }
    ```
  }];
  let arguments = (ins Sinter_BoolScalar:$condition, OptionalAttr<Sinter_Buffers>:$at);
  let results = (outs Variadic<Sinter_Tensor>:$results);
  let regions = (region SizedRegion<1>:$thenRegion, SizedRegion<1>:$elseRegion);
  let assemblyFormat = [{
    $condition (`at` $at^)? (`->` `(` type($results)^ `)`)? $thenRegion `else`
    $elseRegion attr-dict
  }];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def Sinter_WhileOp
    : Sinter_Op<"while", [SingleBlock, MemoryEffects<[MemRead, MemWrite]>,
                          DeclareOpInterfaceMethods<LoopLikeOpInterface,
                              ["getRegionIterArgs", "getYieldedValuesMutable",
                               "getLoopResults"]>,
                          RangedTypesMatchWith<"results are the carried values",
                              "inits", "results", "$_self">]> {
  let summary = "Carried values changed as long as a condition holds";
  let description = [{
    `cond` yields one boolean of the carried values; where it is true, `body`
    yields their next ones. The results are the carried values for which it is
    false. It ends the program with exit code 1 when the condition is true after
    `limit` trips, which is why it is never dead. The regions use values from
    outside freely and may print, check and guard, but not store. After the plan,
    `at` says where each carried value is, from the inits to the results.

    ```mlir
    %n = sinter.while(%i) limit 64 : tensor<i32> cond {
    ^bb0(%k: tensor<i32>):
      %c = sinter.compare lt %k, %ten : tensor<i32> -> tensor<i1>
      sinter.yield %c : tensor<i1>
    } body {
    ^bb0(%k: tensor<i32>):
      %next = sinter.add %k, %one : tensor<i32>
      sinter.yield %next : tensor<i32>
    }
    ```
  }];
  let arguments = (ins Variadic<Sinter_Tensor>:$inits, I64Attr:$limit,
                       OptionalAttr<Sinter_Buffers>:$at);
  let results = (outs Variadic<Sinter_Tensor>:$results);
  let regions = (region SizedRegion<1>:$condition, SizedRegion<1>:$body);
  let assemblyFormat = [{
    `(` $inits `)` `limit` $limit (`at` $at^)? (`:` type($inits)^)?
    `cond` $condition `body` $body attr-dict
  }];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def Sinter_TimeStartOp
    : Sinter_Op<"time_start", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Starts a clock";
  let description = [{
    What stands between it and the `sinter.time_stop` of the same block that
    belongs to it, as brackets do, is carried out between them.
  }];
  let assemblyFormat = "attr-dict";
}

def Sinter_TimeStopOp
    : Sinter_Op<"time_stop", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Prints the seconds since the clock was started";
  let description = [{
    ```mlir
    sinter.time_start
    %d = sinter.add %a, %b : tensor<4xf32>
    sinter.time_stop "vector"
    ```
    prints `vector: 0.000037 s`.
  }];
  let arguments = (ins StrAttr:$label);
  let assemblyFormat = "$label attr-dict";
}

#endif // SINTER_IR_CONTROLFLOWOPS_TD
