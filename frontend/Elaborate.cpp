//===- Elaborate.cpp - The declarations of a file -------------------------===//

#include "frontend/Elaborate.h"
#include "frontend/Elaborator.h"
#include "frontend/Parser.h"
#include "frontend/Prelude.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/JSON.h"

#include "llvm/ADT/StringSet.h"

#include <cmath>

using namespace mlir;
using namespace sinter;

Elaborator::Elaborator(const File &file, const ElaborateOptions &options,
                       MLIRContext *context, SourceManager &sources,
                       Diagnostics &diagnostics)
    : emit(context, sources, diagnostics), lint(emit), file(file),
      options(options), sources(sources), diagnostics(diagnostics) {}

//===----------------------------------------------------------------------===//
// Declarations
//===----------------------------------------------------------------------===//

/// The name that a declaration introduces, with its place.
static std::pair<StringRef, Loc> declaredName(const Stmt *stmt) {
  if (const BindStmt *bind = dyn_cast<BindStmt>(stmt))
    return {bind->name, bind->nameLoc};
  if (const FunctionStmt *function = dyn_cast<FunctionStmt>(stmt))
    return {function->name, function->nameLoc};
  if (const DataStmt *data = dyn_cast<DataStmt>(stmt))
    return {data->name, data->nameLoc};
  if (const TrainStmt *train = dyn_cast<TrainStmt>(stmt))
    return {experimentName(train), train->loc};
  return {};
}

/// Binds the names of a file, which are visible in all of it.
void Elaborator::declareFile(const File &source, Scope &scope) {
  for (const Stmt *stmt : source.body.stmts) {
    auto [name, loc] = declaredName(stmt);
    const FunctionStmt *function = dyn_cast<FunctionStmt>(stmt);
    Object object{Declaration{stmt}};
    if (function && function->kind == Stmt::Kind::Fn)
      object = Object(Closure{function, &scope});
    // An experiment without a name of its own is found by its model's.
    const TrainStmt *train = dyn_cast<TrainStmt>(stmt);
    if (train && train->name.empty())
      continue;
    if (!name.empty())
      declare(scope, name, {std::move(object), loc});
    else if (!isa<TriviaStmt>(stmt))
      isAllowed(stmt, {});
  }
}

/// Two experiments without a name of their own may share a model's.
void Elaborator::checkExperimentNames() {
  llvm::StringMap<const TrainStmt *> unnamed;
  for (const Stmt *stmt : file.body.stmts) {
    const TrainStmt *train = dyn_cast<TrainStmt>(stmt);
    if (!train)
      continue;
    ++experimentCount;
    if (!train->name.empty())
      continue;
    auto [known, isNew] = unnamed.try_emplace(experimentName(train), train);
    if (!isNew)
      emit.error(Code::DuplicateName, train->loc,
                 "two experiments are called '" + experimentName(train) + "'")
          .addNote(known->second->loc, "the first is here")
          .addHelp("'train NAME = " + experimentName(train) +
                   " on ...' gives an experiment a name of its own");
  }
}

//===----------------------------------------------------------------------===//
// Options
//===----------------------------------------------------------------------===//

/// The value of `-D NAME=text` for an option whose default is `standard`;
/// nothing if it has another type.
static std::optional<Object> parseDefine(StringRef text,
                                         const Object &standard) {
  int64_t integer = 0;
  double fraction = 0;
  if (standard.is<bool>()) {
    if (text == "true" || text == "false")
      return Object(text == "true");
  } else if (standard.is<int64_t>()) {
    if (!text.getAsInteger(10, integer))
      return Object(integer);
  } else if (standard.is<double>()) {
    if (!text.getAsDouble(fraction) && std::isfinite(fraction))
      return Object(fraction);
  } else if (standard.characters()) {
    return Object::text(text);
  }
  return std::nullopt;
}

