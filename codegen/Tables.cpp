//===- Tables.cpp - The constant structures of runtime/abi.h --------------===//

#include "codegen/Tables.h"
#include "runtime/abi.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/Support/ErrorHandling.h"

using namespace llvm;
using namespace sinter;

// The enumerations of the dialect are those of the ABI.
static_assert(uint32_t(Space::Store) == SINTER_STORE &&
              uint32_t(Space::Arena) == SINTER_ARENA &&
              uint32_t(Space::Constants) == SINTER_CONSTANTS);
static_assert(uint32_t(GlobalKind::Param) == SINTER_SYMBOL_PARAM &&
              uint32_t(GlobalKind::Frozen) == SINTER_SYMBOL_FROZEN &&
              uint32_t(GlobalKind::State) == SINTER_SYMBOL_STATE &&
              uint32_t(GlobalKind::Metric) == SINTER_SYMBOL_METRIC &&
              uint32_t(GlobalKind::Column) == SINTER_SYMBOL_COLUMN &&
              uint32_t(GlobalKind::Scratch) == SINTER_SYMBOL_SCRATCH);
static_assert(maxRank == SINTER_MAX_RANK);

mlir::FileLineColLoc sinter::findFileLocation(mlir::Location loc) {
  mlir::FileLineColLoc found;
  loc->walk([&](mlir::Location inner) {
    if (mlir::FileLineColLoc file =
            mlir::dyn_cast<mlir::FileLineColLoc>(inner)) {
      found = file;
      return mlir::WalkResult::interrupt();
    }
    return mlir::WalkResult::advance();
  });
  return found;
}

unsigned sinter::dtypeOf(mlir::Type element) {
  if (element.isF32())
    return SINTER_F32;
  if (element.isF64())
    return SINTER_F64;
  if (element.isInteger(1))
    return SINTER_BOOL;
  if (element.isUnsignedInteger(8))
    return SINTER_U8;
  if (element.isInteger(8))
    return SINTER_I8;
  return element.isInteger(32) ? SINTER_I32 : SINTER_I64;
}

TableBuilder::TableBuilder(Module &module) : module(module) {}

Constant *TableBuilder::number32(uint64_t value) const {
  return ConstantInt::get(Type::getInt32Ty(getContext()), value);
}

Constant *TableBuilder::number64(uint64_t value) const {
  return ConstantInt::get(Type::getInt64Ty(getContext()), value);
}

Constant *TableBuilder::real(double value) const {
  return ConstantFP::get(Type::getDoubleTy(getContext()), value);
}

Constant *TableBuilder::null() const {
  return ConstantPointerNull::get(PointerType::get(getContext(), 0));
}

/// A private constant that may be merged with equal ones.
static GlobalVariable *addPrivate(Module &module, Constant *value) {
  GlobalVariable *global =
      new GlobalVariable(module, value->getType(), /*isConstant=*/true,
                         GlobalValue::PrivateLinkage, value, "");
  global->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
  return global;
}

Constant *TableBuilder::text(StringRef value) {
  Constant *&entry = texts[value];
  if (!entry)
    entry =
        addPrivate(module, ConstantDataArray::getString(getContext(), value));
  return entry;
}

Constant *TableBuilder::location(mlir::Location loc) {
  mlir::FileLineColLoc file = findFileLocation(loc);
  if (!file)
    return text("");
  return text((file.getFilename().getValue() + ":" + Twine(file.getLine()) +
               ":" + Twine(file.getColumn()))
                  .str());
}

Constant *TableBuilder::record(ArrayRef<Constant *> fields,
                               size_t bytes) const {
  Constant *value = ConstantStruct::getAnon(fields);
  // Every program has most records: a field forgotten here is seen at once.
  if (module.getDataLayout().getTypeAllocSize(value->getType()) != bytes)
    report_fatal_error("a record does not have the form of runtime/abi.h");
  return value;
}

Constant *TableBuilder::array(ArrayRef<Constant *> elements) {
  if (elements.empty())
    return null();
  ArrayType *type = ArrayType::get(elements[0]->getType(), elements.size());
  return pointerTo(ConstantArray::get(type, elements));
}

Constant *TableBuilder::pointerTo(Constant *value) {
  return addPrivate(module, value);
}

Constant *TableBuilder::shape(ArrayRef<Dim> dims) const {
  SmallVector<Constant *, SINTER_MAX_RANK> sizes(SINTER_MAX_RANK, number64(0));
  // Extent 0 is the batch, the only run-time dimension there is.
  for (auto [index, dim] : enumerate(dims))
    sizes[index] = number64(dim.isDynamic() ? uint64_t(-1) : dim.size);
  return ConstantArray::get(
      ArrayType::get(Type::getInt64Ty(getContext()), SINTER_MAX_RANK), sizes);
}

Constant *TableBuilder::bufferRecord(uint64_t space, uint64_t offset,
                                     uint64_t dtype, ArrayRef<Dim> dims) const {
  return record<SinterBuffer>({number32(space), number32(dtype),
                               number64(offset), number32(dims.size()),
                               number32(0), shape(dims)});
}

Constant *TableBuilder::buffer(BufferAttr at, mlir::Type type) const {
  mlir::RankedTensorType tensor = mlir::cast<mlir::RankedTensorType>(type);
  return bufferRecord(uint32_t(at.getSpace()), at.getOffset(),
                      dtypeOf(tensor.getElementType()), dimsOf(tensor));
}

Constant *TableBuilder::noBuffer() const { return bufferRecord(0, 0, 0, {}); }
