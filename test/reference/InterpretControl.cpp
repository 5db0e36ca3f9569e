//===- InterpretControl.cpp - Branches and loops --------------------------===//

#include "ir/SinterOps.h"
#include "test/reference/Arrays.h"

#include <cstdlib>

using namespace mlir;
using namespace sinter;

static std::vector<Array> arraysOf(ValueRange values,
                                   const FrameAccess &frame) {
  std::vector<Array> arrays;
  for (Value value : values)
    arrays.push_back(frame.get(value));
  return arrays;
}

static void setAll(ValueRange values, const std::vector<Array> &arrays,
                   const FrameAccess &frame) {
  for (size_t i = 0; i < arrays.size(); ++i)
    frame.set(values[i], arrays[i]);
}

/// Carries out a region; returns what it yields.
static std::vector<Array> runRegion(Region &region,
                                    const std::vector<Array> &arguments,
                                    const FrameAccess &frame) {
  setAll(region.getArguments(), arguments, frame);
  for (Operation &op : region.front().without_terminator())
    frame.run(&op);
  return arraysOf(region.front().getTerminator()->getOperands(), frame);
}

bool sinter::interpretControl(Operation *op, const FrameAccess &frame) {
  if (IfOp branch = dyn_cast<IfOp>(op)) {
    bool isTrue = frame.get(branch.getCondition()).data[0] != 0;
    Region &chosen = isTrue ? branch.getThenRegion() : branch.getElseRegion();
    setAll(branch.getResults(), runRegion(chosen, {}, frame), frame);
    return true;
  }
  WhileOp loop = dyn_cast<WhileOp>(op);
  if (!loop)
    return false;
  std::vector<Array> carried = arraysOf(loop.getInits(), frame);
  for (uint64_t trip = 0;
       runRegion(loop.getCondition(), carried, frame)[0].data[0] != 0; ++trip) {
    if (trip == loop.getLimit()) {
      loop.emitError("the loop passed its limit");
      std::exit(1);
    }
    carried = runRegion(loop.getBody(), carried, frame);
  }
  setAll(loop.getResults(), carried, frame);
  return true;
}
