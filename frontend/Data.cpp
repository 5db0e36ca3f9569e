//===- Data.cpp - Data sections and their columns -------------------------===//

#include "frontend/Table.h"

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Sections
//===----------------------------------------------------------------------===//

DataSection *Elaborator::sectionOf(const DataStmt *stmt) {
  for (DataSection &known : sections)
    if (known.loc == stmt->nameLoc)
      return &known;
  DataSection &section = sections.emplace_back();
  section.name = stmt->name.str();
  section.loc = stmt->nameLoc;
  section.body = stmt->body;
  if (stmt->body)
    return &section;

  // `data NAME = source(...)`: a section that the library declares.
  const CallExpr *call = dyn_cast<CallExpr>(stmt->value);
  const NameExpr *name = call ? dyn_cast<NameExpr>(call->callee) : nullptr;
  Binding *binding = name ? preludeScope->find(name->name) : nullptr;
  const Declaration *source =
      binding ? binding->object.as<Declaration>() : nullptr;
  if (source && isa<DataStmt>(source->stmt) && call->args.empty()) {
    section.body = cast<DataStmt>(source->stmt)->body;
    return &section;
  }
  if (name && (name->name == "table" || name->name == "csv")) {
    section.table = call;
    return &section;
  }
  section.state = DataSection::State::Failed;
  emit.error(Code::UnknownName, stmt->value->loc, "this is no data source")
      .addHelp("'data " + section.name +
               " = fashion_mnist()', '= csv(\"points.csv\")', '= table(train = "
               "csv(\"train.csv\"))' or a block of columns");
  return &section;
}

/// `features [n, k]` and `label [n, 1]`, and the features to predict from; of a
/// file alone, each of its columns [n].
void Elaborator::elaborateTable(DataSection &target) {
  target.state = DataSection::State::Failed;
  TableReader reader(*this, *fileScope, target.name, options.dataDir);
  if (!reader.read(*target.table))
    return;
  auto addColumn = [&](DataPart &to, StringRef name, FileReference file,
                       int64_t numRows, std::optional<int64_t> width) {
    Dims dims{{numRows, {}}};
    if (width)
      dims.push_back({*width, {}});
    file.tableType = makeTensor(dims, emit.f32());
    dims.front() = {maxDim, emit.builder.getStringAttr("rows")};
    DataColumn column{
        name.str(), target.table->loc, to.path() + "." + name.str(), {}, {}};
    column.rowType = makeTensor(dims, emit.f32());
    column.file = std::make_shared<const FileReference>(std::move(file));
    to.columns.push_back(std::move(column));
  };
  auto addPart = [&](StringRef name) -> DataPart & {
    DataPart &added = target.parts.emplace_back();
    added.section = &target;
    added.name = name.str();
    added.loc = target.loc;
    return added;
  };
  DataPart &whole = addPart("");
  for (const std::string &name : reader.plainColumns())
    addColumn(whole, name, reader.plainColumn(name), reader.numTrainRows(),
              std::nullopt);
  if (reader.width() > 0)
    addColumn(whole, "features", reader.features(reader.trainPath()),
              reader.numTrainRows(), reader.width());
  if (reader.hasLabel())
    addColumn(whole, "label", reader.label(), reader.numTrainRows(), 1);
  if (!reader.predictPath().empty())
    addColumn(addPart("predict"), "features",
              reader.features(reader.predictPath()), reader.numPredictRows(),
              reader.width());
  target.state = DataSection::State::Done;
}

/// Makes parts of the ranges of `split`, once the columns are known.
static void addSplits(DataSection &target) {
  const DataPart *whole = target.find("");
  const std::pair<StringRef, std::optional<RowRange>> ranges[] = {
      {"train", target.trainRows},
      {"valid", target.validRows},
      {"test", target.testRows},
      {"predict", target.predictRows}};
  for (const auto &[name, range] : ranges)
    if (whole && range) {
      DataPart &split = target.splits.emplace_back(*whole);
      split.name = name.str();
      split.range = range;
    }
}

