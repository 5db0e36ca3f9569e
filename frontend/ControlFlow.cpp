//===- ControlFlow.cpp - if, while ----------------------------------------===//
//
// A condition that is known at build time leaves no trace in the graph. One
// that is not makes a `sinter.if`, whose results are the branches' values and
// the variables that either of them assigns. `while` makes a `sinter.while`,
// which carries the variables that its body assigns.
//
// What a branch or loop yields is known only after its body was elaborated. So
// the body is built in a draft without results, whose regions then move into
// the operation proper.
//
//===----------------------------------------------------------------------===//

#include "frontend/ControlFlow.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace sinter;

RuntimeRegion::RuntimeRegion(Elaborator &elaborator, Operation *op,
                             mlir::Block &block)
    : outer(elaborator.region), depth(outer ? outer->depth + 1 : 1), op(op),
      model(elaborator.model), elaborator(elaborator),
      guard(elaborator.emit.builder) {
  elaborator.region = this;
  elaborator.emit.builder.setInsertionPointToEnd(&block);
}

RuntimeRegion::~RuntimeRegion() {
  for (auto &[binding, old] : assigned)
    binding->object = std::move(old.before);
  elaborator.region = outer;
}

void Elaborator::assign(StringRef name, Binding &binding, Object object) {
  if (region)
    region->note(name, binding);
  binding.object = std::move(object);
}

void Elaborator::leaveRegions(unsigned regionDepth) {
  for (RuntimeRegion *each = region; each && each->depth > regionDepth;
       each = each->outer)
    emit.builder.setInsertionPoint(each->op);
}

/// Declarations of a model and of its storage stand outside of what is decided
/// at run time.
bool Elaborator::isOutsideRegions(Loc loc, const Twine &what) {
  if (!region || region->model != model)
    return true;
  emit.error(Code::Misplaced, loc,
             what + " cannot stand in a branch or loop that is decided at run "
                    "time");
  return false;
}

