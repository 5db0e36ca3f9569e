//===- JsonReaderImpl.h - From a JSON tree to the syntax tree ---*- C++ -*-===//
//
// Every read function returns null (or false) after it has reported an error.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_FRONTEND_JSONREADERIMPL_H
#define SINTER_FRONTEND_JSONREADERIMPL_H

#include "frontend/AstBuilder.h"
#include "frontend/JsonTree.h"

#include "llvm/ADT/SmallBitVector.h"

namespace sinter {
class JsonReader {
public:
  JsonReader(File &file, llvm::StringRef source, Locator locate,
             Diagnostics &diagnostics)
      : file(file), source(source), locate(locate), diagnostics(diagnostics) {}

  Block *readBlock(const JsonValue *value, BlockGrammar kind);

private:
  /// The members of one statement, of which each must be asked for.
  class Members {
  public:
    Members(JsonReader &reader, const JsonValue *object)
        : reader(reader), object(object), used(object->members.size()) {}

    /// The value of a member that may be absent.
    const JsonValue *take(llvm::StringRef key);
    /// The value of a member that must be there.
    const JsonValue *need(llvm::StringRef key);
    /// Reports the members that were not taken.
    bool finish();

  private:
    JsonReader &reader;
    const JsonValue *object;
    llvm::SmallBitVector used;
    /// Keys that could stand there and do not.
    llvm::SmallVector<llvm::StringRef> absent;
  };

  /// Counts one level of recursion while it lives, and reports one too many.
  class NestingScope {
  public:
    NestingScope(JsonReader &reader, const JsonValue *value);
    ~NestingScope() { --reader.nesting; }
    explicit operator bool() const { return isAllowed; }

  private:
    JsonReader &reader;
    bool isAllowed;
  };

  Loc loc(const JsonValue *value) const { return locate(value->offset); }
  Loc loc(const JsonMember &member) const { return locate(member.offset); }
  /// Reports what does not spell a model; gives null for any result.
  std::nullptr_t error(Loc place, const llvm::Twine &message,
                       llvm::StringRef help = "");
  /// `expected`: the keys that could stand there, to suggest one.
  std::nullptr_t errorUnknownKey(const JsonMember &member,
                                 llvm::ArrayRef<llvm::StringRef> expected);
  std::nullptr_t errorNoDeclaration(const JsonValue *value);
  bool checkNodes(const JsonValue *value);

  // Statements.
  bool readBlockItem(const JsonValue *value, BlockGrammar kind,
                     BlockBuilder &block);
  Stmt *readStmt(const JsonValue *value, BlockGrammar kind);
  Stmt *readKeywordStmt(const Keyword &keyword, Loc place, Members &members);
  Stmt *readExprStmt(const JsonValue *value);
  Stmt *readSetting(const JsonMember &member);
  Stmt *readBlockMember(Stmt::Kind kind, const JsonMember &member,
                        BlockGrammar bodyKind);
  Stmt *readBind(const Keyword &keyword, Loc place, Members &members);
  Stmt *readValueStmt(const Keyword &keyword, Loc place, Members &members);
  Stmt *readArgsStmt(const Keyword &keyword, Loc place, Members &members);
  Stmt *readFunction(const Keyword &keyword, Loc place, Members &members);
  Stmt *readTime(Loc place, Members &members);
  Stmt *readFor(Loc place, Members &members);
  Stmt *readWhile(Loc place, Members &members);
  Stmt *readData(Loc place, Members &members);
  Stmt *readTrain(Loc place, Members &members);
  Stmt *readAssign(Loc place, Members &members);
  bool readParams(const JsonValue *value,
                  llvm::SmallVectorImpl<Parameter> &params);
  bool readNewName(const JsonValue *value, Loc &place, llvm::StringRef &name);
  bool readComment(const JsonValue *value, llvm::StringRef &text);
  TypeSyntax *readType(const JsonValue *value);
  const JsonMember *findKeywordMember(const JsonValue *object,
                                      BlockGrammar kind);

  // Expressions.
  Expr *readExpr(const JsonValue *value);
  Expr *readExprBody(const JsonValue *value);
  Expr *readObject(const JsonValue *value);
  Expr *readNumber(const JsonValue *value);
  Expr *readFloat(const JsonValue *value);
  Expr *readName(llvm::StringRef text, Loc place);
  Expr *readText(const JsonValue *value);
  Expr *readList(const JsonValue *value);
  Expr *readUnary(UnaryOp op, Loc place, const JsonValue *operand);
  Expr *readBinary(const JsonValue *value);
  Expr *readIndex(const JsonValue *operands);
  Expr *readIndexItem(const JsonValue *value);
  Expr *readField(const JsonValue *operands);
  Expr *readRange(const JsonValue *operands);
  Expr *readCall(const JsonMember &member);
  Expr *readCalleeCall(const JsonValue *value);
  IfExpr *readIf(const JsonValue *value);
  bool readIfArm(const JsonValue *value, IfArm &arm);
  bool readArgs(const JsonValue *value, llvm::SmallVectorImpl<Argument> &args,
                const char *what);
  bool isOperands(const JsonValue *value, size_t count, llvm::StringRef key);

  File &file;
  llvm::StringRef source;
  Locator locate;
  Diagnostics &diagnostics;
  unsigned nesting = 0;
};

/// The one member of an object that spells an expression, null if there is not
/// exactly one.
const JsonMember *onlyMember(const JsonValue *object);
} // namespace sinter

#endif // SINTER_FRONTEND_JSONREADERIMPL_H
