/* bench.c - how long the compiled functions take on one resident batch.
 *
 * No file is read: feeds from files get random values of the right type and
 * range. Arguments are filled anew before each call, since a function may use
 * their memory, but only the call itself is timed. */

#include "runtime/training.h"

#include <string.h>

enum {
  WARM_UP = 3,
  LEAST_SAMPLES = 15,
  MOST_SAMPLES = 20000,
  MOST_FAILURES = 3,
};

static const int64_t benchNs = 700000000;

typedef struct Bench {
  Session *session;
  const SinterExperiment *experiment;
  uint32_t *rows;    /* row numbers of the batch */
  uint32_t *samples; /* ns, at most 4.29 s */
} Bench;

/* Fills `bytes` bytes of random numbers in the range that `info` states. */
static void fillRandom(char *data, uint64_t bytes, const SinterSource *info) {
  uint64_t size = dtypeSize(info->dtype);
  uint32_t key[2] = {0, 0}, counter[4] = {0, 0, 0, 0}, random[4];
  int64_t least = info->hasRange ? info->minValue : 0;
  uint64_t span = info->hasRange ? (uint64_t)(info->maxValue - least) + 1 : 256;
  for (uint64_t i = 0; i < bytes / size; ++i) {
    counter[0] = (uint32_t)i;
    counter[1] = (uint32_t)(i >> 32);
    philox(counter, key, random);
    if (dtypeIsFloat(info->dtype))
      storeDouble(data + i * size, info->dtype, random[0] * 0x1p-32);
    else
      storeInteger(data + i * size, info->dtype,
                   least + (int64_t)(span ? random[0] % span : random[0]));
  }
}

/* Rows for a source that would come from a file. */
static int inventRows(const SinterSource *info, Source *source, int64_t rows) {
  uint64_t bytes, rowBytes = dtypeSize(info->dtype);
  for (uint32_t axis = 1; axis < info->rank; ++axis)
    rowBytes *= (uint64_t)info->shape[axis];
  char *data = __builtin_mul_overflow(rowBytes, (uint64_t)rows, &bytes)
                   ? NULL
                   : mapMemory(bytes);
  if (!data)
    return fail(EXIT_MEMORY, "out of memory: %lld rows of '%s'",
                (long long)rows, info->name);
  fillRandom(data, bytes, info);
  source->data = data;
  source->rows = rows;
  source->rowBytes = rowBytes;
  source->swapUnit = 0;
  return EXIT_OK;
}

static int inventSources(Session *session, const SinterFunction *function,
                         int64_t rows) {
  for (uint64_t i = 0; i < function->numArgs; ++i) {
    const SinterArg *arg = &function->args[i];
    if (arg->kind != SINTER_ARG_FEED || arg->source < 0)
      continue;
    const SinterSource *info = &sinter_program.sources[arg->source];
    Source *source = &session->sources[arg->source];
    if (source->data || info->kind == SINTER_SOURCE_STORE)
      continue;
    int code = inventRows(info, source, rows);
    if (code)
      return code;
  }
  return prepareFunction(session, function);
}

/* The batch: the first rows, again from the start where there are fewer. */
static int chooseRows(const Bench *bench, const SinterFunction *function,
                      int64_t count) {
  int64_t least = INT32_MAX;
  for (uint64_t i = 0; i < function->numArgs; ++i) {
    const SinterArg *arg = &function->args[i];
    if (arg->kind == SINTER_ARG_FEED && arg->source >= 0 &&
        bench->session->sources[arg->source].rows < least)
      least = bench->session->sources[arg->source].rows;
  }
  if (least < 1)
    return fail(EXIT_DATA, "'%s' has no rows", bench->experiment->name);
  for (int64_t i = 0; i < count; ++i)
    bench->rows[i] = (uint32_t)(i % least);
  return EXIT_OK;
}

static void siftDown(uint32_t *values, int64_t root, int64_t count) {
  for (int64_t child; (child = 2 * root + 1) < count; root = child) {
    if (child + 1 < count && values[child] < values[child + 1])
      ++child;
    if (values[root] >= values[child])
      return;
    uint32_t swapped = values[root];
    values[root] = values[child];
    values[child] = swapped;
  }
}

