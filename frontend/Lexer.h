//===- Lexer.h - Text to tokens ---------------------------------*- C++ -*-===//
#ifndef SINTER_FRONTEND_LEXER_H
#define SINTER_FRONTEND_LEXER_H

#include "frontend/AST.h"
#include "frontend/Diagnostics.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"

#include <vector>

namespace sinter {
struct Token {
  enum class Kind : uint8_t {
    Word,    // names and keywords alike: which it is depends on the place
    Number,  // well formed
    Text,    // with its quotes
    Comment, // with its `#`
    Symbol,  // operators and punctuation: compare `text`
    Newline, // one or more; see `hasBlankLine`
    Error,   // already reported
    End,
  };

  Kind kind = Kind::End;
  bool isFirstOnLine = false;
  bool hasBlankLine = false; // of a Newline: an empty line follows it
  uint32_t offset = 0;       // in the lexed text
  llvm::StringRef text;

  bool is(Kind other) const { return kind == other; }
  bool isWord(llvm::StringRef word) const {
    return kind == Kind::Word && text == word;
  }
  bool isSymbol(llvm::StringRef symbol) const {
    return kind == Kind::Symbol && text == symbol;
  }
};

/// Gives the place of a byte of the lexed text, which may be a whole file or
/// the decoded contents of a JSON string.
using Locator = llvm::function_ref<Loc(size_t offset)>;

/// Splits a text into tokens, the last of which is End. What is wrong is
/// reported and becomes an Error token. The text must outlive the tokens.
std::vector<Token> lex(llvm::StringRef text, Locator locate,
                       Diagnostics &diagnostics);

/// True for control characters but the tab: neither texts nor comments hold
/// them, so that both spellings can spell every tree.
bool isControl(char c);

/// True for `[A-Za-z_][A-Za-z_0-9]*`.
bool isIdentifier(llvm::StringRef text);
} // namespace sinter

#endif // SINTER_FRONTEND_LEXER_H