/// The value of `-D NAME=[1, 2]`, read as an option of a file is; nothing if it
/// is no list.
static std::optional<Object>
parseListDefine(Elaborator &elaborator, Scope &scope, SourceManager &sources,
                Diagnostics &diagnostics, StringRef name, StringRef text) {
  if (!text.starts_with("[") || !llvm::json::isUTF8(text))
    return std::nullopt;
  uint32_t id = sources.add("-D " + name.str(),
                            llvm::MemoryBuffer::getMemBufferCopy(
                                ("option " + name + " = " + text).str()));
  File file(id);
  unsigned errorsBefore = diagnostics.numErrors();
  parseDsl(
      file, sources.text(id),
      [&](size_t offset) { return sources.locate(id, offset); }, diagnostics);
  if (diagnostics.numErrors() != errorsBefore)
    return Object::error();
  if (file.body.stmts.size() != 1)
    return std::nullopt;
  const BindStmt *option = dyn_cast<BindStmt>(file.body.stmts.front());
  const ListExpr *list = option ? dyn_cast<ListExpr>(option->value) : nullptr;
  return list ? std::optional(elaborator.evaluate(list, scope)) : std::nullopt;
}

void Elaborator::evaluateOption(const BindStmt *option) {
  Binding *binding = fileScope->findHere(option->name);
  if (!binding || !(binding->loc == option->nameLoc))
    return;
  Object value =
      option->value ? evaluate(option->value, *fileScope) : Object::error();
  if (!value.isAbsorbing() && !value.isNumber() && !value.characters() &&
      !value.list()) {
    emit.error(Code::WrongType, option->value->loc,
               "an option is a number, a truth value, a text or a list, this "
               "is " +
                   describe(value));
    value = Object::error();
  }
  for (const auto &[name, text] : options.defines) {
    if (name != option->name || value.isAbsorbing())
      continue;
    std::optional<Object> parsed =
        value.list() ? parseListDefine(*this, *fileScope, sources, diagnostics,
                                       name, text)
                     : parseDefine(text, value);
    if (parsed) {
      value = *parsed;
      continue;
    }
    emit.error(Code::BadOption, option->nameLoc,
               "'-D " + name + "=" + text +
                   "' does not fit the option, whose "
                   "default is " +
                   describe(value));
    value = Object::error();
  }
  fileScope->findHere(option->name)->object = std::move(value);
}

void Elaborator::checkDefines() {
  SmallVector<StringRef> known;
  for (const Stmt *stmt : file.body.stmts)
    if (stmt->kind == Stmt::Kind::Option)
      known.push_back(cast<BindStmt>(stmt)->name);
  for (const auto &[name, text] : options.defines) {
    if (llvm::is_contained(known, name))
      continue;
    Diagnostic &diagnostic =
        emit.error(Code::BadOption, {},
                   "'-D " + name + "=" + text + "': the file has no option '" +
                       name + "'");
    StringRef closest = closestName(name, known);
    if (!closest.empty())
      diagnostic.addHelp("did you mean '" + closest + "'?");
  }
}

//===----------------------------------------------------------------------===//
// Selection
//===----------------------------------------------------------------------===//

bool Elaborator::isSelected(StringRef name) {
  return options.only.empty() || llvm::is_contained(options.only, name);
}

void Elaborator::checkSelection() {
  SmallVector<StringRef> known;
  for (const Stmt *stmt : file.body.stmts)
    if (isa<TrainStmt>(stmt) || stmt->kind == Stmt::Kind::Program)
      known.push_back(declaredName(stmt).first);
  for (const std::string &name : options.only) {
    if (llvm::is_contained(known, name))
      continue;
    Diagnostic &diagnostic =
        emit.error(Code::UnknownName, {},
                   "the file has no experiment or program '" + name + "'");
    StringRef closest = closestName(name, known);
    if (!closest.empty())
      diagnostic.addHelp("did you mean '" + closest + "'?");
  }
}

//===----------------------------------------------------------------------===//
// The whole file
//===----------------------------------------------------------------------===//

