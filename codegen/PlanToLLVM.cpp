//===- PlanToLLVM.cpp - Planned functions ---------------------------------===//

#include "codegen/PlanToLLVM.h"
#include "codegen/KernelInterface.h"
#include "passes/Plan.h"
#include "runtime/abi.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/IR/IRBuilder.h"

using namespace llvm;
using namespace sinter;

namespace {
/// Builds one planned function and the bodies of its kernel calls.
class FunctionEmitter {
public:
  FunctionEmitter(mlir::func::FuncOp function, mlir::SymbolTable &symbols,
                  TableBuilder &tables)
      : function(function), symbols(symbols), tables(tables),
        module(tables.getModule()), builder(tables.getContext()) {
    LLVMContext &context = tables.getContext();
    pointer = PointerType::get(context, 0);
    i32 = Type::getInt32Ty(context);
    i64 = Type::getInt64Ty(context);
    contextType =
        StructType::get(context, {pointer, pointer, pointer,
                                  ArrayType::get(i64, 4), pointer, pointer});
  }

  Function *emit();

private:
  void emitList(mlir::Block &block);
  void emitIf(IfOp branch);
  void emitWhile(WhileOp loop);
  /// Reads a boolean.
  Value *emitCondition(mlir::Value condition);
  void emitTimeStart();
  void emitTimeStop(TimeStopOp stop);
  void emitLaunch(LaunchOp launch);
  Function *emitBody(LaunchOp launch, const KernelPhase &phase);
  void emitPrint(PrintOp print);
  void emitPlot(PlotOp plot);
  void emitCheck(CheckOp check);
  void emitGuard(GuardOp guard);
  /// Calls a function of the runtime that returns an exit code.
  Value *emitRuntimeCall(StringRef name, Constant *what);
  /// Ends the call if the function returns another exit code than 0.
  void emitStatusCall(StringRef name, Constant *what);

  /// Field number `index` of the context.
  Value *loadField(Value *context, unsigned index, Type *type);
  Value *emitExtent(Value *context);
  BasicBlock *newBlock() {
    return BasicBlock::Create(tables.getContext(), "", result);
  }
  Constant *emitBuffer(mlir::Value value) {
    return tables.buffer(bufferOf(value, symbols), value.getType());
  }

  mlir::func::FuncOp function;
  mlir::SymbolTable &symbols;
  TableBuilder &tables;
  Module &module;
  IRBuilder<> builder;
  PointerType *pointer;
  Type *i32, *i64;
  StructType *contextType;
  Function *result = nullptr;
  /// What clocks showed when they were started, the innermost last.
  SmallVector<Value *> clocks;
  unsigned nextBody = 0;
};
} // namespace

Value *FunctionEmitter::loadField(Value *context, unsigned index, Type *type) {
  return builder.CreateLoad(
      type, builder.CreateStructGEP(contextType, context, index));
}

Value *FunctionEmitter::emitExtent(Value *context) {
  // extents[0]: batch, the only run-time dimension there is.
  return loadField(context, 3, i64);
}

Function *FunctionEmitter::emit() {
  result = Function::Create(FunctionType::get(i32, {pointer}, false),
                            GlobalValue::InternalLinkage, function.getSymName(),
                            module);
  builder.SetInsertPoint(newBlock());
  emitList(function.getBody().front());
  builder.CreateRet(builder.getInt32(0));
  return result;
}

void FunctionEmitter::emitList(mlir::Block &block) {
  for (mlir::Operation &op : block)
    TypeSwitch<mlir::Operation *>(&op)
        .Case<LaunchOp>([&](LaunchOp launch) { emitLaunch(launch); })
        .Case<IfOp>([&](IfOp branch) { emitIf(branch); })
        .Case<WhileOp>([&](WhileOp loop) { emitWhile(loop); })
        .Case<PrintOp>([&](PrintOp print) { emitPrint(print); })
        .Case<PlotOp>([&](PlotOp plot) { emitPlot(plot); })
        .Case<CheckOp>([&](CheckOp check) { emitCheck(check); })
        .Case<GuardOp>([&](GuardOp guard) { emitGuard(guard); })
        .Case<TimeStartOp>([&](TimeStartOp) { emitTimeStart(); })
        .Case<TimeStopOp>([&](TimeStopOp stop) { emitTimeStop(stop); });
}

//===----------------------------------------------------------------------===//
// Branches and loops
//===----------------------------------------------------------------------===//

Value *FunctionEmitter::emitCondition(mlir::Value condition) {
  BufferAttr at = bufferOf(condition, symbols);
  Value *base = loadField(result->getArg(0), unsigned(at.getSpace()), pointer);
  Value *byte = builder.CreateLoad(
      builder.getInt8Ty(), builder.CreateConstInBoundsGEP1_64(
                               builder.getInt8Ty(), base, at.getOffset()));
  return builder.CreateICmpNE(byte, builder.getInt8(0));
}

