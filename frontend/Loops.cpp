//===- Loops.cpp - while --------------------------------------------------===//
//
// `while` makes a `sinter.while`, which carries the variables that its body
// assigns. A number that the body changes takes the type of what it meets;
// which that is, shows when the body has been elaborated. Then it is
// elaborated once more.
//
//===----------------------------------------------------------------------===//

#include "frontend/ControlFlow.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace sinter;

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
