/* selftest_bits.c - what must have the same bits however it is done. */

#define _GNU_SOURCE
#include "runtime/selftest.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { NAN_BYTE = 0xFF };

/* Three pieces, the last first. */
static void runInPieces(SinterContext *context, SinterBody body, int64_t trip,
                        int64_t grain) {
  (void)grain;
  for (int64_t piece = 3; piece-- > 0;)
    if (trip * piece / 3 < trip * (piece + 1) / 3)
      body(context, trip * piece / 3, trip * (piece + 1) / 3);
}

/* Ends a check; `symbol`, if there is one, is not what it was. */
static void endBits(Selftest *test, int isPassed, const SinterSymbol *symbol) {
  endCheck(test, isPassed && !symbol);
  if (symbol)
    textFormat(&standardOutput, "  '%s' (%s) has other bits\n", symbol->name,
               symbol->location);
}

/* Does the steps again, from what the store holds. */
static int checkSteps(Selftest *test, const char *name, int filler) {
  Way way = {.step = &test->experiment->trainStep,
             .update = &test->experiment->update,
             .filler = filler};
  int code = runSteps(test, &way);
  if (code)
    return code;
  beginCheck(test, name);
  textFormat(&standardOutput, " steps=%d", way.numSteps);
  endBits(test,
          way.numSteps == test->numSteps &&
              memcmp(way.losses, test->losses, sizeof way.losses) == 0,
          findDifference(test, test->end));
  return EXIT_OK;
}

int checkBits(Selftest *test) {
  SinterContext *context = &test->session->context;
  /* From the seed on: all storage is zero at the start. */
  fillKept(test, 0);
  int code = initExperiment(test->session, test->experiment);
  if (!code)
    code = checkSteps(test, "repeat", 0);
  if (code)
    return code;
  restoreKept(test, test->start);
  context->parallel = runInPieces;
  code = checkSteps(test, "pieces", 0);
  context->parallel = runInOnePiece;
  if (code)
    return code;
  /* The rows behind the last step's batch are NaN, too. */
  restoreKept(test, test->start);
  return checkSteps(test, "memory", NAN_BYTE);
}

/* ---- Evaluation ---------------------------------------------------------- */

/* Two full batches and a half, of the validation rows where there are any. */
static int runEvaluation(Selftest *test, const Way *way, double *figures) {
  const SinterExperiment *experiment = test->experiment;
  const SinterFunction *metrics = &experiment->evalMetrics;
  const Trainer *t = &test->trainer;
  int isValid = t->validBegin < t->validEnd, isSingle, code = EXIT_OK;
  int64_t row = isValid ? t->validBegin : t->trainBegin;
  int64_t end = isValid ? t->validEnd : row + t->numRows;
  memset(test->session->context.store + experiment->validMetricOffset, 0,
         experiment->validMetricBytes);
  for (int i = 0; !code && i < 3 && row < end; ++i) {
    int64_t most = i < 2 ? experiment->batch : (experiment->batch + 1) / 2;
    Batch batch = {NULL, row, end - row < most ? end - row : most, NULL};
    code = callWith(test, way, &experiment->evalStep, &batch);
    row += batch.count;
  }
  if (!code)
    code = callWith(test, way, metrics, NULL);
  for (uint64_t i = 0; !code && i < metrics->numResults; ++i)
    figures[i] = resultValue(test->session, &metrics->results[i], &isSingle);
  return code;
}

/* What is computed after the training is finite where that is. */
static int isSound(const Selftest *test, double value) {
  return isfinite(value) || test->numSteps < SELFTEST_STEPS;
}

int checkEvaluation(Selftest *test) {
  const SinterFunction *metrics = &test->experiment->evalMetrics;
  if (!test->experiment->evalStep.call || !metrics->call)
    return EXIT_OK;
  uint64_t bytes = metrics->numResults * sizeof(double);
  double *figures = mapMemory(2 * bytes);
  if (!figures)
    return fail(EXIT_MEMORY, "out of memory: the metrics");
  Way clean = {.filler = 0}, dirty = {.filler = NAN_BYTE};
  int code = runEvaluation(test, &clean, figures);
  if (!code)
    code = runEvaluation(test, &dirty, figures + metrics->numResults);
  if (code)
    return code;
  beginCheck(test, "evaluation");
  textFormat(&standardOutput, " %s=%g", metrics->results[0].name, figures[0]);
  endCheck(test,
           isSound(test, figures[0]) &&
               memcmp(figures, figures + metrics->numResults, bytes) == 0);
  munmap(figures, bytes ? 2 * bytes : 1);
  return EXIT_OK;
}

