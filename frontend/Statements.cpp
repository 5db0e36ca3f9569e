//===- Statements.cpp - What blocks do ------------------------------------===//

#include "frontend/ControlFlow.h"
#include "frontend/DslWriter.h"

using namespace mlir;
using namespace sinter;

void StreamPath::enter(const Twine &label) {
  std::string path = label.str();
  if (!levels.empty()) {
    Level &outer = levels.back();
    path = outer.path + "/" + std::to_string(outer.blocks++) + path;
  }
  levels.push_back({std::move(path), 0, 0});
}

std::string StreamPath::nextDraw() {
  if (levels.empty())
    enter("");
  Level &level = levels.back();
  return level.path + "#" + std::to_string(level.draws++);
}

Scope &Elaborator::newScope(Scope *parent) {
  return scopes.emplace_back(parent);
}

bool Elaborator::declare(Scope &scope, StringRef name, Binding binding) {
  if (Binding *first = scope.findHere(name)) {
    emit.error(Code::DuplicateName, binding.loc,
               "'" + name + "' is declared twice in this block")
        .addNote(first->loc, "it is declared here first");
    return false;
  }
  binding.regionDepth = region ? region->depth : 0;
  scope.bind(name, std::move(binding));
  return true;
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

Object Elaborator::execute(const Block &block, Scope &scope) {
  if (depth >= kMaxDepth) {
    emit.exhaust(block.open, "functions and blocks are nested more than " +
                                 Twine(kMaxDepth) + " deep");
    return Object::error();
  }
  ++depth;
  Object last(Nothing{});
  for (const Stmt *stmt : block.stmts) {
    if (isa<TriviaStmt>(stmt))
      continue;
    if (emit.isExhausted())
      break;
    last = Object(Nothing());
    executeStatement(stmt, scope, last);
  }
  --depth;
  return emit.isExhausted() ? Object::error() : last;
}

static StringRef keyword(Stmt::Kind kind) {
  switch (kind) {
  case Stmt::Kind::Let:
    return "let";
  case Stmt::Kind::Var:
    return "var";
  case Stmt::Kind::Column:
    return "column";
  case Stmt::Kind::Input:
    return "input";
  case Stmt::Kind::Target:
    return "target";
  case Stmt::Kind::Param:
    return "param";
  case Stmt::Kind::State:
    return "state";
  case Stmt::Kind::Option:
    return "option";
  case Stmt::Kind::Loss:
    return "loss";
  case Stmt::Kind::Metric:
    return "metric";
  case Stmt::Kind::Predict:
    return "predict";
  case Stmt::Kind::Check:
    return "check";
  case Stmt::Kind::Expr:
    return "an expression";
  case Stmt::Kind::Setting:
    return "a setting";
  case Stmt::Kind::Import:
    return "import";
  case Stmt::Kind::Print:
    return "print";
  case Stmt::Kind::Plot:
    return "plot";
  case Stmt::Kind::Split:
    return "split";
  case Stmt::Kind::Time:
    return "time";
  case Stmt::Kind::After:
    return "after";
  case Stmt::Kind::Section:
    return "a section";
  case Stmt::Kind::Fn:
    return "fn";
  case Stmt::Kind::Optimizer:
    return "optimizer";
  case Stmt::Kind::Model:
    return "model";
  case Stmt::Kind::Program:
    return "program";
  case Stmt::Kind::Assign:
    return "an assignment";
  case Stmt::Kind::For:
    return "for";
  case Stmt::Kind::While:
    return "while";
  case Stmt::Kind::Data:
    return "data";
  case Stmt::Kind::Train:
    return "train";
  case Stmt::Kind::Comment:
  case Stmt::Kind::Blank:
    break;
  }
  return "this";
}

static StringRef blockName(BlockKind kind) {
  switch (kind) {
  case BlockKind::File:
    return "at the top of a file";
  case BlockKind::Data:
    return "in a data section";
  case BlockKind::Model:
    return "in a model";
  case BlockKind::Function:
    return "in a function";
  case BlockKind::Optimizer:
    return "in an optimizer";
  case BlockKind::Program:
    return "in a program";
  }
  return "";
}

bool Elaborator::isAllowed(const Stmt *stmt,
                           std::initializer_list<BlockKind> kinds) {
  for (BlockKind kind : kinds)
    if (kind == blockKind)
      return true;
  StringRef word = keyword(stmt->kind);
  bool isQuoted = !word.contains(' ');
  emit.error(Code::Misplaced, stmt->loc,
             (isQuoted ? "'" : "") + word + (isQuoted ? "'" : "") +
                 " cannot stand " + blockName(blockKind));
  return false;
}

/// Makes a part of the model, the section or its storage: cannot depend on what
/// is computed.
static bool isDeclaration(Stmt::Kind kind) {
  switch (kind) {
  case Stmt::Kind::Column:
  case Stmt::Kind::Split:
  case Stmt::Kind::Setting:
  case Stmt::Kind::Section:
  case Stmt::Kind::Input:
  case Stmt::Kind::Target:
  case Stmt::Kind::Param:
  case Stmt::Kind::State:
  case Stmt::Kind::Loss:
  case Stmt::Kind::Metric:
  case Stmt::Kind::Predict:
    return true;
  default:
    return false;
  }
}

void Elaborator::executeStatement(const Stmt *stmt, Scope &scope,
                                  Object &last) {
  if (isDeclaration(stmt->kind) &&
      !isOutsideRegions(stmt->loc, "a declaration"))
    return;
  using K = BlockKind;
  switch (stmt->kind) {
  case Stmt::Kind::Let:
  case Stmt::Kind::Var:
    return executeBind(cast<BindStmt>(stmt), scope);
  case Stmt::Kind::Column:
    if (isAllowed(stmt, {K::Data}))
      executeColumn(cast<BindStmt>(stmt), scope);
    return;
  case Stmt::Kind::Split:
    if (isAllowed(stmt, {K::Data}))
      executeSplit(cast<ArgsStmt>(stmt), scope);
    return;
  case Stmt::Kind::Setting:
    if (isAllowed(stmt, {K::Data}))
      executeDataSetting(cast<ValueStmt>(stmt), scope);
    return;
  case Stmt::Kind::Section:
    if (isAllowed(stmt, {K::Data}))
      executeDataSection(cast<BlockStmt>(stmt), scope);
    return;
  case Stmt::Kind::Input:
  case Stmt::Kind::Target:
    if (isAllowed(stmt, {K::Model}))
      executeInput(cast<BindStmt>(stmt), scope);
    return;
  case Stmt::Kind::Param:
    if (isAllowed(stmt, {K::Model, K::Function}))
      executeParam(cast<BindStmt>(stmt), scope);
    return;
  case Stmt::Kind::State:
    if (isAllowed(stmt, {K::Model, K::Function, K::Optimizer}))
      executeState(cast<BindStmt>(stmt), scope);
    return;
  case Stmt::Kind::Loss:
    if (isAllowed(stmt, {K::Model}))
      executeLoss(cast<ValueStmt>(stmt), scope);
    return;
  case Stmt::Kind::Metric:
    if (isAllowed(stmt, {K::Model}))
      executeMetric(cast<ValueStmt>(stmt), scope);
    return;
  case Stmt::Kind::Predict:
    if (isAllowed(stmt, {K::Model}))
      executePredict(cast<ValueStmt>(stmt), scope);
    return;
  case Stmt::Kind::Check:
    if (isAllowed(stmt, {K::Program, K::Function}))
      executeCheck(cast<ValueStmt>(stmt), scope);
    return;
  case Stmt::Kind::Print:
    if (isAllowed(stmt, {K::Program, K::Function}))
      executePrint(cast<ArgsStmt>(stmt), scope);
    return;
  case Stmt::Kind::Plot:
    if (isAllowed(stmt, {K::Program, K::Function}))
      executePlot(cast<ArgsStmt>(stmt), scope);
    return;
  case Stmt::Kind::Time:
    if (isAllowed(stmt, {K::Program, K::Function}))
      executeTime(cast<BlockStmt>(stmt), scope);
    return;
  case Stmt::Kind::While:
    if (isAllowed(stmt, {K::Program, K::Function, K::Model, K::Optimizer}))
      executeWhile(cast<WhileStmt>(stmt), scope);
    return;
  case Stmt::Kind::Expr: {
    const Expr *expr = cast<ValueStmt>(stmt)->value;
    if (const IfExpr *branches = dyn_cast<IfExpr>(expr))
      last = evaluateIf(branches, scope, /*isStatement=*/true);
    else
      last = evaluate(expr, scope);
    return;
  }
  case Stmt::Kind::Fn: {
    const FunctionStmt *function = cast<FunctionStmt>(stmt);
    declare(scope, function->name,
            {Object(Closure{function, &scope}), function->nameLoc});
    return;
  }
  case Stmt::Kind::Assign:
    return executeAssign(cast<AssignStmt>(stmt), scope);
  case Stmt::Kind::For:
    return executeFor(cast<ForStmt>(stmt), scope);
  default:
    isAllowed(stmt, {});
    return;
  }
}

//===----------------------------------------------------------------------===//
// let, var, assignment
//===----------------------------------------------------------------------===//

Object Elaborator::evaluateBound(const BindStmt *stmt, Scope &scope) {
  WordScope word(emit, stmt->name);
  if (!stmt->value) {
    emit.error(Code::WrongType, stmt->nameLoc,
               "'" + stmt->name + "' needs a value");
    return Object::error();
  }
  Object object = evaluate(stmt->value, scope);
  if (!stmt->type || object.isAbsorbing())
    return object;
  RankedTensorType type = evaluateType(stmt->type, scope);
  if (!type)
    return Object::error();
  Value value = coerce(stmt->value->loc, object, type, "'" + stmt->name + "'");
  return value ? Object(value) : Object::error();
}

void Elaborator::executeBind(const BindStmt *stmt, Scope &scope) {
  Object object = evaluateBound(stmt, scope);
  if (object.isNone() && stmt->value && !isa<NoneExpr>(stmt->value) &&
      !isa<NameExpr>(stmt->value)) {
    emit.error(Code::WrongType, stmt->value->loc,
               "this has no value that '" + stmt->name + "' could have");
    object = Object::error();
  }
  if (part && blockKind == BlockKind::Data && object.is<Tensor>())
    part->wholeValues.try_emplace(stmt->name, stmt->nameLoc);
  lint.noteDeclaration(stmt->kind == Stmt::Kind::Var ? "the variable"
                                                     : "the value",
                       stmt->name, stmt->nameLoc);
  declare(scope, stmt->name,
          {std::move(object), stmt->nameLoc, stmt->kind == Stmt::Kind::Var});
}

void Elaborator::executeAssign(const AssignStmt *stmt, Scope &scope) {
  const IndexExpr *element = dyn_cast<IndexExpr>(stmt->target);
  const NameExpr *name =
      dyn_cast<NameExpr>(element ? element->base : stmt->target);
  if (!name) {
    emit.error(Code::BadTarget, stmt->target->loc,
               "only a variable or its elements can be assigned");
    return;
  }
  WordScope word(emit, name->name);
  Object object = evaluate(stmt->value, scope);
  Binding *binding = scope.find(name->name);
  if (!binding) {
    unknownName(name->loc, name->name, scope);
    if (!element)
      emit.lastError().addHelp("'let " + name->name +
                               " = ...' names a value, 'var " + name->name +
                               " = ...' one that may change");
    return;
  }
  if (!binding->isVariable) {
    emit.error(Code::NotAVariable, name->loc,
               "'" + name->name + "' cannot be assigned: it is no 'var'")
        .addNote(binding->loc, "it is declared here");
    return;
  }
  if (element)
    object = assignElement(element, binding->object, object, stmt->value->loc,
                           scope);
  assign(name->name, *scope.find(name->name), std::move(object));
}

//===----------------------------------------------------------------------===//
// for
//===----------------------------------------------------------------------===//

void Elaborator::executeFor(const ForStmt *stmt, Scope &scope) {
  Object range = evaluate(stmt->range, scope);
  if (range.isAbsorbing())
    return;
  const IntegerRange *bounds = range.as<IntegerRange>();
  const List *list = range.list();
  if (!bounds && !list) {
    emit.error(Code::WrongType, stmt->range->loc,
               "'for' wants a range or a list that is known at build time, "
               "this is " +
                   describe(range))
        .addHelp("'for i in 0..10 { }'");
    return;
  }
  uint64_t trips = 0;
  if (list)
    trips = list->elements.size();
  else if (bounds->hi > bounds->lo)
    trips = uint64_t(bounds->hi) - uint64_t(bounds->lo);
  if (trips > kMaxOperations) {
    emit.error(Code::TooMuchWork, stmt->range->loc,
               "this loop is written out " + Twine(trips) +
                   " times; the limit is " + Twine(kMaxOperations))
        .addHelp("'for' is expanded at build time; 'while' runs");
    return;
  }
  // The list may be re-assigned in the body.
  std::shared_ptr<List> held;
  if (list)
    held = *range.as<std::shared_ptr<List>>();
  streams.enter("for");
  for (uint64_t i = 0; i < trips && !emit.isExhausted(); ++i) {
    Scope &inner = newScope(&scope);
    Object item = held ? held->elements[i] : Object(bounds->lo + int64_t(i));
    inner.bind(stmt->name, {std::move(item), stmt->nameLoc});
    streams.enter(Twine(i));
    execute(*stmt->body, inner);
    streams.leave();
  }
  streams.leave();
}

//===----------------------------------------------------------------------===//
// print, check
//===----------------------------------------------------------------------===//

void Elaborator::executePrint(const ArgsStmt *stmt, Scope &scope) {
  SmallVector<Value> operands;
  SmallVector<Attribute> groups;
  bool isComplete = true;
  for (const Argument &argument : stmt->args) {
    if (!argument.name.empty()) {
      emit.error(Code::WrongArguments, argument.loc,
                 "'print' has no argument '" + argument.name + "'");
      isComplete = false;
      continue;
    }
    Object object = evaluate(argument.value, scope);
    SmallVector<Attribute> pieces;
    if (object.isAbsorbing() ||
        !printPieces(argument.value->loc, object, pieces, operands)) {
      isComplete = false;
      continue;
    }
    groups.push_back(emit.builder.getArrayAttr(pieces));
  }
  if (isComplete && frame)
    PrintOp::create(emit.builder, emit.at(stmt->loc), operands,
                    emit.builder.getArrayAttr(groups));
}

/// The block is no scope: what it declares stays.
void Elaborator::executeTime(const BlockStmt *stmt, Scope &scope) {
  std::optional<std::string> label =
      evaluateText(stmt->label, scope, "the label");
  if (frame)
    TimeStartOp::create(emit.builder, emit.at(stmt->loc));
  execute(*stmt->body, scope);
  if (frame)
    TimeStopOp::create(emit.builder, emit.at(stmt->loc), label.value_or(""));
}

/// The pieces that one argument of `print` is made of.
bool Elaborator::printPieces(Loc loc, const Object &object,
                             SmallVectorImpl<Attribute> &pieces,
                             SmallVectorImpl<Value> &operands) {
  Builder &builder = emit.builder;
  auto addText = [&](const Twine &characters) {
    pieces.push_back(builder.getStringAttr(characters));
    return true;
  };
  if (const bool *b = object.as<bool>())
    return addText(*b ? "True" : "False");
  if (const int64_t *i = object.as<int64_t>())
    return addText(Twine(*i));
  if (const double *d = object.as<double>())
    return addText(numberText(*d));
  if (object.isNone())
    return addText("None");
  if (const Type *type = object.as<Type>())
    return addText(dtypeName(*type));
  if (const std::shared_ptr<const Text> *text =
          object.as<std::shared_ptr<const Text>>()) {
    for (const TextPiece &piece : **text) {
      if (!piece.value) {
        addText(piece.characters);
        continue;
      }
      operands.push_back(piece.value);
      if (piece.format.empty())
        pieces.push_back(builder.getUnitAttr());
      else
        pieces.push_back(builder.getStrArrayAttr({piece.format}));
    }
    if (pieces.empty())
      addText("");
    return true;
  }
  // The shape of a scalar.
  if (object.list() && object.list()->elements.empty())
    return addText("[]");
  std::optional<Tensor> tensor = toTensor(loc, object);
  if (!tensor)
    return false;
  operands.push_back(tensor->value);
  pieces.push_back(builder.getUnitAttr());
  return true;
}

static bool isCloseCall(const Expr *expr) {
  const CallExpr *call = dyn_cast<CallExpr>(expr);
  const NameExpr *name = call ? dyn_cast<NameExpr>(call->callee) : nullptr;
  return name && name->name == "close";
}

/// The two sides of `abs(a - b) <= bound`, which `close` became.
static void closeSides(const Object &condition, SmallVectorImpl<Value> &sides) {
  const Tensor *tensor = condition.as<Tensor>();
  Value value = tensor ? tensor->value : Value();
  CompareOp compare = value ? value.getDefiningOp<CompareOp>() : CompareOp();
  AbsOp distance = compare ? compare.getLhs().getDefiningOp<AbsOp>() : AbsOp();
  SubOp difference =
      distance ? distance.getInput().getDefiningOp<SubOp>() : SubOp();
  if (difference)
    sides.append({difference.getLhs(), difference.getRhs()});
}

void Elaborator::executeCheck(const ValueStmt *stmt, Scope &scope) {
  SmallVector<Value> sides;
  Object condition;
  const BinaryExpr *comparison = dyn_cast<BinaryExpr>(stmt->value);
  if (comparison && comparison->terms.size() == 1 &&
      comparison->terms.front().op >= BinaryOp::Equal &&
      comparison->terms.front().op <= BinaryOp::GreaterEqual) {
    const BinaryTerm &term = comparison->terms.front();
    Object left = evaluate(comparison->first, scope);
    Object right = evaluate(term.operand, scope);
    condition = binary(term.op, term.loc, left, comparison->first->loc, right,
                       term.operand->loc);
    bool isShown = !condition.isAbsorbing() && !left.characters() &&
                   !right.characters() && !left.isNone() && !right.isNone() &&
                   !left.is<Type>();
    for (auto [object, loc] : {std::pair(&left, comparison->first->loc),
                               std::pair(&right, term.operand->loc)})
      if (isShown)
        if (std::optional<Tensor> tensor = toTensor(loc, *object))
          sides.push_back(tensor->value);
  } else {
    condition = evaluate(stmt->value, scope);
    if (isCloseCall(stmt->value))
      closeSides(condition, sides);
  }
  if (condition.isAbsorbing() || !frame)
    return;
  const Tensor *tensor = condition.as<Tensor>();
  Value value;
  if (const bool *known = condition.as<bool>())
    value = emit.splat(stmt->loc, {}, emit.i1(), Object(*known));
  else if (tensor && tensor->element().isInteger(1))
    value = tensor->value;
  if (!value) {
    emit.error(Code::WrongType, stmt->value->loc,
               "'check' wants truth values, this is " + describe(condition));
    return;
  }
  CheckOp::create(emit.builder, emit.at(stmt->loc), value, sides,
                  toDsl(stmt->value));
}
