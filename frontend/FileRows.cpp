//===- FileRows.cpp - Rows of files ---------------------------------------===//
//
// A column of a file is computed from its rows wherever it is fed: for the rows
// of a batch in a step, for a fixed range in a program. A column that mixes
// rows (it subtracts a mean) is computed for all rows at once instead, and
// stored; that wants the file at build time, which says how many there are.
//
//===----------------------------------------------------------------------===//

#include "frontend/Elaborator.h"

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// What files say of themselves
//===----------------------------------------------------------------------===//

const FileSchema &Elaborator::schemaOf(const FileReference &file) {
  std::string key = file.format + '\n' + file.path + '\n' + file.tensor;
  if (file.table)
    key += '\n' + std::to_string(uintptr_t(file.table.getAsOpaquePointer()));
  auto [known, isNew] = schemas.try_emplace(key);
  FileSchema &schema = known->second;
  if (isNew && file.table) {
    schema.state = FileSchema::State::Known;
    schema.element = file.tableType.getElementType();
    schema.dims = dimsOf(file.tableType);
  } else if (isNew) {
    schema =
        readSchema(file, dataPath(file.path, options.dataDir), emit.context());
  }
  return schema;
}

/// Says why the type of a file is not known.
void Elaborator::reportSchema(Loc loc, const FileReference &file) {
  const FileSchema &schema = schemaOf(file);
  std::string path = dataPath(file.path, options.dataDir);
  if (schema.state == FileSchema::State::Invalid) {
    emit.error(Code::BadDataFile, loc, "'" + path + "': " + schema.problem);
    return;
  }
  emit.error(Code::BadDataFile, loc,
             "cannot read '" + path + "': " + schema.problem)
      .addHelp("its type is read when the model is built; '--data DIR' says "
               "where data files are");
}

//===----------------------------------------------------------------------===//
// Files as values
//===----------------------------------------------------------------------===//

Object Elaborator::fileValue(Loc loc, FileReference file) {
  FileSchema::State state = schemaOf(file).state;
  // The shape of an IDX file that is not there is taken from the model.
  bool canWait = state == FileSchema::State::Absent && file.format == "idx" &&
                 (rows || part);
  if (state != FileSchema::State::Known && !canWait) {
    reportSchema(loc, file);
    return Object::error();
  }
  if (part && !rows) {
    part->hasUnknownFiles |= canWait;
    return Object::rows();
  }
  if (model && !rows)
    return Object(
        Initialiser{Initialiser::Kind::File, 0, 0,
                    std::make_shared<const FileReference>(std::move(file))});
  if (!frame) {
    emit.error(Code::WrongPlace, loc, "a file cannot be read here");
    return Object::error();
  }
  Value value = rows ? feedFile(loc, file) : wholeFile(loc, file);
  return value ? Object(value) : Object::error();
}

/// All that a file holds, as a tensor of the function that is being built.
Value Elaborator::wholeFile(Loc loc, const FileReference &file) {
  if (schemaOf(file).state != FileSchema::State::Known) {
    reportSchema(loc, file);
    return {};
  }
  RowContext context;
  context.column = file.format + ":" + file.path;
  if (!file.tensor.empty())
    context.column += ":" + file.tensor;
  context.isWhole = true;
  RowContext *saved = rows;
  rows = &context;
  Value value = feedFile(loc, file);
  rows = saved;
  return value;
}

/// The rows of a file that the context wants.
Value Elaborator::feedFile(Loc loc, const FileReference &file) {
  const FileSchema &schema = schemaOf(file);
  Dims dims = schema.dims;
  Type element = schema.element;
  if (schema.state != FileSchema::State::Known) {
    if (rows->fallback.empty() || rows->isWhole) {
      reportSchema(loc, file);
      return {};
    }
    dims = rows->fallback;
    element = IntegerType::get(emit.context(), 8, IntegerType::Unsigned);
  }
  Dims sourceDims = dims;
  if (!rows->isWhole) {
    sourceDims.front() = {maxDim, emit.builder.getStringAttr("rows")};
    dims.front() = rows->rows;
  }
  RankedTensorType type = emit.tensorType(loc, dims, element);
  if (!type)
    return {};
  std::string symbol = sourceSymbol(loc, file, makeTensor(sourceDims, element));
  return frame->feed(loc, rows->column, symbol, type, rows->first);
}

