/* selftest_twin.c - the steps of a program against the same steps in f64.
 *
 * How far they may be apart is measured: the program does the steps again from
 * parameters and data that are moved by their rounding errors, and sixteen
 * times what comes of that is allowed beside the fixed part. So an optimizer
 * that divides by a gradient which is nothing but rounding does not fail. */

#include "runtime/selftest.h"
#include "runtime/twin.h"

#include <math.h>
#include <string.h>

/* Relative to the loss, and to what the steps have changed. */
const double lossTolerance = 1e-5;
static const double changeTolerance = 1e-4;
const double spreadFactor = 16;
/* Where rounding decides more than this part of a change, there is little to
 * compare. */
static const double unclearPart = 0.1;
/* Twins hold larger numbers than programs: beyond this both diverge. */
static const double largestLoss = 1e30;

/* Norms over a symbol's entries. */
typedef struct Distance {
  const SinterSymbol *symbol;
  double error;  /* program - twin */
  double change; /* twin - start */
  double size;   /* twin */
  double allowed;
} Distance;

static const SinterSymbol *twinOf(const Selftest *test,
                                  const SinterSymbol *symbol) {
  return symbol ? findScratch(test->experiment, "selftest/", symbol) : NULL;
}

static double readEntry(const char *data, const SinterSymbol *symbol,
                        uint64_t index) {
  uint32_t dtype = symbol->buffer.dtype;
  return readScalar(data + placeOf(symbol, index) * dtypeSize(dtype), dtype)
      .value;
}

static void copySymbol(const Selftest *test, const SinterSymbol *symbol) {
  const SinterContext *context = &test->session->context;
  const SinterSymbol *twin = twinOf(test, symbol);
  if (!twin)
    return;
  const char *from = bufferAddress(context, &symbol->buffer);
  char *to = bufferAddress(context, &twin->buffer);
  uint32_t dtype = twin->buffer.dtype;
  uint64_t size = dtypeSize(dtype);
  for (uint64_t i = 0; i < entriesOf(symbol); ++i) {
    char *entry = to + placeOf(twin, i) * size;
    if (dtypeIsFloat(dtype))
      storeDouble(entry, dtype, readEntry(from, symbol, i));
    else
      memcpy(entry, from + placeOf(symbol, i) * size, size);
  }
}

void copyToTwin(const Selftest *test) {
  for (uint64_t i = 0; i < test->experiment->numSymbols; ++i)
    copySymbol(test, keptSymbol(test, i));
}

/* Does the steps in f64 from the start. */
static int runTwin(Selftest *test, Way *way) {
  restoreKept(test, test->start);
  copyToTwin(test);
  return runSteps(test, way);
}

/* 0 where both are the same infinity or no number. */
double difference(double a, double b) {
  return a == b || (isnan(a) && isnan(b)) ? 0 : a - b;
}

double larger(double a, double b) { return b > a ? b : a; }

/* ---- What rounding makes of the steps ------------------------------------ */

/* Where entry `index` of a parameter starts in a sample. */
static double movedStart(const char *start, const SinterSymbol *symbol,
                         uint64_t index, int sample) {
  double value = readEntry(start, symbol, index);
  return symbol->kind == SINTER_SYMBOL_PARAM
             ? moveByRounding(value, symbol->buffer.dtype, index, sample)
             : value;
}

void moveParameters(const Selftest *test, int sample) {
  for (uint64_t i = 0; i < test->experiment->numSymbols; ++i) {
    const SinterSymbol *symbol = keptSymbol(test, i);
    if (!symbol || symbol->kind != SINTER_SYMBOL_PARAM)
      continue;
    char *data = bufferAddress(&test->session->context, &symbol->buffer);
    uint32_t dtype = symbol->buffer.dtype;
    for (uint64_t j = 0; j < entriesOf(symbol); ++j)
      storeDouble(data + placeOf(symbol, j) * dtypeSize(dtype), dtype,
                  movedStart(data, symbol, j, sample));
  }
}

/* How far the changes of a sample are from those of the steps proper; `start`
 * and `end` are the symbol's. */
static double spreadOf(const Selftest *test, const SinterSymbol *symbol,
                       const char *start, const char *end, int sample) {
  const char *data = bufferAddress(&test->session->context, &symbol->buffer);
  double sum = 0;
  for (uint64_t i = 0; i < entriesOf(symbol); ++i) {
    double change =
        difference(readEntry(end, symbol, i), readEntry(start, symbol, i));
    double moved = difference(readEntry(data, symbol, i),
                              movedStart(start, symbol, i, sample));
    double spread = difference(moved, change);
    sum += isfinite(spread) ? spread * spread : 0;
  }
  return sqrt(sum);
}

/* Does the steps of one sample; keeps the largest spreads. */
static int runSample(Selftest *test, int sample, double *lossSpreads) {
  const SinterExperiment *experiment = test->experiment;
  Way way = {.step = &experiment->trainStep,
             .update = &experiment->update,
             .sample = sample};
  restoreKept(test, test->start);
  moveParameters(test, sample);
  int code = runSteps(test, &way);
  uint64_t place = 0;
  for (uint64_t i = 0; i < experiment->numSymbols; ++i) {
    const SinterSymbol *symbol = keptSymbol(test, i);
    if (!symbol)
      continue;
    double spread =
        spreadOf(test, symbol, test->start + place, test->end + place, sample);
    test->spreads[i] = larger(test->spreads[i], spread);
    place += bufferBytes(&symbol->buffer);
  }
  for (int i = 0; i < way.numSteps && i < test->numSteps; ++i)
    lossSpreads[i] = larger(lossSpreads[i],
                            fabs(difference(way.losses[i], test->losses[i])));
  return code;
}

/* ---- Comparing ----------------------------------------------------------- */

