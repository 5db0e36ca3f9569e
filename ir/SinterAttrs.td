//===- SinterAttrs.td - Attributes of the sinter dialect ---*- tablegen -*-===//

#ifndef SINTER_IR_SINTERATTRS_TD
#define SINTER_IR_SINTERATTRS_TD

include "ir/SinterDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/TensorEncoding.td"
include "mlir/IR/EnumAttr.td"

class Sinter_Attr<string name, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<Sinter_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

class Sinter_Enum<string name, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, name, cases> {
  let cppNamespace = "::sinter";
  let genSpecializedAttr = 0;
}

def Sinter_Space : Sinter_Enum<"Space", [
  I32EnumAttrCase<"Store", 0, "store">,
  I32EnumAttrCase<"Arena", 1, "arena">,
  I32EnumAttrCase<"Constants", 2, "constants">
]>;

def Sinter_GlobalKind : Sinter_Enum<"GlobalKind", [
  I32EnumAttrCase<"Param", 0, "param">,
  I32EnumAttrCase<"Frozen", 1, "frozen">,
  I32EnumAttrCase<"State", 2, "state">,
  I32EnumAttrCase<"Metric", 3, "metric">,
  I32EnumAttrCase<"Column", 4, "column">,
  I32EnumAttrCase<"Scratch", 5, "scratch">
]>;
def Sinter_GlobalKindAttr : EnumAttr<Sinter_Dialect, Sinter_GlobalKind, "kind">;

def Sinter_ReduceKind : Sinter_Enum<"ReduceKind", [
  I32EnumAttrCase<"Sum", 0, "sum">,
  I32EnumAttrCase<"Prod", 1, "prod">,
  I32EnumAttrCase<"Max", 2, "max">,
  I32EnumAttrCase<"Min", 3, "min">,
  I32EnumAttrCase<"And", 4, "and">,
  I32EnumAttrCase<"Or", 5, "or">
]>;
def Sinter_ReduceKindAttr : EnumAttr<Sinter_Dialect, Sinter_ReduceKind, "reduction">;

def Sinter_Predicate : Sinter_Enum<"Predicate", [
  I32EnumAttrCase<"EQ", 0, "eq">,
  I32EnumAttrCase<"NE", 1, "ne">,
  I32EnumAttrCase<"LT", 2, "lt">,
  I32EnumAttrCase<"LE", 3, "le">,
  I32EnumAttrCase<"GT", 4, "gt">,
  I32EnumAttrCase<"GE", 5, "ge">
]>;
def Sinter_PredicateAttr : EnumAttr<Sinter_Dialect, Sinter_Predicate, "predicate">;

def Sinter_Distribution : Sinter_Enum<"Distribution", [
  I32EnumAttrCase<"Uniform", 0, "uniform">,
  I32EnumAttrCase<"Normal", 1, "normal">
]>;
def Sinter_DistributionAttr
    : EnumAttr<Sinter_Dialect, Sinter_Distribution, "distribution">;

def Sinter_EncodingAttr
    : Sinter_Attr<"Encoding", "enc",
                  [DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let summary = "Names and bounds of run-time dimensions, and the memory layout";
  let description = [{
    `names` and `bounds` hold one entry for each `?` of the tensor's shape, in
    order. `order` is the layout: dimensions from the slowest to the fastest
    varying in memory; empty means row-major.

    ```mlir
    tensor<?x10xf32, #sinter.enc<batch max 256>>
    tensor<784x10xf32, #sinter.enc<order = [1, 0]>>
    ```
  }];
  let parameters = (ins
    ArrayRefParameter<"::mlir::StringAttr">:$names,
    ArrayRefParameter<"int64_t">:$bounds,
    ArrayRefParameter<"int64_t">:$order
  );
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Sinter_BufferAttr : Sinter_Attr<"Buffer", "buffer"> {
  let summary = "Where the plan put a tensor";
  let description = [{
    A byte offset into one of the spaces of runtime/abi.h: `#sinter.buffer<arena, 1024>`.
  }];
  let parameters = (ins EnumParameter<Sinter_Space>:$space, "uint64_t":$offset);
  let assemblyFormat = "`<` $space `,` $offset `>`";
}

#endif // SINTER_IR_SINTERATTRS_TD
