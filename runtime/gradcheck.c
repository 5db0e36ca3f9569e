/* gradcheck.c - backpropagation against central differences, in f64.
 *
 * Linked only into programs that were built with it. For a few rows of the
 * data, entries of each parameter are moved to both sides, and all of them at
 * once in one random direction; the change of the loss must be what the
 * gradient says. */

#include "runtime/training.h"
#include "runtime/twin.h"

#include <math.h>
#include <string.h>

enum { MOST_ROWS = 8, MOST_ENTRIES = 64 };

static const double STEP = 1e-6, RTOL = 1e-3, ATOL = 1e-5;

typedef struct Check {
  Session *session;
  const SinterExperiment *experiment;
  Batch batch;
  double loss;       /* where nothing is moved */
  double *gradients; /* of the parameter at hand */
  double *values;    /* its values */
  int failures;
} Check;

/* One parameter, and how it did. */
typedef struct Parameter {
  const SinterSymbol *symbol;
  double *twin; /* its value in f64 */
  uint64_t count;
  int checked, wrong, kinks;
  int64_t worst; /* an entry; -1: the random direction */
  double error, analytic, numeric;
} Parameter;

/* The f64 storage that the twin has for a parameter. */
static double *findStorage(const Check *check, const char *prefix,
                           const SinterSymbol *symbol) {
  const SinterSymbol *scratch = findScratch(check->experiment, prefix, symbol);
  return scratch ? bufferAddress(&check->session->context, &scratch->buffer)
                 : NULL;
}

static void copyToTwin(const Check *check, const Parameter *parameter) {
  const SinterSymbol *symbol = parameter->symbol;
  const char *from = bufferAddress(&check->session->context, &symbol->buffer);
  uint64_t size = dtypeSize(symbol->buffer.dtype);
  for (uint64_t i = 0; i < parameter->count; ++i)
    parameter->twin[i] =
        readScalar(from + placeOf(symbol, i) * size, symbol->buffer.dtype)
            .value;
}

static int computeLoss(Check *check, double *loss) {
  const SinterFunction *twin = &check->experiment->twins->gradcheck;
  int isSingle;
  int code = callFunction(check->session, twin, &check->batch);
  *loss = resultValue(check->session, &twin->results[0], &isSingle);
  return code;
}

/* Moves entry `entry`, or all of them where it is negative. */
static void move(const Check *check, const Parameter *parameter, int64_t entry,
                 double by) {
  memcpy(parameter->twin, check->values, parameter->count * sizeof(double));
  if (entry >= 0)
    parameter->twin[entry] += by;
  for (uint64_t i = 0; entry < 0 && i < parameter->count; ++i)
    parameter->twin[i] += by * signOf(i);
}

static double gradientAlong(const Check *check, const Parameter *parameter,
                            int64_t entry) {
  double sum = 0;
  if (entry >= 0)
    return check->gradients[entry];
  for (uint64_t i = 0; i < parameter->count; ++i)
    sum += check->gradients[i] * signOf(i);
  return sum;
}

static int isClose(double a, double b) {
  return fabs(a - b) <= ATOL + RTOL * fabs(b);
}

/* At a kink the slopes of both sides differ, and any between them will do. */
static int isKink(const Check *check, double analytic, double above,
                  double below) {
  double right = (above - check->loss) / STEP;
  double left = (check->loss - below) / STEP;
  double least = left < right ? left : right;
  double most = left < right ? right : left;
  return !isClose(left, right) && analytic >= least - ATOL &&
         analytic <= most + ATOL;
}

static int compareAlong(Check *check, Parameter *parameter, int64_t entry) {
  double above, below;
  move(check, parameter, entry, STEP);
  int code = computeLoss(check, &above);
  move(check, parameter, entry, -STEP);
  if (!code)
    code = computeLoss(check, &below);
  if (code)
    return code;
  double analytic = gradientAlong(check, parameter, entry);
  double numeric = (above - below) / (2 * STEP);
  double error = fabs(analytic - numeric);
  int isWrong = !isClose(analytic, numeric);
  ++parameter->checked;
  if (isWrong && isKink(check, analytic, above, below)) {
    ++parameter->kinks;
    return EXIT_OK;
  }
  int before = parameter->wrong;
  check->failures += isWrong;
  parameter->wrong += isWrong;
  /* What is wrong goes before what is only larger, an entry before a direction.
   */
  int isLarger = error > parameter->error && (isWrong || !before);
  if ((!isLarger && (!isWrong || before)) || (entry < 0 && before))
    return EXIT_OK;
  parameter->error = error;
  parameter->analytic = analytic;
  parameter->numeric = numeric;
  parameter->worst = entry;
  return EXIT_OK;
}

static void textEntry(Text *text, const Parameter *parameter) {
  const SinterBuffer *buffer = &parameter->symbol->buffer;
  if (parameter->worst < 0) {
    textString(text, "a random direction");
    return;
  }
  uint64_t rest = (uint64_t)parameter->worst, below = parameter->count;
  textChar(text, '[');
  for (uint32_t axis = 0; axis < buffer->rank; ++axis) {
    below /= (uint64_t)buffer->shape[axis];
    textFormat(text, axis ? ", %llu" : "%llu",
               (unsigned long long)(rest / below));
    rest %= below;
  }
  textChar(text, ']');
}