void FunctionEmitter::emitIf(IfOp branch) {
  BasicBlock *onTrue = newBlock(), *onFalse = newBlock(), *next = newBlock();
  builder.CreateCondBr(emitCondition(branch.getCondition()), onTrue, onFalse);
  builder.SetInsertPoint(onTrue);
  emitList(branch.getThenRegion().front());
  builder.CreateBr(next);
  builder.SetInsertPoint(onFalse);
  emitList(branch.getElseRegion().front());
  builder.CreateBr(next);
  builder.SetInsertPoint(next);
}

/// Values stay where they are from trip to trip; what changes in registers is
/// the number of trips alone.
void FunctionEmitter::emitWhile(WhileOp loop) {
  BasicBlock *before = builder.GetInsertBlock(), *head = newBlock();
  BasicBlock *count = newBlock(), *tooMany = newBlock(), *body = newBlock();
  BasicBlock *next = newBlock();
  builder.CreateBr(head);
  builder.SetInsertPoint(head);
  PHINode *trips = builder.CreatePHI(i64, 2);
  trips->addIncoming(builder.getInt64(0), before);
  mlir::Block &condition = loop.getCondition().front();
  emitList(condition);
  builder.CreateCondBr(emitCondition(condition.getTerminator()->getOperand(0)),
                       count, next);

  builder.SetInsertPoint(count);
  Value *isLast =
      builder.CreateICmpEQ(trips, builder.getInt64(loop.getLimit()));
  builder.CreateCondBr(isLast, tooMany, body);
  builder.SetInsertPoint(tooMany);
  Constant *what = tables.record<SinterLimit>(
      {tables.location(loop.getLoc()), tables.number64(loop.getLimit())});
  builder.CreateRet(emitRuntimeCall("sinter_limit", what));

  builder.SetInsertPoint(body);
  emitList(loop.getBody().front());
  trips->addIncoming(builder.CreateAdd(trips, builder.getInt64(1)),
                     builder.GetInsertBlock());
  builder.CreateBr(head);
  builder.SetInsertPoint(next);
}

void FunctionEmitter::emitTimeStart() {
  FunctionType *type = FunctionType::get(i64, false);
  clocks.push_back(
      builder.CreateCall(module.getOrInsertFunction("sinter_clock", type)));
}

void FunctionEmitter::emitTimeStop(TimeStopOp stop) {
  FunctionType *type =
      FunctionType::get(builder.getVoidTy(), {pointer, i64}, false);
  builder.CreateCall(module.getOrInsertFunction("sinter_time", type),
                     {tables.text(stop.getLabel()), clocks.pop_back_val()});
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

/// A kernel call goes through the runtime, which may cut its range into pieces:
/// `context->parallel(context, body, trip, grain)`.
void FunctionEmitter::emitLaunch(LaunchOp launch) {
  mlir::func::FuncOp kernel =
      symbols.lookup<mlir::func::FuncOp>(launch.getKernel());
  for (const KernelPhase &phase : phasesOf(kernel)) {
    Function *body = emitBody(launch, phase);
    Value *context = result->getArg(0);
    SmallVector<Value *> extents;
    if (phase.takesExtent)
      extents.push_back(emitExtent(context));
    Value *trip = builder.CreateCall(module.getFunction(phase.trip), extents);
    FunctionType *type = FunctionType::get(builder.getVoidTy(),
                                           {pointer, pointer, i64, i64}, false);
    BasicBlock *call = newBlock();
    BasicBlock *next = newBlock();
    builder.CreateCondBr(builder.CreateICmpSGT(trip, builder.getInt64(0)), call,
                         next);
    builder.SetInsertPoint(call);
    builder.CreateCall(type, loadField(context, 4, pointer),
                       {context, body, trip, builder.getInt64(phase.grain)});
    builder.CreateBr(next);
    builder.SetInsertPoint(next);
  }
}

/// `void body(context, lo, hi)`: the kernel with this call's buffers.
Function *FunctionEmitter::emitBody(LaunchOp launch, const KernelPhase &phase) {
  Function *body = Function::Create(
      FunctionType::get(builder.getVoidTy(), {pointer, i64, i64}, false),
      GlobalValue::InternalLinkage,
      function.getSymName() + "." + Twine(nextBody++), module);
  IRBuilder<>::InsertPointGuard guard(builder);
  builder.SetInsertPoint(BasicBlock::Create(tables.getContext(), "", body));
  Value *context = body->getArg(0);

  Value *bases[3] = {};
  auto pointerTo = [&](BufferAttr at) {
    unsigned space = unsigned(at.getSpace());
    if (!bases[space])
      bases[space] = loadField(context, space, pointer);
    return builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), bases[space],
                                              at.getOffset());
  };
  SmallVector<Value *> arguments;
  for (mlir::Value operand : launch.getOperands())
    arguments.push_back(pointerTo(bufferOf(operand, symbols)));
  for (BufferAttr at : launch.getAtAttr().getAsRange<BufferAttr>())
    arguments.push_back(pointerTo(at));
  if (phase.takesExtent)
    arguments.push_back(emitExtent(context));
  arguments.push_back(body->getArg(1));
  arguments.push_back(body->getArg(2));
  builder.CreateCall(module.getFunction(phase.kernel), arguments);
  builder.CreateRetVoid();
  return body;
}

