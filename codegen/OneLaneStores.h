//===- OneLaneStores.h - Masked stores of a single lane --------*- C++ -*-===//

#ifndef SINTER_CODEGEN_ONELANESTORES_H
#define SINTER_CODEGEN_ONELANESTORES_H

namespace llvm {
class Module;
} // namespace llvm

namespace sinter {
/// Turns masked stores whose mask is known to have one lane into stores of that
/// element. LLVM 22 does so for AVX-512 itself, but after it has folded a
/// truncation into the store: then it writes the element before truncation,
/// over its neighbour in memory (llvm-project issue 179489).
void storeOneLanes(llvm::Module &module);
} // namespace sinter

#endif // SINTER_CODEGEN_ONELANESTORES_H
