//===- Passes.td - Kernels to loops ------------------------*- tablegen -*-===//

#ifndef SINTER_CODEGEN_PASSES_TD
#define SINTER_CODEGEN_PASSES_TD

include "mlir/Pass/PassBase.td"

def TargetOption
    : Option<"cpu", "cpu", "std::string", /*default=*/"\"native\"",
             "Level compiled for: native, x86-64, x86-64-v2, x86-64-v3 or "
             "x86-64-v4">;

def SelectKernels : Pass<"sinter-select-kernels", "::mlir::ModuleOp"> {
  let summary = "Choose how each kernel is computed";
  let description = [{
    Value-preserving. Sets `scratch` on every `sinter.kernel` that wants bytes
    during its launches; runs before memory is planned.
  }];
  let options = [TargetOption];
}

def LowerKernels : Pass<"sinter-lower-kernels", "::mlir::ModuleOp"> {
  let summary = "Replace kernels by functions of loops and vectors";
  let description = [{
    Value-preserving. Each `sinter.kernel` becomes the functions that
    codegen/KernelInterface.h describes. `cpu` must be what sinter-select-kernels
    was given.

    ```mlir
    sinter.kernel @relu_0 (%x: tensor<4xf32>) {
      %0 = sinter.relu %x : tensor<4xf32>
      sinter.yield %0 : tensor<4xf32>
    }
    ```
    becomes
    ```mlir
    func.func private @relu_0(%x: memref<4xf32>, %r: memref<4xf32>, %lo: index, %hi: index)
    func.func private @relu_0.trip() -> index
    ```
  }];
  let options = [TargetOption];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect",
    "::mlir::LLVM::LLVMDialect"
  ];
}

#endif // SINTER_CODEGEN_PASSES_TD
