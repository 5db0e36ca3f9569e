//===- gemm.cpp - Times contraction kernels on request --------------------===//
//
// A coprocess for gemm.py, so that rivals can be timed in turn with our kernels
// in one run. Commands on stdin, one answer line each:
//   build OP M N K DYNAMIC   OP is NN, NT or TN (C = A B, A B^T or A^T B),
//   DYNAMIC
//                            the dimensions with a run-time extent ("mk") or -;
//                            answers: kernel number, code bytes, milliseconds
//   time NUMBER SECONDS      answers: GFLOP/s of pack and compute together
//   peak SECONDS             answers: GFLOP/s of multiply-adds in registers
// Times are CPU times of this thread.
//
//===----------------------------------------------------------------------===//

#include "codegen/Gemm.h"
#include "test/unit/KernelJit.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

using namespace mlir;
using namespace sinter;

namespace {
double now() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec + 1e-9 * time.tv_nsec;
}

/// Calls per second of `call`, over about `seconds`.
template <typename Call>
double rate(double seconds, Call call) {
  int64_t calls = 0;
  double start = now(), elapsed = 0;
  for (int64_t batch = 1; elapsed < seconds; batch *= 2) {
    for (int64_t i = 0; i < batch; ++i)
      call();
    calls += batch;
    elapsed = now() - start;
  }
  return calls / elapsed;
}

/// Numbers without structure, aligned as in an arena.
struct Buffer {
  explicit Buffer(int64_t size)
      : data(static_cast<float *>(
            std::aligned_alloc(64, (size * 4 / 64 + 1) * 64))) {
    for (int64_t i = 0; i < size; ++i)
      data[i] = (std::rand() % 2001 - 1000) / 1000.0f;
  }
  ~Buffer() { std::free(data); }
  float *data;
};

class Contraction {
public:
  Contraction(const std::string &op, int64_t m, int64_t n, int64_t k,
              const std::string &dynamic, const Target &target)
      : m(m), n(n), k(k), op(op), dynamic(dynamic), target(target), jit(target),
        a(m * k), b(k * n), c(m * n),
        scratch(gemmScratchElements(spec({}), target)) {}

  std::string build() {
    Type element = Float32Type::get(&jit.context);
    int64_t sizes[] = {
        m * k, k * n, m * n,
        std::max<int64_t>(1, gemmScratchElements(spec({}), target))};
    jit.add("pack", sizes, element, 5,
            [&](OpBuilder &builder, Location loc, ValueRange args) {
              emitGemmPack(builder, loc, spec(args), target, args[7], args[8]);
            });
    jit.add("compute", sizes, element, 5,
            [&](OpBuilder &builder, Location loc, ValueRange args) {
              emitGemm(builder, loc, spec(args), target, args[7], args[8]);
            });
    std::string error = jit.compile();
    if (error.empty()) {
      pack = reinterpret_cast<Kernel>(jit.lookup("pack"));
      compute = reinterpret_cast<Kernel>(jit.lookup("compute"));
      packTrip = gemmPackTrip(spec({}), target);
      trip = gemmTrip(spec({}), target);
    }
    return error;
  }

  double gflops(double seconds) {
    double calls = rate(seconds, [&] {
      if (packTrip)
        call(pack, packTrip);
      call(compute, trip);
    });
    return calls * 2 * m * n * k * 1e-9;
  }

  uint64_t codeBytes() const { return jit.codeBytes(); }

private:
  using Kernel = void (*)(float *a, float *b, float *c, float *scratch,
                          int64_t m, int64_t n, int64_t k, int64_t lo,
                          int64_t hi);

  void call(Kernel kernel, int64_t trip) {
    kernel(a.data, b.data, c.data, scratch.data, m, n, k, 0, trip);
  }

  GemmSpec spec(ValueRange args) {
    auto value = [&](unsigned i) { return args.empty() ? Value() : args[i]; };
    auto dim = [&](char name, int64_t bound, unsigned i) {
      bool known = dynamic.find(name) == std::string::npos;
      return GemmDim{bound, known ? Value() : value(i)};
    };
    auto operand = [&](bool transposed, int64_t rows, int64_t cols,
                       unsigned i) {
      GemmOperand operand;
      operand.buffer = value(i);
      operand.rowStride = transposed ? 1 : cols;
      operand.colStride = transposed ? rows : 1;
      return operand;
    };
    GemmSpec spec;
    spec.m = dim('m', m, 4);
    spec.n = dim('n', n, 5);
    spec.k = dim('k', k, 6);
    spec.a = operand(op[0] == 'T', m, k, 0);
    spec.b = operand(op[1] == 'T', k, n, 1);
    spec.c = operand(false, m, n, 2);
    spec.scratch = value(3);
    spec.element = Float32Type::get(&jit.context);
    return spec;
  }

