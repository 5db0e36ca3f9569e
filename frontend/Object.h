//===- Object.h - What an expression means ---------------------*- C++ -*-===//
//
// The elaborator runs a model file as a program over objects. An object is
// known at build time (a number, a text, a list, a function) or is a value of
// the graph, computed when the produced program runs.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_FRONTEND_OBJECT_H
#define SINTER_FRONTEND_OBJECT_H

#include "frontend/AST.h"
#include "ir/Shape.h"

#include "mlir/IR/Value.h"

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace sinter {
class Object;
class Scope;
struct Builtin;
struct DataColumn;
struct DataPart;
struct Experiment;
struct FileReference;

/// Stands for a value that cannot be had, and absorbs what is computed from it:
/// after an error, which was reported where it arose, or because the value
/// needs rows of a file where there are none (see DataSection).
struct Absorbing {
  bool needsRows = false;
};

/// `None`.
struct Nothing {};

/// A value of the graph. A weak one is a number that has met no tensor yet (a
/// hyper-parameter, `step`): it takes the element type of the tensor it meets.
struct Tensor {
  mlir::Value value;
  bool isWeak = false;

  mlir::RankedTensorType type() const {
    return mlir::cast<mlir::RankedTensorType>(value.getType());
  }
  mlir::Type element() const { return type().getElementType(); }
  Dims dims() const { return dimsOf(value); }
};

/// A piece of a text: characters, or a graph value (null if there is none) with
/// the format that it is printed in (empty: as `print` does).
struct TextPiece {
  std::string characters;
  mlir::Value value;
  std::string format;
};
using Text = std::vector<TextPiece>;

/// Lists may be nested this deep, and hold this many numbers to become a
/// tensor.
inline constexpr unsigned kMaxListDepth = 64;
inline constexpr size_t kMaxListNumbers = 1'000'000;
/// Characters of a text that is put together at build time.
inline constexpr size_t kMaxTextLength = 1'000'000;

/// A list literal. When it meets a tensor it becomes one, and stays that one in
/// the function that is being built, so that a gradient can be taken with
/// respect to it.
struct List {
  std::vector<Object> elements;
  /// Lists within lists, 1 for a list without any.
  unsigned depth = 1;
  mlir::Value tensor;
  /// The function that `tensor` belongs to: the value is gone with it.
  unsigned frame = 0;
  /// How many run-time branches and loops it was written in: the tensor shall
  /// be known in all of the innermost.
  unsigned regionDepth = ~0u;
  /// Elements were taken out of it at build time: no gradient flows through
  /// them.
  bool isIndexed = false;
};

/// `lo..hi`.
struct IntegerRange {
  int64_t lo, hi;
};

/// A function of the language with the scope it was declared in.
struct Closure {
  const FunctionStmt *function;
  Scope *scope;
};

/// How a parameter or state gets its first value.
struct Initialiser {
  enum class Kind {
    Constant, // a
    Normal,   // mean a, deviation b
    Uniform,  // from a to b
    XavierNormal,
    XavierUniform,
    HeNormal,
    HeUniform,
    File, // the tensor that `file` holds
  };
  Kind kind = Kind::Constant;
  double a = 0, b = 0;
  std::shared_ptr<const FileReference> file = nullptr;
};

/// `groups(weights = a, biases = b)`: a value for each group of parameters.
struct Groups {
  std::shared_ptr<const Object> weights, biases;
};

/// A declaration of a file that is no value by itself: a model, an optimizer, a
/// program.
struct Declaration {
  const Stmt *stmt;
};

/// A column whose rows come from a file, where no rows are at hand.
struct ColumnOfFile {
  const DataPart *part;
  const DataColumn *column;
};

/// A declaration that is evaluated when its name is first used.
struct Deferred {
  const BindStmt *stmt;
  Scope *scope;
};

/// `EXPERIMENT` or `EXPERIMENT.net`, on the way to a parameter's name.
struct MemberPath {
  const Experiment *experiment;
  std::string prefix; // "net", empty for the experiment itself
};

class Object {
public:
  using Content =
      std::variant<Absorbing, Nothing, bool, int64_t, double,
                   std::shared_ptr<const Text>, std::shared_ptr<List>,
                   IntegerRange, Dim, Tensor, Closure, const Builtin *,
                   mlir::Type, Initialiser, Groups, Declaration,
                   const DataPart *, ColumnOfFile, MemberPath, Deferred>;

  Object() : content(Absorbing()) {}
  template <typename T, typename = std::enable_if_t<std::conjunction_v<
                            std::negation<std::is_same<T, Object>>,
                            std::is_constructible<Content, T>>>>
  Object(T value) : content(std::move(value)) {}
  Object(mlir::Value value) : content(Tensor{value}) {}

  static Object error() { return Object(); }
  static Object rows() { return Object(Absorbing{true}); }
  static Object weak(mlir::Value value) { return Object(Tensor{value, true}); }
  static Object text(llvm::StringRef characters);
  /// The elements' lists must be less than kMaxListDepth deep.
  static Object list(std::vector<Object> elements);

  template <typename T>
  bool is() const {
    return std::holds_alternative<T>(content);
  }
  /// The content as a T, null if it is something else.
  template <typename T>
  const T *as() const {
    return std::get_if<T>(&content);
  }

  bool isAbsorbing() const { return is<Absorbing>(); }
  bool isError() const {
    const Absorbing *absorbing = as<Absorbing>();
    return absorbing && !absorbing->needsRows;
  }
  bool isNone() const { return is<Nothing>(); }
  /// A number or truth value that is known at build time.
  bool isNumber() const { return is<bool>() || is<int64_t>() || is<double>(); }
  /// Of a number: its value as a double.
  double number() const;
  const List *list() const;
  /// The characters of a text without graph values, null if it is none.
  const std::string *characters() const;

private:
  Content content;
};

/// The more severe of two absorbing objects.
Object absorb(const Object &a, const Object &b);

/// The element type in the language's words: "f32", "u8", "bool".
llvm::StringRef dtypeName(mlir::Type element);
/// The element type of a word, null if there is none.
mlir::Type dtypeNamed(mlir::MLIRContext *context, llvm::StringRef name);
/// "f32[batch, 784]".
std::string typeName(mlir::RankedTensorType type);
/// What an object is, for messages: "a tensor f32[2, 1]", "the number 3".
std::string describe(const Object &object);
/// A build-time number as Python writes it: "3", "0.1", "1e-08".
std::string numberText(double value);
} // namespace sinter

#endif // SINTER_FRONTEND_OBJECT_H