/// The symbol of a source of that file and type, which is added if it is new.
std::string Elaborator::sourceSymbol(Loc loc, const FileReference &file,
                                     RankedTensorType type) {
  std::string base = rows->column;
  if (rows->part)
    base = rows->part->path() + "." + base;
  // A column that is computed of a whole file has its name for itself.
  if (rows->isWhole && rows->part && rows->part->find(rows->column))
    base += ".file";
  if (unsigned number = rows->sources++)
    base += "." + std::to_string(number);
  // Models may read one file in different shapes.
  std::string symbol = base;
  for (unsigned i = 2;; ++i) {
    SourceOp known = module->lookupSymbol<SourceOp>(symbol);
    if (!known && !module->lookupSymbol(symbol))
      break;
    if (known && known.getType() == type && known.getFormat() == file.format &&
        known.getPath() == file.path &&
        known.getTensor().value_or("") == file.tensor &&
        known.getTableAttr() == file.table)
      return symbol;
    symbol = base + ".as" + std::to_string(i);
  }
  InsertionScope insertion(emit);
  emit.builder.setInsertionPoint(module->getBody(), globalsEnd());
  StringAttr tensor;
  if (!file.tensor.empty())
    tensor = emit.builder.getStringAttr(file.tensor);
  SourceOp::create(emit.builder, emit.at(loc), symbol, file.format, file.path,
                   type, DenseI64ArrayAttr(), tensor, file.table);
  return symbol;
}

//===----------------------------------------------------------------------===//
// Columns of files
//===----------------------------------------------------------------------===//

/// The column of the context, for the rows of the context.
Object Elaborator::evaluateRows(Loc loc, RowContext &context) {
  const DataPart &source = *context.part;
  if (const DataColumn *column = source.find(context.column);
      column && column->file) {
    RowContext *saved = rows;
    rows = &context;
    Value value = feedFile(loc, *column->file);
    rows = saved;
    return value ? Object(value) : Object::error();
  }
  Scope &scope = newScope(fileScope);
  auto bindAll = [&](const sinter::Block &body) {
    for (const Stmt *stmt : body.stmts) {
      if (const FunctionStmt *function = dyn_cast<FunctionStmt>(stmt))
        scope.bind(function->name,
                   {Object(Closure{function, &scope}), function->nameLoc});
      const BindStmt *bind = dyn_cast<BindStmt>(stmt);
      if (!bind || !bind->value)
        continue;
      if (!source.wholeValues.count(bind->name))
        scope.bind(bind->name, {Object(Deferred{bind, &scope}), bind->nameLoc});
      else if (context.isWhole)
        scope.bind(bind->name, *source.scope->find(bind->name));
    }
  };
  if (source.body != source.section->body)
    bindAll(*source.section->body);
  bindAll(*source.body);
  RowContext *savedRows = rows;
  DataPart *savedPart = part;
  BlockKind savedKind = blockKind;
  std::string column = context.column;
  rows = &context;
  part = nullptr;
  blockKind = BlockKind::Data;
  Object result = evaluateName(loc, column, scope);
  rows = savedRows;
  part = savedPart;
  blockKind = savedKind;
  return result;
}

/// Whether a value of one row depends on other rows, or on how many there are:
/// it would be another one in each batch.
static bool mixesRows(Operation &op, ModuleOp module) {
  if (isa<RandomOp, ExtentOp>(op))
    return true;
  if (LoadOp load = dyn_cast<LoadOp>(op))
    return module.lookupSymbol<GlobalOp>(load.getSymbol()).getKind() ==
           GlobalKind::Column;
  auto countRows = [](TypeRange types) {
    int64_t most = 0;
    for (Type type : types)
      if (RankedTensorType tensor = dyn_cast<RankedTensorType>(type))
        most = std::max<int64_t>(most, tensor.getNumDynamicDims());
    return most;
  };
  int64_t in = countRows(op.getOperandTypes());
  int64_t out = countRows(op.getResultTypes());
  return out > 1 || (in > 0 && op.getNumResults() > 0 && in != out);
}

