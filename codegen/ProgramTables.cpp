//===- ProgramTables.cpp - The constant `sinter_program` ------------------===//

#include "codegen/PlanToLLVM.h"
#include "ir/Shape.h"
#include "passes/Plan.h"
#include "runtime/abi.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/Constants.h"

using namespace llvm;
using namespace sinter;

namespace {
class ProgramEmitter {
public:
  ProgramEmitter(mlir::ModuleOp module, const sinter::Target &target,
                 TableBuilder &tables)
      : module(module), symbols(module), target(target), tables(tables) {}

  void emit();

private:
  void collectSymbols();
  void collectSources();
  Constant *emitSymbol(GlobalOp global);
  Constant *emitSource(StringRef name);
  Constant *emitRows(ArrayRef<int64_t> rows);
  Constant *emitArgument(mlir::func::FuncOp function, unsigned index);
  /// A SinterFunction; of no function: one whose `call` is null.
  Constant *emitFunction(mlir::func::FuncOp function);
  bool readsParams(mlir::func::FuncOp function);
  Constant *emitExperiment(ExperimentOp experiment);
  Constant *emitConstants();
  mlir::func::FuncOp findFunction(StringRef owner, StringRef role);
  SmallVector<Constant *> emitFunctionsOfRole(StringRef role);
  uint32_t requiredFeatures() const;
  uint64_t moduleNumber(StringRef name) const;
  StringRef moduleText(StringRef name) const;

  mlir::ModuleOp module;
  mlir::SymbolTable symbols;
  const sinter::Target &target;
  TableBuilder &tables;
  /// In the order of the table: an experiment's stand together.
  SmallVector<GlobalOp> globals;
  /// Name of a source or a column to its index in the table.
  MapVector<StringRef, unsigned> sources;
};
} // namespace

static StringRef textAttr(mlir::Operation *op, StringRef name) {
  mlir::StringAttr attribute = op->getAttrOfType<mlir::StringAttr>(name);
  return attribute ? attribute.getValue() : "";
}

uint64_t ProgramEmitter::moduleNumber(StringRef name) const {
  mlir::IntegerAttr attribute = module->getAttrOfType<mlir::IntegerAttr>(name);
  return attribute ? attribute.getInt() : 0;
}

StringRef ProgramEmitter::moduleText(StringRef name) const {
  return textAttr(module, name);
}

//===----------------------------------------------------------------------===//
// Symbols and sources
//===----------------------------------------------------------------------===//

void ProgramEmitter::collectSymbols() {
  for (ExperimentOp experiment : module.getOps<ExperimentOp>())
    for (GlobalOp global : module.getOps<GlobalOp>())
      if (global.getOwner() == experiment.getSymName())
        globals.push_back(global);
  for (GlobalOp global : module.getOps<GlobalOp>())
    if (!is_contained(globals, global))
      globals.push_back(global);
}

void ProgramEmitter::collectSources() {
  for (mlir::func::FuncOp function : module.getOps<mlir::func::FuncOp>())
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (mlir::FlatSymbolRefAttr source =
              function.getArgAttrOfType<mlir::FlatSymbolRefAttr>(i, sourceAttr))
        sources.insert({source.getValue(), unsigned(sources.size())});
}

Constant *ProgramEmitter::emitSymbol(GlobalOp global) {
  BufferAttr at =
      BufferAttr::get(module.getContext(), Space::Store, *global.getOffset());
  // Files have the shape that the program says.
  mlir::RankedTensorType type =
      mlir::cast<mlir::RankedTensorType>(global.getType());
  bool isTransposed = global->hasAttr(transposedAttr);
  if (isTransposed)
    type = mlir::RankedTensorType::get({type.getDimSize(1), type.getDimSize(0)},
                                       type.getElementType());
  return tables.record(
      {tables.text(global.getLabel()), tables.location(global.getLoc()),
       tables.number32(uint32_t(global.getKind())),
       tables.number32(isTransposed), tables.buffer(at, type)});
}

