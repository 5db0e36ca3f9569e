/* selftest_steps.c - the first steps of an experiment, done in several ways. */

#include "runtime/selftest.h"
#include "runtime/twin.h"

#include <math.h>
#include <string.h>

const SinterSymbol *keptSymbol(const Selftest *test, uint64_t index) {
  const SinterSymbol *symbol =
      &sinter_program.symbols[test->experiment->firstSymbol + index];
  return symbol->kind == SINTER_SYMBOL_COLUMN ||
                 symbol->kind == SINTER_SYMBOL_SCRATCH
             ? NULL
             : symbol;
}

uint64_t entriesOf(const SinterSymbol *symbol) {
  return bufferBytes(&symbol->buffer) / dtypeSize(symbol->buffer.dtype);
}

uint64_t keptBytes(const Selftest *test) {
  uint64_t bytes = 0;
  for (uint64_t i = 0; i < test->experiment->numSymbols; ++i) {
    const SinterSymbol *symbol = keptSymbol(test, i);
    bytes += symbol ? bufferBytes(&symbol->buffer) : 0;
  }
  return bytes;
}

/* Calls `visit` for what is kept and its place in a copy, until it returns
 * something else than 0: that symbol is returned. */
static const SinterSymbol *visitKept(const Selftest *test, char *copy,
                                     int (*visit)(char *data, char *copy,
                                                  uint64_t bytes)) {
  for (uint64_t i = 0; i < test->experiment->numSymbols; ++i) {
    const SinterSymbol *symbol = keptSymbol(test, i);
    if (!symbol)
      continue;
    uint64_t bytes = bufferBytes(&symbol->buffer);
    char *data = bufferAddress(&test->session->context, &symbol->buffer);
    if (visit(data, copy, bytes))
      return symbol;
    copy += bytes;
  }
  return NULL;
}

static int copyOut(char *data, char *copy, uint64_t bytes) {
  memcpy(copy, data, bytes);
  return 0;
}

static int copyIn(char *data, char *copy, uint64_t bytes) {
  memcpy(data, copy, bytes);
  return 0;
}

static int differs(char *data, char *copy, uint64_t bytes) {
  return memcmp(data, copy, bytes) != 0;
}

void copyKept(const Selftest *test, char *to) { visitKept(test, to, copyOut); }

void restoreKept(const Selftest *test, const char *from) {
  visitKept(test, (char *)from, copyIn);
}

const SinterSymbol *findDifference(const Selftest *test, const char *copy) {
  return visitKept(test, (char *)copy, differs);
}

void fillKept(const Selftest *test, int byte) {
  for (uint64_t i = 0; i < test->experiment->numSymbols; ++i) {
    const SinterSymbol *symbol = keptSymbol(test, i);
    if (symbol)
      memset(bufferAddress(&test->session->context, &symbol->buffer), byte,
             bufferBytes(&symbol->buffer));
  }
}

double moveByRounding(double value, uint32_t dtype, uint64_t number,
                      int sample) {
  double sign = signOf(number + ((uint64_t)sample << 56));
  return dtype == SINTER_F32 ? (double)(float)(value * (1 + sign * 0x1p-23))
                             : value * (1 + sign * 0x1p-52);
}

/* A class, a count, a pixel: not a rounded number. Of a class that is a little
 * less, a cast makes another class. */
static int isWhole(double value) {
  return fabs(value) <= 0x1p24 && value == (double)(int64_t)value;
}

/* Moves the rows of the data, but for whole numbers. */
static void moveFeeds(Session *session, const SinterFunction *function,
                      int sample) {
  for (uint64_t i = 0; i < function->numArgs; ++i) {
    const SinterArg *arg = &function->args[i];
    uint32_t dtype = arg->buffer.dtype;
    if (arg->kind != SINTER_ARG_FEED || !dtypeIsFloat(dtype))
      continue;
    char *data = bufferAddress(&session->context, &arg->buffer);
    uint64_t size = dtypeSize(dtype);
    uint64_t count = (uint64_t)bufferCount(&session->context, &arg->buffer);
    for (uint64_t j = 0; j < count; ++j) {
      double value = readScalar(data + j * size, dtype).value;
      if (!isWhole(value))
        storeDouble(data + j * size, dtype,
                    moveByRounding(value, dtype, j, sample));
    }
  }
}

/* Numbers in [0, 1) for inputs that no data feed. */
static void inventInputs(Session *session, const SinterFunction *function,
                         int64_t rows) {
  for (uint64_t i = 0; i < function->numArgs; ++i) {
    const SinterArg *arg = &function->args[i];
    uint32_t dtype = arg->buffer.dtype;
    if (arg->kind != SINTER_ARG_FEED || arg->source >= 0 ||
        !dtypeIsFloat(dtype))
      continue;
    char *data = bufferAddress(&session->context, &arg->buffer);
    uint64_t bytes = (uint64_t)rows * bufferRowBytes(&arg->buffer);
    for (uint64_t j = 0; j < bytes / dtypeSize(dtype); ++j)
      storeDouble(data + j * dtypeSize(dtype), dtype, randomNumber(j));
  }
}

int callWith(Selftest *test, const Way *way, const SinterFunction *function,
             const Batch *batch) {
  Session *session = test->session;
  memset(session->context.arena, way->filler, sinter_program.arenaBytes);
  int code = fillArguments(session, function, batch);
  if (code)
    return code;
  if (batch)
    inventInputs(session, function, batch->count);
  if (batch && way->sample)
    moveFeeds(session, function, way->sample);
  return function->call(&session->context);
}

/* Full batches from the epoch's beginning; in the last step half of one. */
static Batch chooseBatch(const Selftest *test, int step, int64_t number) {
  const Trainer *t = &test->trainer;
  const SinterExperiment *experiment = test->experiment;
  int64_t most =
      t->numRows < experiment->batch ? t->numRows : experiment->batch;
  int64_t row = number % (t->numRows / most) * most;
  Batch batch = {NULL, t->trainBegin + row, most, NULL};
  if (step + 1 == SELFTEST_STEPS)
    batch.count = (most + 1) / 2;
  if (experiment->shuffle || experiment->numFolds) {
    batch.rows = t->order + row;
    batch.first = t->trainBegin;
  }
  return batch;
}

static int runStep(Selftest *test, Way *way, int step) {
  Session *session = test->session;
  int64_t accumulate = test->experiment->accumulate;
  int64_t numBatches = accumulate ? accumulate : 1;
  const SinterFunction *last = way->step;
  int isSingle, code = EXIT_OK;
  session->step = step + 1;
  for (int64_t i = 0; !code && i < numBatches; ++i) {
    int64_t number = step * numBatches + i;
    Batch batch = chooseBatch(test, step, number);
    session->batch = number + 1;
    code = callWith(test, way, way->step, &batch);
  }
  if (!code && accumulate) {
    last = way->update;
    code = callWith(test, way, last, NULL);
  }
  if (!code)
    way->losses[step] = resultValue(session, &last->results[0], &isSingle);
  return code;
}

int runSteps(Selftest *test, Way *way) {
  beginExperiment(test->session, test->experiment);
  int code = EXIT_OK;
  for (way->numSteps = 0; !code && way->numSteps < SELFTEST_STEPS;) {
    code = runStep(test, way, way->numSteps);
    way->numSteps += !code;
  }
  return code == EXIT_DIVERGED ? EXIT_OK : code;
}
