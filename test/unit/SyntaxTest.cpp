//===- SyntaxTest.cpp - Both spellings, round trips, hostile input --------===//

#include "frontend/AstWalk.h"
#include "test/unit/SyntaxRun.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/thread.h"

#include <gtest/gtest.h>

#include <random>

using namespace sinter;
using llvm::StringRef;

namespace {
/// `code:line:col` of the first diagnostic.
std::string firstError(const SyntaxRun &run) {
  if (run.diagnostics.all().empty())
    return "none";
  const Diagnostic &first = run.diagnostics.all().front();
  return codeName(first.code) + ":" + std::to_string(first.loc.line) + ":" +
         std::to_string(first.loc.col);
}

/// The contract files of the language, of both spellings.
std::vector<std::string> languageFiles() {
  std::vector<std::string> paths;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator it(SINTER_LANGUAGE_DIR, error), end;
       it != end && !error; it.increment(error))
    if (StringRef(it->path()).ends_with(".sinter") ||
        StringRef(it->path()).ends_with(".json"))
      paths.push_back(it->path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string readText(StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  return buffer ? (*buffer)->getBuffer().str() : "";
}

Spelling spellingOf(StringRef path) {
  return path.ends_with(".json") ? Spelling::Json : Spelling::Dsl;
}

std::string repeat(StringRef text, size_t times) {
  std::string result;
  result.reserve(text.size() * times);
  for (size_t i = 0; i < times; ++i)
    result += text;
  return result;
}

/// Runs on a stack of 1 MiB, which hostile input must survive.
template <typename Fn>
void onSmallStack(Fn fn) {
  llvm::thread thread(std::optional<unsigned>(1 << 20), fn);
  thread.join();
}

/// A rejected text must be blamed on a place.
void expectLocated(const SyntaxRun &run) {
  EXPECT_TRUE(run.isLocated()) << run.errors();
}

std::string program(StringRef statements) {
  return ("program p {\n" + statements + "\n}\n").str();
}

//===----------------------------------------------------------------------===//
// The language files
//===----------------------------------------------------------------------===//

TEST(LanguageFiles, AllParse) {
  EXPECT_GE(languageFiles().size(), 14u);
  for (const std::string &path : languageFiles()) {
    SyntaxRun run(path);
    EXPECT_TRUE(run.file) << run.errors();
  }
}

TEST(LanguageFiles, TwinsAreEqual) {
  SyntaxRun dsl(SINTER_LANGUAGE_DIR "/linear_regression.sinter");
  SyntaxRun json(SINTER_LANGUAGE_DIR "/linear_regression.json");
  ASSERT_TRUE(dsl.file && json.file);
  EXPECT_EQ(dsl.json(), json.json());
  EXPECT_EQ(dsl.dsl(), json.dsl());
}

TEST(LanguageFiles, NothingIsLost) {
  for (const std::string &path : languageFiles()) {
    SyntaxRun run(path);
    ASSERT_TRUE(run.file) << run.errors();
    EXPECT_EQ(lossOfRoundTrips(run), "") << path;
    SyntaxRun fromDump(run.dump(), Spelling::Json);
    ASSERT_TRUE(fromDump.file) << fromDump.errors();
    EXPECT_EQ(fromDump.sources.name(fromDump.file->body.open.file), path);
  }
}

TEST(LanguageFiles, EveryTruncationIsLocated) {
  onSmallStack([] {
    for (const std::string &path : languageFiles()) {
      std::string text = readText(path);
      for (size_t size = 0; size < text.size(); ++size)
        expectLocated(
            SyntaxRun(StringRef(text).take_front(size), spellingOf(path)));
    }
  });
}

TEST(LanguageFiles, MutationsDoNoHarm) {
  const StringRef kBytes = "{}()[]\"#;,.:=|>-+*@0e \n\\\tnx\x80\xC3\xFF'";
  std::mt19937 random(1);
  onSmallStack([&] {
    for (const std::string &path : languageFiles()) {
      std::string text = readText(path);
      for (unsigned round = 0; round < 300; ++round) {
        std::string mutant = text;
        for (unsigned i = 0; i <= round % 4; ++i)
          mutant[random() % mutant.size()] = kBytes[random() % kBytes.size()];
        SyntaxRun run(mutant, spellingOf(path));
        expectLocated(run);
        run.errors();
        if (run.file) {
          EXPECT_EQ(lossOfRoundTrips(run), "") << mutant;
        }
      }
    }
  });
}

//===----------------------------------------------------------------------===//
// Grammar
//===----------------------------------------------------------------------===//

/// The tree of an expression, as JSON.
std::string parsed(StringRef expression) {
  SyntaxRun run(program(("let x = " + expression).str()), Spelling::Dsl);
  if (!run.file)
    return run.errors();
  std::string json = run.json();
  StringRef line = StringRef(json).split("\"=\": ").second;
  return line.split("}\n").first.str();
}

TEST(Grammar, Precedence) {
  EXPECT_EQ(parsed("a + b * c"), R"({"+": ["a", {"*": ["b", "c"]}]})");
  EXPECT_EQ(parsed("(a + b) * c"), R"({"*": [{"+": ["a", "b"]}, "c"]})");
  EXPECT_EQ(parsed("a - b - c"), R"({"-": [{"-": ["a", "b"]}, "c"]})");
  EXPECT_EQ(parsed("a - (b - c)"), R"({"-": ["a", {"-": ["b", "c"]}]})");
  EXPECT_EQ(parsed("-a ** -b ** c"),
            R"({"-": [{"**": ["a", {"-": [{"**": ["b", "c"]}]}]}]})");
  EXPECT_EQ(parsed("not a == b and c or d"),
            R"({"or": [{"and": [{"not": [{"==": ["a", "b"]}]}, "c"]}, "d"]})");
  EXPECT_EQ(parsed("a .. b + 1"), R"({"..": ["a", {"+": ["b", 1]}]})");
  EXPECT_EQ(parsed("a |> f |> g(1)"),
            R"({"|>": [{"|>": ["a", "f"]}, {"g": [1]}]})");
  EXPECT_EQ(parsed("a @ b // c % d"),
            R"({"%": [{"//": [{"@": ["a", "b"]}, "c"]}, "d"]})");
  EXPECT_EQ(parsed("x[1, :, 2:, :n:2, None].T.loss"),
            R"({".": [{".": [{"[]": ["x", 1, {":": [null, null]}, )"
            R"({":": [2, null]}, {":": [null, "n", 2]}, null]}, "T"]}, )"
            R"("loss"]})");
  EXPECT_EQ(parsed("-3.40"), "-3.40");
  EXPECT_EQ(parsed("1e-8 + 1E+5"), R"({"+": [1e-8, 1E+5]})");
  EXPECT_EQ(parsed("text(1, k = 2)"),
            R"json({"()": {"args": ["text", 1], "k": 2}})json");
}

TEST(Grammar, Lines) {
  // Inside brackets a line break does not count, inside their braces it does.
  EXPECT_EQ(parsed("f(\n 1,\n 2,\n)"), R"({"f": [1, 2]})");
  EXPECT_EQ(parsed("a\n\n # c\n  |> f"), R"({"|>": ["a", "f"]})");
  SyntaxRun run("fn f(x) {\n  g(if x { let a = 1\n a }\n else { 2 })\n}\n",
                Spelling::Dsl);
  EXPECT_TRUE(run.file) << run.errors();
  SyntaxRun train(
      "train m on d { epochs = 1, batch = 2\n seed = 3; after { print "
      "a, b } }",
      Spelling::Dsl);
  EXPECT_TRUE(train.file) << train.errors();
}

TEST(Grammar, ReservedWordsAsNames) {
  SyntaxRun run(
      "data d {\n  train { column x = idx(\"a\") }\n  predict { column x = "
      "1 }\n}\ndata t = table(train = 1, predict = 2)\ntrain m on d { loss "
      "= 1, model = 2 }\nprogram p { print net.loss, d.train.x }\n",
      Spelling::Dsl);
  ASSERT_TRUE(run.file) << run.errors();
  SyntaxRun again(run.json(), Spelling::Json);
  ASSERT_TRUE(again.file) << again.errors();
  EXPECT_EQ(run.json(), again.json());
}

TEST(Grammar, Texts) {
  EXPECT_EQ(parsed(R"("a{i + 1:.4f}{{b}}\"\\\n")"),
            R"({"text": "a{i + 1:.4f}{{b}}\"\\\n"})");
  EXPECT_EQ(parsed(R"("{if a { b } else { c }:d}")"),
            R"({"text": "{if a { b } else { c }:d}"})");
  EXPECT_EQ(parsed(R"("{x[1:2]}")"), R"({"text": "{x[1:2]}"})");
  EXPECT_EQ(parsed(R"("")"), R"({"text": ""})");
}

TEST(Grammar, PrintInParentheses) {
  auto json = [](StringRef statement) {
    return SyntaxRun(program(statement), Spelling::Dsl).json();
  };
  EXPECT_EQ(json("print(a, b)"), json("print a, b"));
  EXPECT_EQ(json("print (a + b) * c, d"),
            json("print c * 1, d")
                .replace(json("print c * 1, d").find(R"({"*": ["c", 1]})"), 15,
                         R"({"*": [{"+": ["a", "b"]}, "c"]})"));
  EXPECT_EQ(json("plot(y, title = \"t\")"), json("plot y, title = \"t\""));
}

TEST(Grammar, CommentsAndBlankLines) {
  StringRef text = "\n# top\n\n\nprogram p {  # opens\n\n  let a = f(1,  # in\n"
                   "    2)  # end\n\n  # own\n  if a { b }  # arm\n  else { c "
                   "}  # after\n\n}\n\n";
  StringRef expected = "# top\n\nprogram p {  # opens\n  # in\n  let a = f(1, "
                       "2)  # end\n\n  # own\n  if a {  # arm\n    b\n  } else "
                       "{\n    c\n  }\n  # after\n}\n";
  SyntaxRun run(text, Spelling::Dsl);
  ASSERT_TRUE(run.file) << run.errors();
  EXPECT_EQ(run.dsl(), expected);
  EXPECT_EQ(SyntaxRun(run.json(), Spelling::Json).dsl(), expected);
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

TEST(Errors, Dsl) {
  struct {
    StringRef text;
    std::string expected;
  } cases[] = {
      {"program p { let x = 1. }", "E0108:1:21"},
      {"program p { let x = .5 }", "E0108:1:21"},
      {"program p { let x = 007 }", "E0108:1:21"},
      {"program p { let x = 2px }", "E0108:1:21"},
      {"program p { let x = 1e400 }", "E0108:1:21"},
      {"program p { let x = 9223372036854775808 }", "E0108:1:21"},
      {"program p { check a < b < c }", "E0111:1:25"},
      {"program p { let x = a && b }", "E0107:1:23"},
      {"program p { x += 1 }", "E0107:1:15"},
      {"program p { let x = 'a' }", "E0107:1:21"},
      {"program p { let \xC3\xA4 = 1 }", "E0107:1:17"},
      {"program p { let loss = 1 }", "E0110:1:17"},
      {"program p { f(x) = 1 }", "E0112:1:13"},
      {"program p { f(a = 1, a = 2) }", "E0113:1:22"},
      {"program p { f(a = 1, 2) }", "E0113:1:22"},
      {"program p { (a + b)(c) }", "E0113:1:20"},
      {"program p { let x = if a { b } }", "E0114:1:21"},
      {"program p {\n if a { b }\n\n else { c }\n}", "E0114:4:2"},
      {"program p { x |> 3 }", "E0115:1:18"},
      {"let x = 3", "E0116:1:1"},
      {"program p { model m { } }", "E0116:1:13"},
      {"model m { input x : f32 }", "E0117:1:21"},
      {"model m { input x }", "E0101:1:19"},
      {"program p { while a { } }", "E0101:1:21"},
      {"program p { let x = \"a\n }", "E0102:1:21"},
      {"program p { let x = \"{a\" }", "E0109:1:22"},
      {"program p { let x = \"\\q\" }", "E0109:1:22"},
      {"program p { let x = \"{a:}\" }", "E0109:1:25"},
      {"program p {\n  let x = (1\n}", "E0101:3:1"},
      {"program p {\n  let x = 1\n", "E0102:2:12"},
      {"model m {\n  if a {\n    b\n\ntrain m on d { }", "E0102:5:1"},
      {"}", "E0101:1:1"},
      {"program p { let x = a b }", "E0101:1:23"},
      {"train m on d { print x }", "E0101:1:16"},
      {"data d { predict x }", "E0101:1:18"},
      {"# a\x01"
       "b",
       "E0107:1:4"},
      {"fn f(a, a) { a }", "E0113:1:9"},
      {"fn f(a = 1, b) { a }", "E0113:1:13"},
      {"import \"{x}\"", "E0109:1:8"},
      {"\xEF\xBB\xBFprogram p { }", "E0106:1:1"},
      {"program p {\n \xFF }", "E0106:2:2"},
      {StringRef("program p {\n\0 }", 14), "E0106:2:1"},
  };
  for (const auto &test : cases) {
    SyntaxRun run(test.text, Spelling::Dsl);
    EXPECT_EQ(firstError(run), test.expected) << run.errors();
  }
}

TEST(Errors, Json) {
  auto file = [](StringRef body) {
    return ("{\"sinter\": 1, \"file\": [\n" + body + "\n]}").str();
  };
  auto stmt = [&](StringRef body) {
    return file(("{\"program\": \"p\", \"body\": [\n" + body + "\n]}").str());
  };
  struct {
    std::string text, expected;
  } cases[] = {
      {"", "E0150:1:1"},
      {"[1, 2", "E0150:1:6"},
      {"{\"sinter\": 1, \"file\": [],}", "E0150:1:26"},
      {"{\"sinter\": 1, \"sinter\": 1}", "E0151:1:15"},
      {"[]", "E0152:1:1"},
      {"{\"sinter\": 2, \"file\": []}", "E0152:1:12"},
      {file("3"), "E0152:2:1"},
      {file("{\"modle\": \"m\", \"body\": []}"), "E0153:2:2"},
      {file("{\"model\": \"m\", \"bdy\": []}"), "E0152:2:1"},
      {file("{\"model\": \"m\", \"body\": [], \"x\": 1}"), "E0153:2:28"},
      {file("{\"let\": \"x\", \"=\": 1}"), "E0116:2:2"},
      {stmt("{\"model\": \"m\", \"body\": []}"), "E0116:3:2"},
      {stmt("{\"let\": \"loss\", \"=\": 1}"), "E0110:3:9"},
      {stmt("{\"let\": \"x\", \"=\": 1e400}"), "E0108:3:19"},
      {stmt("{\"let\": \"x\", \"=\": \"a b\"}"), "E0152:3:19"},
      {stmt("{\"let\": \"x\", \"=\": {\"+\": [1]}}"), "E0152:3:25"},
      {stmt("{\"let\": \"x\", \"=\": {\"a\": [], \"b\": []}}"), "E0152:3:19"},
      {stmt("{\"let\": \"x\", \"=\": {\"text\": \"\\u00e4{a\"}}"),
       "E0109:3:35"},
      {stmt("{\"let\": \"x\", \"type\": \"f32[a b]\", \"=\": 1}"),
       "E0101:3:29"},
      {stmt("{\"#\": \"a\\nb\"}"), "E0152:3:7"},
      {stmt("{\"let\": \"x\", \"=\": {\"f\": [], \"#\": \"lost\"}}"),
       "E0152:3:19"},
      {"{\"sinter\": 1, \"file\": [], \"@\": {\"file\": \"a\", "
       "\"positions\": [1, 2]}}",
       "E0154:1:59"},
  };
  for (const auto &test : cases) {
    SyntaxRun run(test.text, Spelling::Json);
    EXPECT_EQ(firstError(run), test.expected) << run.errors();
  }
}

TEST(Errors, SeveralInOneRun) {
  SyntaxRun run(
      "program p {\n  let x = )\n  let y = 1\n  let = 3\n}\nmodel {\n}\n"
      "train m on d { epochs 3 }\n",
      Spelling::Dsl);
  EXPECT_EQ(run.diagnostics.numErrors(), 4u) << run.errors();
}

TEST(Errors, PrintedWithCaret) {
  SyntaxRun run(
      "program p {\n\tlet \xC3\xA4x = 1\n  let s = \"\xC3\xA4\" )\n}\n",
      Spelling::Dsl);
  EXPECT_EQ(run.errors(),
            "test:2:6: error[E0107]: unexpected '\xC3\xA4'\n"
            "    2 |         let \xC3\xA4x = 1\n"
            "      |             ^\n"
            "help: names are made of ASCII letters, digits and '_'\n"
            "test:3:16: error[E0101]: expected the end of the statement, found "
            "')'\n"
            "    3 |   let s = \"\xC3\xA4\" )\n"
            "      |               ^\n");
}

TEST(Errors, LongAndBrokenLinesArePrinted) {
  std::string wide = repeat("\xC3\xA4", 200);
  EXPECT_NE(
      SyntaxRun("program p { let x = \"" + wide + "\" $ \"" + wide + "\" }",
                Spelling::Dsl)
          .errors()
          .find("\xC3\xA4\" $ \"\xC3\xA4"),
      std::string::npos);
  EXPECT_EQ(SyntaxRun("# a\xA4\xA4" + repeat("\xA4", 200), Spelling::Dsl)
                .errors()
                .find('\xA4'),
            std::string::npos);
}

TEST(Errors, PrintedAsJsonLines) {
  SyntaxRun run("program p {\n  let x = (1\n", Spelling::Dsl);
  std::string text;
  llvm::raw_string_ostream os(text);
  run.diagnostics.printJson(os);
  EXPECT_EQ(text, R"({"code":"E0102","col":13,"file":"test","line":2,)"
                  R"("message":"expected ')', found the end of the text",)"
                  R"("notes":[{"col":11,"file":"test","line":2,)"
                  R"("message":"the bracket opens here"}],"severity":"error"})"
                  "\n");
}

TEST(Errors, CodesAscend) {
  unsigned last = 0;
  for (const CodeInfo &info : allCodes()) {
    EXPECT_LT(std::exchange(last, unsigned(info.code)), unsigned(info.code));
    EXPECT_EQ(findCode(codeName(info.code)), &info);
    EXPECT_FALSE(info.title.empty() || info.explanation.empty());
  }
  EXPECT_EQ(findCode("E9999"), nullptr);
  EXPECT_EQ(findCode("x"), nullptr);
}

TEST(Errors, UnreadableFiles) {
  EXPECT_NE(SyntaxRun("/nonexistent/x.sinter").errors().find("E0105"),
            std::string::npos);
  EXPECT_NE(SyntaxRun("/").errors().find("E0105"), std::string::npos);
  EXPECT_NE(SyntaxRun("/dev/zero").errors().find("E0105"), std::string::npos);
}

TEST(Errors, DidYouMean) {
  EXPECT_EQ(closestName("dens", {"relu", "dense"}), "dense");
  EXPECT_EQ(closestName("xyz", {"relu", "dense"}), "");
  EXPECT_EQ(closestName("a", {"b"}), "");
}

//===----------------------------------------------------------------------===//
// Hostile input
//===----------------------------------------------------------------------===//

TEST(Hostile, Nesting) {
  constexpr size_t kDepth = 1'000'000;
  onSmallStack([] {
    for (StringRef piece :
         {"(", "[", "{", "-", "not ", "f(", "x[", "2**", "if a {", "x.",
          "if a { } else {", "for i in x {", "\"{", "a = "})
      for (StringRef before : {"program p { ", "program p { let x = ", "",
                               "data d { ", "train m on d { a = "}) {
        SyntaxRun run((before + repeat(piece, kDepth / piece.size())).str(),
                      Spelling::Dsl);
        EXPECT_FALSE(run.file);
        expectLocated(run);
      }
    for (StringRef piece :
         {"[", "{\"+\": [", "{\"-\": [", "{\"f\": [", "{\"if\": [",
          "{\"f\": {\"args\": [", "{\".\": [", "{\"[]\": ["}) {
      std::string before =
          "{\"sinter\": 1, \"file\": [{\"option\": \"n\", \"=\": ";
      size_t depth = kDepth / piece.size();
      std::string text = before + repeat(piece, depth);
      SyntaxRun open(text, Spelling::Json);
      EXPECT_FALSE(open.file);
      expectLocated(open);
      std::string close;
      for (char c : llvm::reverse(piece))
        if (c == '[' || c == '{')
          close += c == '[' ? ']' : '}';
      SyntaxRun closed(text + "1" + repeat(close, depth) + "}]}",
                       Spelling::Json);
      EXPECT_FALSE(closed.file);
      expectLocated(closed);
    }
  });
}

TEST(Hostile, LimitIsTheSameInBothSpellings) {
  for (unsigned depth : {10u, 60u, 61u, 62u, 63u, 64u, 65u, 200u}) {
    std::string dsl =
        "option n = " + repeat("f(", depth) + "1" + repeat(")", depth) + "\n";
    std::string json =
        "{\"sinter\": 1, \"file\": [{\"option\": \"n\", \"=\": " +
        repeat("{\"f\": [", depth) + "1" + repeat("]}", depth) + "}]}";
    EXPECT_EQ(SyntaxRun(dsl, Spelling::Dsl).file != nullptr, depth <= 62)
        << depth;
    EXPECT_EQ(SyntaxRun(json, Spelling::Json).file != nullptr, depth <= 62)
        << depth;
  }
}

TEST(Hostile, Chains) {
  onSmallStack([] {
    for (StringRef piece : {" + a", " |> f", " or b", " @ c(1)"}) {
      SyntaxRun run(program("let x = a" + repeat(piece, 20'000)),
                    Spelling::Dsl);
      ASSERT_TRUE(run.file) << run.errors();
      SyntaxRun again(run.dump(), Spelling::Json);
      ASSERT_TRUE(again.file) << again.errors();
      EXPECT_EQ(run.dump(), again.dump());
      SyntaxRun tooLong(program("let x = a" + repeat(piece, 1'000'000)),
                        Spelling::Dsl);
      EXPECT_EQ(firstError(tooLong).substr(0, 5), "E0104");
    }
    std::string arms = "if a { b }" + repeat(" else if a { b }", 15'000);
    SyntaxRun run(program(arms), Spelling::Dsl);
    ASSERT_TRUE(run.file) << run.errors();
    SyntaxRun again(run.dump(), Spelling::Json);
    ASSERT_TRUE(again.file) << again.errors();
    EXPECT_EQ(run.dump(), again.dump());
    EXPECT_FALSE(
        SyntaxRun(program(repeat("else if a { b }\n", 100'000)), Spelling::Dsl)
            .file);
  });
}

TEST(Hostile, LongListsTakeLinearTime) {
  std::string args, params;
  for (unsigned i = 0; i < 90'000; ++i) {
    args += "a" + std::to_string(i) + " = 1, ";
    params += "p" + std::to_string(i) + ", ";
  }
  EXPECT_TRUE(SyntaxRun(program("f(" + args + ")"), Spelling::Dsl).file);
  EXPECT_TRUE(SyntaxRun("fn f(" + params + ") { 1 }", Spelling::Dsl).file);
  EXPECT_TRUE(SyntaxRun(repeat("# c\n\n", 30'000), Spelling::Dsl).file);
  EXPECT_FALSE(SyntaxRun(repeat("print (\n", 500'000), Spelling::Dsl).file);
  EXPECT_FALSE(SyntaxRun(repeat("{\"a\": ", 500'000), Spelling::Json).file);
}

TEST(Hostile, ManyErrorsAreCapped) {
  SyntaxRun run(program(repeat("let = 1\n", 100'000)), Spelling::Dsl);
  EXPECT_LE(run.diagnostics.all().size(), Diagnostics::kMaxErrors);
  SyntaxRun lexical(program(repeat("$ ", 100'000)), Spelling::Dsl);
  EXPECT_LE(lexical.diagnostics.all().size(), Diagnostics::kMaxErrors);
}
} // namespace
