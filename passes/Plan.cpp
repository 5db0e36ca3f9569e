//===- Plan.cpp - Reading the stage `plan` --------------------------------===//

#include "passes/Plan.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace sinter;

static BufferAttr bufferIn(ArrayAttr at, unsigned index) {
  return at ? cast<BufferAttr>(at[index]) : nullptr;
}

/// A function's argument or a carried value of a loop.
static BufferAttr bufferOfArgument(BlockArgument argument) {
  Operation *op = argument.getOwner()->getParentOp();
  if (WhileOp loop = dyn_cast<WhileOp>(op))
    return bufferIn(loop.getAtAttr(), argument.getArgNumber());
  return cast<func::FuncOp>(op).getArgAttrOfType<BufferAttr>(
      argument.getArgNumber(), bufferAttr);
}

static BufferAttr bufferOfLoad(LoadOp load, SymbolTable &symbols) {
  GlobalOp global = symbols.lookup<GlobalOp>(load.getSymbol());
  if (!global || !global.getOffset())
    return nullptr;
  return BufferAttr::get(load.getContext(), Space::Store, *global.getOffset());
}

BufferAttr sinter::bufferOf(Value value, SymbolTable &symbols) {
  if (BlockArgument argument = dyn_cast<BlockArgument>(value))
    return bufferOfArgument(argument);
  Operation *op = value.getDefiningOp();
  if (isa<LaunchOp, IfOp, WhileOp>(op))
    return bufferIn(op->getAttrOfType<ArrayAttr>("at"),
                    cast<OpResult>(value).getResultNumber());
  if (LoadOp load = dyn_cast<LoadOp>(op))
    return bufferOfLoad(load, symbols);
  return op->getAttrOfType<BufferAttr>(bufferAttr);
}

Instants::Instants(Block &body) {
  uint64_t next = 1;
  body.walk<WalkOrder::PreOrder>([&](Operation *op) { instants[op] = next++; });
}

uint64_t Instants::definition(Value value) const {
  if (Operation *op = value.getDefiningOp())
    return of(op);
  return of(value.getParentBlock()->getParentOp());
}

uint64_t Instants::lastUse(Value value, uint64_t from) const {
  for (Operation *user : value.getUsers()) {
    from = std::max(from, of(user));
    while (user->getBlock() != value.getParentBlock()) {
      user = user->getBlock()->getParentOp();
      if (WhileOp loop = dyn_cast<WhileOp>(user))
        from = std::max(from, of(loop.getBody().front().getTerminator()));
    }
  }
  return from;
}