  int64_t m, n, k;
  std::string op, dynamic;
  const Target &target;
  KernelJit jit;
  Buffer a, b, c, scratch;
  Kernel pack = nullptr, compute = nullptr;
  int64_t packTrip = 0, trip = 0;
};

/// A loop of multiply-adds that touches no memory.
class Peak {
public:
  explicit Peak(const Target &target)
      : lanes(target.lanes(32)), jit(target), data(2 * lanes) {
    VectorType type = VectorType::get(lanes, Float32Type::get(&jit.context));
    jit.add("peak", {2 * lanes}, type.getElementType(), 1,
            [&](OpBuilder &builder, Location loc, ValueRange args) {
              emit(builder, loc, type, args, target.hasFMA);
            });
    jit.compile();
    kernel = reinterpret_cast<Kernel>(jit.lookup("peak"));
  }

  double gflops(double seconds) {
    double calls = rate(seconds, [&] { kernel(data.data, steps); });
    return calls * steps * chains * lanes * 2 * 1e-9;
  }

private:
  using Kernel = void (*)(float *, int64_t);

  void emit(OpBuilder &builder, Location loc, VectorType type, ValueRange args,
            bool fuses) {
    auto constant = [&](int64_t value) -> Value {
      return arith::ConstantIndexOp::create(builder, loc, value);
    };
    Value x = vector::LoadOp::create(builder, loc, type, args[0], constant(0));
    Value y =
        vector::LoadOp::create(builder, loc, type, args[0], constant(lanes));
    SmallVector<Value> starts;
    for (int64_t chain = 0; chain < chains; ++chain)
      starts.push_back(arith::ConstantOp::create(
          builder, loc,
          DenseElementsAttr::get(type, static_cast<float>(chain))));
    scf::ForOp loop = scf::ForOp::create(builder, loc, constant(0), args[1],
                                         constant(1), starts);
    Value total = loop.getResult(0);
    for (Value result : loop.getResults().drop_front())
      total = arith::AddFOp::create(builder, loc, total, result);
    vector::StoreOp::create(builder, loc, total, args[0], constant(0));
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    SmallVector<Value> sums(loop.getRegionIterArgs());
    for (Value &sum : sums)
      sum = fuses ? math::FmaOp::create(builder, loc, x, y, sum).getResult()
                  : arith::AddFOp::create(
                        builder, loc,
                        arith::MulFOp::create(builder, loc, x, sum), y)
                        .getResult();
    scf::YieldOp::create(builder, loc, sums);
  }

  static constexpr int64_t chains = 12, steps = 10000;
  int64_t lanes;
  KernelJit jit;
  Buffer data;
  Kernel kernel = nullptr;
};
} // namespace

int main(int argc, char **argv) {
  unsigned widest = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 512;
  Target target;
  for (const Target &candidate : runnableTargets())
    if (candidate.vectorBits <= widest && target.triple.empty())
      target = candidate;
  Peak peak(target);
  std::vector<std::unique_ptr<Contraction>> kernels;
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string command, op, dynamic;
    words >> command;
    if (command == "build") {
      int64_t m, n, k;
      words >> op >> m >> n >> k >> dynamic;
      auto start = std::chrono::steady_clock::now();
      kernels.push_back(
          std::make_unique<Contraction>(op, m, n, k, dynamic, target));
      std::string error = kernels.back()->build();
      if (!error.empty()) {
        std::cerr << error << "\n";
        return 1;
      }
      std::chrono::duration<double, std::milli> elapsed =
          std::chrono::steady_clock::now() - start;
      std::cout << kernels.size() - 1 << " " << kernels.back()->codeBytes()
                << " " << elapsed.count() << std::endl;
    } else if (command == "time") {
      size_t number;
      double seconds;
      words >> number >> seconds;
      std::cout << kernels.at(number)->gflops(seconds) << std::endl;
    } else if (command == "peak") {
      double seconds;
      words >> seconds;
      std::cout << peak.gflops(seconds) << std::endl;
    }
  }
  return 0;
}