void Elaborator::elaborateSection(DataSection &target) {
  if (target.state == DataSection::State::Running) {
    target.state = DataSection::State::Failed;
    emit.error(Code::Recursion, target.loc,
               "the data section '" + target.name + "' depends on itself");
    return;
  }
  if (target.state != DataSection::State::Declared)
    return;
  target.state = DataSection::State::Running;
  ContextScope context(*this);
  blockKind = BlockKind::Data;
  section = &target;
  unsigned errorsBefore = diagnostics.numErrors();
  if (target.table) {
    elaborateTable(target);
    return;
  }
  // The seed is known before the first draw, wherever it stands.
  for (const Stmt *stmt : target.body->stmts)
    if (stmt->kind == Stmt::Kind::Setting)
      executeDataSetting(cast<ValueStmt>(stmt), *fileScope);

  Frame columns(emit, *module, target.loc, target.name + ".columns", "data",
                target.name, Draws::Once);
  columns.fixedSeed = target.seed;
  frame = &columns;
  emit.builder.setInsertionPointToEnd(&columns.function.front());
  streams.enter(target.name);
  target.parts.push_back({});
  DataPart &whole = target.parts.back();
  whole.section = &target;
  whole.loc = target.loc;
  whole.body = target.body;
  part = &whole;
  whole.scope = &newScope(fileScope);
  execute(*target.body, *whole.scope);
  streams.leave();
  for (DataPart &each : target.parts)
    settleColumns(each);
  // A column may be called `columns`, too.
  if (whole.find("columns"))
    columns.function.setName(target.name + "..columns");
  if (whole.columns.empty() && target.parts.size() > 1)
    target.parts.pop_front();
  else if (target.parts.size() > 1)
    emit.error(Code::Misplaced, whole.columns.front().loc,
               "a column beside sections; put it into one of them");
  for (const DataPart &each : target.parts)
    checkRowCounts(each);
  addSplits(target);
  columns.finish(target.loc);
  if (llvm::hasSingleElement(columns.function.front()))
    columns.function.erase();
  if (target.state == DataSection::State::Running)
    target.state = diagnostics.numErrors() == errorsBefore
                       ? DataSection::State::Done
                       : DataSection::State::Failed;
}

/// All columns of a part have one number of rows.
void Elaborator::checkRowCounts(const DataPart &target) {
  const DataColumn *first = nullptr;
  for (const DataColumn &column : target.columns) {
    if (!column.type)
      continue;
    if (!first) {
      first = &column;
    } else if (column.type.getDimSize(0) != first->type.getDimSize(0)) {
      emit.error(Code::ShapeMismatch, column.loc,
                 "column '" + column.name + "' has " +
                     Twine(column.type.getDimSize(0)) + " rows, '" +
                     first->name + "' has " + Twine(first->type.getDimSize(0)))
          .addNote(first->loc, "'" + first->name + "' is declared here");
    }
  }
}

void Elaborator::executeDataSection(const BlockStmt *stmt, Scope &scope) {
  if (!part->name.empty()) {
    emit.error(Code::Misplaced, stmt->loc, "a section within a section");
    return;
  }
  if (const DataPart *known = section->find(stmt->name)) {
    emit.error(Code::DuplicateName, stmt->loc,
               "the section '" + stmt->name + "' stands twice")
        .addNote(known->loc, "the first is here");
    return;
  }
  DataPart *outer = part;
  DataPart &inner = section->parts.emplace_back();
  inner.section = section;
  inner.name = stmt->name.str();
  inner.loc = stmt->loc;
  inner.body = stmt->body;
  part = &inner;
  streams.enter(stmt->name);
  inner.scope = &newScope(&scope);
  execute(*stmt->body, *inner.scope);
  streams.leave();
  part = outer;
}

