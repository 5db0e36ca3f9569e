//===- Imports.cpp - Files that import others -----------------------------===//

#include "frontend/Imports.h"

#include "frontend/Frontend.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace sinter {
/// More files than this, in chains or side by side, are a mistake.
static constexpr unsigned kMaxImports = 256;

namespace {
class Importer {
public:
  Importer(File &root, SourceManager &sources, Diagnostics &diagnostics)
      : root(root), sources(sources), diagnostics(diagnostics) {}

  bool run();

private:
  /// A file that was met: by its real path.
  struct Known {
    Loc import;
    bool isOpen; // it, or what it imports, is being read
  };

  void addDeclarations(const File &file, SmallVectorImpl<Stmt *> &stmts);
  void import(const ValueStmt *stmt, StringRef folder,
              SmallVectorImpl<Stmt *> &stmts);
  bool findFile(const Expr *place, StringRef folder, StringRef name,
                SmallString<128> &path, SmallString<128> &realPath);
  Diagnostic &error(const Expr *place, const Twine &message) {
    return diagnostics.error(Code::BadImport, place->loc, message);
  }

  File &root;
  SourceManager &sources;
  Diagnostics &diagnostics;
  SmallString<128> realFolder;
  StringMap<Known> known;
};
} // namespace

bool resolveImports(File &file, SourceManager &sources,
                    Diagnostics &diagnostics) {
  bool hasImports = any_of(file.body.stmts, [](const Stmt *stmt) {
    return stmt->kind == Stmt::Kind::Import;
  });
  return !hasImports || Importer(file, sources, diagnostics).run();
}

/// The folder of a source. A dump of a tree stands for the file it was made of.
static StringRef folderOf(const File &file, const SourceManager &sources) {
  StringRef folder = sys::path::parent_path(sources.name(file.body.open.file));
  return folder.empty() ? "." : folder;
}

bool Importer::run() {
  unsigned errorsBefore = diagnostics.numErrors();
  // A name that leads nowhere (standard input) imports nothing by cycles.
  SmallString<128> self;
  if (!sys::fs::real_path(sources.name(root.body.open.file), self))
    known.try_emplace(self, Known{root.body.open, /*isOpen=*/true});
  if (sys::fs::real_path(folderOf(root, sources), realFolder))
    realFolder.clear();
  SmallVector<Stmt *> stmts;
  addDeclarations(root, stmts);
  root.body.stmts = root.copy(ArrayRef<Stmt *>(stmts));
  return diagnostics.numErrors() == errorsBefore;
}

void Importer::addDeclarations(const File &file,
                               SmallVectorImpl<Stmt *> &stmts) {
  StringRef folder = folderOf(file, sources);
  for (Stmt *stmt : file.body.stmts) {
    if (stmt->kind == Stmt::Kind::Import)
      import(cast<ValueStmt>(stmt), folder, stmts);
    else
      stmts.push_back(stmt);
  }
}

/// Finds the file that `name` means beside a file in `folder`.
bool Importer::findFile(const Expr *place, StringRef folder, StringRef name,
                        SmallString<128> &path, SmallString<128> &realPath) {
  auto fail = [&](const Twine &message) {
    error(place, message)
        .addHelp("an imported file lies in the folder of the model file or "
                 "below, and is named from the file that imports it");
    return false;
  };
  if (sys::path::is_absolute(name))
    return fail("'" + name + "' is an absolute path");
  if (is_contained(make_range(sys::path::begin(name), sys::path::end(name)),
                   ".."))
    return fail("'" + name + "' goes up with '..'");
  path = folder;
  if (path == ".")
    path.clear();
  sys::path::append(path, name);
  if (std::error_code code = sys::fs::real_path(path, realPath)) {
    error(place, "cannot read '" + path + "': " + code.message());
    return false;
  }
  StringRef inside = realPath;
  if (!inside.consume_front(realFolder) || !inside.starts_with("/"))
    return fail("'" + name + "' leads out of the folder of the model file");
  if (sys::fs::is_regular_file(realPath))
    return true;
  error(place, "'" + path + "' is no file");
  return false;
}

void Importer::import(const ValueStmt *stmt, StringRef folder,
                      SmallVectorImpl<Stmt *> &stmts) {
  StringRef name = cast<TextExpr>(stmt->value)->literal();
  SmallString<128> path, realPath;
  if (!findFile(stmt->value, folder, name, path, realPath))
    return;
  auto [entry, isNew] =
      known.try_emplace(realPath, Known{stmt->value->loc, /*isOpen=*/true});
  if (!isNew) {
    if (entry->second.isOpen)
      error(stmt->value, "'" + name + "' imports itself")
          .addNote(entry->second.import, "it is read because of this");
    return;
  }
  if (known.size() > kMaxImports) {
    error(stmt->value,
          "more than " + Twine(kMaxImports) + " files are imported");
    return;
  }
  std::unique_ptr<File> file = parseFile(path, sources, diagnostics);
  if (file && root.numNodes() + file->numNodes() > kMaxNodes)
    diagnostics.error(Code::FileTooLarge, stmt->value->loc,
                      "with '" + name + "' the file has more than " +
                          Twine(kMaxNodes) + " syntax nodes");
  else if (file)
    addDeclarations(root.hold(std::move(file)), stmts);
  known[realPath].isOpen = false;
}
} // namespace sinter
