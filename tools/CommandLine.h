//===- CommandLine.h - The words after `sinter` ----------------*- C++ -*-===//

#ifndef SINTER_TOOLS_COMMANDLINE_H
#define SINTER_TOOLS_COMMANDLINE_H

#include "codegen/Compiler.h"
#include "frontend/Frontend.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <string>
#include <utility>
#include <vector>

namespace sinter {
/// What a command of the driver was asked to do.
struct Command {
  std::string verb;
  /// The words that are no options.
  std::vector<std::string> words;
  /// What `run` hands to the program.
  std::vector<std::string> programArgs;
  std::string output;
  std::vector<std::pair<std::string, std::string>> defines;
  std::string dataDir;
  CompileOptions compile;
  /// --emit and --from; absent when not given.
  std::optional<Stage> emit, from;
  /// --to; absent: the spelling of the file.
  std::optional<Spelling> to;
  bool jsonErrors = false;
  /// --after: the pass whose result `emit` prints; empty when not given.
  std::string after;
  /// --remarks: categories of passes/Remarks.h.
  std::vector<std::string> remarks;
  /// --format of `summary` and `help`.
  enum class Format {
    Table,
    Json,
    Markdown,
    JsonSchema
  } format = Format::Table;
  /// --memory-map: a file, .svg or .json.
  std::string memoryMap;
};

/// Parses the command line. On a usage error says what is wrong on stderr and
/// returns nothing; the program then ends with exit code 2.
std::optional<Command> parseCommandLine(llvm::ArrayRef<const char *> argv);

/// Prints how to call `sinter`.
void printUsage(llvm::raw_ostream &os);
} // namespace sinter

#endif // SINTER_TOOLS_COMMANDLINE_H
