/* selftest.h - the parts of `PROG selftest`. */

#ifndef SINTER_RUNTIME_SELFTEST_H
#define SINTER_RUNTIME_SELFTEST_H

#include "runtime/training.h"

enum { SELFTEST_STEPS = 3, NAN_BYTE = 0xFF };

typedef struct Selftest {
  Session *session;
  const SinterExperiment *experiment;
  Trainer trainer; /* its rows, and the position that checkpoints say */
  /* What the experiment keeps, symbol after symbol, before the first step and
   * after the last. */
  char *start, *end;
  double *spreads; /* for each symbol: what rounding makes of its change */
  int numSteps;    /* steps of the program before one diverged */
  double losses[SELFTEST_STEPS];
  int passed, failed;
} Selftest;

/* One way to do the steps. */
typedef struct Way {
  const SinterFunction *step, *update;
  int filler; /* the bytes of the arena before each call */
  int sample; /* > 0: of moves of the data, by rounding */
  int numSteps;
  double losses[SELFTEST_STEPS];
} Way;

/* ---- selftest.c */
void beginCheck(const Selftest *test, const char *name);
void endCheck(Selftest *test, int isPassed);

/* ---- selftest_steps.c */
/* The experiment's symbol number `index`, if steps or checkpoints keep it. */
const SinterSymbol *keptSymbol(const Selftest *test, uint64_t index);
/* Entries of a symbol; bytes of all that are kept. */
uint64_t entriesOf(const SinterSymbol *symbol);
uint64_t keptBytes(const Selftest *test);
void copyKept(const Selftest *test, char *to);
void restoreKept(const Selftest *test, const char *from);
/* Fills all that is kept with one byte. */
void fillKept(const Selftest *test, int byte);
/* The first symbol whose bits are not those of the copy, or null. */
const SinterSymbol *findDifference(const Selftest *test, const char *copy);
/* Calls with an arena that is filled first. */
int callWith(Selftest *test, const Way *way, const SinterFunction *function,
             const Batch *batch);
/* Does the steps, up to one that diverges. */
int runSteps(Selftest *test, Way *way);
/* The number of the same type next to `value`, above or below it. */
double moveByRounding(double value, uint32_t dtype, uint64_t number,
                      int sample);

/* ---- selftest_twin.c */
extern const double lossTolerance, spreadFactor;
enum { MOVED_SAMPLES = 4 };
double difference(double a, double b);
double larger(double a, double b);
/* Copies what is kept to the twin. */
void copyToTwin(const Selftest *test);
/* Moves the parameters by rounding. */
void moveParameters(const Selftest *test, int sample);
/* Does the steps in f64 and compares. */
int checkSteps(Selftest *test);

/* ---- selftest_bits.c */
int checkBits(Selftest *test);
int checkCheckpoint(Selftest *test);

/* ---- selftest_outputs.c */
int checkEvaluation(Selftest *test);
int checkPrediction(Selftest *test);

#endif /* SINTER_RUNTIME_SELFTEST_H */
