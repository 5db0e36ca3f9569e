//===- Emitter.h - Builds the graph's operations ---------------*- C++ -*-===//
//
// Tensor arithmetic for the elaborator: each function builds the operations
// for one step of it, or reports an error at the user's place and returns null.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_FRONTEND_EMITTER_H
#define SINTER_FRONTEND_EMITTER_H

#include "frontend/Diagnostics.h"
#include "frontend/Object.h"
#include "ir/SinterOps.h"

#include "mlir/IR/Builders.h"

namespace sinter {
/// Operations that one file may become.
inline constexpr unsigned kMaxOperations = 1'000'000;

class Emitter {
public:
  Emitter(mlir::MLIRContext *context, SourceManager &sources,
          Diagnostics &diagnostics)
      : builder(context), sources(sources), diagnostics(diagnostics) {}

  mlir::OpBuilder builder;

  //===--------------------------------------------------------------------===//
  // Places and errors
  //===--------------------------------------------------------------------===//

  /// The places of the calls that are being inlined, outermost first.
  std::vector<Loc> calls;
  /// The user's word for what is being computed, empty if there is none.
  std::string word;
  /// The id of the library that comes with the compiler: its places mean
  /// nothing to the user, the innermost call from outside stands for them.
  uint32_t preludeFile = ~0u;
  /// Functions begun so far.
  unsigned frames = 0;

  Loc userPlace(Loc loc) const;
  mlir::Location at(Loc loc);
  Diagnostic &error(Code code, Loc loc, const llvm::Twine &message) {
    last = &diagnostics.error(code, userPlace(loc), message);
    return *last;
  }
  Diagnostic &warning(Code code, Loc loc, const llvm::Twine &message) {
    return diagnostics.warning(code, userPlace(loc), message);
  }
  /// The error that was reported last; there must be one.
  Diagnostic &lastError() { return *last; }
  /// "not supported yet: WHAT".
  Diagnostic &unsupported(Loc loc, const llvm::Twine &what);
  /// Counts an operation; false, with one error, past kMaxOperations.
  bool isExhausted() const { return exhausted; }
  /// Ends the elaboration with an error about its size.
  void exhaust(Loc loc, const llvm::Twine &message);

  //===--------------------------------------------------------------------===//
  // Types
  //===--------------------------------------------------------------------===//

  mlir::Type f32() { return builder.getF32Type(); }
  mlir::Type f64() { return builder.getF64Type(); }
  mlir::Type i32() { return builder.getI32Type(); }
  mlir::Type i64() { return builder.getI64Type(); }
  mlir::Type i1() { return builder.getI1Type(); }
  mlir::MLIRContext *context() { return builder.getContext(); }

  /// A tensor type within the language's limits; null with an error otherwise.
  mlir::RankedTensorType tensorType(Loc loc, llvm::ArrayRef<Dim> dims,
                                    mlir::Type element);

  //===--------------------------------------------------------------------===//
  // Leaves
  //===--------------------------------------------------------------------===//

  /// The number as an attribute of that element type; null if it does not fit.
  mlir::TypedAttr numberAttr(mlir::Type element, const Object &number);
  /// A build-time number everywhere; it must fit the element type.
  mlir::Value splat(Loc loc, llvm::ArrayRef<Dim> dims, mlir::Type element,
                    const Object &number);
  mlir::Value splat(Loc loc, mlir::RankedTensorType type, double value);
  mlir::Value extent(Loc loc, const Dim &dim);
  mlir::Value load(Loc loc, mlir::StringRef symbol, mlir::Type type);
  void store(Loc loc, mlir::Value value, mlir::StringRef symbol);

  //===--------------------------------------------------------------------===//
  // Elementwise, on operands of one shape and type
  //===--------------------------------------------------------------------===//

  template <typename OpTy>
  mlir::Value unary(Loc loc, mlir::Value x) {
    return OpTy::create(builder, at(loc), x.getType(), x);
  }
  template <typename OpTy>
  mlir::Value binary(Loc loc, mlir::Value a, mlir::Value b) {
    return OpTy::create(builder, at(loc), a.getType(), a, b);
  }
  mlir::Value cast(Loc loc, mlir::Value x, mlir::Type element);
  mlir::Value compare(Loc loc, Predicate predicate, mlir::Value a,
                      mlir::Value b);
  mlir::Value select(Loc loc, mlir::Value condition, mlir::Value onTrue,
                     mlir::Value onFalse);

  //===--------------------------------------------------------------------===//
  // Shapes
  //===--------------------------------------------------------------------===//

  /// NumPy's rule; false where the shapes clash, with the clashing dimension
  /// of the result counted from the last in `axisFromEnd`.
  static bool broadcastDims(llvm::ArrayRef<Dim> a, llvm::ArrayRef<Dim> b,
                            Dims &result, unsigned &axisFromEnd);
  /// Repeats `x` to `dims`, which it is known to fit, aligned at the last axis.
  mlir::Value broadcast(Loc loc, mlir::Value x, llvm::ArrayRef<Dim> dims);
  mlir::Value reshape(Loc loc, mlir::Value x, llvm::ArrayRef<Dim> dims);
  mlir::Value transpose(Loc loc, mlir::Value x,
                        llvm::ArrayRef<int64_t> permutation);
  /// The box that starts at `offsets`; a dimension with stride 1 that is as
  /// large as x's is whole.
  mlir::Value slice(Loc loc, mlir::Value x, llvm::ArrayRef<int64_t> offsets,
                    llvm::ArrayRef<int64_t> strides, llvm::ArrayRef<Dim> sizes);
  /// Operands that differ along `axis` alone.
  mlir::Value concat(Loc loc, llvm::ArrayRef<mlir::Value> inputs, int64_t axis);

  //===--------------------------------------------------------------------===//
  // Reductions
  //===--------------------------------------------------------------------===//

  mlir::Value reduce(Loc loc, ReduceKind kind, mlir::Value x,
                     llvm::ArrayRef<int64_t> axes);
  /// The mean over `axes` of a float tensor; it divides by the run-time extent.
  mlir::Value mean(Loc loc, mlir::Value x, llvm::ArrayRef<int64_t> axes);
  mlir::Value argmax(Loc loc, mlir::Value x, int64_t axis);
  mlir::Value contract(Loc loc, mlir::StringRef spec, mlir::Value a,
                       mlir::Value b, llvm::ArrayRef<Dim> dims);

private:
  SourceManager &sources;
  Diagnostics &diagnostics;
  Diagnostic *last = nullptr;
  unsigned operations = 0;
  bool exhausted = false;
};
} // namespace sinter

#endif // SINTER_FRONTEND_EMITTER_H
