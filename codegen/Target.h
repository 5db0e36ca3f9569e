//===- Target.h - What is known of the machine compiled for ----*- C++ -*-===//
//
// The one record that holds everything the compiler knows of its target.
// Nothing else asks the host or tests a CPU's name: virtual machines lie about
// names, so only features count.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_CODEGEN_TARGET_H
#define SINTER_CODEGEN_TARGET_H

#include "llvm/ADT/StringRef.h"

#include <optional>
#include <string>

namespace sinter {
struct Target {
  std::string triple;
  /// The name LLVM tunes for; never a guess at the host's model.
  std::string cpu = "x86-64";
  /// LLVM feature string ("+avx2,+fma,...").
  std::string features;
  /// Widest vector register in bits: 512, 256 or 128.
  unsigned vectorBits = 128;
  /// Number of vector registers of that width.
  unsigned vectorRegisters = 16;
  /// Without it a fused multiply-add is a multiply and an add.
  bool hasFMA = false;

  /// Lanes of one register for elements of `bits` bits.
  unsigned lanes(unsigned bits) const { return vectorBits / bits; }

  /// The building machine, by its features.
  static Target host();
  /// A named level: "x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4", "native".
  static std::optional<Target> byName(llvm::StringRef name);
};
} // namespace sinter

#endif // SINTER_CODEGEN_TARGET_H