/* ---- Prediction ---------------------------------------------------------- */

/* Half a batch of the rows that there are; an input without rows is zero. */
static int choosePredicted(Selftest *test, const SinterFunction *function,
                           Batch *batch) {
  const SinterExperiment *experiment = test->experiment;
  SinterRows all = {0, -1};
  int64_t begin = 0, end = experiment->batch;
  int isFed = function->numArgs > 0;
  for (uint64_t i = 0; i < function->numArgs; ++i)
    isFed &= function->args[i].kind != SINTER_ARG_FEED ||
             function->args[i].source >= 0;
  int code = prepareFunction(test->session, function);
  if (!code && isFed)
    code = resolveRows(test->session, function,
                       experiment->hasPredictRows ? &experiment->predictRows
                                                  : &all,
                       &begin, &end);
  int64_t most =
      end - begin < experiment->batch ? end - begin : experiment->batch;
  Batch half = {NULL, begin, (most + 1) / 2, NULL};
  *batch = half;
  return code;
}

static int arePredictionsSound(const Selftest *test, const char *data,
                               uint64_t bytes, uint32_t dtype) {
  for (uint64_t i = 0; i < bytes; i += dtypeSize(dtype))
    if (!isSound(test, readScalar(data + i, dtype).value))
      return 0;
  return 1;
}

int checkPrediction(Selftest *test) {
  const SinterExperiment *experiment = test->experiment;
  const SinterContext *context = &test->session->context;
  const SinterFunction *function = experiment->predictRaw.call
                                       ? &experiment->predictRaw
                                       : &experiment->predict;
  if (!function->call)
    return EXIT_OK;
  const SinterBuffer *result = &function->results[0].buffer;
  Way clean = {.filler = 0}, dirty = {.filler = NAN_BYTE};
  Batch batch;
  int code = choosePredicted(test, function, &batch);
  if (!code)
    code = callWith(test, &clean, function, &batch);
  if (code)
    return code;
  uint64_t bytes =
      (uint64_t)bufferCount(context, result) * dtypeSize(result->dtype);
  char *predicted = mapMemory(bytes);
  if (!predicted)
    return fail(EXIT_MEMORY, "out of memory: the predictions");
  memcpy(predicted, bufferAddress(context, result), bytes);
  code = callWith(test, &dirty, function, &batch);
  if (code)
    return code;
  beginCheck(test, "prediction");
  textFormat(&standardOutput, " rows=%lld", (long long)batch.count);
  endCheck(test,
           arePredictionsSound(test, predicted, bytes, result->dtype) &&
               memcmp(predicted, bufferAddress(context, result), bytes) == 0);
  munmap(predicted, bytes ? bytes : 1);
  return EXIT_OK;
}

/* ---- Checkpoint ---------------------------------------------------------- */

/* Writes a file that has no name and reads it into a store full of NaN. */
static int saveAndResume(Selftest *test, int fd) {
  Session *session = test->session;
  Options *options = session->options;
  const char *resume = options->resume;
  int numHypers = options->numHypers;
  char path[64];
  Text text = textInMemory(path, sizeof path);
  textFormat(&text, "/proc/self/fd/%d%c", fd, 0);
  int error = writeCheckpoint(&test->trainer, fd);
  if (error)
    return fail(EXIT_IO, "cannot write a checkpoint: %s", errorText(error));
  int64_t step = session->step;
  Trainer reader = {.session = session};
  fillKept(test, NAN_BYTE);
  session->step = -1;
  options->resume = path;
  int code = resumeTraining(&reader);
  options->resume = resume;
  options->numHypers = numHypers;
  return code || (session->step == step && reader.row == test->trainer.row)
             ? code
             : EXIT_CHECKPOINT;
}

int checkCheckpoint(Selftest *test) {
  Trainer *t = &test->trainer;
  int fd = memfd_create("checkpoint", MFD_CLOEXEC);
  if (fd < 0)
    return fail(EXIT_IO, "cannot write a checkpoint: %s", errorText(errno));
  restoreKept(test, test->end);
  /* In the middle of an epoch its running sums are saved, too. */
  t->row = t->numRows < test->experiment->batch ? t->numRows
                                                : test->experiment->batch;
  int code = saveAndResume(test, fd);
  close(fd);
  beginCheck(test, "checkpoint");
  textFormat(&standardOutput, " bytes=%llu",
             (unsigned long long)keptBytes(test));
  endBits(test, !code, code ? NULL : findDifference(test, test->end));
  restoreKept(test, test->end);
  return EXIT_OK;
}
