//===- MemoryMap.cpp - Tensors over time and offset -----------------------===//
//
// `sinter summary --memory-map=FILE` draws the arena of each training step as
// the plan has it: across, the instants of the function; upwards, offsets.
//
//===----------------------------------------------------------------------===//

#include "tools/MemoryMap.h"

#include "ir/Shape.h"
#include "passes/Plan.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace sinter;

namespace {
enum class Phase { Input, Forward, Backward, Scratch };

/// One rectangle of the map.
struct Block {
  std::string name;
  Phase phase;
  uint64_t first, last;
  uint64_t offset, bytes;
};

struct FunctionMap {
  std::string name;
  uint64_t instants = 0, bytes = 0;
  std::vector<Block> blocks;
  /// Launches that write to symbols.
  std::vector<std::pair<uint64_t, std::string>> updates;
};
} // namespace

static StringRef phaseName(Phase phase) {
  static constexpr StringLiteral names[] = {"input", "forward", "backward",
                                            "scratch"};
  return names[unsigned(phase)];
}

static StringRef phaseColor(Phase phase) {
  static constexpr StringLiteral colors[] = {"#9aa5b1", "#4c8bd6", "#e08a3c",
                                             "#c8c8c8"};
  return colors[unsigned(phase)];
}

static std::string nameOf(mlir::Value value) {
  if (mlir::NameLoc name = value.getLoc()->findInstanceOf<mlir::NameLoc>())
    return name.getName().str();
  return "";
}

static uint64_t bytesOf(mlir::Value value) {
  return byteSize(mlir::cast<mlir::RankedTensorType>(value.getType()));
}

//===----------------------------------------------------------------------===//
// From the plan
//===----------------------------------------------------------------------===//

static FunctionMap mapOf(mlir::func::FuncOp function, mlir::ModuleOp module) {
  FunctionMap map;
  map.name = function.getSymName().str();
  map.bytes = uint64_t(
      function->getAttrOfType<mlir::IntegerAttr>(arenaBytesAttr).getInt());
  mlir::Block &body = function.getBody().front();
  Instants instants(body);
  map.instants = instants.count();
  mlir::SymbolTable symbols(module);
  for (mlir::BlockArgument argument : body.getArguments())
    map.blocks.push_back(
        {nameOf(argument), Phase::Input, 0, instants.lastUse(argument, 0),
         bufferOf(argument, symbols).getOffset(), bytesOf(argument)});
  auto addResults = [&](mlir::Operation *op) {
    uint64_t now = instants.of(op);
    for (mlir::OpResult result : op->getResults()) {
      BufferAttr at = bufferOf(result, symbols);
      std::string name = nameOf(result);
      if (at.getSpace() != Space::Arena) {
        map.updates.push_back({now, name});
        continue;
      }
      Phase phase =
          StringRef(name).starts_with("d_") ? Phase::Backward : Phase::Forward;
      map.blocks.push_back({name, phase, now, instants.lastUse(result, now),
                            at.getOffset(), bytesOf(result)});
    }
  };
  function.walk([&](mlir::Operation *op) {
    // Of branches and loops: what they carry.
    if (mlir::isa<LaunchOp, IfOp, WhileOp>(op))
      addResults(op);
    LaunchOp launch = mlir::dyn_cast<LaunchOp>(op);
    if (launch && launch.getAtAttr().size() > launch.getNumResults()) {
      uint64_t now = instants.of(op);
      KernelOp kernel = symbols.lookup<KernelOp>(launch.getKernel());
      BufferAttr at =
          mlir::cast<BufferAttr>(launch.getAtAttr()[launch.getNumResults()]);
      map.blocks.push_back({launch.getKernel().str(), Phase::Scratch, now, now,
                            at.getOffset(), uint64_t(*kernel.getScratch())});
    }
  });
  return map;
}

static std::vector<FunctionMap> mapsOf(mlir::ModuleOp module) {
  std::vector<FunctionMap> maps;
  for (mlir::func::FuncOp function : module.getOps<mlir::func::FuncOp>()) {
    mlir::StringAttr role = function->getAttrOfType<mlir::StringAttr>(roleAttr);
    if (role && role.getValue() == "train_step" && !function.isExternal())
      maps.push_back(mapOf(function, module));
  }
  return maps;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static void writeJson(ArrayRef<FunctionMap> maps, raw_ostream &os) {
  json::OStream out(os, 2);
  out.array([&] {
    for (const FunctionMap &map : maps)
      out.object([&] {
        out.attribute("function", map.name);
        out.attribute("instants", int64_t(map.instants));
        out.attribute("bytes", int64_t(map.bytes));
        out.attributeArray("tensors", [&] {
          for (const Block &block : map.blocks)
            out.object([&] {
              out.attribute("name", block.name);
              out.attribute("phase", phaseName(block.phase));
              out.attribute("first", int64_t(block.first));
              out.attribute("last", int64_t(block.last));
              out.attribute("offset", int64_t(block.offset));
              out.attribute("bytes", int64_t(block.bytes));
            });
        });
        out.attributeArray("updates", [&] {
          for (const std::pair<uint64_t, std::string> &update : map.updates)
            out.object([&] {
              out.attribute("name", update.second);
              out.attribute("instant", int64_t(update.first));
            });
        });
      });
  });
  os << '\n';
}

/// Text for XML.
static std::string escaped(StringRef text) {
  std::string result;
  raw_string_ostream os(result);
  printHTMLEscaped(text, os);
  return result;
}

static void writeSvgMap(const FunctionMap &map, double top, raw_ostream &os) {
  constexpr double width = 960, height = 360, left = 20;
  double perInstant = width / double(map.instants + 1);
  double perByte = height / double(std::max<uint64_t>(map.bytes, 1));
  os << format("<text x=\"%g\" y=\"%g\">", left, top - 8) << escaped(map.name)
     << ", " << map.bytes << " bytes</text>\n";
  os << format("<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" "
               "fill=\"none\" stroke=\"#888\"/>\n",
               left, top, width, height);
  for (const Block &block : map.blocks) {
    os << format("<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" "
                 "fill=\"%s\" stroke=\"#fff\" stroke-width=\"0.4\"><title>",
                 left + double(block.first) * perInstant,
                 top + height - double(block.offset + block.bytes) * perByte,
                 double(block.last - block.first + 1) * perInstant,
                 double(block.bytes) * perByte, phaseColor(block.phase).data())
       << escaped(block.name) << ": " << block.bytes << " bytes at "
       << block.offset << ", " << phaseName(block.phase) << "</title></rect>\n";
  }
  for (const auto &[instant, name] : map.updates)
    os << format("<line x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\" "
                 "stroke=\"#3a9a5b\"><title>update of ",
                 left + double(instant) * perInstant, top,
                 left + double(instant) * perInstant, top + height)
       << escaped(name) << "</title></line>\n";
}

static void writeSvg(ArrayRef<FunctionMap> maps, raw_ostream &os) {
  constexpr double step = 420;
  os << format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1000\" "
               "height=\"%g\" font-family=\"sans-serif\" font-size=\"13\">\n",
               step * double(maps.size()) + 20);
  for (auto [index, map] : enumerate(maps))
    writeSvgMap(map, step * double(index) + 40, os);
  os << "</svg>\n";
}

Error sinter::writeMemoryMap(mlir::ModuleOp module, StringRef path) {
  std::vector<FunctionMap> maps = mapsOf(module);
  return writeToOutput(path, [&](raw_ostream &os) {
    if (path.ends_with(".json"))
      writeJson(maps, os);
    else
      writeSvg(maps, os);
    return Error::success();
  });
}
