//===- ControlFlow.cpp - if -----------------------------------------------===//
//
// A condition that is known at build time leaves no trace in the graph. One
// that is not makes a `sinter.if`, whose results are the branches' values and
// the variables that either of them assigns.
//
//===----------------------------------------------------------------------===//

#include "frontend/ControlFlow.h"

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

Object sinter::materialized(Elaborator &elaborator, Loc loc,
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

Dims sinter::dimsOfObject(const Object &object) {
  const Tensor *tensor = object.as<Tensor>();
  return tensor ? tensor->dims() : Dims();
}

std::string sinter::typeText(Emitter &emit, const Object &object) {
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

bool sinter::yieldFrom(Emitter &emit, Loc loc, mlir::Block &block,
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
