//===- sinter.cpp - The compiler's driver ---------------------------------===//

#include "tools/Commands.h"

#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace sinter;

namespace {
struct Verb {
  StringRef name;
  ExitCode (*run)(const Command &);
};
} // namespace

static const Verb verbs[] = {
    {"build", runBuild},     {"run", runRun},           {"check", runCheck},
    {"emit", runEmit},       {"fmt", runFormat},        {"explain", runExplain},
    {"summary", runSummary}, {"help", runHelp},         {"--help", runHelp},
    {"-h", runHelp},         {"--version", runVersion},
};

/// What went to stdout may not have arrived: that is an error of its own.
static ExitCode finishOutput(ExitCode code) {
  outs().flush();
  if (!outs().has_error())
    return code;
  std::error_code error = outs().error();
  outs().clear_error();
  return report(createStringError(error, "cannot write to stdout"));
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  std::optional<Command> command =
      parseCommandLine(ArrayRef<const char *>(argv, argc));
  if (!command)
    return UsageError;
  for (const Verb &verb : verbs)
    if (verb.name == command->verb)
      return finishOutput(verb.run(*command));

  SmallVector<StringRef> names;
  for (const Verb &verb : verbs)
    names.push_back(verb.name);
  StringRef near = closestName(command->verb, names);
  errs() << "sinter: unknown command '" << command->verb << "'";
  if (!near.empty())
    errs() << "; did you mean '" << near << "'?";
  errs() << "\nTry 'sinter help'.\n";
  return UsageError;
}
