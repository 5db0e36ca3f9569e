//===- Builtins.h - The functions of the language --------------*- C++ -*-===//
//
// One table, Builtins.def, names every built-in function with its parameters,
// what it does, an example and the code that does it. The checker, `sinter
// help`, the reference and the JSON Schema come from this table.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_FRONTEND_BUILTINS_H
#define SINTER_FRONTEND_BUILTINS_H

#include "frontend/Object.h"

#include <optional>

namespace sinter {
class Call;
class Elaborator;

/// What a built-in is for: a chapter of the reference.
enum class BuiltinKind : uint8_t {
  Elementwise,
  Reduction,
  Shape,
  Creation,
  LinearAlgebra,
  Gradient,
  Activation,
  Layer,
  Loss,
  Metric,
  Initialiser,
  Optimizer,
  Schedule,
  Random,
  Data,
};

/// A row of Builtins.def, which explains the fields.
struct Builtin {
  llvm::StringLiteral name;
  BuiltinKind kind;
  llvm::StringLiteral signature;
  llvm::StringLiteral shape;
  llvm::StringLiteral doc;
  llvm::StringLiteral example;
  Object (*apply)(Call &call);

  /// Whether it is part of the language, and not of the prelude's making.
  bool isForUsers() const { return !doc.empty(); }
};

/// All built-in functions, in the order of the reference.
llvm::ArrayRef<Builtin> allBuiltins();
/// The built-in of that name, null if there is none.
const Builtin *findBuiltin(llvm::StringRef name);

/// A parameter of a built-in's signature.
struct BuiltinParameter {
  llvm::StringRef name;
  /// The spelling of the default, empty if the argument must be given.
  llvm::StringRef defaultText;
  bool isKeywordOnly = false;
  bool isVariadic = false;
};
llvm::SmallVector<BuiltinParameter, 4> parametersOf(const Builtin &builtin);

/// One evaluated argument.
struct CallArgument {
  Loc loc;
  /// Empty for a positional one.
  llvm::StringRef name;
  Object value;
};

/// A call of a built-in: its arguments by the position of their parameter, and
/// what implementations do with them. The accessors report an error where an
/// argument is not what they return.
class Call {
public:
  Call(Elaborator &elaborator, Loc loc, llvm::StringRef name)
      : elaborator(elaborator), loc(loc), name(name) {}

  Elaborator &elaborator;
  Loc loc;
  llvm::StringRef name;
  /// Whether this is a call; false for a bare name used as an initialiser.
  llvm::SmallVector<BuiltinParameter, 4> parameters;
  llvm::SmallVector<CallArgument, 4> arguments;
  /// The arguments of a variadic parameter.
  llvm::SmallVector<CallArgument, 4> rest;

  const Object &operator[](unsigned i) const { return arguments[i].value; }
  Loc place(unsigned i) const { return arguments[i].loc; }

  /// The argument as a tensor; numbers and lists become one.
  std::optional<Tensor> tensor(unsigned i);
  /// The same, as a tensor of floats: integers become f32.
  std::optional<Tensor> floats(unsigned i);
  std::optional<int64_t> integer(unsigned i);
  std::optional<double> number(unsigned i);
  std::optional<bool> flag(unsigned i);
  std::optional<std::string> text(unsigned i);
  /// A shape: an integer, or a list of integers and `batch`.
  std::optional<Dims> shape(unsigned i);
  /// An axis of a tensor of that rank, counted from the last if negative.
  std::optional<int64_t> axis(unsigned i, size_t rank);
  /// The same, of `x`; it is not the run-time dimension.
  std::optional<int64_t> staticAxis(unsigned i, const Tensor &x);
  /// Axes in increasing order; None means all.
  std::optional<llvm::SmallVector<int64_t>> axes(unsigned i, size_t rank);

  /// Reports that argument i is not a WANTED.
  void wrongType(unsigned i, const llvm::Twine &wanted);
};
} // namespace sinter

#endif // SINTER_FRONTEND_BUILTINS_H
