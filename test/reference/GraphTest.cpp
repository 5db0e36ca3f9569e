//===- GraphTest.cpp - Random graphs, compiled and interpreted ------------===//
//
//   sinter-graphtest --seeds 0..200 [--jobs N]   random graphs of these seeds
//   sinter-graphtest --print SEED                the graph of a seed
//   sinter-graphtest FILE.mlir...                graphs that have failed once
//
// Each graph is checked by checkGraph and, with one rule broken, by
// checkBrokenGraph, in a process of its own, so that a crash or a hang is one
// graph's. What fails is reduced and printed. Ends with the number of graphs,
// of arrays compared, and of pairs of operations met; exits with 1 if any
// failed.
//
//===----------------------------------------------------------------------===//

#include "codegen/LowerToLLVM.h"
#include "test/reference/GraphCheck.h"
#include "test/reference/GraphGenerator.h"
#include "test/reference/GraphReduce.h"

#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"

#include <csignal>
#include <cstring>
#include <map>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace mlir;
using namespace sinter;
namespace cl = llvm::cl;

static cl::opt<std::string> seedRange("seeds", cl::value_desc("FIRST..END"),
                                      cl::desc("Check graphs of these seeds"));
static cl::opt<std::string> printSeed("print", cl::value_desc("SEED"),
                                      cl::desc("Print the graph of a seed"));
static cl::opt<unsigned> jobs("jobs", cl::init(1),
                              cl::desc("Processes at a time"));
static cl::opt<bool> showPairs("missing",
                               cl::desc("List the pairs that were not met"));
static cl::opt<bool> stopEarly("stop", cl::desc("Stop at the first failure"));
static cl::opt<bool> noReduce("no-reduce",
                              cl::desc("Do not reduce what fails"));
static cl::list<std::string> files(cl::Positional, cl::desc("FILE.mlir..."));

static std::unique_ptr<MLIRContext> makeContext() {
  DialectRegistry registry;
  registerCodegenDialects(registry);
  auto context =
      std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->allowUnregisteredDialects(); // test.range, test.seed
  context->loadAllAvailableDialects();
  return context;
}

//===----------------------------------------------------------------------===//
// Processes
//===----------------------------------------------------------------------===//

/// Longest time for one graph in seconds: some take long on a busy machine.
static constexpr unsigned timeLimit = 120;

namespace {
/// A child and what it writes.
struct Child {
  pid_t process = 0;
  int output = -1;
  std::string text;
};
} // namespace

/// Runs `work`, which returns what it found, in a child.
static Child startChild(llvm::function_ref<std::string()> work) {
  int ends[2];
  if (pipe(ends) != 0)
    llvm::report_fatal_error("no pipe");
  llvm::outs().flush(); // Not once more by the child.
  Child child;
  child.process = fork();
  if (child.process == 0) {
    alarm(timeLimit);
    std::string text = work();
    for (size_t done = 0; done < text.size();) {
      ssize_t bytes = write(ends[1], text.data() + done, text.size() - done);
      if (bytes <= 0)
        _exit(1);
      done += bytes;
    }
    _exit(0);
  }
  close(ends[1]);
  child.output = ends[0];
  return child;
}

/// Reads to the end; says how the child ended if that was not well.
static std::string finishChild(Child &child) {
  char buffer[4096];
  for (ssize_t bytes; (bytes = read(child.output, buffer, sizeof buffer)) > 0;)
    child.text.append(buffer, bytes);
  close(child.output);
  int status = 0;
  waitpid(child.process, &status, 0);
  if (WIFSIGNALED(status))
    return WTERMSIG(status) == SIGALRM ? "it hangs"
                                       : strsignal(WTERMSIG(status));
  return WEXITSTATUS(status) ? "it exits" : "";
}

//===----------------------------------------------------------------------===//
// One graph
//===----------------------------------------------------------------------===//

/// What is wrong with the module, in this process.
static std::string checkHere(ModuleOp module, uint64_t seed) {
  std::string failure = checkGraph(module).failure;
  return failure.empty() ? checkBrokenGraph(module, seed) : failure;
}

/// The same in a child, where it may crash. Errors are not shown.
static std::string checkApart(ModuleOp module, uint64_t seed) {
  Child child = startChild([&]() -> std::string {
    if (!freopen("/dev/null", "w", stderr))
      return "no /dev/null";
    return checkHere(module, seed);
  });
  std::string end = finishChild(child);
  return end.empty() ? child.text : end;
}

static void reportFailure(ModuleOp module, uint64_t seed,
                          const std::string &failure) {
  llvm::outs() << "seed " << seed << ": " << failure << '\n';
  if (noReduce)
    return;
  // Differences stay differences, crashes crashes.
  auto kindOfFailure = [](StringRef text) { return text.rsplit(": ").second; };
  bool isDifference = !kindOfFailure(failure).empty();
  OwningOpRef<ModuleOp> small = reduceGraph(module, [&](ModuleOp candidate) {
    std::string other = checkApart(candidate, seed);
    return !other.empty() && isDifference == !kindOfFailure(other).empty();
  });
  llvm::outs() << "// RUN: sinter-graphtest %s\n"
               << "// " << checkApart(*small, seed) << '\n'
               << *small << '\n';
  llvm::outs().flush();
}