static Distance measure(const Selftest *test, uint64_t index,
                        const char *start) {
  const SinterContext *context = &test->session->context;
  const SinterSymbol *symbol = keptSymbol(test, index);
  const SinterSymbol *twin = twinOf(test, symbol);
  const char *ours = bufferAddress(context, &symbol->buffer);
  const char *theirs = bufferAddress(context, &twin->buffer);
  double error = 0, change = 0, size = 0;
  for (uint64_t i = 0; i < entriesOf(symbol); ++i) {
    double should = readEntry(theirs, twin, i);
    double wrong = difference(readEntry(ours, symbol, i), should);
    double step = difference(should, readEntry(start, symbol, i));
    error += wrong * wrong;
    change += isfinite(step) ? step * step : 0;
    size += isfinite(should) ? should * should : 0;
  }
  Distance norms = {symbol, sqrt(error), sqrt(change), sqrt(size), 0};
  /* Each step stores a rounded number. */
  double rounding = symbol->buffer.dtype == SINTER_F32 ? 0x1p-24 : 0x1p-53;
  norms.allowed = changeTolerance * norms.change +
                  spreadFactor * test->spreads[index] +
                  SELFTEST_STEPS * rounding * norms.size;
  return norms;
}

/* What the steps have changed says how large an error is. */
static double scaleOf(const Distance *distance) {
  double scale = distance->change > 0 ? distance->change : distance->size;
  return scale > 0 ? scale : 1;
}

/* Is the one further from what it should be, for what is allowed? No number is
 * furthest. */
static int isWorse(double error, double allowed, double than,
                   double thanAllowed) {
  return !(error * thanAllowed <= than * allowed);
}

static void checkParameters(Selftest *test) {
  const char *start = test->start;
  Distance worst = {NULL, 0, 0, 0, 0};
  int compared = 0, unclear = 0, wrong = 0;
  for (uint64_t i = 0; i < test->experiment->numSymbols; ++i) {
    const SinterSymbol *symbol = keptSymbol(test, i);
    if (twinOf(test, symbol)) {
      Distance distance = measure(test, i, start);
      ++compared;
      wrong += !(distance.error <= distance.allowed);
      unclear += distance.allowed > unclearPart * distance.change &&
                 distance.change > 0;
      if (!worst.symbol ||
          isWorse(distance.error, distance.allowed, worst.error, worst.allowed))
        worst = distance;
    }
    start += symbol ? bufferBytes(&symbol->buffer) : 0;
  }
  if (compared == 0)
    return;
  double scale = scaleOf(&worst);
  beginCheck(test, "parameters");
  textFormat(&standardOutput,
             " compared=%d unclear=%d worst=%s place=%s error=%g allowed=%g",
             compared, unclear, worst.symbol->name, worst.symbol->location,
             worst.error / scale, worst.allowed / scale);
  endCheck(test, !wrong);
  if (wrong)
    textFormat(&standardOutput,
               "  %d wrong; '%s' is off by %g of what the steps changed\n",
               wrong, worst.symbol->name, worst.error / scale);
}

static void textLoss(const char *before, double loss) {
  textString(&standardOutput, before);
  textGeneral(&standardOutput, loss, 9);
}

static void explainLoss(const Selftest *test, const Way *twin, int step) {
  textFormat(&standardOutput, "  step %d: ", step + 1);
  if (step < test->numSteps)
    textLoss("the loss is ", test->losses[step]);
  else
    textString(&standardOutput, "the loss diverges");
  textLoss(", in f64 ", twin->losses[step]);
  textChar(&standardOutput, '\n');
}

static void checkLosses(Selftest *test, const Way *twin,
                        const double *spreads) {
  double worst = 0, worstAllowed = 1;
  int wrong = -1;
  for (int i = 0; i < SELFTEST_STEPS; ++i) {
    double should = twin->losses[i];
    int isMissing = i >= test->numSteps;
    /* Both diverge, and from there on nothing is compared. */
    if (isMissing && !(fabs(should) < largestLoss))
      break;
    double scale = should != 0 ? fabs(should) : 1;
    double error = isMissing ? 0 : fabs(test->losses[i] - should) / scale;
    double allowed = lossTolerance + spreadFactor * spreads[i] / scale;
    if (wrong < 0 && (isMissing || !(error <= allowed)))
      wrong = i;
    if (i == 0 || isWorse(error, allowed, worst, worstAllowed)) {
      worst = error;
      worstAllowed = allowed;
    }
  }
  beginCheck(test, "loss");
  textFormat(&standardOutput, " steps=%d error=%g allowed=%g", test->numSteps,
             worst, worstAllowed);
  endCheck(test, wrong < 0);
  if (wrong >= 0)
    explainLoss(test, twin, wrong);
}

int checkSteps(Selftest *test) {
  const SinterExperiment *experiment = test->experiment;
  const SinterTwins *twins = experiment->twins;
  Way way = {.step = &experiment->trainStep, .update = &experiment->update};
  Way twin = {.step = &twins->step, .update = &twins->update};
  double lossSpreads[SELFTEST_STEPS] = {0};
  int code = prepareFunction(test->session, &twins->step);
  if (!code)
    code = runSteps(test, &way);
  if (code)
    return code;
  test->numSteps = way.numSteps;
  memcpy(test->losses, way.losses, sizeof way.losses);
  copyKept(test, test->end);
  for (int sample = 1; !code && sample <= MOVED_SAMPLES; ++sample)
    code = runSample(test, sample, lossSpreads);
  if (!code)
    code = runTwin(test, &twin);
  if (code)
    return code;
  restoreKept(test, test->end);
  checkLosses(test, &twin, lossSpreads);
  if (way.numSteps == SELFTEST_STEPS)
    checkParameters(test);
  return EXIT_OK;
}
