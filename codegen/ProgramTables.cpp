//===- ProgramTables.cpp - The constant `sinter_program` ------------------===//

#include "codegen/DataTables.h"
#include "codegen/Dependencies.h"
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
  void collectOwners();
  Constant *emitSymbol(GlobalOp global);
  Constant *emitSource(StringRef name, DataTables &dataTables);
  Constant *emitRows(ArrayRef<int64_t> rows);
  Constant *emitArgument(mlir::func::FuncOp function, unsigned index);
  /// A SinterFunction; of no function: one whose `call` is null.
  Constant *emitFunction(mlir::func::FuncOp function);
  /// A count and the indices of `names` in `table`.
  std::pair<Constant *, Constant *>
  emitIndices(const SetVector<StringRef> &names, ArrayRef<StringRef> table);
  void appendSettings(ExperimentOp experiment,
                      SmallVectorImpl<Constant *> &fields);
  Constant *emitExperiment(ExperimentOp experiment);
  Constant *emitConstants();
  Constant *emitTwins(StringRef experiment);
  /// `command` of the runtime if there are functions of `role`, else null.
  Constant *emitCommand(StringRef command, StringRef role);
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
  /// In the order of their tables.
  SmallVector<StringRef> sections, experiments;
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

void ProgramEmitter::collectOwners() {
  for (mlir::func::FuncOp function : module.getOps<mlir::func::FuncOp>())
    if (textAttr(function, roleAttr) == "data")
      sections.push_back(textAttr(function, ownerAttr));
  for (ExperimentOp experiment : module.getOps<ExperimentOp>())
    experiments.push_back(experiment.getSymName());
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
  return tables.record<SinterSymbol>(
      {tables.text(global.getLabel()), tables.location(global.getLoc()),
       tables.number32(uint32_t(global.getKind())),
       tables.number32(isTransposed), tables.buffer(at, type)});
}

static uint32_t sourceKind(StringRef format) {
  return StringSwitch<uint32_t>(format)
      .Case("npy", SINTER_SOURCE_NPY)
      .Case("safetensors", SINTER_SOURCE_SAFETENSORS)
      .Case("table", SINTER_SOURCE_TABLE)
      .Default(SINTER_SOURCE_IDX);
}

Constant *ProgramEmitter::emitSource(StringRef name, DataTables &dataTables) {
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
  return tables.record<SinterSource>(
      {tables.text(name), tables.location(op->getLoc()),
       tables.number32(file ? sourceKind(file.getFormat())
                            : uint32_t(SINTER_SOURCE_STORE)),
       tables.number32(symbol), tables.text(file ? file.getPath() : ""),
       tables.number32(dtypeOf(type.getElementType())),
       tables.number32(type.getRank()), tables.shape(dimsOf(type)),
       tables.number32(range ? 1 : 0), tables.number32(0),
       tables.number64(range ? (*range)[0] : 0),
       tables.number64(range ? (*range)[1] : 0),
       tables.text(file ? file.getTensor().value_or("") : ""),
       dataTables.emit(file ? file.getTableAttr() : mlir::DictionaryAttr(),
                       op->getLoc())});
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
                      .Case("batch", SINTER_ARG_BATCH)
                      .Default(SINTER_ARG_FEED);
  mlir::FlatSymbolRefAttr source =
      function.getArgAttrOfType<mlir::FlatSymbolRefAttr>(index, sourceAttr);
  mlir::FloatAttr value =
      function.getArgAttrOfType<mlir::FloatAttr>(index, valueAttr);
  mlir::IntegerAttr firstRow =
      function.getArgAttrOfType<mlir::IntegerAttr>(index, firstRowAttr);
  mlir::BlockArgument argument = function.getArgument(index);
  return tables.record<SinterArg>(
      {tables.text(text(nameAttr)), tables.number32(kind),
       tables.number32(source ? sources.lookup(source.getValue())
                              : uint32_t(-1)),
       tables.buffer(bufferOf(argument, symbols), argument.getType()),
       tables.real(value ? value.getValueAsDouble() : 0),
       tables.number64(firstRow ? firstRow.getInt() : 0)});
}

std::pair<Constant *, Constant *>
ProgramEmitter::emitIndices(const SetVector<StringRef> &names,
                            ArrayRef<StringRef> table) {
  SmallVector<Constant *> indices;
  for (StringRef name : names)
    indices.push_back(tables.number32(find(table, name) - table.begin()));
  return {tables.number64(indices.size()), tables.array(indices)};
}