/// The condition as a scalar of the graph; nothing, with an error, if it is no
/// truth value.
std::optional<Value> Elaborator::runtimeCondition(Loc loc,
                                                  const Object &object) {
  const Tensor *tensor = object.as<Tensor>();
  if (object.isAbsorbing())
    return std::nullopt;
  if (!tensor || !tensor->element().isInteger(1)) {
    emit.error(Code::WrongType, loc,
               "a condition wants true or false, this is " + describe(object));
    return std::nullopt;
  }
  if (tensor->type().getRank() == 0 && !rows)
    return tensor->value;
  if (rows)
    emit.error(Code::WrongPlace, loc,
               "the rows of a file cannot be computed in run-time branches")
        .addHelp("'where(c, a, b)' chooses element by element");
  else
    emit.error(Code::ShapeMismatch, loc,
               "a condition is a single truth value, this is " +
                   describe(object))
        .addHelp("'all(c)' and 'any(c)' make one of it; 'where(c, a, b)' "
                 "chooses element by element");
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// if
//===----------------------------------------------------------------------===//

Object Elaborator::evaluateIf(const IfExpr *expr, Scope &scope,
                              bool isStatement) {
  return evaluateArms(expr, 0, scope, isStatement);
}

/// The `if` without its first arms.
Object Elaborator::evaluateArms(const IfExpr *expr, size_t first, Scope &scope,
                                bool isStatement) {
  for (size_t i = first; i < expr->arms.size(); ++i) {
    const IfArm &arm = expr->arms[i];
    Object object = evaluate(arm.condition, scope);
    if (const bool *known = object.as<bool>()) {
      if (!*known)
        continue;
      streams.enter("if");
      Object result = execute(*arm.body, newScope(&scope));
      streams.leave();
      return result;
    }
    std::optional<Value> condition =
        runtimeCondition(arm.condition->loc, object);
    if (!condition)
      return object.isAbsorbing() ? object : Object::error();
    return runtimeIf(expr, i, *condition, scope, isStatement);
  }
  if (!expr->otherwise)
    return Object(Nothing());
  streams.enter("else");
  Object result = execute(*expr->otherwise, newScope(&scope));
  streams.leave();
  if (!isStatement && result.isNone() && expr->otherwise->stmts.empty()) {
    emit.error(Code::WrongType, expr->otherwise->open,
               "this branch has no value");
    return Object::error();
  }
  return result;
}

namespace {
/// One way through a run-time `if`: its value, and those of the variables that
/// it assigned.
struct Branch {
  Object value;
  llvm::MapVector<Binding *, std::pair<std::string, Object>> assigned;
};

/// A result of a run-time `if`.
struct Choice {
  std::string name;
  /// Null for the value of the expression.
  Binding *binding;
  Object onTrue, onFalse;
  /// Null if nothing is to be chosen at run time.
  RankedTensorType type;
  bool isWeak = false;
  Object result;
};
} // namespace

/// A list as a tensor, built here; everything else as it is.
static Object materialized(Elaborator &elaborator, Loc loc,
                           const Object &object) {
  if (!object.list())
    return object;
  std::optional<Tensor> tensor = elaborator.toTensor(loc, object);
  return tensor ? Object(*tensor) : Object::error();
}

/// Ends a branch: remembers what its variables have become.
static void finishBranch(Elaborator &elaborator, Loc loc,
                         const RuntimeRegion &region, Branch &branch) {
  branch.value = materialized(elaborator, loc, branch.value);
  for (const auto &[binding, old] : region.assigned)
    branch.assigned[binding] = {old.name,
                                materialized(elaborator, loc, binding->object)};
}

/// Both are the same, known at build time.
static bool areSameKnown(const Object &a, const Object &b) {
  if (const bool *x = a.as<bool>(), *y = b.as<bool>(); x && y)
    return *x == *y;
  if (const int64_t *x = a.as<int64_t>(), *y = b.as<int64_t>(); x && y)
    return *x == *y;
  if (const double *x = a.as<double>(), *y = b.as<double>(); x && y)
    return *x == *y;
  if (const std::string *x = a.characters(), *y = b.characters(); x && y)
    return *x == *y;
  if (const Type *x = a.as<Type>(), *y = b.as<Type>(); x && y)
    return *x == *y;
  return a.isNone() && b.isNone();
}

static Dims dimsOfObject(const Object &object) {
  const Tensor *tensor = object.as<Tensor>();
  return tensor ? tensor->dims() : Dims();
}

static std::string typeText(Emitter &emit, const Object &object) {
  return typeName(
      makeTensor(dimsOfObject(object), elementOf(emit, object).element));
}

/// Finds the type that the two sides of a choice have in common, or the result
/// where there is nothing to choose.
static void settle(Emitter &emit, Loc loc, Choice &choice) {
  const Object &a = choice.onTrue, &b = choice.onFalse;
  if (a.isAbsorbing() || b.isAbsorbing()) {
    choice.result = absorb(a, b);
    return;
  }
  if (areSameKnown(a, b)) {
    choice.result = a;
    return;
  }
  std::string what =
      choice.binding ? "'" + choice.name + "'" : "the value of this 'if'";
  for (const Object *object : {&a, &b})
    if (!object->isNumber() && !object->is<Tensor>()) {
      emit.error(Code::WrongType, loc,
                 what + " is " +
                     (object->isNone() ? "nothing" : describe(*object)) +
                     " in one branch; only numbers and tensors can be chosen "
                     "at run time");
      return;
    }
  if (dimsOfObject(a) != dimsOfObject(b)) {
    emit.error(Code::ShapeMismatch, loc,
               what + " is " + typeText(emit, a) + " in one branch and " +
                   typeText(emit, b) + " in the other")
        .addHelp("both branches of a run-time 'if' have one shape");
    return;
  }
  ElementInfo left = elementOf(emit, a), right = elementOf(emit, b);
  choice.type = makeTensor(dimsOfObject(a), commonElement(emit, left, right));
  choice.isWeak = left.isWeak && right.isWeak;
}

/// The value and the variables that either branch gives, with what the other
/// has instead.
static std::vector<Choice> choicesOf(const Branch &onTrue,
                                     const Branch &onFalse) {
  std::vector<Choice> choices;
  choices.push_back({"", nullptr, onTrue.value, onFalse.value, {}, false, {}});
  for (const auto &[binding, after] : onTrue.assigned) {
    auto other = onFalse.assigned.find(binding);
    bool isBoth = other != onFalse.assigned.end();
    choices.push_back({after.first,
                       binding,
                       after.second,
                       isBoth ? other->second.second : binding->object,
                       {},
                       false,
                       {}});
  }
  for (const auto &[binding, after] : onFalse.assigned)
    if (!onTrue.assigned.count(binding))
      choices.push_back(
          {after.first, binding, binding->object, after.second, {}, false, {}});
  return choices;
}

/// Ends a block with the values that an operation yields. False if one of them
/// could not be built.
static bool yieldFrom(Emitter &emit, Loc loc, mlir::Block &block,
                      llvm::function_ref<bool(SmallVectorImpl<Value> &)> add) {
  OpBuilder::InsertionGuard guard(emit.builder);
  emit.builder.setInsertionPointToEnd(&block);
  SmallVector<Value> values;
  if (!add(values) || llvm::is_contained(values, Value()))
    return false;
  YieldOp::create(emit.builder, emit.at(loc), values);
  return true;
}

/// Gives the draft of an `if` its results.
static void finishIf(Elaborator &elaborator, Loc loc, IfOp draft,
                     MutableArrayRef<Choice> choices) {
  Emitter &emit = elaborator.emit;
  auto yieldSide = [&](Region &side, Object Choice::*object) {
    return yieldFrom(
        emit, loc, side.front(), [&](SmallVectorImpl<Value> &values) {
          for (const Choice &choice : choices)
            if (choice.type)
              values.push_back(elaborator.convert(loc, choice.*object,
                                                  choice.type.getElementType(),
                                                  dimsOf(choice.type)));
          return true;
        });
  };
  if (!yieldSide(draft.getThenRegion(), &Choice::onTrue) ||
      !yieldSide(draft.getElseRegion(), &Choice::onFalse))
    return;
  SmallVector<Type> types;
  for (const Choice &choice : choices)
    if (choice.type)
      types.push_back(choice.type);
  IfOp op = IfOp::create(emit.builder, emit.at(loc), types,
                         draft.getCondition(), ArrayAttr());
  op.getThenRegion().takeBody(draft.getThenRegion());
  op.getElseRegion().takeBody(draft.getElseRegion());
  draft.erase();
  unsigned next = 0;
  for (Choice &choice : choices)
    if (choice.type)
      choice.result = Object(Tensor{op.getResult(next++), choice.isWeak});
}

/// The `if` whose arm `first` is decided at run time: the arms behind it are
/// its other branch.
Object Elaborator::runtimeIf(const IfExpr *expr, size_t first, Value condition,
                             Scope &scope, bool isStatement) {
  const IfArm &arm = expr->arms[first];
  if (depth >= kMaxDepth) {
    emit.exhaust(arm.loc, "functions and blocks are nested more than " +
                              Twine(kMaxDepth) + " deep");
    return Object::error();
  }
  ++depth;
  IfOp draft = IfOp::create(emit.builder, emit.at(arm.loc), TypeRange{},
                            condition, ArrayAttr());
  Branch onTrue, onFalse;
  {
    RuntimeRegion inside(*this, draft, draft.getThenRegion().emplaceBlock());
    streams.enter("if");
    onTrue.value = execute(*arm.body, newScope(&scope));
    streams.leave();
    finishBranch(*this, arm.loc, inside, onTrue);
  }
  {
    RuntimeRegion inside(*this, draft, draft.getElseRegion().emplaceBlock());
    onFalse.value = evaluateArms(expr, first + 1, scope, isStatement);
    finishBranch(*this, arm.loc, inside, onFalse);
  }
  --depth;
  // A statement need not have a value.
  if (isStatement && (onTrue.value.isNone() || onFalse.value.isNone()))
    onTrue.value = onFalse.value = Object(Nothing());

  std::vector<Choice> choices = choicesOf(onTrue, onFalse);
  for (Choice &choice : choices) {
    OpBuilder::InsertionGuard guard(emit.builder);
    emit.builder.setInsertionPoint(draft);
    choice.onTrue = materialized(*this, arm.loc, choice.onTrue);
    choice.onFalse = materialized(*this, arm.loc, choice.onFalse);
    settle(emit, arm.loc, choice);
  }
  finishIf(*this, arm.loc, draft, choices);
  for (Choice &choice : llvm::drop_begin(choices))
    assign(choice.name, *choice.binding, std::move(choice.result));
  return choices.front().result;
}

//===----------------------------------------------------------------------===//
// while
//===----------------------------------------------------------------------===//

/// The names that a block assigns and does not declare itself.
static void collectAssigned(const sinter::Block &block,
                            SmallVectorImpl<const NameExpr *> &names) {
  llvm::StringSet<> own;
  SmallVector<const NameExpr *> found;
  for (const Stmt *stmt : block.stmts) {
    if (const BindStmt *bind = dyn_cast<BindStmt>(stmt))
      own.insert(bind->name);
    if (const AssignStmt *assignment = dyn_cast<AssignStmt>(stmt)) {
      const IndexExpr *element = dyn_cast<IndexExpr>(assignment->target);
      if (const NameExpr *name =
              dyn_cast<NameExpr>(element ? element->base : assignment->target))
        found.push_back(name);
    } else if (const ForStmt *loop = dyn_cast<ForStmt>(stmt)) {
      collectAssigned(*loop->body, found);
    } else if (const WhileStmt *loop = dyn_cast<WhileStmt>(stmt)) {
      collectAssigned(*loop->body, found);
    } else if (const BlockStmt *timed = dyn_cast<BlockStmt>(stmt)) {
      collectAssigned(*timed->body, found);
    } else if (stmt->kind == Stmt::Kind::Expr) {
      const IfExpr *branches = dyn_cast<IfExpr>(cast<ValueStmt>(stmt)->value);
      for (const IfArm &arm : branches ? branches->arms : ArrayRef<IfArm>())
        collectAssigned(*arm.body, found);
      if (branches && branches->otherwise)
        collectAssigned(*branches->otherwise, found);
    }
  }
  for (const NameExpr *name : found)
    if (!own.count(name->name))
      names.push_back(name);
}

/// Starts to carry a variable through a loop. False, with an error, if it is
/// nothing that can be carried.
static bool addVariable(Elaborator &elaborator, Loc loc, StringRef name,
                        Binding *binding, Object initial,
                        std::vector<LoopVariable> &variables) {
  initial = materialized(elaborator, loc, initial);
  if (initial.isAbsorbing())
    return false;
  if (!initial.isNumber() && !initial.is<Tensor>()) {
    elaborator.emit.error(Code::WrongType, loc,
                          "'" + name + "' is " + describe(initial) +
                              "; a 'while' can change numbers and tensors "
                              "only");
    return false;
  }
  ElementInfo info = elementOf(elaborator.emit, initial);
  variables.push_back({name.str(), binding, initial,
                       makeTensor(dimsOfObject(initial), info.element),
                       info.isWeak});
  return true;
}

/// Finds the variables that the text of a loop assigns. Those that it changes
/// in other ways, in functions, are found when it is elaborated.
bool Elaborator::enterLoop(const WhileStmt *stmt, Scope &scope,
                           std::vector<LoopVariable> &variables) {
  SmallVector<const NameExpr *> names;
  collectAssigned(*stmt->body, names);
  for (const NameExpr *name : names) {
    Binding *binding = scope.find(name->name);
    bool isKnown = llvm::any_of(variables, [&](const LoopVariable &known) {
      return known.binding == binding;
    });
    if (!binding || !binding->isVariable || isKnown)
      continue; // reported at the assignment
    if (!addVariable(*this, stmt->loc, name->name, binding, binding->object,
                     variables))
      return false;
  }
  return true;
}

Value Elaborator::loopCondition(const WhileStmt *stmt, Scope &scope) {
  Loc loc = stmt->condition->loc;
  Object object = evaluate(stmt->condition, scope);
  if (const bool *known = object.as<bool>())
    return emit.splat(loc, {}, emit.i1(), Object(*known));
  return runtimeCondition(loc, object).value_or(Value());
}

/// Lets the variables stand for the values that a block is given.
static void bindVariables(RuntimeRegion &region, mlir::Block &block,
                          ArrayRef<LoopVariable> variables) {
  for (auto [i, variable] : llvm::enumerate(variables)) {
    region.note(variable.name, *variable.binding);
    variable.binding->object =
        Object(Tensor{block.getArgument(i), variable.isWeak});
  }
}

/// The condition only looks: nothing would carry what it assigns.
static bool assignsNothing(Emitter &emit, Loc loc, const RuntimeRegion &region,
                           mlir::Block &block,
                           ArrayRef<LoopVariable> variables) {
  for (const auto &[binding, old] : region.assigned) {
    const Tensor *now = binding->object.as<Tensor>();
    bool isUnchanged = llvm::any_of(
        llvm::enumerate(variables), [&, binding = binding](const auto &known) {
          return known.value().binding == binding && now &&
                 now->value == block.getArgument(known.index());
        });
    if (isUnchanged)
      continue;
    emit.error(Code::WrongPlace, loc,
               "the condition of a 'while' cannot assign '" + old.name + "'");
    return false;
  }
  return true;
}

namespace {
enum class Fit { Same, Changed, Wrong };
} // namespace

/// Whether `object` can be a variable's next value. A weak number's type may
/// change to what it met: then the loop is elaborated again.
static Fit fitVariable(Emitter &emit, Loc loc, const Object &object,
                       LoopVariable &variable) {
  if (object.isAbsorbing())
    return Fit::Wrong;
  bool isValue = object.isNumber() || object.is<Tensor>();
  if (isValue && dimsOfObject(object) == dimsOf(variable.type)) {
    ElementInfo now = elementOf(emit, object), before = variable.element();
    Type common = commonElement(emit, before, now);
    if (common == before.element && (now.isWeak || !before.isWeak) &&
        (now.isWeak || now.element == before.element))
      return Fit::Same;
    if (before.isWeak) {
      variable.type = makeTensor(dimsOf(variable.type), common);
      variable.isWeak = now.isWeak;
      return Fit::Changed;
    }
  }
  emit.error(Code::WrongType, loc,
             "'" + variable.name + "' is " + typeName(variable.type) +
                 " when the loop is entered and " +
                 (isValue ? typeText(emit, object) : describe(object)) +
                 " after a trip through it")
      .addNote(variable.binding->loc, "it is declared here")
      .addHelp("a variable that a 'while' changes keeps its shape and element "
               "type");
  return Fit::Wrong;
}

/// What the body of a loop has made of its variables. A variable that was not
/// known to be one is added. False, with an error, where something is wrong.
static bool finishBody(Elaborator &elaborator, Loc loc, RuntimeRegion &region,
                       std::vector<LoopVariable> &variables,
                       SmallVectorImpl<Object> &next, bool &isFinal) {
  isFinal = true;
  for (LoopVariable &variable : variables) {
    next.push_back(materialized(elaborator, loc, variable.binding->object));
    Fit fit = fitVariable(elaborator.emit, loc, next.back(), variable);
    if (fit == Fit::Wrong)
      return false;
    isFinal &= fit == Fit::Same;
  }
  size_t known = variables.size();
  for (const auto &[binding, old] : region.assigned) {
    bool isKnown =
        llvm::any_of(ArrayRef(variables).take_front(known),
                     [&, binding = binding](const LoopVariable &variable) {
                       return variable.binding == binding;
                     });
    if (isKnown)
      continue;
    isFinal = false;
    OpBuilder::InsertionGuard guard(elaborator.emit.builder);
    elaborator.emit.builder.setInsertionPoint(region.op);
    if (!addVariable(elaborator, loc, old.name, binding, old.before, variables))
      return false;
  }
  return true;
}

/// Moves a draft's regions into a loop with inits and results. The number of
/// the trip, the last argument of its blocks, is carried only if it is used.
static Operation *finishLoop(Elaborator &elaborator, const WhileStmt *stmt,
                             WhileOp draft, int64_t limit, Value test,
                             ArrayRef<LoopVariable> variables,
                             ArrayRef<Object> next) {
  Emitter &emit = elaborator.emit;
  mlir::Block &condition = draft.getCondition().front();
  mlir::Block &body = draft.getBody().front();
  unsigned count = variables.size();
  bool usesTrip = !condition.getArgument(count).use_empty() ||
                  !body.getArgument(count).use_empty();
  auto converted = [&](const Object &object, const LoopVariable &variable) {
    return elaborator.convert(stmt->loc, object, variable.type.getElementType(),
                              dimsOf(variable.type));
  };
  SmallVector<Value> inits;
  for (const LoopVariable &variable : variables)
    inits.push_back(converted(variable.initial, variable));
  if (usesTrip)
    inits.push_back(emit.splat(stmt->loc, scalarOf(emit.i64()), 0));
  if (llvm::is_contained(inits, Value()))
    return nullptr;
  yieldFrom(emit, stmt->loc, condition, [&](SmallVectorImpl<Value> &values) {
    values.push_back(test);
    return true;
  });
  bool isBuilt =
      yieldFrom(emit, stmt->loc, body, [&](SmallVectorImpl<Value> &values) {
        for (auto [object, variable] : llvm::zip(next, variables))
          values.push_back(converted(object, variable));
        if (!usesTrip)
          return true;
        Value one = emit.splat(stmt->loc, scalarOf(emit.i64()), 1);
        values.push_back(
            emit.binary<AddOp>(stmt->loc, body.getArgument(count), one));
        return true;
      });
  if (!isBuilt)
    return nullptr;
  if (!usesTrip) {
    condition.eraseArgument(count);
    body.eraseArgument(count);
  }
  WhileOp loop =
      WhileOp::create(emit.builder, emit.at(stmt->loc),
                      ValueRange(inits).getTypes(), inits, limit, ArrayAttr());
  loop.getCondition().takeBody(draft.getCondition());
  loop.getBody().takeBody(draft.getBody());
  draft.erase();
  return loop;
}

/// Elaborates a loop with variables of the types that are known so far. Null
/// after an error, and if the body has shown other types (`isFinal` is false).
Operation *Elaborator::buildLoop(const WhileStmt *stmt, int64_t limit,
                                 Scope &scope,
                                 std::vector<LoopVariable> &variables,
                                 bool &isFinal) {
  Location place = emit.at(stmt->loc);
  WhileOp draft = WhileOp::create(emit.builder, place, TypeRange{},
                                  ValueRange{}, limit, ArrayAttr());
  mlir::Block &condition = draft.getCondition().emplaceBlock();
  mlir::Block &body = draft.getBody().emplaceBlock();
  for (mlir::Block *block : {&condition, &body}) {
    for (const LoopVariable &variable : variables)
      block->addArgument(
          variable.type,
          NameLoc::get(emit.builder.getStringAttr(variable.name), place));
    block->addArgument(scalarOf(emit.i64()),
                       NameLoc::get(emit.builder.getStringAttr("trip"), place));
  }

  isFinal = true;
  unsigned errorsBefore = diagnostics.numErrors();
  Value test;
  {
    RuntimeRegion inside(*this, draft, condition);
    Frame::Trip trip(*frame, condition.getArguments().back(), limit);
    bindVariables(inside, condition, variables);
    test = loopCondition(stmt, scope);
    if (!test || !assignsNothing(emit, stmt->condition->loc, inside, condition,
                                 variables))
      return nullptr;
  }
  SmallVector<Object> next;
  {
    RuntimeRegion inside(*this, draft, body);
    Frame::Trip trip(*frame, body.getArguments().back(), limit);
    bindVariables(inside, body, variables);
    execute(*stmt->body, newScope(&scope));
    if (diagnostics.numErrors() != errorsBefore ||
        !finishBody(*this, stmt->loc, inside, variables, next, isFinal))
      return nullptr;
  }
  if (isFinal)
    return finishLoop(*this, stmt, draft, limit, test, variables, next);
  draft->remove();
  draft->dropAllReferences();
  discarded.push_back(draft.getOperation());
  return nullptr;
}

void Elaborator::executeWhile(const WhileStmt *stmt, Scope &scope) {
  std::optional<int64_t> limit =
      evaluateInteger(stmt->limit, scope, "the limit of a 'while'");
  if (limit && (*limit < 1 || *limit > maxDim)) {
    emit.error(Code::BadValue, stmt->limit->loc,
               "the limit of a 'while' is from 1 to " + Twine(maxDim) +
                   ", this is " + Twine(*limit));
    limit = std::nullopt;
  }
  std::vector<LoopVariable> variables;
  bool isSound = enterLoop(stmt, scope, variables) && limit && frame;
  // Each further round knows more variables, or has made a weak one stronger.
  Operation *loop = nullptr;
  for (bool isFinal = false; isSound && !isFinal;) {
    StreamPath saved = streams;
    streams.enter("while");
    loop = buildLoop(stmt, *limit, scope, variables, isFinal);
    streams.leave();
    isSound = (loop || !isFinal) && !emit.isExhausted();
    if (!isFinal)
      streams = std::move(saved);
  }
  for (auto [i, variable] : llvm::enumerate(variables))
    assign(variable.name, *variable.binding,
           isSound ? Object(Tensor{loop->getResult(i), variable.isWeak})
                   : Object::error());
}