/// A value of a batch, taken from a column.
Object Elaborator::columnRows(const BindStmt *input, const DataPart &source,
                              RankedTensorType type) {
  const DataColumn *column = source.find(input->name);
  Dims dims = dimsOf(type);
  if (column->type) {
    Dims rowDims = dimsOf(column->type);
    rowDims.front() = dims.front();
    return frame->feed(input->nameLoc, input->name, column->symbol,
                       makeTensor(rowDims, column->type.getElementType()));
  }
  RowContext context;
  context.part = &source;
  context.column = column->name;
  context.rows = dims.front();
  context.fallback = dims;
  mlir::Block *block = emit.builder.getInsertionBlock();
  Operation *last = block->empty() ? nullptr : &block->back();
  Object result = evaluateRows(input->nameLoc, context);
  if (result.isAbsorbing() || column->rowType)
    return result;
  mlir::Block::iterator it =
      last ? std::next(last->getIterator()) : block->begin();
  for (; it != block->end(); ++it) {
    if (!mixesRows(*it, *module))
      continue;
    emit.error(Code::BadDataFile, column->loc,
               "'" + column->name +
                   "' depends on all rows of its files, which are not there "
                   "when the model is built")
        .addHelp("'--data DIR' says where data files are");
    return Object::error();
  }
  return result;
}

/// The type of a column for the rows of a file; null, and perhaps with errors,
/// if it does not treat each row alone.
RankedTensorType Elaborator::probeRows(const DataPart &target,
                                       const DataColumn &column) {
  // Any bound will do that leaves room for large rows.
  constexpr int64_t bound = 1 << 16;
  ContextScope context(*this);
  Frame probe(emit, *module, column.loc, column.symbol + ".probe", "data",
              target.section->name, Draws::Once);
  frame = &probe;
  emit.builder.setInsertionPointToEnd(&probe.function.front());
  streams.enter(target.path());
  RowContext wanted;
  wanted.part = &target;
  wanted.column = column.name;
  wanted.rows = {bound, emit.builder.getStringAttr("rows")};
  Object result = evaluateRows(column.loc, wanted);
  std::optional<Tensor> tensor;
  if (!result.isAbsorbing())
    tensor = toTensor(column.loc, result);
  bool isMixed = !tensor || tensor->type().getRank() == 0 ||
                 tensor->dims().front() != wanted.rows;
  probe.function.walk([&](Operation *op) {
    isMixed |= op != probe.function && mixesRows(*op, *module);
  });
  RankedTensorType type;
  if (!isMixed) {
    Dims dims = tensor->dims();
    dims.front().size = maxDim;
    type = makeTensor(dims, tensor->element());
  }
  probe.function.erase();
  return type;
}

/// Finds out which columns of files treat each row alone. The others are
/// computed for all rows at once.
void Elaborator::settleColumns(DataPart &target) {
  if (target.hasUnknownFiles)
    return;
  DataPart *saved = part;
  for (DataColumn &column : target.columns) {
    if (column.type)
      continue;
    Diagnostics::Mark mark = diagnostics.mark();
    column.rowType = probeRows(target, column);
    bool isSound = diagnostics.numErrors() == mark.errors;
    diagnostics.rewind(mark);
    if (column.rowType && isSound)
      continue;
    column.rowType = {};
    // The source that was tried leaves its name to the column.
    if (SourceOp tried = module->lookupSymbol<SourceOp>(column.symbol))
      tried.erase();
    streams.enter(target.path() + "." + column.name);
    RowContext whole;
    whole.part = &target;
    whole.column = column.name;
    whole.isWhole = true;
    part = nullptr;
    Object object = evaluateRows(column.loc, whole);
    if (!object.isAbsorbing())
      storeColumn(column, object);
    part = saved;
    streams.leave();
  }
}

//===----------------------------------------------------------------------===//
// Use of columns
//===----------------------------------------------------------------------===//

/// Whether a split has rows that its column has not, which is an error.
static bool exceeds(Emitter &emit, Loc loc, const DataPart &target,
                    const DataColumn &column, int64_t numRows) {
  if (!target.range || target.range->end <= numRows)
    return false;
  emit.error(Code::BadIndex, loc,
             "the split '" + target.name + "' is " +
                 Twine(target.range->begin) + ".." + Twine(target.range->end) +
                 ", but '" + column.name + "' has " + Twine(numRows) + " rows")
      .addNote(column.loc, "'" + column.name + "' is declared here");
  return true;
}

