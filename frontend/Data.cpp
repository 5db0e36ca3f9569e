//===- Data.cpp - Data sections and their columns -------------------------===//

#include "frontend/Elaborator.h"

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
  section.state = DataSection::State::Failed;
  bool isKnown = name && (name->name == "table" || name->name == "csv" ||
                          name->name == "npy" || name->name == "safetensors");
  if (isKnown)
    emit.unsupported(stmt->value->loc, "the data source '" + name->name + "'");
  else
    emit.error(Code::UnknownName, stmt->value->loc, "this is no data source")
        .addHelp("'data " + section.name +
                 " = fashion_mnist()', or a block "
                 "of columns");
  return &section;
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
  execute(*target.body, newScope(fileScope));
  streams.leave();
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
  execute(*stmt->body, newScope(&scope));
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
                    {}};
  if (object.isError())
    return;
  if (!object.isAbsorbing()) {
    std::optional<Tensor> tensor = toTensor(stmt->nameLoc, object);
    if (!tensor)
      return;
    if (tensor->type().getRank() == 0) {
      emit.error(Code::ShapeMismatch, stmt->nameLoc,
                 "a column has rows, this is " +
                     describe(object.isNumber() ? object : Object(*tensor)));
      return;
    }
    part->wholeValues.try_emplace(stmt->name, stmt->nameLoc);
    column.type = tensor->type();
    addGlobal(stmt->nameLoc, GlobalKind::Column, column.symbol, column.symbol,
              section->name, column.type);
    StoreOp::create(emit.builder, emit.at(stmt->nameLoc), tensor->value,
                    FlatSymbolRefAttr::get(emit.context(), column.symbol));
  }
  part->columns.push_back(std::move(column));
}

