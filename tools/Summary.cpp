//===- Summary.cpp - sinter summary: what a program will need -------------===//
//
// Layers, parameters and memory of every experiment, from the plan that the
// program is made of: the numbers are those it uses.
//
//===----------------------------------------------------------------------===//

#include "tools/Commands.h"
#include "tools/MemoryMap.h"

#include "ir/Shape.h"
#include "ir/SinterOps.h"
#include "passes/Plan.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace sinter;

namespace {
/// The parameters whose names share a prefix, or one parameter.
struct Layer {
  std::string name;
  /// Of what the layer computes; empty if that has no name of its own.
  std::string shape;
  int64_t params = 0;
  /// Multiplications and additions of contractions in one forward pass.
  int64_t flops = 0;
};

struct FunctionBytes {
  std::string role;
  /// All of the arena, and the part that is scratch of single kernels.
  int64_t arena = 0, workspace = 0, inputs = 0, activations = 0, gradients = 0;
  int64_t live = 0, launches = 0;
};

struct ExperimentSummary {
  std::string name;
  int64_t batch = 0;
  std::vector<Layer> layers;
  int64_t params = 0, paramBytes = 0, stateBytes = 0;
  std::vector<FunctionBytes> functions;
};

struct Summary {
  std::vector<ExperimentSummary> experiments;
  int64_t store = 0, arena = 0, constants = 0;
  /// Machine code of the model's own functions.
  int64_t code = 0;
};
} // namespace

//===----------------------------------------------------------------------===//
// Collecting
//===----------------------------------------------------------------------===//

static mlir::RankedTensorType typeOf(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType());
}

static StringRef nameOf(mlir::Location loc) {
  mlir::NameLoc name = loc->findInstanceOf<mlir::NameLoc>();
  return name ? name.getName().getValue() : StringRef();
}

static mlir::func::FuncOp findFunction(mlir::ModuleOp module, StringRef owner,
                                       StringRef wanted) {
  for (mlir::func::FuncOp function : module.getOps<mlir::func::FuncOp>()) {
    mlir::StringAttr role = function->getAttrOfType<mlir::StringAttr>(roleAttr);
    mlir::StringAttr of = function->getAttrOfType<mlir::StringAttr>(ownerAttr);
    if (role && of && of.getValue() == owner && role.getValue() == wanted)
      return function;
  }
  return nullptr;
}

/// Twice the products of a contraction, batch at its bound.
static int64_t flopsOf(ContractOp contract) {
  ContractSpec spec = *parseContractSpec(contract.getSpec());
  std::string seen;
  int64_t product = 2;
  auto addDims = [&](StringRef letters, mlir::Value value) {
    for (auto [letter, dim] : zip(letters, dimsOf(value)))
      if (seen.find(letter) == std::string::npos) {
        seen += letter;
        product = std::min(product * dim.size, maxBytes);
      }
  };
  addDims(spec.lhs, contract.getLhs());
  addDims(spec.rhs, contract.getRhs());
  return product;
}

/// Adds the forward contractions that read a layer's parameters.
static void addForward(mlir::ModuleOp module, mlir::func::FuncOp predict,
                       MapVector<StringRef, Layer> &layers) {
  if (!predict)
    return;
  mlir::SymbolTable symbols(module);
  predict.walk([&](LaunchOp launch) {
    Layer *layer = nullptr;
    for (mlir::Value operand : launch.getOperands())
      if (LoadOp load = operand.getDefiningOp<LoadOp>()) {
        GlobalOp global = symbols.lookup<GlobalOp>(load.getSymbol());
        auto found = layers.find(global.getLabel().split('.').first);
        if (!layer && found != layers.end())
          layer = &found->second;
      }
    if (!layer)
      return;
    KernelOp kernel = symbols.lookup<KernelOp>(launch.getKernel());
    for (ContractOp contract : kernel.getBody().front().getOps<ContractOp>()) {
      layer->flops += flopsOf(contract);
      layer->shape = toString(dimsOf(launch.getResult(0)));
    }
  });
}

