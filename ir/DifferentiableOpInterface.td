//===- DifferentiableOpInterface.td - What backprop asks ---*- tablegen -*-===//

#ifndef SINTER_IR_DIFFERENTIABLEOPINTERFACE_TD
#define SINTER_IR_DIFFERENTIABLEOPINTERFACE_TD

include "mlir/IR/OpBase.td"

def DifferentiableOpInterface : OpInterface<"DifferentiableOpInterface"> {
  let cppNamespace = "::sinter";
  let description = [{
    An operation with a gradient rule. The rules stand in ir/Gradients.cpp, one
    short function an operation, the formula above it.
  }];
  let methods = [
    InterfaceMethod<[{
        Builds the vector-Jacobian product at `builder`'s insertion point.
        `outGrads` has one entry for each result, null where the adjoint is
        absent (zero); at least one is present. For each operand i with
        `wanted[i]`, sets `inGrads[i]` to its adjoint, of the operand's type, or
        leaves it null when it is zero everywhere. Returns failure, with an
        error emitted at the operation, when the operation has no rule for a
        wanted operand.
      }],
      "::mlir::LogicalResult", "buildVJP",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$outGrads,
           "::llvm::ArrayRef<bool>":$wanted,
           "::llvm::MutableArrayRef<::mlir::Value>":$inGrads)>,
  ];
}

#endif // SINTER_IR_DIFFERENTIABLEOPINTERFACE_TD
