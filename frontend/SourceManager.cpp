//===- SourceManager.cpp - The texts of a run -----------------------------===//

#include "frontend/SourceManager.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Errc.h"
#include "llvm/Support/FileSystem.h"

#include <algorithm>

using namespace llvm;

namespace sinter {
/// Reads at most kMaxSourceBytes from an open file.
static std::error_code readAll(sys::fs::file_t file,
                               std::unique_ptr<MemoryBuffer> &buffer) {
  SmallVector<char, 0> bytes;
  while (true) {
    constexpr size_t kChunk = size_t(64) << 10;
    size_t size = bytes.size();
    bytes.resize_for_overwrite(size + kChunk);
    Expected<size_t> got = sys::fs::readNativeFile(
        file, MutableArrayRef<char>(bytes.data() + size, kChunk));
    if (!got)
      return errorToErrorCode(got.takeError());
    bytes.truncate(size + *got);
    if (*got == 0)
      break;
    if (bytes.size() > kMaxSourceBytes)
      return make_error_code(errc::file_too_large);
  }
  buffer =
      MemoryBuffer::getMemBufferCopy(StringRef(bytes.data(), bytes.size()));
  return std::error_code();
}

static std::error_code readFile(StringRef path,
                                std::unique_ptr<MemoryBuffer> &buffer) {
  if (path == "-")
    return readAll(sys::fs::getStdinHandle(), buffer);
  Expected<sys::fs::file_t> file = sys::fs::openNativeFileForRead(path);
  if (!file)
    return errorToErrorCode(file.takeError());
  std::error_code error = readAll(*file, buffer);
  (void)sys::fs::closeFile(*file);
  return error;
}

uint32_t SourceManager::add(StringRef name,
                            std::unique_ptr<MemoryBuffer> text) {
  sources.emplace_back();
  sources.back().name = name.str();
  fill(sources.back(), std::move(text));
  return sources.size() - 1;
}

uint32_t SourceManager::addReference(StringRef name) {
  sources.emplace_back();
  sources.back().name = name.str();
  sources.back().isReference = true;
  return sources.size() - 1;
}

std::error_code SourceManager::open(StringRef path, uint32_t &file) {
  std::unique_ptr<MemoryBuffer> buffer;
  if (std::error_code error = readFile(path, buffer))
    return error;
  file = add(path == "-" ? "<stdin>" : path, std::move(buffer));
  return std::error_code();
}

void SourceManager::fill(Source &source,
                         std::unique_ptr<MemoryBuffer> text) const {
  source.buffer = std::move(text);
  StringRef bytes = source.buffer->getBuffer();
  source.lineStarts.push_back(0);
  for (size_t at = bytes.find('\n'); at != StringRef::npos;
       at = bytes.find('\n', at + 1))
    source.lineStarts.push_back(at + 1);
}

StringRef SourceManager::text(uint32_t file) const {
  Source &source = sources[file];
  if (source.isReference) {
    // Tried once: a file that is not there shows no lines. The name comes out
    // of a dump, so "-" must not read the standard input.
    source.isReference = false;
    std::unique_ptr<MemoryBuffer> buffer;
    if (source.name != "-" && !readFile(source.name, buffer))
      fill(source, std::move(buffer));
  }
  return source.buffer ? source.buffer->getBuffer() : StringRef();
}

Loc SourceManager::locate(uint32_t file, size_t offset) const {
  offset = std::min(offset, text(file).size());
  const std::vector<uint32_t> &starts = sources[file].lineStarts;
  if (starts.empty())
    return Loc{file, 1, 1};
  size_t line =
      std::upper_bound(starts.begin(), starts.end(), offset) - starts.begin();
  return Loc{file, uint32_t(line), uint32_t(offset - starts[line - 1] + 1)};
}

StringRef SourceManager::line(uint32_t file, uint32_t number) const {
  StringRef bytes = text(file);
  const std::vector<uint32_t> &starts = sources[file].lineStarts;
  if (number == 0 || number > starts.size())
    return StringRef();
  StringRef line = bytes.substr(starts[number - 1]);
  return line.take_until([](char c) { return c == '\n'; }).rtrim('\r');
}
} // namespace sinter