Constant *ProgramEmitter::emitFunction(mlir::func::FuncOp function) {
  if (!function)
    return tables.record<SinterFunction>(
        {tables.text(""), tables.null(), tables.number64(0), tables.null(),
         tables.number64(0), tables.null(), tables.number64(0), tables.null(),
         tables.number64(0), tables.null()});
  Function *call = emitPlannedFunction(function, symbols, tables);
  SmallVector<Constant *> arguments, results;
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    arguments.push_back(emitArgument(function, i));
  for (unsigned i = 0; i < function.getNumResults(); ++i) {
    BufferAttr at =
        mlir::cast<BufferAttr>(function.getResultAttr(i, bufferAttr));
    mlir::StringAttr name =
        function.getResultAttrOfType<mlir::StringAttr>(i, nameAttr);
    results.push_back(tables.record<SinterResult>(
        {tables.text(name ? name.getValue() : ""),
         tables.buffer(at, function.getResultTypes()[i]),
         tables.number32(bool(function.getResultAttr(i, classesAttr))),
         tables.number32(0)}));
  }
  Dependencies needs = dependenciesOf(symbols, function);
  auto [numData, data] = emitIndices(needs.sections, sections);
  auto [numTrained, trained] = emitIndices(needs.experiments, experiments);
  // A data section or program is called by its user's name.
  StringRef name = textAttr(function, ownerAttr);
  return tables.record<SinterFunction>(
      {tables.text(name), call, tables.number64(arguments.size()),
       tables.array(arguments), tables.number64(results.size()),
       tables.array(results), numData, data, numTrained, trained});
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
  return tables.record<SinterRows>(
      {tables.number64(rows[0]), tables.number64(rows[1])});
}

/// Offset and size of the running sums that a phase of an epoch begins with.
static ArrayRef<int64_t> metricBytes(ExperimentOp experiment, StringRef name) {
  return experiment->getAttrOfType<mlir::DenseI64ArrayAttr>(name);
}

/// Metrics of which more is better; of all others less is.
static bool isScore(StringRef metric) {
  return metric.ends_with("accuracy") || metric == "r2";
}

/// The fields of SinterExperiment from `accumulate` to `largerIsBetter`.
void ProgramEmitter::appendSettings(ExperimentOp experiment,
                                    SmallVectorImpl<Constant *> &fields) {
  ArrayRef<int64_t> fold = experiment.getFold().value_or(ArrayRef<int64_t>());
  StringRef monitor = experiment.getMonitor().value_or("");
  bool isValid = monitor.consume_front("valid_");
  monitor.consume_front("train_");
  double minDelta = experiment.getMinDelta()
                        ? experiment.getMinDelta()->convertToDouble()
                        : 0;
  append_range(
      fields, ArrayRef<Constant *>{
                  tables.number64(experiment.getAccumulate().value_or(0)),
                  tables.number64(fold.empty() ? 0 : fold[0]),
                  tables.number64(fold.empty() ? 0 : fold[1]),
                  tables.number64(experiment.getPatience().value_or(0)),
                  tables.real(minDelta), tables.text(monitor),
                  tables.number32(isValid), tables.number32(isScore(monitor))});
}

Constant *ProgramEmitter::emitTwins(StringRef experiment) {
  SmallVector<Constant *> fields;
  bool isAny = false;
  for (StringRef role :
       {"gradcheck", "selftest", "selftest_update", "selftest_eval",
        "selftest_predict", "selftest_predict_raw"}) {
    mlir::func::FuncOp function = findFunction(experiment, role);
    isAny |= bool(function);
    fields.push_back(emitFunction(function));
  }
  return isAny ? tables.pointerTo(tables.record<SinterTwins>(fields))
               : tables.null();
}

