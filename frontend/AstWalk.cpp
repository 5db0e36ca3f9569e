//===- AstWalk.cpp - Walking a tree ---------------------------------------===//

#include "frontend/AstWalk.h"

using namespace llvm;

namespace sinter {
namespace {
class LocWalker {
public:
  explicit LocWalker(LocVisitor visit) : visit(visit) {}

  void walk(const Block *block, unsigned depth);

private:
  void walk(const Stmt *stmt, unsigned depth);
  void walk(const Expr *e, unsigned depth);
  void walk(ArrayRef<Expr *> list, unsigned depth);
  void walk(ArrayRef<Argument> args, unsigned depth);
  void walk(ArrayRef<Parameter> params, unsigned depth);
  void walk(const TypeSyntax *type, unsigned depth);
  void walkParts(const Expr *e, unsigned depth);

  bool enter(const Loc &loc, unsigned depth) {
    return visit(const_cast<Loc &>(loc), depth);
  }

  LocVisitor visit;
};
} // namespace

void walkLocs(const File &file, LocVisitor visit) {
  LocWalker(visit).walk(&file.body, 0);
}

void LocWalker::walk(const Block *block, unsigned depth) {
  if (!block || !enter(block->open, depth))
    return;
  for (const Stmt *stmt : block->stmts)
    walk(stmt, depth + 1);
  enter(block->close, depth);
}

void LocWalker::walk(ArrayRef<Expr *> list, unsigned depth) {
  for (const Expr *e : list)
    walk(e, depth);
}

void LocWalker::walk(ArrayRef<Argument> args, unsigned depth) {
  for (const Argument &arg : args) {
    enter(arg.loc, depth);
    walk(arg.value, depth);
  }
}

void LocWalker::walk(ArrayRef<Parameter> params, unsigned depth) {
  for (const Parameter &param : params) {
    enter(param.loc, depth);
    walk(param.value, depth);
  }
}

void LocWalker::walk(const TypeSyntax *type, unsigned depth) {
  if (type && enter(type->loc, depth))
    walk(type->dims, depth);
}

void LocWalker::walk(const Expr *e, unsigned depth) {
  if (e && enter(e->loc, depth))
    walkParts(e, depth + 1);
}

/// Visits what is below an expression; its children have the given depth.
void LocWalker::walkParts(const Expr *e, unsigned depth) {
  switch (e->kind) {
  case Expr::Kind::Number:
  case Expr::Kind::Bool:
  case Expr::Kind::None:
  case Expr::Kind::Name:
    return;
  case Expr::Kind::Text:
    for (const TextPart &part : cast<TextExpr>(e)->parts) {
      enter(part.loc, depth);
      walk(part.value, depth);
    }
    return;
  case Expr::Kind::List:
    return walk(cast<ListExpr>(e)->elements, depth);
  case Expr::Kind::Call:
    walk(cast<CallExpr>(e)->callee, depth);
    return walk(cast<CallExpr>(e)->args, depth);
  case Expr::Kind::Binary:
    walk(cast<BinaryExpr>(e)->first, depth);
    for (const BinaryTerm &term : cast<BinaryExpr>(e)->terms) {
      enter(term.loc, depth);
      walk(term.operand, depth);
    }
    return;
  case Expr::Kind::Unary:
    return walk(cast<UnaryExpr>(e)->operand, depth);
  case Expr::Kind::Index:
    walk(cast<IndexExpr>(e)->base, depth);
    return walk(cast<IndexExpr>(e)->items, depth);
  case Expr::Kind::Slice:
    walk(cast<SliceExpr>(e)->lo, depth);
    walk(cast<SliceExpr>(e)->hi, depth);
    return walk(cast<SliceExpr>(e)->step, depth);
  case Expr::Kind::Field:
    enter(cast<FieldExpr>(e)->nameLoc, depth);
    return walk(cast<FieldExpr>(e)->base, depth);
  case Expr::Kind::Range:
    walk(cast<RangeExpr>(e)->lo, depth);
    return walk(cast<RangeExpr>(e)->hi, depth);
  case Expr::Kind::If:
    for (const IfArm &arm : cast<IfExpr>(e)->arms) {
      enter(arm.loc, depth);
      walk(arm.condition, depth);
      walk(arm.body, depth);
    }
    return walk(cast<IfExpr>(e)->otherwise, depth);
  }
}

void LocWalker::walk(const Stmt *stmt, unsigned depth) {
  if (!enter(stmt->loc, depth))
    return;
  if (const BindStmt *bind = dyn_cast<BindStmt>(stmt)) {
    enter(bind->nameLoc, depth);
    walk(bind->type, depth + 1);
    walk(bind->value, depth + 1);
  } else if (const ValueStmt *value = dyn_cast<ValueStmt>(stmt)) {
    enter(value->nameLoc, depth);
    walk(value->value, depth + 1);
  } else if (const ArgsStmt *args = dyn_cast<ArgsStmt>(stmt)) {
    walk(args->args, depth + 1);
  } else if (const BlockStmt *block = dyn_cast<BlockStmt>(stmt)) {
    walk(block->label, depth + 1);
    walk(block->body, depth);
  } else if (const FunctionStmt *function = dyn_cast<FunctionStmt>(stmt)) {
    enter(function->nameLoc, depth);
    walk(function->params, depth + 1);
    walk(function->body, depth);
  } else if (const AssignStmt *assign = dyn_cast<AssignStmt>(stmt)) {
    walk(assign->target, depth + 1);
    walk(assign->value, depth + 1);
  } else if (const ForStmt *loop = dyn_cast<ForStmt>(stmt)) {
    enter(loop->nameLoc, depth);
    walk(loop->range, depth + 1);
    walk(loop->body, depth);
  } else if (const WhileStmt *loop = dyn_cast<WhileStmt>(stmt)) {
    walk(loop->condition, depth + 1);
    walk(loop->limit, depth + 1);
    walk(loop->body, depth);
  } else if (const DataStmt *data = dyn_cast<DataStmt>(stmt)) {
    enter(data->nameLoc, depth);
    walk(data->value, depth + 1);
    walk(data->body, depth);
  } else if (const TrainStmt *train = dyn_cast<TrainStmt>(stmt)) {
    enter(train->nameLoc, depth);
    walk(train->model, depth + 1);
    walk(train->data, depth + 1);
    walk(train->body, depth);
  }
}
} // namespace sinter
