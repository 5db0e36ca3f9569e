//===- Run.cpp - sinter run: build into a cache, then run -----------------===//

#include "tools/Commands.h"

#include "codegen/Dependencies.h"
#include "ir/SinterOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Errno.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

#include <unistd.h>

using namespace llvm;
using namespace sinter;

/// $XDG_CACHE_HOME/sinter or ~/.cache/sinter, else a folder of its own in /tmp.
static SmallString<128> cacheFolder() {
  SmallString<128> folder;
  if (!sys::path::cache_directory(folder))
    sys::path::system_temp_directory(true, folder);
  sys::path::append(folder, "sinter");
  return folder;
}

/// A name that changes with whatever the program is made of: the graph, how it
/// is compiled, and the compiler itself.
static std::string programKey(Driver &driver, const Command &command) {
  static int anchor;
  std::string self = sys::fs::getMainExecutable(nullptr, &anchor);
  sys::fs::file_status status;
  (void)sys::fs::status(self, status);
  const CompileOptions &options = command.compile;
  std::string text;
  raw_string_ostream os(text);
  os << status.getLastModificationTime().time_since_epoch().count() << ' '
     << status.getSize() << ' ' << options.target.cpu << ' ' << options.level
     << ' ' << options.gradcheck << ' ' << options.selftest;
  for (StringRef pass : optionalPasses())
    os << ' ' << options.disabled.contains(pass);
  os << ' ' << digestOf(driver.getModule(), /*withLocations=*/true);
  return digestOf(text).substr(0, 24);
}

/// Builds the program into the cache unless it is there, in a folder of its own
/// so that it has the file's name: it speaks of itself by it, and can be run
/// again as it says.
static ExitCode buildCached(Driver &driver, const Command &command,
                            SmallString<128> &program) {
  program = cacheFolder();
  sys::path::append(program, programKey(driver, command));
  if (std::error_code error = sys::fs::create_directories(program))
    return report(createStringError(error, "cannot create " + program.str()));
  sys::path::append(program, sys::path::stem(command.words[0]));
  if (sys::fs::can_execute(program))
    return Success;
  // Under another name first: a second `sinter run` may be at it too.
  SmallString<128> fresh(program);
  fresh += "." + std::to_string(sys::Process::getProcessId());
  if (ExitCode code = driver.write(Stage::Exe, fresh))
    return code;
  if (std::error_code error = sys::fs::rename(fresh, program))
    return report(createStringError(error, "cannot write " + program.str()));
  return Success;
}

namespace {
/// A run of the program: `train NAMES` or `run NAMES`.
struct Invocation {
  StringRef verb;
  SmallVector<StringRef> names;
  /// Saves what it trains, or reads what was trained, for the other.
  bool passesParams = false;
};
} // namespace

/// The name and verb of an experiment or program; an empty name for the rest.
static std::pair<StringRef, StringRef> entryOf(const Stmt *stmt) {
  if (stmt->kind == Stmt::Kind::Program)
    return {cast<FunctionStmt>(stmt)->name, "run"};
  const TrainStmt *train = dyn_cast<TrainStmt>(stmt);
  if (!train)
    return {};
  // An experiment without a name of its own has its model's.
  const Expr *model = train->model;
  if (const CallExpr *call = dyn_cast<CallExpr>(model))
    model = call->callee;
  const NameExpr *name = dyn_cast<NameExpr>(model);
  return {train->name.empty() && name ? name->name : train->name, "train"};
}

/// The file's experiments and programs in order, neighbours of one kind in one
/// invocation; only the one named `only` unless it is empty.
static SmallVector<Invocation> planRun(const File &file, StringRef only) {
  SmallVector<Invocation> plan;
  for (const Stmt *stmt : file.body.stmts) {
    auto [name, verb] = entryOf(stmt);
    if (name.empty() || (!only.empty() && name != only))
      continue;
    if (plan.empty() || plan.back().verb != verb)
      plan.push_back({verb, {}, false});
    plan.back().names.push_back(name);
  }
  return plan;
}

/// Turns this process into the program, so that signals, exit codes and the
/// terminal are its own.
static ExitCode become(StringRef program, ArrayRef<StringRef> words) {
  std::vector<std::string> texts(words.begin(), words.end());
  std::vector<char *> argv;
  for (std::string &text : texts)
    argv.push_back(text.data());
  argv.push_back(nullptr);
  execv(program.str().c_str(), argv.data());
  return report(createStringError(errnoAsErrorCode(), "cannot run " + program));
}

