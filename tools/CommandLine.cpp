//===- CommandLine.cpp - The words after `sinter` -------------------------===//

#include "tools/CommandLine.h"

#include "frontend/Diagnostics.h"
#include "passes/Pipelines.h"
#include "passes/Remarks.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace sinter;

namespace {
/// One option: its spelling, whether a value follows (`--x V` or `--x=V`), what
/// it does. `apply` returns an error message, empty on success.
struct Option {
  StringRef name;
  StringRef valueName;
  StringRef help;
  std::string (*apply)(Command &, StringRef value);
};
} // namespace

static std::string applyStage(std::optional<Stage> &stage, StringRef value) {
  stage = parseStage(value);
  return stage ? "" : "unknown stage '" + value.str() + "'";
}

/// Calls `apply` for each name in a list, which must be among `known`.
static std::string forEachName(StringRef list, ArrayRef<StringLiteral> known,
                               StringRef what,
                               function_ref<void(StringRef)> apply) {
  SmallVector<StringRef> names;
  list.split(names, ',');
  for (StringRef name : names) {
    if (!is_contained(known, name))
      return ("unknown " + what + " '" + name + "'; there are " +
              join(known, ", "))
          .str();
    apply(name);
  }
  return "";
}

static std::string applyDisable(Command &command, StringRef value) {
  return forEachName(
      value, optionalPasses(), "optional pass",
      [&](StringRef name) { command.compile.disabled.insert(name); });
}

static std::string applyRemarks(Command &command, StringRef value) {
  return forEachName(
      value, remarkCategories, "kind of remarks",
      [&](StringRef name) { command.remarks.push_back(name.str()); });
}

static std::string applyWith(Command &command, StringRef value) {
  return forEachName(value, {"gradcheck", "selftest"}, "check",
                     [&](StringRef name) {
                       (name == "gradcheck" ? command.compile.gradcheck
                                            : command.compile.selftest) = true;
                     });
}

static const Option options[] = {
    {"-o", "FILE", "where the result goes",
     [](Command &command, StringRef value) -> std::string {
       command.output = value.str();
       return "";
     }},
    {"-O0", "", "do not optimize",
     [](Command &command, StringRef) -> std::string {
       command.compile.level = 0;
       return "";
     }},
    {"-O2", "", "optimize (the default)",
     [](Command &command, StringRef) -> std::string {
       command.compile.level = 2;
       return "";
     }},
    {"-D", "NAME=VALUE", "set an option of the model file",
     [](Command &command, StringRef value) -> std::string {
       auto [name, text] = value.split('=');
       if (name.empty() || !value.contains('='))
         return "-D wants NAME=VALUE";
       command.defines.push_back({name.str(), text.str()});
       return "";
     }},
    {"--data", "DIR", "where data files are found",
     [](Command &command, StringRef value) -> std::string {
       command.dataDir = value.str();
       return "";
     }},
    {"--cpu", "LEVEL", "x86-64, x86-64-v2, -v3, -v4 or native (the default)",
     [](Command &command, StringRef value) -> std::string {
       std::optional<sinter::Target> target = sinter::Target::byName(value);
       if (!target)
         return "unknown CPU level '" + value.str() + "'";
       command.compile.target = *target;
       return "";
     }},
    {"--emit", "STAGE",
     "what to produce: ast, graph, grad, opt, plan, kernels, llvm, asm, obj or "
     "exe",
     [](Command &command, StringRef value) {
       return applyStage(command.emit, value);
     }},
    {"--from", "STAGE", "FILE is a dump of this stage",
     [](Command &command, StringRef value) {
       return applyStage(command.from, value);
     }},
    {"--to", "dsl|json", "the spelling that `fmt` writes",
     [](Command &command, StringRef value) -> std::string {
       if (value != "dsl" && value != "json")
         return "unknown spelling '" + value.str() + "'";
       command.to = value == "json" ? Spelling::Json : Spelling::Dsl;
       return "";
     }},
    {"--with", "CHECK,...", "what else the program can do: gradcheck, selftest",
     applyWith},
    {"--disable", "PASS,...", "leave optional passes out", applyDisable},
    {"--after", "PASS", "with emit: print the module after this pass",
     [](Command &command, StringRef value) -> std::string {
       command.after = value.str();
       return "";
     }},
    {"--remarks", "KIND,...",
     "what passes did: fusion, plan, vector, parallel, gradient", applyRemarks},
    {"--format", "table|json|md",
     "how summary is printed; for help md or json-schema",
     [](Command &command, StringRef value) -> std::string {
       std::optional<Command::Format> format =
           StringSwitch<std::optional<Command::Format>>(value)
               .Case("table", Command::Format::Table)
               .Case("json", Command::Format::Json)
               .Case("md", Command::Format::Markdown)
               .Case("json-schema", Command::Format::JsonSchema)
               .Default(std::nullopt);
       if (!format)
         return "unknown format '" + value.str() + "'";
       command.format = *format;
       return "";
     }},
    {"--memory-map", "FILE", "with summary: tensors over time, .svg or .json",
     [](Command &command, StringRef value) -> std::string {
       if (!value.ends_with(".svg") && !value.ends_with(".json"))
         return "--memory-map wants a file named .svg or .json";
       command.memoryMap = value.str();
       return "";
     }},
    {"--error-format", "text|json", "how errors are printed",
     [](Command &command, StringRef value) -> std::string {
       if (value != "text" && value != "json")
         return "unknown error format '" + value.str() + "'";
       command.jsonErrors = value == "json";
       return "";
     }},
};