static FunctionBytes bytesOf(mlir::ModuleOp module, mlir::func::FuncOp function,
                             StringRef role) {
  FunctionBytes bytes;
  bytes.role = role.str();
  auto number = [&](StringRef name) {
    return function->getAttrOfType<mlir::IntegerAttr>(name).getInt();
  };
  bytes.arena = number(arenaBytesAttr);
  bytes.live = number(liveBytesAttr);
  mlir::SymbolTable symbols(module);
  for (mlir::BlockArgument argument : function.getArguments())
    bytes.inputs += byteSize(typeOf(argument));
  function.walk([&](LaunchOp launch) {
    ++bytes.launches;
    KernelOp kernel = symbols.lookup<KernelOp>(launch.getKernel());
    bytes.workspace =
        std::max<int64_t>(bytes.workspace, kernel.getScratch().value_or(0));
    for (mlir::OpResult result : launch->getResults()) {
      BufferAttr at =
          mlir::cast<BufferAttr>(launch.getAtAttr()[result.getResultNumber()]);
      if (at.getSpace() != Space::Arena)
        continue;
      bool isGradient = nameOf(result.getLoc()).starts_with("d_");
      (isGradient ? bytes.gradients : bytes.activations) +=
          byteSize(typeOf(result));
    }
  });
  return bytes;
}

static ExperimentSummary summarize(mlir::ModuleOp module,
                                   ExperimentOp experiment) {
  ExperimentSummary summary;
  summary.name = experiment.getSymName().str();
  summary.batch = experiment.getBatch();
  MapVector<StringRef, Layer> layers;
  for (GlobalOp global : module.getOps<GlobalOp>()) {
    if (global.getOwner() != experiment.getSymName())
      continue;
    mlir::RankedTensorType type =
        mlir::cast<mlir::RankedTensorType>(global.getType());
    if (global.getKind() == GlobalKind::State)
      summary.stateBytes += byteSize(type);
    if (global.getKind() != GlobalKind::Param &&
        global.getKind() != GlobalKind::Frozen)
      continue;
    summary.paramBytes += byteSize(type);
    int64_t count = *elementCount(dimsOf(type));
    summary.params += count;
    StringRef name = global.getLabel().split('.').first;
    Layer &layer = layers[name];
    layer.name = name.str();
    layer.params += count;
  }
  addForward(module, findFunction(module, summary.name, "predict"), layers);
  for (auto &[name, layer] : layers)
    summary.layers.push_back(std::move(layer));
  for (StringRef role : {"train_step", "eval_step", "predict"})
    if (mlir::func::FuncOp function = findFunction(module, summary.name, role))
      summary.functions.push_back(bytesOf(module, function, role));
  return summary;
}