static void printParameter(const Check *check, const Parameter *parameter) {
  Text *text = &standardOutput;
  textFormat(text, "experiment=%s parameter=%s place=%s checked=%d kinks=%d",
             check->experiment->name, parameter->symbol->name,
             parameter->symbol->location, parameter->checked, parameter->kinks);
  textFormat(text, " error=%g %s\n", parameter->error,
             parameter->wrong ? "WRONG" : "ok");
  if (!parameter->wrong)
    return;
  textFormat(text, "  worst: '%s' (%s) at ", parameter->symbol->name,
             parameter->symbol->location);
  textEntry(text, parameter);
  textFormat(text, ": backpropagation says %g, central differences say %g\n",
             parameter->analytic, parameter->numeric);
}

/* At most so many entries, spread evenly, and one direction. */
static int checkParameter(Check *check, const SinterSymbol *symbol) {
  Parameter parameter = {.symbol = symbol,
                         .twin = findStorage(check, "gradcheck/", symbol)};
  parameter.count =
      (uint64_t)bufferCount(&check->session->context, &symbol->buffer);
  const double *gradients = findStorage(check, "gradient/", symbol);
  if (!parameter.twin || !gradients || parameter.count == 0)
    return EXIT_OK; /* the loss does not depend on it */
  int code = computeLoss(check, &check->loss);
  memcpy(check->gradients, gradients, parameter.count * sizeof(double));
  memcpy(check->values, parameter.twin, parameter.count * sizeof(double));
  uint64_t entries =
      parameter.count < MOST_ENTRIES ? parameter.count : MOST_ENTRIES;
  for (uint64_t i = 0; !code && i < entries; ++i)
    code = compareAlong(check, &parameter,
                        (int64_t)(i * parameter.count / entries));
  if (!code)
    code = compareAlong(check, &parameter, -1);
  memcpy(parameter.twin, check->values, parameter.count * sizeof(double));
  if (!code)
    printParameter(check, &parameter);
  return code;
}

/* Calls `visit` for the experiment's parameters. */
static int visitParameters(Check *check,
                           int (*visit)(Check *, const SinterSymbol *)) {
  const SinterExperiment *experiment = check->experiment;
  int code = EXIT_OK;
  for (uint64_t i = 0; !code && i < experiment->numSymbols; ++i) {
    const SinterSymbol *symbol =
        &sinter_program.symbols[experiment->firstSymbol + i];
    if (symbol->kind == SINTER_SYMBOL_PARAM)
      code = visit(check, symbol);
  }
  return code;
}

static int prepareParameter(Check *check, const SinterSymbol *symbol) {
  Parameter parameter = {.symbol = symbol,
                         .twin = findStorage(check, "gradcheck/", symbol)};
  parameter.count =
      (uint64_t)bufferCount(&check->session->context, &symbol->buffer);
  if (parameter.twin)
    copyToTwin(check, &parameter);
  return EXIT_OK;
}

static int mapBuffers(Check *check) {
  uint64_t most = 1;
  for (uint64_t i = 0; i < sinter_program.numSymbols; ++i) {
    const SinterSymbol *symbol = &sinter_program.symbols[i];
    uint64_t bytes = symbol->kind == SINTER_SYMBOL_SCRATCH
                         ? bufferBytes(&symbol->buffer)
                         : 0;
    most = bytes > most ? bytes : most;
  }
  check->gradients = mapMemory(most);
  check->values = mapMemory(most);
  return check->gradients && check->values
             ? EXIT_OK
             : fail(EXIT_MEMORY, "out of memory: the gradients of a parameter");
}

static int checkExperiment(Check *check) {
  Session *session = check->session;
  const SinterExperiment *experiment = check->experiment;
  int64_t begin, end;
  const SinterFunction *twin = &experiment->twins->gradcheck;
  int code = prepareFunction(session, twin);
  if (!code)
    code = resolveRows(session, twin, &experiment->trainRows, &begin, &end);
  if (!code && begin == end)
    code = fail(EXIT_DATA, "'%s' has no rows to train on", experiment->name);
  if (code)
    return code;
  int64_t most = experiment->batch < MOST_ROWS ? experiment->batch : MOST_ROWS;
  check->batch.first = begin;
  check->batch.count = end - begin < most ? end - begin : most;
  session->step = session->batch = 1;
  visitParameters(check, prepareParameter);
  return visitParameters(check, checkParameter);
}

static int hasGradcheck(const SinterExperiment *experiment) {
  return experiment->twins && experiment->twins->gradcheck.call;
}

int32_t sinter_gradcheck(void *context) {
  Session *session = context;
  Check check = {.session = session};
  int code = session->options->params ? loadParams(session, -1) : EXIT_OK;
  if (!code)
    code = mapBuffers(&check);
  for (uint64_t i = 0; !code && i < sinter_program.numExperiments; ++i) {
    check.experiment = &sinter_program.experiments[i];
    if (!isSelected(session->options, check.experiment->name) ||
        !hasGradcheck(check.experiment) || check.experiment->fold > 0)
      continue;
    beginExperiment(session, check.experiment);
    if (!session->ready[i])
      code = initExperiment(session, check.experiment);
    if (!code)
      code = checkExperiment(&check);
  }
  if (!code && check.failures)
    code = fail(EXIT_CHECK, "%d gradients are wrong", check.failures);
  return code;
}
