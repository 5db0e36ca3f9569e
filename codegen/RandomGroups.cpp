//===- RandomGroups.cpp - Random words in groups of 64 --------------------===//

#include "codegen/RandomGroups.h"
#include "codegen/PointScope.h"
#include "ir/SinterOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sinter;

static RandomOp randomOf(const Demand &demand) {
  return dyn_cast_or_null<RandomOp>(demand.value.getDefiningOp());
}

bool RandomGroups::fit(const PointProgram &program, unsigned loop) {
  LinearIndex number;
  number.addTerm(loop, 1);
  bool draws = false;
  for (const Demand &demand : program.demands()) {
    if (!randomOf(demand))
      continue;
    if (demand.forms.size() != 1 || !(demand.forms[0] == number))
      return false;
    draws = true;
  }
  return draws;
}

RandomGroups::RandomGroups(KernelFrame &frame, const PointProgram &program,
                           const PointScope &entry)
    : frame(frame) {
  MemRefType bufferType =
      MemRefType::get({groupSize}, frame.builder.getI32Type());
  for (auto [number, demand] : llvm::enumerate(program.demands())) {
    RandomOp random = randomOf(demand);
    if (!random)
      continue;
    Stream &stream = streams.emplace_back();
    stream.demand = number;
    stream.stream = entry.emitStream(demand);
    bool isF64 =
        cast<RankedTensorType>(demand.value.getType()).getElementType().isF64();
    for (int word = 0; word < (isF64 ? 2 : 1); ++word)
      stream.words.push_back(
          memref::AllocaOp::create(frame.builder, frame.loc, bufferType));
  }
}

void RandomGroups::emitWords(Value group) {
  first = group;
  Value element = arith::IndexCastOp::create(frame.builder, frame.loc,
                                             frame.builder.getI64Type(), first);
  for (const Stream &stream : streams)
    for (auto [which, buffer] : llvm::enumerate(stream.words)) {
      std::array<Value, 4> words =
          emitRandomGroup(frame.lanes, stream.stream, element,
                          which ? RandomWord::Second : RandomWord::First);
      for (auto [quarter, word] : llvm::enumerate(words))
        vector::StoreOp::create(frame.builder, frame.loc, word, buffer,
                                frame.index.constant(int64_t(quarter) * lanes));
    }
}

Value RandomGroups::emitLoad(unsigned demand, RandomWord which,
                             Value at) const {
  const Stream *stream = llvm::find_if(
      streams, [&](const Stream &s) { return s.demand == demand; });
  VectorType type = VectorType::get(lanes, frame.builder.getI32Type());
  return vector::LoadOp::create(frame.builder, frame.loc, type,
                                stream->words[which == RandomWord::Second],
                                frame.index.sub(at, first));
}
