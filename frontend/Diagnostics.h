//===- Diagnostics.h - What the user is told --------------------*- C++ -*-===//
//
// Errors and warnings about a model file: a stable code, a place, a message,
// notes with places of their own, and a hint. They are collected and printed
// in the order of their arrival, as text with the source line and a caret or
// as one JSON object per line.
//
// Messages follow LLVM's habit: lower case, no full stop, names in 'quotes',
// the numbers given.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_FRONTEND_DIAGNOSTICS_H
#define SINTER_FRONTEND_DIAGNOSTICS_H

#include "frontend/AST.h"
#include "frontend/SourceManager.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"

#include <deque>
#include <string>
#include <vector>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace sinter {
enum class Severity : uint8_t { Error, Warning };

/// One enumerator per line of DiagnosticCodes.def; its value is the number.
enum class Code : uint16_t {
#define DIAGNOSTIC(NUMBER, NAME, TITLE, EXPLANATION) NAME = NUMBER,
#include "frontend/DiagnosticCodes.def"
};

/// What `sinter explain` prints.
struct CodeInfo {
  Code code;
  llvm::StringRef title;
  llvm::StringRef explanation;
};

/// All codes, in order of their numbers.
llvm::ArrayRef<CodeInfo> allCodes();
/// The entry of `E0101` (or `e101`, `W0401`), null if there is none.
const CodeInfo *findCode(llvm::StringRef spelling);
/// `E0101`; of a warning `W0401`.
std::string codeName(Code code);

/// A remark with a place of its own: the other side of a clash.
struct DiagnosticNote {
  Loc loc;
  std::string message;
};

struct Diagnostic {
  Severity severity;
  Code code;
  Loc loc;
  std::string message;
  std::vector<DiagnosticNote> notes;
  std::string help; // empty if there is none

  Diagnostic &addNote(Loc place, const llvm::Twine &text) {
    notes.push_back({place, text.str()});
    return *this;
  }
  Diagnostic &addHelp(const llvm::Twine &text) {
    help = text.str();
    return *this;
  }
};

class Diagnostics {
public:
  /// More errors than this are counted, not kept; likewise warnings.
  static constexpr unsigned kMaxErrors = 20;

  explicit Diagnostics(const SourceManager &sources) : sources(sources) {}

  /// Records a diagnostic; notes and a hint may be added to the result until
  /// the next one is recorded. An exact repetition is dropped.
  Diagnostic &error(Code code, Loc loc, const llvm::Twine &message);
  Diagnostic &warning(Code code, Loc loc, const llvm::Twine &message);

  /// How much has been recorded, and going back to that.
  struct Mark {
    size_t kept;
    unsigned errors, warnings;
  };
  Mark mark() const { return {diagnostics.size(), errorCount, warningCount}; }
  void rewind(const Mark &to);

  unsigned numErrors() const { return errorCount; }
  bool hasErrors() const { return errorCount != 0; }
  const std::deque<Diagnostic> &all() const { return diagnostics; }

  /// Prints what came after the first `numKnown` for people, in colour where
  /// `os` has colours.
  void print(llvm::raw_ostream &os, size_t numKnown = 0) const;
  /// Likewise, one JSON object per diagnostic and line.
  void printJson(llvm::raw_ostream &os, size_t numKnown = 0) const;

private:
  Diagnostic &add(Severity severity, Code code, Loc loc,
                  const llvm::Twine &message);

  const SourceManager &sources;
  std::deque<Diagnostic> diagnostics;
  /// Takes the notes of diagnostics that are not kept.
  Diagnostic discarded;
  unsigned errorCount = 0, warningCount = 0;
};

/// The candidate nearest to a misspelt name, empty if none is near.
llvm::StringRef closestName(llvm::StringRef name,
                            llvm::ArrayRef<llvm::StringRef> candidates);
} // namespace sinter

#endif // SINTER_FRONTEND_DIAGNOSTICS_H