static Summary summarize(mlir::ModuleOp module) {
  Summary summary;
  for (ExperimentOp experiment : module.getOps<ExperimentOp>())
    summary.experiments.push_back(summarize(module, experiment));
  auto total = [&](StringRef name) {
    mlir::IntegerAttr bytes = module->getAttrOfType<mlir::IntegerAttr>(name);
    return bytes ? bytes.getInt() : 0;
  };
  summary.store = total(storeBytesAttr);
  summary.arena = total(arenaBytesAttr);
  summary.constants = total(constantBytesAttr);
  return summary;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static void writeJson(const Summary &summary, raw_ostream &os) {
  json::OStream out(os, 2);
  auto writeExperiment = [&](const ExperimentSummary &experiment) {
    out.attribute("name", experiment.name);
    out.attribute("batch", experiment.batch);
    out.attribute("parameters", experiment.params);
    out.attribute("parameter_bytes", experiment.paramBytes);
    out.attribute("state_bytes", experiment.stateBytes);
    out.attributeArray("layers", [&] {
      for (const Layer &layer : experiment.layers)
        out.object([&] {
          out.attribute("name", layer.name);
          out.attribute("shape", layer.shape);
          out.attribute("parameters", layer.params);
          out.attribute("flops", layer.flops);
        });
    });
    out.attributeArray("functions", [&] {
      for (const FunctionBytes &function : experiment.functions)
        out.object([&] {
          out.attribute("role", function.role);
          out.attribute("arena_bytes", function.arena);
          out.attribute("max_live_bytes", function.live);
          out.attribute("input_bytes", function.inputs);
          out.attribute("activation_bytes", function.activations);
          out.attribute("gradient_bytes", function.gradients);
          out.attribute("workspace_bytes", function.workspace);
          out.attribute("launches", function.launches);
        });
    });
  };
  out.object([&] {
    out.attributeArray("experiments", [&] {
      for (const ExperimentSummary &experiment : summary.experiments)
        out.object([&] { writeExperiment(experiment); });
    });
    out.attribute("store_bytes", summary.store);
    out.attribute("arena_bytes", summary.arena);
    out.attribute("constant_bytes", summary.constants);
    out.attribute("code_bytes", summary.code);
  });
  os << '\n';
}

namespace {
/// Rows of cells, as aligned text or as Markdown.
class TableWriter {
public:
  TableWriter(raw_ostream &os, bool markdown) : os(os), markdown(markdown) {}

  void row(ArrayRef<std::string> cells) { rows.emplace_back(cells); }
  void finish();

private:
  raw_ostream &os;
  bool markdown;
  std::vector<std::vector<std::string>> rows;
};
} // namespace

/// The first column and text are aligned to the left, numbers to the right.
void TableWriter::finish() {
  std::vector<size_t> widths(rows.front().size());
  for (const std::vector<std::string> &row : rows)
    for (auto [width, cell] : zip(widths, row))
      width = std::max(width, cell.size());
  for (auto [number, row] : enumerate(rows)) {
    os << (markdown ? "|" : " ");
    for (auto [column, cell] : enumerate(row)) {
      bool isNumber = column > 0 && !cell.empty() && isDigit(cell.back());
      os << ' ';
      if (isNumber)
        os << right_justify(cell, widths[column]);
      else
        os << left_justify(cell, widths[column]);
      os << (markdown ? " |" : " ");
    }
    os << '\n';
    if (markdown && number == 0) {
      os << '|';
      for (size_t width : widths)
        os << std::string(width + 2, '-') << '|';
      os << '\n';
    }
  }
  rows.clear();
}

static void writeTables(const Summary &summary, bool markdown,
                        raw_ostream &os) {
  auto number = [](int64_t value) { return std::to_string(value); };
  for (const ExperimentSummary &experiment : summary.experiments) {
    os << (markdown ? "## " : "") << experiment.name << " (batch "
       << experiment.batch << ")\n"
       << (markdown ? "\n" : "");
    TableWriter table(os, markdown);
    table.row({"layer", "shape", "parameters", "flops"});
    for (const Layer &layer : experiment.layers)
      table.row(
          {layer.name, layer.shape, number(layer.params), number(layer.flops)});
    table.row({"all", "", number(experiment.params), ""});
    table.finish();
    os << '\n';
    table.row({"bytes of", "arena", "max live", "inputs", "activations",
               "gradients", "workspace", "launches"});
    for (const FunctionBytes &f : experiment.functions)
      table.row({f.role, number(f.arena), number(f.live), number(f.inputs),
                 number(f.activations), number(f.gradients),
                 number(f.workspace), number(f.launches)});
    table.finish();
    os << '\n'
       << (markdown ? "" : "  ") << "parameters " << experiment.paramBytes
       << " bytes, optimizer and model state " << experiment.stateBytes
       << " bytes\n\n";
  }
  os << "store " << summary.store << " bytes, arena " << summary.arena
     << " bytes, constants " << summary.constants << " bytes, code "
     << summary.code << " bytes\n";
}

ExitCode sinter::runSummary(const Command &command) {
  if (command.words.size() != 1)
    return report(createStringError("'summary' wants one file"), UsageError);
  Driver driver(command);
  if (ExitCode code = driver.read(command.words[0]))
    return code;
  if (ExitCode code = driver.elaborate({}))
    return code;
  if (ExitCode code = driver.lowerTo(Stage::Plan))
    return code;
  Summary summary = summarize(driver.getModule());
  if (!command.memoryMap.empty())
    if (Error error = writeMemoryMap(driver.getModule(), command.memoryMap))
      return report(std::move(error));
  if (ExitCode code = driver.measureCode(summary.code))
    return code;
  if (command.format == Command::Format::Json)
    writeJson(summary, outs());
  else
    writeTables(summary, command.format == Command::Format::Markdown, outs());
  return Success;
}
