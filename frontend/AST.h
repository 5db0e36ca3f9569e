//===- AST.h - The abstract syntax of a model file --------------*- C++ -*-===//
//
// One tree for both spellings, the DSL and JSON. The tree keeps everything a
// formatter needs: the spelling of numbers, comments, blank lines. It knows
// nothing of types, shapes or the meaning of names.
//
// Nodes live in the arena of their File, are never freed one by one and are
// told apart with llvm::isa / cast / dyn_cast. Nodes of one shape share one
// class, so there are fewer classes than kinds.
//
// The depth of a tree (expressions and statements, counted from the file) never
// exceeds kMaxNesting and the number of nodes never exceeds kMaxNodes: a
// recursive walk over a File that was read without errors is safe.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_FRONTEND_AST_H
#define SINTER_FRONTEND_AST_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Allocator.h"
#include "llvm/Support/Casting.h"

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace sinter {
inline constexpr unsigned kMaxNesting = 64;
inline constexpr unsigned kMaxNodes = 1'000'000;

/// A place in a source file. Lines and columns count from 1, columns in bytes;
/// line 0 means "nowhere" (a diagnostic without a place). Diagnostics find the
/// end of the underlined token themselves.
struct Loc {
  uint32_t file = 0;
  uint32_t line = 0;
  uint32_t col = 0;

  bool isValid() const { return line != 0; }
  bool operator==(const Loc &other) const {
    return file == other.file && line == other.line && col == other.col;
  }
};

struct Block;

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

/// The base of all expressions. `loc` is the first token of the expression
/// (parentheses around it excepted: they leave no node).
struct Expr {
  enum class Kind : uint8_t {
    Number,
    Bool,
    None,
    Text,
    Name,
    List,
    Call,
    Binary,
    Unary,
    Index,
    Slice,
    Field,
    Range,
    If,
  };

  const Kind kind;
  Loc loc;

protected:
  Expr(Kind kind, Loc loc) : kind(kind), loc(loc) {}
};

/// `12`, `4.2`, `1e-8`. Never negative: a minus is a Unary around it. The value
/// is known to be finite, and an integer to fit int64_t.
struct NumberExpr : Expr {
  llvm::StringRef spelling;

  NumberExpr(Loc loc, llvm::StringRef spelling)
      : Expr(Kind::Number, loc), spelling(spelling) {}
  /// True if the spelling has neither a point nor an exponent.
  bool isInteger() const {
    return spelling.find_first_of(".eE") == llvm::StringRef::npos;
  }
  static bool classof(const Expr *e) { return e->kind == Kind::Number; }
};

/// `true`, `false`.
struct BoolExpr : Expr {
  bool value;

  BoolExpr(Loc loc, bool value) : Expr(Kind::Bool, loc), value(value) {}
  static bool classof(const Expr *e) { return e->kind == Kind::Bool; }
};

/// `None`: a new axis in an index, an absent value elsewhere.
struct NoneExpr : Expr {
  explicit NoneExpr(Loc loc) : Expr(Kind::None, loc) {}
  static bool classof(const Expr *e) { return e->kind == Kind::None; }
};

/// A piece of a text: literal characters (escapes and doubled braces undone),
/// or an interpolated expression with its format (`.4f`, empty if absent).
struct TextPart {
  Loc loc;
  llvm::StringRef literal; // meaningful if `value` is null
  Expr *value = nullptr;
  llvm::StringRef format;
};

/// `"fc{i}"`. Neighbouring literal parts are merged; an empty text has no part.
struct TextExpr : Expr {
  llvm::ArrayRef<TextPart> parts;

  TextExpr(Loc loc, llvm::ArrayRef<TextPart> parts)
      : Expr(Kind::Text, loc), parts(parts) {}
  /// True if nothing is interpolated; then `literal()` is the whole text.
  bool isLiteral() const {
    return parts.empty() || (parts.size() == 1 && !parts[0].value);
  }
  llvm::StringRef literal() const {
    return parts.empty() ? llvm::StringRef() : parts[0].literal;
  }
  static bool classof(const Expr *e) { return e->kind == Kind::Text; }
};

/// `y_hat`.
struct NameExpr : Expr {
  llvm::StringRef name;

  NameExpr(Loc loc, llvm::StringRef name) : Expr(Kind::Name, loc), name(name) {}
  static bool classof(const Expr *e) { return e->kind == Kind::Name; }
};

/// `[1, 2, 3]`.
struct ListExpr : Expr {
  llvm::ArrayRef<Expr *> elements;

  ListExpr(Loc loc, llvm::ArrayRef<Expr *> elements)
      : Expr(Kind::List, loc), elements(elements) {}
  static bool classof(const Expr *e) { return e->kind == Kind::List; }
};

/// One argument of a call, of `print`, `plot` or `split`. `name` is empty for a
/// positional one; positional arguments come first. Names are unique.
struct Argument {
  Loc loc; // the name of a keyword argument, else the value
  llvm::StringRef name;
  Expr *value = nullptr;
};

/// `dense(1, name = "net")`. The callee is a Name or a Field of Names.
struct CallExpr : Expr {
  Expr *callee;
  llvm::ArrayRef<Argument> args;

  CallExpr(Loc loc, Expr *callee, llvm::ArrayRef<Argument> args)
      : Expr(Kind::Call, loc), callee(callee), args(args) {}
  static bool classof(const Expr *e) { return e->kind == Kind::Call; }
};

/// In order of precedence, loosest first. Operators of one group of binaries
/// (`+ -`, `* / // % @`, the comparisons) bind equally.
enum class BinaryOp : uint8_t {
  Pipe, // |>
  Or,
  And,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  Add,
  Sub,
  Mul,
  Div,
  FloorDiv,
  Mod,
  MatMul,
  Power,
};

/// The operator as it is written, in both spellings.
llvm::StringRef spelling(BinaryOp op);

/// An operator with its right operand.
struct BinaryTerm {
  BinaryOp op;
  Loc loc; // the operator
  Expr *operand = nullptr;
};

/// A run of operators of one precedence, applied from left to right:
/// `first op operand op operand ...`. Flat, so that a pipe of a hundred layers
/// is one node. There is at least one term; comparisons and `**` have exactly
/// one. `first` is never itself a run of that same precedence (but for `**` and
/// comparisons, whose parenthesised operand stays a node).
/// For a Pipe the operand is the function: a Name, a Field or a Call that still
/// lacks its first argument.
struct BinaryExpr : Expr {
  Expr *first;
  llvm::ArrayRef<BinaryTerm> terms;

  BinaryExpr(Loc loc, Expr *first, llvm::ArrayRef<BinaryTerm> terms)
      : Expr(Kind::Binary, loc), first(first), terms(terms) {}
  static bool classof(const Expr *e) { return e->kind == Kind::Binary; }
};

enum class UnaryOp : uint8_t { Neg, Not };

/// `-x`, `not x`.
struct UnaryExpr : Expr {
  UnaryOp op;
  Expr *operand;

  UnaryExpr(Loc loc, UnaryOp op, Expr *operand)
      : Expr(Kind::Unary, loc), op(op), operand(operand) {}
  static bool classof(const Expr *e) { return e->kind == Kind::Unary; }
};

/// `X[1, 0:2, None]`. An item is any expression or a Slice.
struct IndexExpr : Expr {
  Expr *base;
  llvm::ArrayRef<Expr *> items;

  IndexExpr(Loc loc, Expr *base, llvm::ArrayRef<Expr *> items)
      : Expr(Kind::Index, loc), base(base), items(items) {}
  static bool classof(const Expr *e) { return e->kind == Kind::Index; }
};

/// `lo:hi:step`, each part possibly null. Only an item of an Index.
struct SliceExpr : Expr {
  Expr *lo, *hi, *step;

  SliceExpr(Loc loc, Expr *lo, Expr *hi, Expr *step)
      : Expr(Kind::Slice, loc), lo(lo), hi(hi), step(step) {}
  static bool classof(const Expr *e) { return e->kind == Kind::Slice; }
};

/// `net.weight`.
struct FieldExpr : Expr {
  Expr *base;
  Loc nameLoc;
  llvm::StringRef name;

  FieldExpr(Loc loc, Expr *base, Loc nameLoc, llvm::StringRef name)
      : Expr(Kind::Field, loc), base(base), nameLoc(nameLoc), name(name) {}
  static bool classof(const Expr *e) { return e->kind == Kind::Field; }
};

/// `a..b`, without b.
struct RangeExpr : Expr {
  Expr *lo, *hi;

  RangeExpr(Loc loc, Expr *lo, Expr *hi)
      : Expr(Kind::Range, loc), lo(lo), hi(hi) {}
  static bool classof(const Expr *e) { return e->kind == Kind::Range; }
};

/// One `if c { ... }` or `else if c { ... }`.
struct IfArm {
  Loc loc; // the `if`
  Expr *condition = nullptr;
  Block *body = nullptr;
};

/// `if c { a } else if d { b } else { c }`. As a statement it stands in an
/// ExprStmt, and only there `otherwise` may be null.
struct IfExpr : Expr {
  llvm::ArrayRef<IfArm> arms; // at least one
  Block *otherwise;

  IfExpr(Loc loc, llvm::ArrayRef<IfArm> arms, Block *otherwise)
      : Expr(Kind::If, loc), arms(arms), otherwise(otherwise) {}
  static bool classof(const Expr *e) { return e->kind == Kind::If; }
};

/// `f32[batch, 784]`, `f64[]`. The dtype is any name: it is checked later.
struct TypeSyntax {
  Loc loc;
  llvm::StringRef dtype;
  llvm::ArrayRef<Expr *> dims;
};

//===----------------------------------------------------------------------===//
// Statements and declarations
//===----------------------------------------------------------------------===//

/// The base of all statements. `loc` is the first token: the keyword, if there
/// is one.
struct Stmt {
  enum class Kind : uint8_t {
    // BindStmt
    Let,
    Var,
    Column,
    Input,
    Target,
    Param,
    State,
    Option,
    // ValueStmt
    Loss,
    Metric,
    Predict,
    Check,
    Expr,
    Setting,
    Import,
    // ArgsStmt
    Print,
    Plot,
    Split,
    // BlockStmt
    Time,
    After,
    Section,
    // FunctionStmt
    Fn,
    Optimizer,
    Model,
    Program,
    // of their own
    Assign,
    For,
    While,
    Data,
    Train,
    Comment,
    Blank,
  };

  const Kind kind;
  Loc loc;
  /// The comment at the end of the statement's line, or after the `{` that ends
  /// its first line; without `#` and the blank after it. For a Comment the
  /// comment itself. Data is null if there is none (an empty one has data).
  llvm::StringRef comment;

protected:
  Stmt(Kind kind, Loc loc) : kind(kind), loc(loc) {}
};

/// Statements between braces; for the whole file `open` is its first place.
struct Block {
  Loc open, close;
  llvm::ArrayRef<Stmt *> stmts;
};

/// A keyword that introduces a name:
///   let / var   NAME [: type] = value
///   column      NAME [= value]             (without: publishes a `let`)
///   input, target NAME : type
///   param, state  NAME [: type] [= value]
///   option      NAME = value
struct BindStmt : Stmt {
  Loc nameLoc;
  llvm::StringRef name;
  TypeSyntax *type; // or null
  Expr *value;      // or null

  BindStmt(Kind kind, Loc loc, Loc nameLoc, llvm::StringRef name,
           TypeSyntax *type, Expr *value)
      : Stmt(kind, loc), nameLoc(nameLoc), name(name), type(type),
        value(value) {}
  static bool classof(const Stmt *s) {
    return s->kind >= Kind::Let && s->kind <= Kind::Option;
  }
};

/// One value, perhaps named:
///   loss e    predict e    check e    e
///   metric [NAME =] e
///   NAME = e                     a Setting, directly in `train` and `data`
///   import "file.sinter"         the value is a literal Text
struct ValueStmt : Stmt {
  Loc nameLoc;
  llvm::StringRef name; // of a Setting; of a Metric, or empty
  Expr *value;

  ValueStmt(Kind kind, Loc loc, Loc nameLoc, llvm::StringRef name, Expr *value)
      : Stmt(kind, loc), nameLoc(nameLoc), name(name), value(value) {}
  static bool classof(const Stmt *s) {
    return s->kind >= Kind::Loss && s->kind <= Kind::Import;
  }
};

/// `print a, b`, `plot x, y, title = "t"`, `split train = 0..9, valid = 9..12`.
struct ArgsStmt : Stmt {
  llvm::ArrayRef<Argument> args;

  ArgsStmt(Kind kind, Loc loc, llvm::ArrayRef<Argument> args)
      : Stmt(kind, loc), args(args) {}
  static bool classof(const Stmt *s) {
    return s->kind >= Kind::Print && s->kind <= Kind::Split;
  }
};

/// `time "label" { }`, `after { }` in `train`, and a section of `data`:
/// `train { }`, `valid { }`, `test { }`, `predict { }`.
struct BlockStmt : Stmt {
  llvm::StringRef name; // of a Section
  Expr *label;          // of Time
  Block *body;

  BlockStmt(Kind kind, Loc loc, llvm::StringRef name, Expr *label, Block *body)
      : Stmt(kind, loc), name(name), label(label), body(body) {}
  static bool classof(const Stmt *s) {
    return s->kind >= Kind::Time && s->kind <= Kind::Section;
  }
};

/// A parameter of a function, optimizer or model; `value` is its default.
struct Parameter {
  Loc loc;
  llvm::StringRef name;
  Expr *value = nullptr; // or null
};

/// `fn f(x, k = 2) { }`, `optimizer o(p, g) { }`, `model m(k = 4) { }`,
/// `program p { }` (which has no parameters).
struct FunctionStmt : Stmt {
  Loc nameLoc;
  llvm::StringRef name;
  llvm::ArrayRef<Parameter> params;
  Block *body;

  FunctionStmt(Kind kind, Loc loc, Loc nameLoc, llvm::StringRef name,
               llvm::ArrayRef<Parameter> params, Block *body)
      : Stmt(kind, loc), nameLoc(nameLoc), name(name), params(params),
        body(body) {}
  static bool classof(const Stmt *s) {
    return s->kind >= Kind::Fn && s->kind <= Kind::Program;
  }
};

/// `x = e`, `X[1, 2] = e`. The target is a Name, or an Index of a Name.
struct AssignStmt : Stmt {
  Expr *target, *value;

  AssignStmt(Loc loc, Expr *target, Expr *value)
      : Stmt(Kind::Assign, loc), target(target), value(value) {}
  static bool classof(const Stmt *s) { return s->kind == Kind::Assign; }
};

/// `for NAME in e { }`.
struct ForStmt : Stmt {
  Loc nameLoc;
  llvm::StringRef name;
  Expr *range;
  Block *body;

  ForStmt(Loc loc, Loc nameLoc, llvm::StringRef name, Expr *range, Block *body)
      : Stmt(Kind::For, loc), nameLoc(nameLoc), name(name), range(range),
        body(body) {}
  static bool classof(const Stmt *s) { return s->kind == Kind::For; }
};

/// `while c limit n { }`.
struct WhileStmt : Stmt {
  Expr *condition, *limit;
  Block *body;

  WhileStmt(Loc loc, Expr *condition, Expr *limit, Block *body)
      : Stmt(Kind::While, loc), condition(condition), limit(limit), body(body) {
  }
  static bool classof(const Stmt *s) { return s->kind == Kind::While; }
};

/// `data NAME { }` or `data NAME = source(...)`: one of body and value is null.
struct DataStmt : Stmt {
  Loc nameLoc;
  llvm::StringRef name;
  Expr *value;
  Block *body;

  DataStmt(Loc loc, Loc nameLoc, llvm::StringRef name, Expr *value, Block *body)
      : Stmt(Kind::Data, loc), nameLoc(nameLoc), name(name), value(value),
        body(body) {}
  static bool classof(const Stmt *s) { return s->kind == Kind::Data; }
};

/// `train [NAME =] MODEL[(k = 8)] on DATA { }`.
struct TrainStmt : Stmt {
  Loc nameLoc;
  llvm::StringRef name; // empty if not given: then the model's
  Expr *model;          // a Name, or a Call of one
  Expr *data;           // a Name
  Block *body;

  TrainStmt(Loc loc, Loc nameLoc, llvm::StringRef name, Expr *model, Expr *data,
            Block *body)
      : Stmt(Kind::Train, loc), nameLoc(nameLoc), name(name), model(model),
        data(data), body(body) {}
  static bool classof(const Stmt *s) { return s->kind == Kind::Train; }
};

/// A comment line (see Stmt::comment), or one or more blank lines.
struct TriviaStmt : Stmt {
  TriviaStmt(Kind kind, Loc loc) : Stmt(kind, loc) {}
  static bool classof(const Stmt *s) {
    return s->kind == Kind::Comment || s->kind == Kind::Blank;
  }
};

//===----------------------------------------------------------------------===//
// File
//===----------------------------------------------------------------------===//

/// One parsed file: the arena that holds its nodes, and its declarations.
class File {
public:
  explicit File(uint32_t id) : fileId(id) {}
  File(const File &) = delete;
  File &operator=(const File &) = delete;

  uint32_t id() const { return fileId; }

  /// Allocates a node. Nodes hold only views and pointers into the arena, so no
  /// destructor is ever run.
  template <typename T, typename... Args>
  T *create(Args &&...args) {
    static_assert(std::is_trivially_destructible<T>::value,
                  "nodes live in an arena");
    ++nodeCount;
    return new (arena.Allocate<T>()) T(std::forward<Args>(args)...);
  }
  llvm::StringRef copy(llvm::StringRef text) { return text.copy(arena); }
  template <typename T>
  llvm::ArrayRef<T> copy(llvm::ArrayRef<T> items) {
    return items.copy(arena);
  }
  /// Nodes created so far, those of held files included; the readers stop at
  /// kMaxNodes.
  unsigned numNodes() const { return nodeCount; }
  /// Keeps a file whose nodes became part of this one.
  File &hold(std::unique_ptr<File> other) {
    nodeCount += other->nodeCount;
    return *held.emplace_back(std::move(other));
  }

  /// The declarations, comments and blank lines of the file, in order.
  Block body;

private:
  uint32_t fileId;
  unsigned nodeCount = 0;
  llvm::BumpPtrAllocator arena;
  std::vector<std::unique_ptr<File>> held;
};
} // namespace sinter

#endif // SINTER_FRONTEND_AST_H