void sinter::printUsage(raw_ostream &os) {
  os << "usage: sinter build FILE -o PROG   compile a model to a program\n"
        "       sinter run FILE [NAME]      build into a cache and run: an\n"
        "                                   experiment, a program, or all\n"
        "       sinter check FILE           report errors only\n"
        "       sinter fmt FILE             print it as it should look\n"
        "       sinter summary FILE         parameters and memory, before it "
        "runs\n"
        "       sinter emit FILE --emit=STAGE   print a stage of the compiler\n"
        "       sinter explain CODE         explain an error code\n"
        "       sinter help [NAME]          this page; a built-in function\n"
        "       sinter --version\n\noptions:\n";
  for (const Option &option : options) {
    std::string spelling = option.name.str();
    if (!option.valueName.empty())
      spelling += (option.name.size() > 2 ? "=" : " ") + option.valueName.str();
    os << "  " << left_justify(spelling, 26) << option.help << '\n';
  }
  os << "\nIn `sinter run`, what follows NAME, or the first option that is not "
        "listed\n"
        "here, goes to the program: sinter run mlp.sinter --epochs 3\n";
}

static void usageError(const Twine &message) {
  errs() << "sinter: " << message << "\nTry 'sinter help'.\n";
}

/// The option that `word` spells, with or without its value, or null.
static const Option *findOption(StringRef word) {
  for (const Option &option : options) {
    if (word == option.name)
      return &option;
    // `-Dname=1`, `-oFILE`, `--emit=graph`.
    StringRef rest = word;
    bool isShort = option.name.size() == 2;
    if (!option.valueName.empty() && rest.consume_front(option.name) &&
        (isShort || rest.starts_with("=")))
      return &option;
  }
  return nullptr;
}

static void unknownOption(StringRef word) {
  std::vector<StringRef> names;
  for (const Option &option : options)
    names.push_back(option.name);
  StringRef near = closestName(word.split('=').first, names);
  usageError("unknown option '" + word + "'" +
             (near.empty() ? "" : "; did you mean '" + near + "'?"));
}

/// Applies the option at `argv[index]`, whose value may be the next word.
static bool applyOption(Command &command, ArrayRef<const char *> argv,
                        size_t &index) {
  StringRef word = argv[index];
  const Option *option = findOption(word);
  if (!option) {
    unknownOption(word);
    return false;
  }
  StringRef value = word.drop_front(option->name.size());
  if (!option->valueName.empty() && value.empty()) {
    if (index + 1 == argv.size()) {
      usageError("option '" + option->name + "' wants " + option->valueName);
      return false;
    }
    value = argv[++index];
  } else if (option->name.size() > 2) {
    value.consume_front("=");
  }
  std::string message = option->apply(command, value);
  if (message.empty())
    return true;
  usageError(message);
  return false;
}

/// Whether `word` begins the arguments of the program that `sinter run` starts:
/// it comes after FILE and NAME, or is an option that is none of ours.
static bool belongsToProgram(const Command &command, bool isOption,
                             StringRef word) {
  if (command.verb != "run" || command.words.empty())
    return false;
  return isOption ? !findOption(word) : command.words.size() == 2;
}

std::optional<Command> sinter::parseCommandLine(ArrayRef<const char *> argv) {
  Command command;
  if (argv.size() < 2) {
    usageError("what shall I do?");
    return std::nullopt;
  }
  command.verb = argv[1];
  for (size_t i = 2; i < argv.size(); ++i) {
    StringRef word = argv[i];
    bool isOption = word.starts_with("-") && word != "-";
    if (belongsToProgram(command, isOption, word)) {
      command.programArgs.assign(argv.begin() + i, argv.end());
      break;
    }
    if (!isOption)
      command.words.push_back(word.str());
    else if (!applyOption(command, argv, i))
      return std::nullopt;
  }
  return command;
}
