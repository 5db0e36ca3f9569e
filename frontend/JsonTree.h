//===- JsonTree.h - JSON with positions -------------------------*- C++ -*-===//
#ifndef SINTER_FRONTEND_JSONTREE_H
#define SINTER_FRONTEND_JSONTREE_H

#include "frontend/Diagnostics.h"
#include "frontend/Lexer.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Allocator.h"

#include <vector>

namespace sinter {
struct JsonMember;

/// A JSON value that knows where it stands. Numbers keep their spelling.
struct JsonValue {
  enum class Kind : uint8_t { Null, Bool, Number, String, Array, Object };

  Kind kind = Kind::Null;
  bool boolean = false;
  uint32_t offset = 0;  // of its first byte in the text
  llvm::StringRef text; // of a Number as written, of a String decoded
  llvm::ArrayRef<JsonValue *> elements;
  llvm::ArrayRef<JsonMember> members;

  bool is(Kind other) const { return kind == other; }
  /// The member of that name, null if there is none.
  const JsonMember *find(llvm::StringRef key) const;
};

struct JsonMember {
  uint32_t offset = 0; // of the key
  llvm::StringRef key;
  JsonValue *value = nullptr;
};

/// Parses JSON into the arena, without recursion. Malformed JSON and duplicate
/// keys are reported; then the result is null.
JsonValue *parseJson(llvm::StringRef text, llvm::BumpPtrAllocator &arena,
                     Locator locate, Diagnostics &diagnostics);

/// For each character of a decoded string, and for its end, the offset in the
/// text where it is spelled.
std::vector<uint32_t> stringOffsets(llvm::StringRef text,
                                    const JsonValue &string);
} // namespace sinter

#endif // SINTER_FRONTEND_JSONTREE_H
