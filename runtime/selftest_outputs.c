/* selftest_outputs.c - what a program says about rows it is not trained on. */

#include "runtime/selftest.h"

#include <math.h>
#include <string.h>
#include <sys/mman.h>

/* An evaluation or a prediction of half a batch. */
typedef struct Output Output;
struct Output {
  const char *name;
  const SinterFunction *function, *twin;
  /* Calls `function` and reads its numbers. */
  int (*compute)(Selftest *test, const Output *output, const Way *way,
                 double *numbers);
  Batch batch;
  uint64_t count;    /* numbers that there are */
  uint64_t compared; /* of them, with the twin's; the first */
};

static int callAndRead(Selftest *test, const Way *way,
                       const SinterFunction *function, const Batch *batch,
                       double *numbers, uint64_t count) {
  const SinterBuffer *result = &function->results[0].buffer;
  int code = callWith(test, way, function, batch);
  const char *data = bufferAddress(&test->session->context, result);
  for (uint64_t i = 0; !code && i < count; ++i)
    numbers[i] =
        readScalar(data + i * dtypeSize(result->dtype), result->dtype).value;
  return code;
}

static double norm(const double *numbers, uint64_t count) {
  double sum = 0;
  for (uint64_t i = 0; i < count; ++i)
    sum += numbers[i] * numbers[i];
  return sqrt(sum);
}

static double distance(const double *a, const double *b, uint64_t count) {
  double sum = 0;
  for (uint64_t i = 0; i < count; ++i)
    sum += difference(a[i], b[i]) * difference(a[i], b[i]);
  return sqrt(sum);
}

static int areFinite(const double *numbers, uint64_t count) {
  for (uint64_t i = 0; i < count; ++i)
    if (!isfinite(numbers[i]))
      return 0;
  return 1;
}

/* The parameters after the steps; after steps that diverge, before. */
static void restoreSound(const Selftest *test) {
  restoreKept(test, test->numSteps < SELFTEST_STEPS ? test->start : test->end);
}

/* How far rounding errors of the parameters and the data move the numbers. */
static int measureSpread(Selftest *test, const Output *output,
                         const double *numbers, double *moved, double *spread) {
  int code = EXIT_OK;
  *spread = 0;
  for (int sample = 1; !code && sample <= MOVED_SAMPLES; ++sample) {
    Way way = {.sample = sample};
    restoreSound(test);
    moveParameters(test, sample);
    code = output->compute(test, output, &way, moved);
    *spread = larger(*spread, distance(moved, numbers, output->compared));
  }
  restoreSound(test);
  return code;
}

/* Compares with the twin, and with memory full of NaN. `numbers` has room for
 * four times the count. */
static int compareOutput(Selftest *test, const Output *output,
                         double *numbers) {
  double *dirty = numbers + output->count, *twin = dirty + output->count;
  double *moved = twin + output->count, spread = 0;
  Way clean = {.filler = 0}, full = {.filler = NAN_BYTE};
  restoreSound(test);
  int code = output->compute(test, output, &clean, numbers);
  if (!code)
    code = output->compute(test, output, &full, dirty);
  if (!code)
    code = measureSpread(test, output, numbers, moved, &spread);
  copyToTwin(test);
  if (!code)
    code = callAndRead(test, &clean, output->twin, &output->batch, twin,
                       output->compared);
  if (code)
    return code;
  double size = norm(twin, output->compared), scale = size > 0 ? size : 1;
  double error = distance(numbers, twin, output->compared) / scale;
  double allowed = lossTolerance + spreadFactor * spread / scale;
  beginCheck(test, output->name);
  textFormat(&standardOutput, " rows=%lld error=%g allowed=%g",
             (long long)output->batch.count, error, allowed);
  int isFinite = areFinite(numbers, output->compared);
  endCheck(test,
           error <= allowed && isFinite &&
               memcmp(numbers, dirty, output->count * sizeof(double)) == 0);
  if (!isFinite)
    textString(&standardOutput,
               "  not all numbers are finite: is the data sound?\n");
  return EXIT_OK;
}

