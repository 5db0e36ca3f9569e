/* selftest_bits.c - what must have the same bits however it is done. */

#define _GNU_SOURCE
#include "runtime/selftest.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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
static int repeatSteps(Selftest *test, const char *name, int filler) {
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
    code = repeatSteps(test, "repeat", 0);
  if (code)
    return code;
  restoreKept(test, test->start);
  context->parallel = runInPieces;
  code = repeatSteps(test, "pieces", 0);
  context->parallel = runInOnePiece;
  if (code)
    return code;
  /* The rows behind the last step's batch are NaN, too. */
  restoreKept(test, test->start);
  return repeatSteps(test, "memory", NAN_BYTE);
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
