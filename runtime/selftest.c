/* selftest.c - does the program compute here what it should?
 *
 * Linked only into programs that were built with it. The first steps of each
 * experiment are done by the program and by a twin of theirs in f64, which
 * shares no kernel with them; losses and parameters are compared. Then the
 * program is compared with itself, to the bit: the same steps again, in pieces,
 * in memory full of NaN, and through a checkpoint. */

#include "runtime/selftest.h"

#include <string.h>
#include <sys/mman.h>

void beginCheck(const Selftest *test, const char *name) {
  textFormat(&standardOutput, "experiment=%s check=%s", test->experiment->name,
             name);
}

void endCheck(Selftest *test, int isPassed) {
  test->passed += isPassed;
  test->failed += !isPassed;
  textString(&standardOutput, isPassed ? " ok\n" : " FAILED\n");
  textFlush(&standardOutput);
}

/* Initialises the experiment and finds its data. */
static int prepareExperiment(Selftest *test) {
  Session *session = test->session;
  const SinterExperiment *experiment = test->experiment;
  int code = initCalled(session, experiment);
  if (!code)
    code = initExperiment(session, experiment);
  session->ready[experiment - sinter_program.experiments] = 1;
  memset(&test->trainer, 0, sizeof test->trainer);
  test->trainer.session = session;
  test->trainer.experiment = experiment;
  test->trainer.epochs = experiment->epochs;
  if (!code)
    code = findRows(&test->trainer, experiment);
  if (!code)
    code = prepareFunction(session, &experiment->trainStep);
  if (!code && experiment->evalStep.call)
    code = prepareFunction(session, &experiment->evalStep);
  return code ? code : prepareHeader(&test->trainer);
}

static int runChecks(Selftest *test) {
  const SinterExperiment *experiment = test->experiment;
  copyKept(test, test->start);
  if (experiment->shuffle || experiment->numFolds)
    orderRows(&test->trainer);
  int code = checkSteps(test);
  if (!code)
    code = checkBits(test);
  if (!code)
    code = checkEvaluation(test);
  if (!code)
    code = checkPrediction(test);
  return code ? code : checkCheckpoint(test);
}

/* Gives the checks their memory. */
static int checkExperiment(Selftest *test) {
  int code = prepareExperiment(test);
  if (code)
    return code;
  uint64_t bytes = (keptBytes(test) + 7) / 8 * 8;
  uint64_t spreadBytes = test->experiment->numSymbols * sizeof(double);
  uint64_t orderBytes = (uint64_t)test->trainer.numRows * sizeof(uint32_t);
  uint64_t size = 2 * bytes + spreadBytes + orderBytes;
  char *memory = mapMemory(size);
  if (!memory)
    return fail(EXIT_MEMORY, "out of memory: copies of the parameters of '%s'",
                test->experiment->name);
  test->start = memory;
  test->end = memory + bytes;
  test->spreads = (double *)(void *)(memory + 2 * bytes);
  test->trainer.order = (uint32_t *)(void *)(memory + 2 * bytes + spreadBytes);
  code = runChecks(test);
  munmap(memory, size);
  munmap(test->trainer.header, test->trainer.headerCapacity);
  return code;
}

int32_t sinter_selftest(void *context) {
  static Selftest test;
  int code = EXIT_OK;
  test.session = context;
  test.session->quiet = 1;
  for (uint64_t i = 0; !code && i < sinter_program.numExperiments; ++i) {
    test.experiment = &sinter_program.experiments[i];
    /* The folds of an experiment are the same code on other rows. */
    if (isSelected(test.session->options, test.experiment->name) &&
        test.experiment->twins && test.experiment->fold == 0)
      code = checkExperiment(&test);
  }
  if (code)
    return code;
  textFormat(&standardOutput, "selftest: %d passed, %d failed\n", test.passed,
             test.failed);
  return test.failed ? EXIT_CHECK : EXIT_OK;
}
