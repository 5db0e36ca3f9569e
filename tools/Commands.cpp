//===- Commands.cpp - The small commands of `sinter` ----------------------===//

#include "tools/Commands.h"

#include "frontend/DslWriter.h"
#include "frontend/JsonWriter.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace sinter;

/// Says what the command wants unless it got exactly one file.
static bool wantsOneFile(const Command &command) {
  if (command.words.size() == 1)
    return true;
  report(createStringError("'" + command.verb + "' wants one file"),
         UsageError);
  return false;
}

/// Says so before the work is done when the result could not be written.
static bool canWriteTo(StringRef output) {
  StringRef folder = sys::path::parent_path(output);
  if (sys::fs::is_directory(output))
    report(createStringError("cannot write " + output + ": it is a folder"));
  else if (!folder.empty() && !sys::fs::is_directory(folder))
    report(createStringError("cannot write " + output +
                             ": there is no folder " + folder));
  else
    return true;
  return false;
}

ExitCode sinter::runBuild(const Command &command) {
  if (!wantsOneFile(command))
    return UsageError;
  Stage wanted = command.emit.value_or(Stage::Exe);
  if (command.output.empty())
    return report(createStringError("'build' wants -o FILE"), UsageError);
  if (command.output == "-" && wanted == Stage::Exe)
    return report(createStringError("a program cannot go to stdout"),
                  UsageError);
  if (!canWriteTo(command.output))
    return IOError;
  Driver driver(command);
  if (ExitCode code = driver.read(command.words[0]))
    return code;
  return driver.write(wanted, command.output);
}

ExitCode sinter::runEmit(const Command &command) {
  if (!wantsOneFile(command))
    return UsageError;
  if (!command.emit && command.after.empty())
    return report(
        createStringError("'emit' wants --emit=STAGE or --after=PASS"),
        UsageError);
  StringRef output = command.output.empty() ? "-" : StringRef(command.output);
  if (output == "-" && command.emit == Stage::Exe)
    return report(createStringError("a program cannot go to stdout"),
                  UsageError);
  Driver driver(command);
  if (ExitCode code = driver.read(command.words[0]))
    return code;
  if (!command.after.empty())
    return driver.writeAfterPass(output);
  return driver.write(*command.emit, output);
}

ExitCode sinter::runCheck(const Command &command) {
  if (!wantsOneFile(command))
    return UsageError;
  Driver driver(command);
  if (ExitCode code = driver.read(command.words[0]))
    return code;
  return driver.check();
}

ExitCode sinter::runFormat(const Command &command) {
  if (!wantsOneFile(command))
    return UsageError;
  Driver driver(command);
  if (ExitCode code = driver.read(command.words[0]))
    return code;
  bool isJson = StringRef(command.words[0]).ends_with(".json");
  Spelling to = command.to.value_or(isJson ? Spelling::Json : Spelling::Dsl);
  StringRef output = command.output.empty() ? "-" : StringRef(command.output);
  Error error = writeToOutput(output, [&](raw_ostream &os) {
    if (to == Spelling::Json)
      writeJson(*driver.getFile(), os);
    else
      writeDsl(*driver.getFile(), os);
    return Error::success();
  });
  return error ? report(std::move(error)) : Success;
}

ExitCode sinter::runExplain(const Command &command) {
  const CodeInfo *info =
      command.words.size() == 1 ? findCode(command.words[0]) : nullptr;
  if (!info)
    return report(createStringError("'explain' wants an error code, as E0101"),
                  UsageError);
  outs() << codeName(info->code) << ": " << info->title << "\n\n"
         << info->explanation << '\n';
  return Success;
}

ExitCode sinter::runVersion(const Command &) {
  outs() << "sinter " SINTER_VERSION "\n";
  return Success;
}
