//===- KernelFrame.cpp - The function a kernel becomes --------------------===//

#include "codegen/KernelFrame.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace sinter;

Type sinter::registerType(Type element) {
  if (isa<FloatType>(element))
    return element;
  return IntegerType::get(element.getContext(),
                          element.getIntOrFloatBitWidth());
}

Type sinter::storageType(Type element) {
  if (element.isInteger(1))
    return IntegerType::get(element.getContext(), 8);
  return registerType(element);
}

Type sinter::lanesOf(Type type, int64_t lanes) {
  return lanes ? VectorType::get(lanes, type) : type;
}

Value KernelFrame::emitSize(const Dim &dim) {
  return dim.name ? extents.lookup(dim.name) : index.constant(dim.size);
}

Value KernelFrame::emitSize(const Factor &factor) {
  if (!factor.name)
    return index.constant(factor.size);
  return index.mul(extents.lookup(factor.name), factor.multiple);
}

static Value emitConstant(KernelFrame &frame, Type type, TypedAttr element) {
  if (VectorType vector = dyn_cast<VectorType>(type))
    element = DenseElementsAttr::get(vector, element);
  return arith::ConstantOp::create(frame.builder, frame.loc, element);
}

Value KernelFrame::number(Type type, double value) {
  Type element = getElementTypeOrSelf(type);
  if (!isa<FloatType>(element))
    return integer(type, int64_t(value));
  return emitConstant(*this, type, builder.getFloatAttr(element, value));
}

Value KernelFrame::integer(Type type, int64_t value) {
  Type element = getElementTypeOrSelf(type);
  APInt bits(element.getIntOrFloatBitWidth(), uint64_t(value),
             /*isSigned=*/false, /*implicitTrunc=*/true);
  return emitConstant(*this, type, builder.getIntegerAttr(element, bits));
}

Value KernelFrame::spread(Value value, int64_t count) {
  if (isa<VectorType>(value.getType()))
    return value;
  return builder.createOrFold<vector::BroadcastOp>(
      loc, VectorType::get(count, value.getType()), value);
}

Value KernelFrame::laneMask(Value count, int64_t numLanes) {
  return vector::CreateMaskOp::create(
      builder, loc, VectorType::get(numLanes, builder.getI1Type()), count);
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Value KernelFrame::fromStorage(Value stored, Type element) {
  if (!element.isInteger(1))
    return stored;
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne, stored,
                               integer(stored.getType(), 0));
}

Value KernelFrame::toStorage(Value value) {
  if (!getElementTypeOrSelf(value.getType()).isInteger(1))
    return value;
  return arith::ExtUIOp::create(
      builder, loc, LaneBuilder::shaped(value, builder.getI8Type()), value);
}

Value KernelFrame::loadElement(Value buffer, Value at, Type element) {
  return fromStorage(memref::LoadOp::create(builder, loc, buffer, at), element);
}

void KernelFrame::storeElement(Value value, Value buffer, Value at) {
  memref::StoreOp::create(builder, loc, toStorage(value), buffer, at);
}

Value KernelFrame::loadLanes(Value buffer, Value at, Type element,
                             int64_t count, Value mask) {
  VectorType type = VectorType::get(count, storageType(element));
  if (!mask)
    return fromStorage(vector::LoadOp::create(builder, loc, type, buffer, at),
                       element);
  return fromStorage(vector::MaskedLoadOp::create(builder, loc, type, buffer,
                                                  at, mask, number(type, 0)),
                     element);
}

void KernelFrame::storeLanes(Value value, Value buffer, Value at, Value mask) {
  value = toStorage(value);
  if (mask)
    vector::MaskedStoreOp::create(builder, loc, buffer, at, mask, value);
  else
    vector::StoreOp::create(builder, loc, value, buffer, at);
}