//===----------------------------------------------------------------------===//
// Many
//===----------------------------------------------------------------------===//

namespace {
/// What the children found.
struct Totals {
  unsigned graphs = 0, failures = 0, compared = 0, skipped = 0, variants = 0;
  std::set<KindPair> pairs;

  void add(StringRef report);
  void print() const;
};
} // namespace

/// A report is lines: the numbers, the pairs, and the failure if there is one.
static std::string checkSeed(uint64_t seed) {
  std::unique_ptr<MLIRContext> context = makeContext();
  OwningOpRef<ModuleOp> module = generateGraph(*context, seed);
  CheckReport report = checkGraph(*module);
  std::string failure =
      report.failure.empty() ? checkBrokenGraph(*module, seed) : report.failure;
  std::string text;
  llvm::raw_string_ostream os(text);
  os << report.compared << ' ' << report.skipped << ' ' << report.variants;
  for (const KindPair &pair : pairsOf(*module))
    os << ' ' << pair.first << '>' << pair.second;
  os << '\n' << failure;
  return text;
}

void Totals::add(StringRef report) {
  SmallVector<StringRef> words;
  report.split('\n').first.split(words, ' ');
  unsigned *counts[] = {&compared, &skipped, &variants};
  for (auto [index, word] : llvm::enumerate(words)) {
    unsigned number = 0;
    if (index < std::size(counts) && !word.getAsInteger(10, number))
      *counts[index] += number;
    else if (auto [first, second] = word.split('>'); !second.empty())
      pairs.insert({first.str(), second.str()});
  }
}

void Totals::print() const {
  std::set<KindPair> wanted;
  for (const auto &[first, second] : graphPairs())
    wanted.insert({first->name.str(), second->name.str()});
  size_t met = 0;
  for (const KindPair &pair : wanted) {
    met += pairs.count(pair);
    if (showPairs && !pairs.count(pair))
      llvm::outs() << "missing: " << pair.first << " > " << pair.second << '\n';
  }
  llvm::outs() << graphs << " graphs, " << variants << " compilations, "
               << compared << " arrays compared, " << skipped
               << " not comparable, " << met << " of " << wanted.size()
               << " pairs of operations, " << failures << " failures\n";
}

static void finishSeed(uint64_t seed, Child &child, Totals &totals) {
  std::string end = finishChild(child);
  totals.graphs += 1;
  totals.add(child.text);
  std::string failure =
      end.empty() ? StringRef(child.text).split('\n').second.str() : end;
  if (failure.empty())
    return;
  totals.failures += 1;
  std::unique_ptr<MLIRContext> context = makeContext();
  reportFailure(*generateGraph(*context, seed), seed, failure);
}

static Totals checkSeeds(uint64_t first, uint64_t end) {
  Totals totals;
  std::map<uint64_t, Child> running;
  for (uint64_t seed = first; seed < end || !running.empty();) {
    if (seed < end && running.size() < jobs) {
      running[seed] = startChild([&] { return checkSeed(seed); });
      ++seed;
      continue;
    }
    auto oldest = running.begin();
    finishSeed(oldest->first, oldest->second, totals);
    running.erase(oldest);
    if (stopEarly && totals.failures)
      return totals;
    if (totals.graphs % 500 == 0) {
      llvm::outs() << "up to seed " << seed << ": ";
      totals.print();
      llvm::outs().flush();
    }
  }
  return totals;
}

static int checkFiles() {
  int status = 0;
  for (const std::string &file : files) {
    std::unique_ptr<MLIRContext> context = makeContext();
    OwningOpRef<ModuleOp> module =
        parseSourceFile<ModuleOp>(file, context.get());
    std::string failure =
        module ? checkGraph(*module).failure : "it cannot be read";
    llvm::outs() << file << ": " << (failure.empty() ? "ok" : failure) << '\n';
    status |= !failure.empty();
  }
  return status;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv,
                              "random graphs against the interpreter\n");
  uint64_t first = 0, end = 0;
  if (!StringRef(printSeed).getAsInteger(10, first)) {
    std::unique_ptr<MLIRContext> context = makeContext();
    llvm::outs() << *generateGraph(*context, first);
    return 0;
  }
  if (seedRange.empty())
    return checkFiles();
  auto [from, to] = StringRef(seedRange).split("..");
  if (from.getAsInteger(10, first) || to.getAsInteger(10, end)) {
    llvm::errs() << "--seeds wants FIRST..END\n";
    return 2;
  }
  Totals totals = checkSeeds(first, end);
  totals.print();
  return totals.failures != 0;
}
