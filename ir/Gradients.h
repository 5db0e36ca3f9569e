//===- Gradients.h - Locations of backward operations ----------*- C++ -*-===//

#ifndef SINTER_IR_GRADIENTS_H
#define SINTER_IR_GRADIENTS_H

#include "mlir/IR/Location.h"
#include "mlir/IR/Value.h"

namespace sinter {
/// The location of what computes the adjoint of `name`'s value: the forward
/// location under the name "d_NAME", so that dumps print `%d_NAME` and messages
/// point at the forward line.
mlir::Location gradientLoc(mlir::Location forward, llvm::StringRef name);

/// The same for the operation or block argument that makes `value`: its user's
/// word when it has one, else the operation's mnemonic.
mlir::Location gradientLoc(mlir::Value value);
} // namespace sinter

#endif // SINTER_IR_GRADIENTS_H