void Elaborator::executeDataSetting(const ValueStmt *stmt, Scope &scope) {
  if (stmt->name != "seed") {
    emit.error(Code::UnknownSetting, stmt->nameLoc,
               "a data section has no setting '" + stmt->name + "'")
        .addHelp("its settings are: seed");
    return;
  }
  if (std::optional<int64_t> seed =
          evaluateInteger(stmt->value, scope, "'seed'"))
    section->seed = *seed;
}

//===----------------------------------------------------------------------===//
// Columns
//===----------------------------------------------------------------------===//

void Elaborator::executeColumn(const BindStmt *stmt, Scope &scope) {
  Object object;
  if (stmt->value) {
    object = evaluateBound(stmt, scope);
    if (!declare(scope, stmt->name, {object, stmt->nameLoc}))
      return;
  } else if (Binding *binding = scope.find(stmt->name)) {
    object = binding->object;
    lint.noteUse(binding->loc);
  } else {
    unknownName(stmt->nameLoc, stmt->name, scope);
    return;
  }
  if (const DataColumn *known = part->find(stmt->name)) {
    emit.error(Code::DuplicateName, stmt->nameLoc,
               "the column '" + stmt->name + "' is declared twice")
        .addNote(known->loc, "it is declared here first");
    return;
  }
  DataColumn column{stmt->name.str(),
                    stmt->nameLoc,
                    part->path() + "." + stmt->name.str(),
                    {},
                    {}};
  if (object.isError()) {
    // Reported where it arose, be it in another section.
    section->state = DataSection::State::Failed;
    return;
  }
  if (!object.isAbsorbing()) {
    if (!storeColumn(column, object))
      return;
    part->wholeValues.try_emplace(stmt->name, stmt->nameLoc);
  }
  part->columns.push_back(std::move(column));
}

/// Makes `object` the rows of a column, computed once.
bool Elaborator::storeColumn(DataColumn &column, const Object &object) {
  std::optional<Tensor> tensor = toTensor(column.loc, object);
  if (!tensor)
    return false;
  if (tensor->type().getRank() == 0) {
    emit.error(Code::ShapeMismatch, column.loc,
               "a column has rows, this is " +
                   describe(object.isNumber() ? object : Object(*tensor)));
    return false;
  }
  column.type = tensor->type();
  addGlobal(column.loc, GlobalKind::Column, column.symbol, column.symbol,
            section->name, column.type);
  StoreOp::create(emit.builder, emit.at(column.loc), tensor->value,
                  FlatSymbolRefAttr::get(emit.context(), column.symbol));
  return true;
}

void Elaborator::executeSplit(const ArgsStmt *stmt, Scope &scope) {
  for (const Argument &argument : stmt->args) {
    Object object = evaluate(argument.value, scope);
    if (object.isAbsorbing())
      continue;
    const IntegerRange *range = object.as<IntegerRange>();
    std::optional<RowRange> *slot =
        argument.name == "train"     ? &section->trainRows
        : argument.name == "valid"   ? &section->validRows
        : argument.name == "test"    ? &section->testRows
        : argument.name == "predict" ? &section->predictRows
                                     : nullptr;
    if (!slot) {
      emit.error(Code::WrongArguments, argument.loc,
                 "'split' gives ranges of rows by name: train, valid, test, "
                 "predict")
          .addHelp("'split train = 0..800, valid = 800..1000'");
      continue;
    }
    if (!range) {
      emit.error(Code::WrongType, argument.value->loc,
                 "'split' wants a range of rows, this is " + describe(object));
      continue;
    }
    if (range->lo < 0 || range->hi <= range->lo) {
      emit.error(Code::BadValue, argument.value->loc,
                 "the range " + Twine(range->lo) + ".." + Twine(range->hi) +
                     " has no rows");
      continue;
    }
    *slot = RowRange{range->lo, range->hi};
  }
}