static int checkOutput(Selftest *test, const Output *output) {
  uint64_t bytes = 4 * output->count * sizeof(double);
  double *numbers = mapMemory(bytes);
  if (!numbers)
    return fail(EXIT_MEMORY, "out of memory: the predictions of '%s'",
                test->experiment->name);
  int code = compareOutput(test, output, numbers);
  munmap(numbers, bytes ? bytes : 1);
  return code;
}

/* Half a batch of rows [begin, end). */
static Batch halfBatch(const Selftest *test, int64_t begin, int64_t end) {
  int64_t most = end - begin < test->experiment->batch
                     ? end - begin
                     : test->experiment->batch;
  Batch batch = {NULL, begin, (most + 1) / 2, NULL};
  return batch;
}

/* The loss, then the metrics. */
static int computeEvaluation(Selftest *test, const Output *output,
                             const Way *way, double *numbers) {
  const SinterExperiment *experiment = test->experiment;
  const SinterFunction *metrics = &experiment->evalMetrics;
  memset(test->session->context.store + experiment->validMetricOffset, 0,
         experiment->validMetricBytes);
  int isSingle;
  int code = callWith(test, way, output->function, &output->batch);
  if (!code)
    code = callWith(test, way, metrics, NULL);
  for (uint64_t i = 0; !code && i < metrics->numResults; ++i)
    numbers[i] = resultValue(test->session, &metrics->results[i], &isSingle);
  return code;
}

int checkEvaluation(Selftest *test) {
  const SinterExperiment *experiment = test->experiment;
  const Trainer *t = &test->trainer;
  if (!experiment->evalStep.call || !experiment->evalMetrics.call)
    return EXIT_OK;
  int isValid = t->validBegin < t->validEnd;
  int64_t begin = isValid ? t->validBegin : t->trainBegin;
  Output output = {
      "evaluation",
      &experiment->evalStep,
      &experiment->twins->evalStep,
      computeEvaluation,
      halfBatch(test, begin, isValid ? t->validEnd : begin + t->numRows),
      experiment->evalMetrics.numResults,
      1};
  int code = prepareFunction(test->session, output.function);
  return code ? code : checkOutput(test, &output);
}

static int computePrediction(Selftest *test, const Output *output,
                             const Way *way, double *numbers) {
  return callAndRead(test, way, output->function, &output->batch, numbers,
                     output->count);
}

/* The rows that there are, if data feed the function. */
static int chooseRows(Selftest *test, const SinterFunction *function,
                      Batch *batch) {
  const SinterExperiment *experiment = test->experiment;
  SinterRows rows = {0, -1};
  int64_t begin = 0, end = experiment->batch;
  int isFed = function->numArgs > 0;
  for (uint64_t i = 0; i < function->numArgs; ++i)
    isFed &= function->args[i].kind != SINTER_ARG_FEED ||
             function->args[i].source >= 0;
  if (experiment->hasPredictRows)
    rows = experiment->predictRows;
  int code = prepareFunction(test->session, function);
  if (!code && isFed)
    code = resolveRows(test->session, function, &rows, &begin, &end);
  *batch = halfBatch(test, begin, end);
  return code;
}

static int checkPredictor(Selftest *test, const char *name,
                          const SinterFunction *function,
                          const SinterFunction *twin) {
  Output output = {.name = name,
                   .function = function,
                   .twin = twin,
                   .compute = computePrediction};
  if (!function->call)
    return EXIT_OK;
  int code = chooseRows(test, function, &output.batch);
  if (code)
    return code;
  SinterContext *context = &test->session->context;
  context->extents[0] = output.batch.count;
  output.count = (uint64_t)bufferCount(context, &function->results[0].buffer);
  output.compared = output.count;
  return checkOutput(test, &output);
}

int checkPrediction(Selftest *test) {
  const SinterExperiment *experiment = test->experiment;
  const SinterTwins *twins = experiment->twins;
  int code = checkPredictor(test, "prediction", &experiment->predictRaw,
                            &twins->predictRaw);
  return code ? code
              : checkPredictor(test, "prediction_npy", &experiment->predict,
                               &twins->predict);
}