/// A column that is computed at start-up, or the rows of a split.
Object Elaborator::storedColumn(Loc loc, const DataPart &target,
                                const DataColumn &column) {
  Value value = emit.load(loc, column.symbol, column.type);
  if (!target.range)
    return value;
  Dims sizes = dimsOf(column.type);
  if (exceeds(emit, loc, target, column, sizes.front().size))
    return Object::error();
  sizes.front().size = target.range->end - target.range->begin;
  SmallVector<int64_t> offsets(sizes.size(), 0), strides(sizes.size(), 1);
  offsets.front() = target.range->begin;
  return emit.slice(loc, value, offsets, strides, sizes);
}

/// Narrows the rows that are wanted of a split to those that it has; false
/// after an error.
static bool narrow(Emitter &emit, Loc loc, RowContext &rows) {
  if (!rows.part->range)
    return true;
  const RowRange &range = *rows.part->range;
  int64_t numRows = range.end - range.begin;
  if (rows.isWhole) {
    rows.isWhole = false;
    rows.rows = {numRows, {}};
  } else if (rows.rows.isDynamic() || rows.first + rows.rows.size > numRows) {
    emit.error(Code::BadIndex, loc,
               "the split '" + rows.part->name + "' has " + Twine(numRows) +
                   " rows");
    return false;
  }
  rows.first += range.begin;
  return true;
}

Object Elaborator::sectionField(Loc loc, const DataPart &target,
                                StringRef name) {
  if (const DataColumn *column = target.find(name)) {
    if (column->type)
      return storedColumn(loc, target, *column);
    if (part && !rows) {
      part->hasUnknownFiles |= target.hasUnknownFiles;
      return Object::rows();
    }
    if (!rows)
      return Object(ColumnOfFile{&target, column});
    RowContext inner = *rows;
    inner.part = &target;
    inner.column = column->name;
    inner.sources = 0;
    return narrow(emit, loc, inner) ? evaluateRows(loc, inner)
                                    : Object::error();
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
    const DataPart *split = target->findSplit(name);
    if (split && !split->find(name))
      return Object(split);
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

RankedTensorType Elaborator::typeOf(Loc loc, const ColumnOfFile &column) {
  if (!column.column->rowType)
    emit.error(Code::BadDataFile, loc,
               "the shape of '" + column.column->name +
                   "' is that of a file that is not there when the model is "
                   "built")
        .addHelp("'--data DIR' says where data files are");
  return column.column->rowType;
}

Object Elaborator::sliceRows(Loc loc, const ColumnOfFile &column,
                             ArrayRef<Expr *> items, Scope &scope) {
  const SliceExpr *range =
      items.empty() ? nullptr : dyn_cast<SliceExpr>(items.front());
  auto bound = [&](const Expr *expr, int64_t standard) {
    return expr ? evaluateInteger(expr, scope, "a range of rows") : standard;
  };
  std::optional<int64_t> lo = bound(range ? range->lo : nullptr, 0);
  std::optional<int64_t> hi = bound(range ? range->hi : nullptr, -1);
  if (!lo || !hi)
    return Object::error();
  if (!range || range->step || *lo < 0 || *hi <= *lo || *hi > maxDim) {
    emit.error(Code::BadIndex, loc,
               "of a file's rows a fixed range is taken, as in '" +
                   column.part->path() + "." + column.column->name +
                   "[0:256]'");
    return Object::error();
  }
  if (!typeOf(loc, column))
    return Object::error();
  RowContext context;
  context.part = column.part;
  context.column = column.column->name;
  context.rows = {*hi - *lo, {}};
  context.first = *lo;
  if (!narrow(emit, loc, context))
    return Object::error();
  Object result = evaluateRows(loc, context);
  if (result.isAbsorbing() || items.size() == 1)
    return result;
  SliceExpr whole(range->loc, nullptr, nullptr, nullptr);
  SmallVector<Expr *> rest(items);
  rest.front() = &whole;
  return index(loc, result, rest, scope);
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