static uint32_t median(uint32_t *values, int64_t count) {
  for (int64_t i = count / 2; i-- > 0;)
    siftDown(values, i, count);
  for (int64_t last = count; last-- > count / 2;) {
    uint32_t swapped = values[0];
    values[0] = values[last];
    values[last] = swapped;
    siftDown(values, 0, last);
  }
  return values[count / 2];
}

/* The median time of a call on `count` rows, in ns. */
static int timeFunction(Bench *bench, const SinterFunction *function,
                        int64_t count, double *ns) {
  Session *session = bench->session;
  int code = inventSources(session, function, bench->experiment->batch);
  if (!code)
    code = chooseRows(bench, function, count);
  Batch batch = {bench->rows, 0, count, NULL};
  int64_t begin = now(), numSamples = 0, failures = 0;
  for (int64_t call = 0; !code && numSamples < MOST_SAMPLES; ++call) {
    session->step = call + 1;
    fillArguments(session, function, &batch);
    int64_t start = now();
    int result = function->call(&session->context);
    int64_t stop = now();
    if (result && ++failures > MOST_FAILURES)
      return fail(result, "'%s' fails on the batch of the bench",
                  function->name);
    if (result) /* random labels can diverge: start again */
      code = initExperiment(session, bench->experiment);
    else if (call >= WARM_UP)
      bench->samples[numSamples++] =
          (uint32_t)(stop - start < UINT32_MAX ? stop - start : UINT32_MAX);
    if (stop - begin > benchNs && numSamples >= LEAST_SAMPLES)
      break;
  }
  if (!code)
    *ns = median(bench->samples, numSamples);
  return code;
}

static int printTime(Bench *bench, const char *name,
                     const SinterFunction *function, int64_t count) {
  double ns = 0;
  if (!function->call)
    return EXIT_OK;
  int code = timeFunction(bench, function, count, &ns);
  if (code)
    return code;
  textFormat(&standardOutput, "%s_us=", name);
  textFixed(&standardOutput, ns / 1000, 3);
  textChar(&standardOutput, '\n');
  if (function == &bench->experiment->trainStep) {
    textString(&standardOutput, "examples_per_s=");
    textFixed(&standardOutput, (double)count * 1e9 / ns, 0);
    textChar(&standardOutput, '\n');
  }
  return EXIT_OK;
}

static int benchExperiment(Bench *bench) {
  Session *session = bench->session;
  const SinterExperiment *experiment = bench->experiment;
  int code = initCalled(session, experiment);
  if (!code)
    code = initExperiment(session, experiment);
  bench->rows = mapMemory((uint64_t)experiment->batch * sizeof(uint32_t));
  bench->samples = mapMemory(MOST_SAMPLES * sizeof(uint32_t));
  if (!bench->rows || !bench->samples)
    return fail(EXIT_MEMORY, "out of memory: the samples of the bench");
  if (code)
    return code;
  textFormat(&standardOutput, "experiment=%s\nbatch=%lld\n", experiment->name,
             (long long)experiment->batch);
  const SinterFunction *predict = experiment->predictRaw.call
                                      ? &experiment->predictRaw
                                      : &experiment->predict;
  code =
      printTime(bench, "train_step", &experiment->trainStep, experiment->batch);
  if (!code)
    code =
        printTime(bench, "eval_step", &experiment->evalStep, experiment->batch);
  if (!code)
    code = printTime(bench, "predict", predict, 1);
  return code;
}

int commandBench(Session *session) {
  Bench bench = {session, NULL, NULL, NULL};
  session->quiet = 1;
  for (uint64_t i = 0; i < sinter_program.numExperiments; ++i) {
    bench.experiment = &sinter_program.experiments[i];
    /* The folds of an experiment are the same code on other rows. */
    if (!isSelected(session->options, bench.experiment->name) ||
        bench.experiment->fold > 0)
      continue;
    int code = benchExperiment(&bench);
    if (code)
      return code;
  }
  return EXIT_OK;
}
