//===- SinterDialect.td - The sinter dialect ---------------*- tablegen -*-===//

#ifndef SINTER_IR_SINTERDIALECT_TD
#define SINTER_IR_SINTERDIALECT_TD

include "mlir/IR/OpBase.td"

def Sinter_Dialect : Dialect {
  let name = "sinter";
  let summary = "A static graph of tensors, closed under differentiation";
  let description = [{
    Values are ranked builtin tensors of f32, f64, i32, i64, i8, ui8 or i1. A run-time
    dimension (`?`) is named and bounded by the type's encoding,
    `tensor<?x784xf32, #sinter.enc<batch max 256>>`: memory is planned for the
    bound, code runs for every extent up to it. Two dimensions of one name are
    equal at run time.

    Storage that outlives a call is a module-level symbol (`sinter.global`):
    functions read it with `sinter.load` and write it with `sinter.store`, which
    takes effect when the function ends.

    Operations on tensors have value semantics and no implicit broadcasting: a
    `sinter.broadcast` says where a value is repeated, so that shape rules and
    gradients stay simple. Kernels fold it into their addressing.
  }];
  let cppNamespace = "::sinter";
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;

  let extraClassDeclaration = [{
    void registerAttributes();
  }];
}

#endif // SINTER_IR_SINTERDIALECT_TD