Constant *ProgramEmitter::emitExperiment(ExperimentOp experiment) {
  StringRef name = experiment.getSymName();
  auto isOwn = [&](GlobalOp global) { return global.getOwner() == name; };
  uint64_t first = find_if(globals, isOwn) - globals.begin();
  std::optional<ArrayRef<int64_t>> valid = experiment.getValidRows();
  std::optional<ArrayRef<int64_t>> predict = experiment.getPredictRows();
  ArrayRef<int64_t> trainMetrics = metricBytes(experiment, trainMetricsAttr);
  ArrayRef<int64_t> validMetrics = metricBytes(experiment, validMetricsAttr);
  SmallVector<Constant *> fields = {
      tables.text(experiment.getTitle().value_or(name)),
      tables.number64(experiment.getEpochs()),
      tables.number64(experiment.getBatch()),
      tables.number64(experiment.getSeed()),
      tables.number32(experiment.getShuffle()),
      tables.number32(valid.has_value()),
      emitRows(experiment.getTrainRows()),
      emitRows(valid.value_or(experiment.getTrainRows())),
      tables.number64(predict.has_value()),
      emitRows(predict.value_or(experiment.getTrainRows())),
      tables.number64(first),
      tables.number64(count_if(globals, isOwn)),
      tables.number64(trainMetrics[0]),
      tables.number64(trainMetrics[1]),
      tables.number64(validMetrics[0]),
      tables.number64(validMetrics[1])};
  appendSettings(experiment, fields);
  for (StringRef role :
       {"init", "train_step", "train_metrics", "eval_step", "eval_metrics",
        "predict", "predict_raw", "after", "update", "keep_best", "swap_best"})
    fields.push_back(emitFunction(findFunction(name, role)));
  fields.push_back(emitTwins(name));
  return tables.record<SinterExperiment>(fields);
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

Constant *ProgramEmitter::emitCommand(StringRef command, StringRef role) {
  bool isThere = any_of(module.getOps<mlir::func::FuncOp>(),
                        [&](mlir::func::FuncOp function) {
                          return textAttr(function, roleAttr) == role;
                        });
  if (!isThere)
    return tables.null();
  LLVMContext &context = tables.getContext();
  FunctionType *type =
      FunctionType::get(Type::getInt32Ty(context),
                        {PointerType::getUnqual(context)}, /*isVarArg=*/false);
  return cast<Constant>(
      tables.getModule().getOrInsertFunction(command, type).getCallee());
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
  collectOwners();
  auto emitAll = [&](auto &&range, auto &&emitOne) {
    SmallVector<Constant *> entries;
    for (auto &&entry : range)
      entries.push_back(emitOne(entry));
    return entries;
  };
  SmallVector<Constant *> symbolEntries =
      emitAll(globals, [&](GlobalOp global) { return emitSymbol(global); });
  DataTables dataTables(tables, globals.size(), moduleNumber(storeBytesAttr));
  SmallVector<Constant *> sourceEntries =
      emitAll(sources, [&](const auto &entry) {
        return emitSource(entry.first, dataTables);
      });
  append_range(symbolEntries, dataTables.symbols());
  SmallVector<Constant *> data = emitFunctionsOfRole("data");
  SmallVector<Constant *> experiments =
      emitAll(module.getOps<ExperimentOp>(), [&](ExperimentOp experiment) {
        return emitExperiment(experiment);
      });
  SmallVector<Constant *> programs = emitFunctionsOfRole("program");

  Constant *program = tables.record<SinterProgram>(
      {tables.number32(SINTER_ABI_VERSION),
       tables.number32(requiredFeatures()),
       tables.text("sinter " SINTER_VERSION),
       tables.text(moduleText(modelAttr)),
       tables.text(moduleText(hashAttr)),
       tables.number64(dataTables.storeBytes()),
       tables.number64(moduleNumber(arenaBytesAttr)),
       emitConstants(),
       tables.number64(symbolEntries.size()),
       tables.array(symbolEntries),
       tables.number64(sourceEntries.size()),
       tables.array(sourceEntries),
       tables.number64(data.size()),
       tables.array(data),
       tables.number64(experiments.size()),
       tables.array(experiments),
       tables.number64(programs.size()),
       tables.array(programs),
       emitCommand("sinter_gradcheck", "gradcheck"),
       emitCommand("sinter_selftest", "selftest")});
  new GlobalVariable(tables.getModule(), program->getType(),
                     /*isConstant=*/true, GlobalValue::ExternalLinkage, program,
                     "sinter_program");
}

void sinter::emitProgram(mlir::ModuleOp module, const sinter::Target &target,
                         TableBuilder &tables) {
  ProgramEmitter(module, target, tables).emit();
}
