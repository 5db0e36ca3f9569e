//===- SourceManager.h - The texts of a run ---------------------*- C++ -*-===//
//
// Owns every source text of a run under a small number, the file id that a Loc
// carries, and turns offsets into lines and columns.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_FRONTEND_SOURCEMANAGER_H
#define SINTER_FRONTEND_SOURCEMANAGER_H

#include "frontend/AST.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MemoryBuffer.h"

#include <deque>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace sinter {
/// The largest source file that is read.
inline constexpr size_t kMaxSourceBytes = size_t(16) << 20;

class SourceManager {
public:
  /// Adds a text under a name.
  uint32_t add(llvm::StringRef name, std::unique_ptr<llvm::MemoryBuffer> text);

  /// Adds a file that is only named, by a dump with positions. Its text is
  /// looked for when a diagnostic wants to show a line of it.
  uint32_t addReference(llvm::StringRef name);

  /// Reads `path`, or the standard input for "-", and adds it. Bytes beyond
  /// kMaxSourceBytes are an error (file_too_large), so a device cannot hang us.
  std::error_code open(llvm::StringRef path, uint32_t &file);

  llvm::StringRef name(uint32_t file) const { return sources[file].name; }
  llvm::StringRef text(uint32_t file) const;

  /// The place of a byte of a file. Offsets past the end give its end.
  Loc locate(uint32_t file, size_t offset) const;

  /// A line without its line break, empty if there is no such line.
  llvm::StringRef line(uint32_t file, uint32_t number) const;

private:
  struct Source {
    std::string name;
    bool isReference = false;
    std::unique_ptr<llvm::MemoryBuffer> buffer;
    std::vector<uint32_t> lineStarts;
  };

  void fill(Source &source, std::unique_ptr<llvm::MemoryBuffer> text) const;

  /// Mutable because a reference is filled when it is first shown.
  mutable std::deque<Source> sources;
};
} // namespace sinter

#endif // SINTER_FRONTEND_SOURCEMANAGER_H