/// The experiments whose parameters a program reads: it calls a trained model.
static SmallVector<StringRef> experimentsRead(mlir::ModuleOp module) {
  mlir::SymbolTable symbols(module);
  SetVector<StringRef> names;
  for (mlir::func::FuncOp function : module.getOps<mlir::func::FuncOp>()) {
    mlir::StringAttr role = function->getAttrOfType<mlir::StringAttr>(roleAttr);
    if (!role || role.getValue() != "program")
      continue;
    // Folds are one experiment to the user.
    for (StringRef name : dependenciesOf(symbols, function).experiments) {
      ExperimentOp experiment = symbols.lookup<ExperimentOp>(name);
      names.insert(experiment.getTitle().value_or(name));
    }
  }
  return names.takeVector();
}

/// Whether the user says what the trained models' parameters are.
static bool givesParams(const Command &command) {
  return any_of(command.programArgs, [](StringRef word) {
    return word == "--params" || word.starts_with("--params=");
  });
}

/// A program that calls a trained model runs after its training, whether or not
/// that was asked for, and is given the parameters.
static void addTraining(SmallVectorImpl<Invocation> &plan,
                        mlir::ModuleOp module) {
  SmallVector<StringRef> wanted = experimentsRead(module);
  if (wanted.empty())
    return;
  Invocation training{"train", wanted, /*passesParams=*/true};
  for (Invocation &invocation : plan) {
    if (invocation.verb == "train")
      for (StringRef name : invocation.names)
        if (!is_contained(training.names, name))
          training.names.push_back(name);
    invocation.passesParams = true;
  }
  erase_if(plan, [](const Invocation &invocation) {
    return invocation.verb == "train";
  });
  plan.insert(plan.begin(), training);
}

/// Runs the invocations one after the other; the last one becomes this process.
static ExitCode runAll(ArrayRef<Invocation> plan, StringRef program,
                       const Command &command) {
  // Data files lie beside the model unless the user says otherwise.
  StringRef folder = sys::path::parent_path(command.words[0]);
  std::string data = !command.dataDir.empty() ? command.dataDir
                     : folder.empty()         ? "."
                                              : folder.str();
  std::string params = (program + ".safetensors").str();
  for (const Invocation &invocation : plan) {
    SmallVector<StringRef> argv{program, invocation.verb};
    append_range(argv, invocation.names);
    argv.append({"--data", data});
    bool isTraining = invocation.verb == "train";
    if (invocation.passesParams)
      argv.append({isTraining ? "--save" : "--params", params});
    // What is said of a run with training in it is said of the training.
    if (isTraining || plan.front().verb == "run")
      append_range(argv, command.programArgs);
    if (&invocation == &plan.back())
      return become(program, argv);
    std::string message;
    int status =
        sys::ExecuteAndWait(program, argv, std::nullopt, {}, 0, 0, &message);
    if (status < 0)
      return report(
          createStringError("cannot run " + program + ": " + message));
    if (status != 0)
      return ExitCode(status);
  }
  return Success;
}

ExitCode sinter::runRun(const Command &command) {
  if (command.words.empty())
    return report(createStringError("'run' wants a file"), UsageError);
  StringRef path = command.words[0];
  Driver driver(command);
  if (ExitCode code = driver.read(path))
    return code;
  if (!driver.getFile())
    return report(createStringError("'run' wants a model file"), UsageError);
  if (ExitCode code = driver.resolveImports())
    return code;

  std::vector<std::string> only;
  if (command.words.size() > 1)
    only.push_back(command.words[1]);
  SmallVector<Invocation> plan =
      planRun(*driver.getFile(), only.empty() ? "" : StringRef(only[0]));
  if (plan.empty() && !only.empty())
    return report(createStringError("no experiment or program is named '" +
                                    only[0] + "' in " + path),
                  UsageError);
  // The file of parameters may hold those of every experiment.
  bool isTrained =
      givesParams(command) && all_of(plan, [](const Invocation &invocation) {
        return invocation.verb == "run";
      });
  if (isTrained)
    only.clear();
  if (ExitCode code = driver.elaborate(only))
    return code;
  SmallString<128> program;
  if (ExitCode code = buildCached(driver, command, program))
    return code;

  if (!isTrained)
    addTraining(plan, driver.getModule());
  return runAll(plan, program, command);
}