Constant *ProgramEmitter::emitSource(StringRef name) {
  mlir::Operation *op = symbols.lookup(name);
  SourceOp file = mlir::dyn_cast<SourceOp>(op);
  mlir::RankedTensorType type = mlir::cast<mlir::RankedTensorType>(
      file ? file.getType() : mlir::cast<GlobalOp>(op).getType());
  const GlobalOp *global =
      find_if(globals, [&](GlobalOp candidate) { return candidate == op; });
  int32_t symbol = file ? -1 : int32_t(global - globals.begin());
  std::optional<ArrayRef<int64_t>> range;
  if (file)
    range = file.getRange();
  return tables.record(
      {tables.text(name), tables.location(op->getLoc()),
       tables.number32(file ? SINTER_SOURCE_IDX : SINTER_SOURCE_STORE),
       tables.number32(symbol), tables.text(file ? file.getPath() : ""),
       tables.number32(dtypeOf(type.getElementType())),
       tables.number32(type.getRank()), tables.shape(dimsOf(type)),
       tables.number32(range ? 1 : 0), tables.number32(0),
       tables.number64(range ? (*range)[0] : 0),
       tables.number64(range ? (*range)[1] : 0)});
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

Constant *ProgramEmitter::emitArgument(mlir::func::FuncOp function,
                                       unsigned index) {
  auto text = [&](StringRef name) -> StringRef {
    mlir::StringAttr attribute =
        function.getArgAttrOfType<mlir::StringAttr>(index, name);
    return attribute ? attribute.getValue() : "";
  };
  uint32_t kind = StringSwitch<uint32_t>(text(kindAttr))
                      .Case("step", SINTER_ARG_STEP)
                      .Case("epoch", SINTER_ARG_EPOCH)
                      .Case("seed", SINTER_ARG_SEED)
                      .Case("hyper", SINTER_ARG_HYPER)
                      .Case("row", SINTER_ARG_ROW)
                      .Default(SINTER_ARG_FEED);
  mlir::FlatSymbolRefAttr source =
      function.getArgAttrOfType<mlir::FlatSymbolRefAttr>(index, sourceAttr);
  mlir::FloatAttr value =
      function.getArgAttrOfType<mlir::FloatAttr>(index, valueAttr);
  mlir::BlockArgument argument = function.getArgument(index);
  return tables.record(
      {tables.text(text(nameAttr)), tables.number32(kind),
       tables.number32(source ? sources.lookup(source.getValue())
                              : uint32_t(-1)),
       tables.buffer(bufferOf(argument, symbols), argument.getType()),
       tables.real(value ? value.getValueAsDouble() : 0)});
}

/// Whether a program calls a trained model.
bool ProgramEmitter::readsParams(mlir::func::FuncOp function) {
  if (textAttr(function, roleAttr) != "program")
    return false;
  auto loads = function.getBody().front().getOps<LoadOp>();
  return any_of(loads, [&](LoadOp load) {
    return symbols.lookup<GlobalOp>(load.getSymbol()).getKind() !=
           GlobalKind::Column;
  });
}

Constant *ProgramEmitter::emitFunction(mlir::func::FuncOp function) {
  if (!function)
    return tables.record({tables.text(""), tables.null(), tables.number64(0),
                          tables.null(), tables.number64(0), tables.null(),
                          tables.number32(0), tables.number32(0)});
  Function *call = emitPlannedFunction(function, symbols, tables);
  SmallVector<Constant *> arguments, results;
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    arguments.push_back(emitArgument(function, i));
  for (unsigned i = 0; i < function.getNumResults(); ++i) {
    BufferAttr at =
        mlir::cast<BufferAttr>(function.getResultAttr(i, bufferAttr));
    mlir::StringAttr name =
        function.getResultAttrOfType<mlir::StringAttr>(i, nameAttr);
    results.push_back(
        tables.record({tables.text(name ? name.getValue() : ""),
                       tables.buffer(at, function.getResultTypes()[i])}));
  }
  // A data section or program is called by its user's name.
  StringRef name = textAttr(function, ownerAttr);
  return tables.record(
      {tables.text(name), call, tables.number64(arguments.size()),
       tables.array(arguments), tables.number64(results.size()),
       tables.array(results), tables.number32(readsParams(function)),
       tables.number32(0)});
}

mlir::func::FuncOp ProgramEmitter::findFunction(StringRef owner,
                                                StringRef role) {
  for (mlir::func::FuncOp function : module.getOps<mlir::func::FuncOp>())
    if (textAttr(function, ownerAttr) == owner &&
        textAttr(function, roleAttr) == role)
      return function;
  return {};
}

SmallVector<Constant *> ProgramEmitter::emitFunctionsOfRole(StringRef role) {
  SmallVector<Constant *> entries;
  for (mlir::func::FuncOp function : module.getOps<mlir::func::FuncOp>())
    if (textAttr(function, roleAttr) == role)
      entries.push_back(emitFunction(function));
  return entries;
}

//===----------------------------------------------------------------------===//
// Experiments
//===----------------------------------------------------------------------===//

Constant *ProgramEmitter::emitRows(ArrayRef<int64_t> rows) {
  return tables.record({tables.number64(rows[0]), tables.number64(rows[1])});
}

/// Offset and size of the running sums that a phase of an epoch begins with.
static ArrayRef<int64_t> metricBytes(ExperimentOp experiment, StringRef name) {
  return experiment->getAttrOfType<mlir::DenseI64ArrayAttr>(name);
}

Constant *ProgramEmitter::emitExperiment(ExperimentOp experiment) {
  StringRef name = experiment.getSymName();
  auto isOwn = [&](GlobalOp global) { return global.getOwner() == name; };
  uint64_t first = find_if(globals, isOwn) - globals.begin();
  std::optional<ArrayRef<int64_t>> valid = experiment.getValidRows();
  ArrayRef<int64_t> trainMetrics = metricBytes(experiment, trainMetricsAttr);
  ArrayRef<int64_t> validMetrics = metricBytes(experiment, validMetricsAttr);
  auto function = [&](StringRef role) {
    return emitFunction(findFunction(name, role));
  };
  return tables.record({tables.text(name),
                        tables.number64(experiment.getEpochs()),
                        tables.number64(experiment.getBatch()),
                        tables.number64(experiment.getSeed()),
                        tables.number32(experiment.getShuffle()),
                        tables.number32(valid.has_value()),
                        emitRows(experiment.getTrainRows()),
                        emitRows(valid.value_or(experiment.getTrainRows())),
                        tables.number64(first),
                        tables.number64(count_if(globals, isOwn)),
                        tables.number64(trainMetrics[0]),
                        tables.number64(trainMetrics[1]),
                        tables.number64(validMetrics[0]),
                        tables.number64(validMetrics[1]),
                        function("init"),
                        function("train_step"),
                        function("train_metrics"),
                        function("eval_step"),
                        function("eval_metrics"),
                        function("predict"),
                        function("predict_raw"),
                        function("after")});
}

//===----------------------------------------------------------------------===//
// The program
//===----------------------------------------------------------------------===//

/// Bytes of a literal as the kernels read them: i1 takes a byte.
static void writeLiteral(mlir::DenseElementsAttr value,
                         MutableArrayRef<char> to) {
  if (value.getElementType().isInteger(1)) {
    for (auto [index, bit] : enumerate(value.getValues<bool>()))
      to[index] = bit;
    return;
  }
  size_t bytes = elementBytes(value.getElementType());
  ArrayRef<char> raw = value.getRawData();
  for (int64_t i = 0, e = value.getNumElements(); i < e; ++i)
    memcpy(to.data() + i * bytes,
           raw.data() + (value.isSplat() ? 0 : i * bytes), bytes);
}

Constant *ProgramEmitter::emitConstants() {
  SmallVector<char> bytes;
  module.walk([&](ConstantOp constant) {
    BufferAttr at = constant->getAttrOfType<BufferAttr>(bufferAttr);
    mlir::DenseElementsAttr value =
        mlir::dyn_cast<mlir::DenseElementsAttr>(constant.getValue());
    if (!at || !value)
      return;
    size_t size =
        byteSize(mlir::cast<mlir::RankedTensorType>(constant.getType()));
    if (bytes.size() < at.getOffset() + size)
      bytes.resize(at.getOffset() + size);
    writeLiteral(value,
                 MutableArrayRef<char>(bytes).slice(at.getOffset(), size));
  });
  if (bytes.empty())
    return tables.null();
  GlobalVariable *global =
      cast<GlobalVariable>(tables.pointerTo(ConstantDataArray::getString(
          tables.getContext(), StringRef(bytes.data(), bytes.size()),
          /*AddNull=*/false)));
  global->setAlignment(Align(64));
  return global;
}

uint32_t ProgramEmitter::requiredFeatures() const {
  uint32_t features = 0;
  if (target.vectorBits >= 256)
    features |= SINTER_CPU_AVX2;
  if (target.vectorBits >= 512)
    features |= SINTER_CPU_AVX512;
  if (target.hasFMA)
    features |= SINTER_CPU_FMA;
  if (target.cpu != "x86-64")
    features |= SINTER_CPU_SSE42;
  return features;
}

void ProgramEmitter::emit() {
  collectSymbols();
  collectSources();
  auto emitAll = [&](auto &&range, auto &&emitOne) {
    SmallVector<Constant *> entries;
    for (auto &&entry : range)
      entries.push_back(emitOne(entry));
    return entries;
  };
  SmallVector<Constant *> symbolEntries =
      emitAll(globals, [&](GlobalOp global) { return emitSymbol(global); });
  SmallVector<Constant *> sourceEntries = emitAll(
      sources, [&](const auto &entry) { return emitSource(entry.first); });
  SmallVector<Constant *> data = emitFunctionsOfRole("data");
  SmallVector<Constant *> experiments =
      emitAll(module.getOps<ExperimentOp>(), [&](ExperimentOp experiment) {
        return emitExperiment(experiment);
      });
  SmallVector<Constant *> programs = emitFunctionsOfRole("program");

  Constant *program = tables.record(
      {tables.number32(SINTER_ABI_VERSION), tables.number32(requiredFeatures()),
       tables.text("sinter " SINTER_VERSION),
       tables.text(moduleText(modelAttr)), tables.text(moduleText(hashAttr)),
       tables.number64(moduleNumber(storeBytesAttr)),
       tables.number64(moduleNumber(arenaBytesAttr)), emitConstants(),
       tables.number64(symbolEntries.size()), tables.array(symbolEntries),
       tables.number64(sourceEntries.size()), tables.array(sourceEntries),
       tables.number64(data.size()), tables.array(data),
       tables.number64(experiments.size()), tables.array(experiments),
       tables.number64(programs.size()), tables.array(programs)});
  new GlobalVariable(tables.getModule(), program->getType(),
                     /*isConstant=*/true, GlobalValue::ExternalLinkage, program,
                     "sinter_program");
}

void sinter::emitProgram(mlir::ModuleOp module, const sinter::Target &target,
                         TableBuilder &tables) {
  ProgramEmitter(module, target, tables).emit();
}