void Elaborator::executeSplit(const ArgsStmt *stmt, Scope &scope) {
  for (const Argument &argument : stmt->args) {
    Object object = evaluate(argument.value, scope);
    if (object.isAbsorbing())
      continue;
    const IntegerRange *range = object.as<IntegerRange>();
    std::optional<RowRange> *slot =
        argument.name == "train"   ? &section->trainRows
        : argument.name == "valid" ? &section->validRows
                                   : nullptr;
    if (!slot) {
      if (argument.name == "test" || argument.name == "predict")
        emit.unsupported(argument.loc, "a split for '" + argument.name + "'");
      else
        emit.error(Code::WrongArguments, argument.loc,
                   "'split' gives ranges of rows by name")
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

//===----------------------------------------------------------------------===//
// Use of columns
//===----------------------------------------------------------------------===//

Object Elaborator::sectionField(Loc loc, const DataPart &target,
                                StringRef name) {
  if (const DataColumn *column = target.find(name)) {
    if (column->type)
      return emit.load(loc, column->symbol, column->type);
    emit.unsupported(loc, "the rows of a file outside of training");
    return Object::error();
  }
  SmallVector<StringRef> candidates;
  for (const DataColumn &column : target.columns)
    candidates.push_back(column.name);
  Diagnostic &diagnostic =
      emit.error(Code::UnknownName, loc,
                 "'" + target.path() + "' has no column '" + name + "'");
  StringRef closest = closestName(name, candidates);
  if (!closest.empty())
    diagnostic.addHelp("did you mean '" + closest + "'?");
  return Object::error();
}

Object Elaborator::declarationField(Loc loc, const Declaration &declaration,
                                    StringRef name) {
  if (const DataStmt *stmt = dyn_cast<DataStmt>(declaration.stmt)) {
    DataSection *target = sectionOf(stmt);
    elaborateSection(*target);
    if (target->state != DataSection::State::Done)
      return Object::error();
    if (const DataPart *inner = target->find(name))
      return Object(inner);
    return sectionField(loc, target->parts.front(), name);
  }
  if (Experiment *experiment = experimentNamed(declaration, loc)) {
    elaborateExperiment(*experiment);
    if (!experiment->isValid)
      return Object::error();
    return experimentField(loc, *experiment, name);
  }
  return Object::error();
}

/// A value of a batch, taken from a column. The rows of a file are taken to
/// have the shape that the model wants.
Object Elaborator::columnRows(const BindStmt *input, const DataPart &source,
                              RankedTensorType type) {
  const DataColumn *column = source.find(input->name);
  if (column->type) {
    Dims dims = dimsOf(column->type);
    dims.front() = dimsOf(type).front();
    return frame->feed(input->nameLoc, input->name, column->symbol,
                       makeTensor(dims, column->type.getElementType()));
  }
  RowContext context{&source, {}, dimsOf(type), 0};
  mlir::Block *block = emit.builder.getInsertionBlock();
  Operation *last = block->empty() ? nullptr : &block->back();
  DataPart *savedPart = part;
  BlockKind savedKind = blockKind;
  RowContext *savedRows = rows;
  rows = &context;
  part = nullptr;
  blockKind = BlockKind::Data;
  Scope &scope = newScope(fileScope);
  for (const Stmt *stmt : source.body->stmts) {
    if (const FunctionStmt *function = dyn_cast<FunctionStmt>(stmt))
      scope.bind(function->name,
                 {Object(Closure{function, &scope}), function->nameLoc});
    const BindStmt *bind = dyn_cast<BindStmt>(stmt);
    if (bind && bind->value && !source.wholeValues.count(bind->name))
      scope.bind(bind->name, {Object(Deferred{bind, &scope}), bind->nameLoc});
  }
  Object result = evaluateName(input->nameLoc, input->name, scope);
  rows = savedRows;
  part = savedPart;
  blockKind = savedKind;
  if (result.isAbsorbing() || !checkRowwise(column->loc, block, last))
    return Object::error();
  return result;
}

/// What was built behind `last` treats each row alone: no draw, no sum over the
/// batch, which would be another value in each batch.
bool Elaborator::checkRowwise(Loc loc, mlir::Block *block, Operation *last) {
  mlir::Block::iterator it =
      last ? std::next(last->getIterator()) : block->begin();
  for (; it != block->end(); ++it) {
    bool mixesRows = isa<RandomOp, ExtentOp, LoadOp>(*it);
    if (isa<ReduceOp, ContractOp, ArgMaxOp>(*it)) {
      auto countDynamic = [](Type type) {
        return llvm::count_if(dimsOf(cast<RankedTensorType>(type)),
                              [](const Dim &dim) { return dim.isDynamic(); });
      };
      mixesRows = countDynamic(it->getOperand(0).getType()) !=
                  countDynamic(it->getResult(0).getType());
    }
    if (!mixesRows)
      continue;
    emit.unsupported(loc, "a column of a file that depends on more than its "
                          "own row");
    return false;
  }
  return true;
}

Object Elaborator::fileRows(Loc loc, StringRef format, StringRef path) {
  if (!rows && part)
    return Object::rows();
  if (!rows) {
    emit.error(Code::WrongPlace, loc,
               "the rows of a file are a column of a data section");
    return Object::error();
  }
  std::string symbol = rows->part->path() + "." + rows->column;
  if (unsigned number = rows->sources++)
    symbol += "." + std::to_string(number);
  Type element = IntegerType::get(emit.context(), 8, IntegerType::Unsigned);
  Dims dims = rows->shape;
  dims.front() = Dim{maxDim, emit.builder.getStringAttr("rows")};
  RankedTensorType type = emit.tensorType(loc, dims, element);
  if (!type)
    return Object::error();
  // Models may read one file in different shapes.
  std::string base = symbol;
  for (unsigned i = 2;; ++i) {
    SourceOp known = module->lookupSymbol<SourceOp>(symbol);
    if (!known) {
      InsertionScope insertion(emit);
      emit.builder.setInsertionPoint(module->getBody(), globalsEnd());
      SourceOp::create(emit.builder, emit.at(loc), symbol, format, path, type,
                       DenseI64ArrayAttr());
      break;
    }
    if (known.getType() == type)
      break;
    symbol = base + ".as" + std::to_string(i);
  }
  return frame->feed(loc, rows->column, symbol,
                     makeTensor(rows->shape, element));
}

void Elaborator::noteClasses(Value index, int64_t classes) {
  while (CastOp cast = index.getDefiningOp<CastOp>())
    index = cast.getInput();
  BlockArgument argument = dyn_cast<BlockArgument>(index);
  if (!argument || !frame || argument.getOwner() != &frame->function.front())
    return;
  FlatSymbolRefAttr symbol =
      frame->function.getArgAttrOfType<FlatSymbolRefAttr>(
          argument.getArgNumber(), sourceAttr);
  SourceOp source =
      symbol ? module->lookupSymbol<SourceOp>(symbol.getValue()) : SourceOp();
  if (!source)
    return;
  int64_t last = classes - 1;
  if (std::optional<ArrayRef<int64_t>> range = source.getRange())
    last = std::min(last, (*range)[1]);
  source.setRange({{0, last}});
}