//===----------------------------------------------------------------------===//
// Effects
//===----------------------------------------------------------------------===//

void FunctionEmitter::emitPrint(PrintOp print) {
  SmallVector<Constant *> sizes, items;
  unsigned next = 0;
  auto item = [&](SinterItemKind kind, StringRef text, bool takesOperand) {
    Constant *buffer =
        takesOperand ? emitBuffer(print.getOperand(next++)) : tables.noBuffer();
    items.push_back(
        tables.record<SinterItem>({tables.number32(kind), tables.number32(0),
                                   tables.text(text), buffer}));
  };
  for (mlir::ArrayAttr group :
       print.getGroups().getAsRange<mlir::ArrayAttr>()) {
    sizes.push_back(tables.number64(group.size()));
    for (mlir::Attribute piece : group)
      if (mlir::StringAttr text = mlir::dyn_cast<mlir::StringAttr>(piece))
        item(SINTER_ITEM_TEXT, text.getValue(), false);
      else if (mlir::ArrayAttr format = mlir::dyn_cast<mlir::ArrayAttr>(piece))
        item(SINTER_ITEM_FORMAT,
             mlir::cast<mlir::StringAttr>(format[0]).getValue(), true);
      else
        item(SINTER_ITEM_TENSOR, "", true);
  }
  Constant *what =
      tables.record<SinterPrint>({tables.number64(sizes.size()),
                                  tables.array(sizes), tables.array(items)});
  FunctionType *type =
      FunctionType::get(builder.getVoidTy(), {pointer, pointer}, false);
  builder.CreateCall(module.getOrInsertFunction("sinter_print", type),
                     {result->getArg(0), tables.pointerTo(what)});
}

void FunctionEmitter::emitPlot(PlotOp plot) {
  SmallVector<Constant *> curves;
  for (mlir::Value curve : plot.getCurves())
    curves.push_back(emitBuffer(curve));
  StringRef owner =
      function->getAttrOfType<mlir::StringAttr>(ownerAttr).getValue();
  emitStatusCall("sinter_plot",
                 tables.record<SinterPlot>(
                     {tables.text(owner), tables.text(plot.getHeader()),
                      tables.number64(plot.getEvery()),
                      tables.number64(curves.size()), tables.array(curves)}));
}

void FunctionEmitter::emitCheck(CheckOp check) {
  SmallVector<Constant *> sides;
  for (mlir::Value side : check.getSides())
    sides.push_back(emitBuffer(side));
  emitStatusCall("sinter_check",
                 tables.record<SinterCheck>({tables.location(check.getLoc()),
                                             tables.text(check.getText()),
                                             emitBuffer(check.getCondition()),
                                             tables.number64(sides.size()),
                                             tables.array(sides)}));
}

void FunctionEmitter::emitGuard(GuardOp guard) {
  emitStatusCall("sinter_guard",
                 tables.record<SinterGuard>({tables.location(guard.getLoc()),
                                             tables.text(guard.getName()),
                                             emitBuffer(guard.getValue())}));
}

Value *FunctionEmitter::emitRuntimeCall(StringRef name, Constant *what) {
  FunctionType *type = FunctionType::get(i32, {pointer, pointer}, false);
  return builder.CreateCall(module.getOrInsertFunction(name, type),
                            {result->getArg(0), tables.pointerTo(what)});
}

void FunctionEmitter::emitStatusCall(StringRef name, Constant *what) {
  Value *status = emitRuntimeCall(name, what);
  BasicBlock *stop = newBlock();
  BasicBlock *next = newBlock();
  builder.CreateCondBr(builder.CreateICmpEQ(status, builder.getInt32(0)), next,
                       stop);
  builder.SetInsertPoint(stop);
  builder.CreateRet(status);
  builder.SetInsertPoint(next);
}

Function *sinter::emitPlannedFunction(mlir::func::FuncOp function,
                                      mlir::SymbolTable &symbols,
                                      TableBuilder &tables) {
  return FunctionEmitter(function, symbols, tables).emit();
}
