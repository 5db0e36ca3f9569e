//===- Reference.cpp - What can be said about each built-in ---------------===//

#include "frontend/Reference.h"

#include "frontend/DslWriter.h"
#include "frontend/Experiment.h"
#include "frontend/Parser.h"
#include "frontend/Prelude.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace sinter;

/// In the order of BuiltinKind: the word in prelude.sinter and the heading.
static constexpr struct {
  StringLiteral word, title;
} kinds[] = {
    {"elementwise", "elementwise functions"},
    {"reduction", "reductions"},
    {"shape", "shapes"},
    {"creation", "creation of tensors"},
    {"linear algebra", "linear algebra and rows"},
    {"gradient", "gradients"},
    {"activation", "activations"},
    {"layer", "layers"},
    {"loss", "losses"},
    {"metric", "metrics"},
    {"initialiser", "initialisers"},
    {"optimizer", "optimizers"},
    {"schedule", "schedules"},
    {"random", "random numbers"},
    {"data", "data"},
};
static_assert(std::size(kinds) == size_t(BuiltinKind::Data) + 1);

StringRef sinter::kindTitle(BuiltinKind kind) {
  return kinds[size_t(kind)].title;
}

//===----------------------------------------------------------------------===//
// The prelude
//===----------------------------------------------------------------------===//

/// "x, axis = -1". The first two parameters of an optimizer are not the user's.
static std::string signatureOf(const FunctionStmt *function) {
  ArrayRef<Parameter> params = function->params;
  if (function->kind == Stmt::Kind::Optimizer)
    params = params.drop_front(std::min<size_t>(2, params.size()));
  std::vector<std::string> words;
  for (const Parameter &param : params)
    words.push_back(param.name.str() +
                    (param.value ? " = " + toDsl(param.value) : ""));
  return join(words, ", ");
}

/// The lines of the prelude from `first` to `last`.
static std::string preludeLines(uint32_t first, uint32_t last) {
  SmallVector<StringRef> lines;
  preludeText().split(lines, '\n');
  return join(ArrayRef(lines).slice(first - 1, last - first + 1), "\n");
}

/// Reads 'KIND: doc', 'shape: rule', 'example:' and its lines; false if the
/// comment is none of that form.
static bool readComment(ArrayRef<StringRef> lines, ReferenceEntry &entry) {
  if (lines.empty())
    return false;
  auto [word, doc] = lines.front().split(": ");
  size_t kind = 0;
  while (kind < std::size(kinds) && kinds[kind].word != word)
    ++kind;
  if (kind == std::size(kinds))
    return false;
  entry.kind = BuiltinKind(kind);
  entry.doc = doc.str();
  std::string *field = &entry.doc;
  for (StringRef line : lines.drop_front()) {
    if (line.consume_front("shape: ")) {
      entry.shape = line.str();
      field = &entry.shape;
    } else if (line == "example:") {
      field = &entry.example;
    } else if (field == &entry.example) {
      line.consume_front("  ");
      *field += (field->empty() ? "" : "\n") + line.str();
    } else {
      *field += " " + line.trim().str();
    }
  }
  return true;
}

/// The entry of a declaration, if the comment above it says what it is.
static bool readDeclaration(const Stmt *stmt, ArrayRef<StringRef> comment,
                            ReferenceEntry &entry) {
  const Block *body = nullptr;
  if (const FunctionStmt *function = dyn_cast<FunctionStmt>(stmt)) {
    entry.name = function->name.str();
    entry.signature = signatureOf(function);
    body = function->body;
  } else if (const DataStmt *data = dyn_cast<DataStmt>(stmt)) {
    entry.name = data->name.str();
    body = data->body;
  }
  if (!body || !readComment(comment, entry))
    return false;
  entry.source = preludeLines(stmt->loc.line, body->close.line);
  return true;
}

static void addPrelude(std::vector<ReferenceEntry> &entries) {
  SourceManager sources;
  uint32_t id =
      sources.add("prelude.sinter",
                  MemoryBuffer::getMemBuffer(preludeText(), "prelude.sinter"));
  Diagnostics diagnostics(sources);
  File file(id);
  parseDsl(
      file, preludeText(),
      [&](size_t offset) { return sources.locate(id, offset); }, diagnostics);
  SmallVector<StringRef> comment;
  for (const Stmt *stmt : file.body.stmts) {
    if (stmt->kind == Stmt::Kind::Comment) {
      comment.push_back(stmt->comment);
      continue;
    }
    ReferenceEntry entry;
    if (readDeclaration(stmt, comment, entry))
      entries.push_back(std::move(entry));
    comment.clear();
  }
}

std::vector<ReferenceEntry> sinter::referenceEntries() {
  std::vector<ReferenceEntry> all, byKind;
  for (const Builtin &builtin : allBuiltins())
    if (builtin.isForUsers())
      all.push_back({builtin.kind, builtin.name.str(), builtin.signature.str(),
                     builtin.shape.str(), builtin.doc.str(),
                     builtin.example.str(), ""});
  addPrelude(all);
  for (size_t kind = 0; kind < std::size(kinds); ++kind)
    for (const ReferenceEntry &entry : all)
      if (entry.kind == BuiltinKind(kind))
        byKind.push_back(entry);
  return byKind;
}

//===----------------------------------------------------------------------===//
// Markdown
//===----------------------------------------------------------------------===//

static void writeSettings(raw_ostream &os) {
  os << "### Settings of 'train'\n\n"
        "| setting | unless given | |\n|---|---|---|\n";
  for (const TrainSetting &setting : trainSettings())
    os << "| `" << setting.name << "` | "
       << (setting.standard.empty() ? "must be given" : setting.standard)
       << " | " << setting.doc << " |\n";
  os << '\n';
}

void sinter::writeReference(raw_ostream &os) {
  writeSettings(os);
  std::vector<ReferenceEntry> entries = referenceEntries();
  for (size_t i = 0; i < entries.size(); ++i) {
    const ReferenceEntry &entry = entries[i];
    if (i == 0 || entry.kind != entries[i - 1].kind) {
      std::string title = kindTitle(entry.kind).str();
      title.front() = toUpper(title.front());
      os << (i == 0 ? "" : "\n") << "### " << title << '\n';
    }
    os << "\n#### `" << entry.name << '(' << entry.signature << ")`\n\n"
       << entry.doc << '.';
    if (!entry.shape.empty())
      os << " Shape: `" << entry.shape << "`.";
    os << "\n\n```sinter\n" << entry.example << "\n```\n";
  }
}
