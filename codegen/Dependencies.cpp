//===- Dependencies.cpp - What a function needs before its call -----------===//

#include "codegen/Dependencies.h"
#include "ir/SinterOps.h"

#include "mlir/IR/BuiltinOps.h"

using namespace llvm;
using namespace sinter;

/// The storage that a function reads: loaded, or fed by rows.
static SmallVector<GlobalOp> globalsRead(const mlir::SymbolTable &symbols,
                                         mlir::func::FuncOp function) {
  SmallVector<GlobalOp> globals;
  auto add = [&](mlir::FlatSymbolRefAttr symbol) {
    if (GlobalOp global = symbols.lookup<GlobalOp>(symbol.getValue()))
      globals.push_back(global);
  };
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (mlir::FlatSymbolRefAttr source =
            function.getArgAttrOfType<mlir::FlatSymbolRefAttr>(i, sourceAttr))
      add(source);
  function.walk([&](LoadOp load) { add(load.getSymbolAttr()); });
  return globals;
}

static mlir::func::FuncOp sectionFunction(const mlir::SymbolTable &symbols,
                                          StringRef section) {
  mlir::ModuleOp module = mlir::cast<mlir::ModuleOp>(symbols.getOp());
  for (mlir::func::FuncOp function : module.getOps<mlir::func::FuncOp>()) {
    auto textOf = [&](StringRef name) {
      mlir::StringAttr attribute =
          function->getAttrOfType<mlir::StringAttr>(name);
      return attribute ? attribute.getValue() : StringRef();
    };
    if (textOf(roleAttr) == "data" && textOf(ownerAttr) == section)
      return function;
  }
  return {};
}

Dependencies sinter::dependenciesOf(const mlir::SymbolTable &symbols,
                                    mlir::func::FuncOp function) {
  Dependencies result;
  mlir::StringAttr ownerName =
      function->getAttrOfType<mlir::StringAttr>(ownerAttr);
  StringRef owner = ownerName ? ownerName.getValue() : StringRef();
  // A section stays on the stack until what it needs has been listed.
  struct Visit {
    mlir::func::FuncOp function;
    StringRef section;
    SmallVector<GlobalOp> globals;
    size_t next = 0;
  };
  SmallVector<Visit> stack;
  SetVector<StringRef> open;
  stack.push_back({function, "", globalsRead(symbols, function)});
  while (!stack.empty()) {
    Visit &visit = stack.back();
    if (visit.next == visit.globals.size()) {
      if (!visit.section.empty())
        result.sections.insert(visit.section);
      stack.pop_back();
      continue;
    }
    GlobalOp global = visit.globals[visit.next++];
    StringRef name = global.getOwner();
    if (global.getKind() != GlobalKind::Column) {
      if (name != owner)
        result.experiments.insert(name);
      continue;
    }
    if (name == owner || !open.insert(name))
      continue;
    if (mlir::func::FuncOp section = sectionFunction(symbols, name))
      stack.push_back({section, name, globalsRead(symbols, section)});
  }
  return result;
}