void Elaborator::elaborateProgram(const FunctionStmt *program) {
  ContextScope context(*this);
  Frame body(emit, *module, program->nameLoc, program->name, "program",
             program->name, Draws::PerRun);
  frame = &body;
  blockKind = BlockKind::Program;
  emit.builder.setInsertionPointToEnd(&body.function.front());
  streams.enter(program->name);
  execute(*program->body, newScope(fileScope));
  streams.leave();
  body.finish(program->nameLoc);
}

void Elaborator::elaborateDeclarations() {
  for (const Stmt *stmt : file.body.stmts) {
    if (const TrainStmt *train = dyn_cast<TrainStmt>(stmt)) {
      if (isSelected(experimentName(train)))
        elaborateExperiment(*experimentOf(train));
    } else if (stmt->kind == Stmt::Kind::Program) {
      const FunctionStmt *program = cast<FunctionStmt>(stmt);
      if (isSelected(program->name))
        elaborateProgram(program);
    } else if (const DataStmt *data = dyn_cast<DataStmt>(stmt)) {
      if (options.only.empty())
        elaborateSection(*sectionOf(data));
    }
  }
  if (options.only.empty())
    checkUntrainedModels();
}

/// Models that can be elaborated without arguments; the others are known only
/// where they are used.
void Elaborator::checkUntrainedModels() {
  for (const Stmt *stmt : file.body.stmts) {
    if (stmt->kind != Stmt::Kind::Model)
      continue;
    const FunctionStmt *model = cast<FunctionStmt>(stmt);
    bool hasDefaults =
        llvm::all_of(model->params, [](const Parameter &parameter) {
          return parameter.value != nullptr;
        });
    if (hasDefaults && !isTrained(model))
      checkModel(model);
  }
}

/// Removes the sources that were looked at for their types alone.
static void eraseUnusedSources(ModuleOp module) {
  llvm::StringSet<> used;
  for (func::FuncOp function : module.getOps<func::FuncOp>())
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (FlatSymbolRefAttr source =
              function.getArgAttrOfType<FlatSymbolRefAttr>(i, sourceAttr))
        used.insert(source.getValue());
  for (SourceOp source : llvm::make_early_inc_range(module.getOps<SourceOp>()))
    if (!used.contains(source.getSymName()))
      source.erase();
}

OwningOpRef<ModuleOp> Elaborator::run() {
  std::unique_ptr<llvm::MemoryBuffer> text =
      llvm::MemoryBuffer::getMemBuffer(preludeText(), "prelude.sinter");
  emit.preludeFile = sources.add("prelude.sinter", std::move(text));
  prelude = std::make_unique<File>(emit.preludeFile);
  uint32_t id = emit.preludeFile;
  parseDsl(
      *prelude, preludeText(),
      [&](size_t offset) { return sources.locate(id, offset); }, diagnostics);
  module = ModuleOp::create(
      FileLineColLoc::get(emit.context(), sources.name(file.id()), 1, 1));
  emit.builder.setInsertionPointToEnd(module->getBody());

  preludeScope = &newScope(nullptr);
  declareFile(*prelude, *preludeScope);
  fileScope = &newScope(preludeScope);
  declareFile(file, *fileScope);
  checkExperimentNames();
  checkDefines();
  checkSelection();
  for (const Stmt *stmt : file.body.stmts)
    if (stmt->kind == Stmt::Kind::Option)
      evaluateOption(cast<BindStmt>(stmt));
  elaborateDeclarations();
  if (diagnostics.hasErrors())
    return nullptr;
  lint.reportUnused();
  eraseUnusedSources(*module);
  return std::move(module);
}

OwningOpRef<ModuleOp> sinter::elaborate(const File &file,
                                        const ElaborateOptions &options,
                                        MLIRContext *context,
                                        SourceManager &sources,
                                        Diagnostics &diagnostics) {
  return Elaborator(file, options, context, sources, diagnostics).run();
}
