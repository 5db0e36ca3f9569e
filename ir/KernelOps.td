//===- KernelOps.td - Kernels and their launches -----------*- tablegen -*-===//
//
// Included by SinterOps.td, whose base classes it uses.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_IR_KERNELOPS_TD
#define SINTER_IR_KERNELOPS_TD

def Sinter_KernelOp
    : Sinter_Op<"kernel", [Symbol, IsolatedFromAbove, SingleBlock]> {
  let summary = "What one kernel computes";
  let description = [{
    The region's arguments are dense buffers, read only; the yielded values are
    what the kernel writes. View operations inside are its addressing. Equal
    kernels are one symbol. `scratch` bytes are needed during a call.

    ```mlir
    sinter.kernel @relu_0 (%x: tensor<4xf32>) {
      %0 = sinter.relu %x : tensor<4xf32>
      sinter.yield %0 : tensor<4xf32>
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, OptionalAttr<I64Attr>:$scratch);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
}

def Sinter_LaunchOp
    : Sinter_Op<"launch", [DeclareOpInterfaceMethods<SymbolUserOpInterface>,
                           MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "A call of a kernel";
  let description = [{
    After the plan, `at` says where each result is written, followed by the
    scratch buffer when the kernel wants one. A result may share bytes with an
    operand whose last use this is.

    ```mlir
    %y = sinter.launch @relu_0(%x) at [#sinter.buffer<arena, 64>] : (tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$kernel, Variadic<Sinter_Tensor>:$operands,
                       OptionalAttr<Sinter_Buffers>:$at);
  let results = (outs Variadic<Sinter_Tensor>:$results);
  let assemblyFormat = "$kernel `(` $operands `)` (`at` $at^)? attr-dict `:` functional-type($operands, $results)";
}

#endif // SINTER_IR_KERNELOPS_TD
