//===- Remarks.h - What a pass did, and what it could not ------*- C++ -*-===//
//
// Remarks go to MLIR's remark engine, which the driver turns on. Their
// categories are those of `--remarks=`.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_PASSES_REMARKS_H
#define SINTER_PASSES_REMARKS_H

#include "mlir/IR/Remarks.h"

namespace sinter {
inline constexpr llvm::StringLiteral remarkCategories[] = {
    "fusion", "plan", "vector", "parallel", "gradient"};

inline mlir::remark::RemarkOpts fusionRemark() {
  return mlir::remark::RemarkOpts::name("fusion").category("fusion");
}
inline mlir::remark::RemarkOpts planRemark() {
  return mlir::remark::RemarkOpts::name("plan").category("plan");
}
inline mlir::remark::RemarkOpts vectorRemark() {
  return mlir::remark::RemarkOpts::name("vector").category("vector");
}
inline mlir::remark::RemarkOpts gradientRemark() {
  return mlir::remark::RemarkOpts::name("gradient").category("gradient");
}
inline mlir::remark::RemarkOpts parallelRemark() {
  return mlir::remark::RemarkOpts::name("parallel").category("parallel");
}
} // namespace sinter

#endif // SINTER_PASSES_REMARKS_H
