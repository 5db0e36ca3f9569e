//===- Help.cpp - sinter help ---------------------------------------------===//

#include "tools/Commands.h"

#include "frontend/Reference.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace sinter;

/// The names of all built-ins, kind by kind.
static void printList(raw_ostream &os) {
  os << "\nbuilt-ins ('sinter help NAME' explains one):\n";
  std::vector<ReferenceEntry> entries = referenceEntries();
  constexpr size_t width = 79, indent = 26;
  size_t column = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    const ReferenceEntry &entry = entries[i];
    if (i == 0 || entry.kind != entries[i - 1].kind) {
      os << (i == 0 ? "" : "\n") << "  "
         << left_justify(kindTitle(entry.kind), indent - 2);
      column = indent;
    } else if (column + 1 + entry.name.size() > width) {
      os << '\n' << std::string(indent, ' ');
      column = indent;
    } else {
      os << ' ';
      ++column;
    }
    os << entry.name;
    column += entry.name.size();
  }
  os << '\n';
}

static void printEntry(const ReferenceEntry &entry, raw_ostream &os) {
  auto printIndented = [&](StringRef text) {
    SmallVector<StringRef> lines;
    text.split(lines, '\n');
    for (StringRef line : lines)
      os << (line.empty() ? "" : "    ") << line << '\n';
  };
  os << entry.name << '(' << entry.signature << ")    ["
     << kindTitle(entry.kind) << "]\n\n"
     << entry.doc << '\n';
  if (!entry.shape.empty())
    os << "shape: " << entry.shape << '\n';
  os << "\nexample:\n\n";
  printIndented(entry.example);
  if (entry.source.empty())
    return;
  os << "\nIt is written in the language itself:\n\n";
  printIndented(entry.source);
}

static ExitCode explainName(StringRef name) {
  std::vector<ReferenceEntry> entries = referenceEntries();
  SmallVector<StringRef> names;
  for (const ReferenceEntry &entry : entries) {
    if (entry.name == name) {
      printEntry(entry, outs());
      return Success;
    }
    names.push_back(entry.name);
  }
  StringRef closest = closestName(name, names);
  return report(
      createStringError(
          "no built-in is called '" + name + "'" +
          (closest.empty() ? "" : "; did you mean '" + closest + "'?")),
      UsageError);
}

ExitCode sinter::runHelp(const Command &command) {
  if (command.format == Command::Format::Markdown) {
    writeReference(outs());
    return Success;
  }
  if (command.format == Command::Format::JsonSchema) {
    writeJsonSchema(outs());
    return Success;
  }
  if (command.words.size() > 1)
    return report(createStringError("'help' wants one name"), UsageError);
  if (command.words.size() == 1)
    return explainName(command.words[0]);
  printUsage(outs());
  printList(outs());
  return Success;
}
