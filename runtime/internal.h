/* internal.h - what the parts of a produced program share.
 *
 * main.c parses the command line into Options, opens a Session and hands over
 * to one command; commands return the program's exit code. */

#ifndef SINTER_RUNTIME_INTERNAL_H
#define SINTER_RUNTIME_INTERNAL_H

#include "runtime/abi.h"
#include "runtime/io.h"
#include "runtime/tensor.h"
#include "runtime/text.h"

enum ExitCode {
  EXIT_OK = 0,
  EXIT_CHECK = 1,
  EXIT_USAGE = 2,
  EXIT_DATA = 3,
  EXIT_IO = 4,
  EXIT_DIVERGED = 5,
  EXIT_CHECKPOINT = 6,
  EXIT_MEMORY = 7,
  EXIT_BUG = 70,
  /* Not an exit code: a signal asked the training loop to stop. */
  INTERRUPTED = -1,
};

/* ---- Command line -------------------------------------------------------- */

enum { MAX_NAMES = 64, MAX_HYPERS = 64 };

typedef struct HyperSetting {
  const char *name;
  const char *only; /* of the experiments of this name; null: of all */
  double value;
} HyperSetting;

typedef struct Options {
  int argc;
  char **argv;
  const char *verb;
  int numNames;
  const char *names[MAX_NAMES];
  const char *data, *save, *resume, *init, *params, *log, *in, *out;
  int64_t epochs, seed, threads, logEvery;
  int hasEpochs, hasSeed, allowPartial;
  int numHypers;
  HyperSetting hypers[MAX_HYPERS];
} Options;

/* Returns 0 or the exit code; *done is set when only help was asked for. */
int parseOptions(Options *options, int argc, char **argv, int *done);
void printUsage(Text *text);
/* The known word nearest to `word`, or null when none is near. */
typedef struct NearestWord {
  const char *word, *best;
  int distance;
} NearestWord;
void considerWord(NearestWord *nearest, const char *candidate);

/* ---- Session ------------------------------------------------------------- */

/* Rows of data that feed an argument. */
typedef struct Source {
  const char *data; /* the first row; null until bound */
  int64_t rows;
  uint64_t rowBytes;
  uint32_t swapUnit; /* bytes per number stored in the other byte order, or 0 */
} Source;

typedef struct Session {
  SinterContext context;
  Options *options;
  Source *sources;        /* one per entry of sinter_program.sources */
  unsigned char *ready;   /* per experiment: its parameters are in the store, */
  unsigned char *trained; /* and they are trained, or were loaded */
  unsigned char *computed; /* per data section: its columns are in the store */
  unsigned char *measured; /* per symbol: a statistic that is in the store */
  int quiet;               /* failed guards say nothing */
  /* What the functions are told. */
  const SinterExperiment *experiment;
  int64_t seed, step, epoch, batch;
} Session;

/* Maps the store and the arena. */
int openSession(Session *session, Options *options);

/* The functions of an experiment, by number; null after the last. */
const SinterFunction *experimentFunction(const SinterExperiment *experiment,
                                         int index);
/* The one that updates the parameters and takes the optimizer's settings. */
const SinterFunction *updatingFunction(const SinterExperiment *experiment);
/* Of folds, the first. */
int64_t findExperiment(const char *name);
int64_t findProgram(const char *name);
/* Does the command line name it, or nothing at all? */
int isSelected(const Options *options, const char *name);

/* ---- Calling generated functions ----------------------------------------- */

/* Which rows an argument's feed gets. */
typedef struct Batch {
  const uint32_t *rows; /* row numbers less `first`, or null: consecutive */
  int64_t first, count;
  const Source *input; /* feeds every feed instead of its own source, or null */
} Batch;

/* Without a batch (null), a feed gets as many rows as its argument has. */
int fillArguments(Session *session, const SinterFunction *function,
                  const Batch *batch);
/* Fills the arguments and calls. */
int callFunction(Session *session, const SinterFunction *function,
                 const Batch *batch);
/* The same with the seed of the function's own table; `overridable`: --seed
 * goes before it. */
int callWithOwnSeed(Session *session, const SinterFunction *function,
                    int overridable);
/* Without threads, a parallel range runs in one piece. */
void runInOnePiece(SinterContext *context, SinterBody body, int64_t trip,
                   int64_t grain);
/* The value under which a hyper-parameter runs. */
double hyperValue(const Session *session, const SinterArg *arg);
/* Tells functions that they run for this experiment, before its first step. */
void beginExperiment(Session *session, const SinterExperiment *experiment);
/* Begins an experiment and runs its init. */
int initExperiment(Session *session, const SinterExperiment *experiment);
/* The trained models that an experiment calls get their first parameters,
 * unless they have others. */
int initCalled(Session *session, const SinterExperiment *experiment);
/* Binds the sources that feed `function` and computes the columns it reads. */
int prepareFunction(Session *session, const SinterFunction *function);
/* An experiment that `function` reads and that is not trained, or null. */
const SinterExperiment *findUntrained(const Session *session,
                                      const SinterFunction *function);
const SinterResult *findResult(const SinterFunction *function,
                               const char *name);

/* ---- Data ---------------------------------------------------------------- */

/* Binds the sources that feed `function`. */
int bindSources(Session *session, const SinterFunction *function);
/* Read the rows of a file in memory, which must be of the type that `info`
 * says; `path` is for messages. */
int readIdx(const Mapping *file, const char *path, const SinterSource *info,
            Source *source);
int readNpy(const Mapping *file, const char *path, const SinterSource *info,
            Source *source);
int readTensorRows(const Mapping *file, const char *path,
                   const SinterSource *info, Source *source);
/* Has the session what the steps of the table measure? */
int tableIsMeasured(const Session *session, const SinterTable *table);
/* Measures it over the rows of the table's files, given in its order. */
int measureTable(Session *session, const Mapping *files,
                 const SinterSource *info);
/* Makes rows of a CSV file; what the steps want is measured. */
int readTable(Session *session, const Mapping *file, const char *path,
              const SinterSource *info, Source *source);
/* Measures a table's files, unless that is done. */
int prepareTable(Session *session, const SinterSource *info);
/* Maps the file `name` under --data; `info` is the source that wants it. */
int mapDataFile(const Session *session, const SinterSource *info,
                const char *name, char path[MAX_PATH_BYTES], Mapping *file);
/* Is the shape the one that `info` wants? */
int shapeFits(const SinterSource *info, uint32_t rank, const int64_t *shape);
/* Bytes of a row as `info` wants it. */
uint64_t sourceRowBytes(const SinterSource *info);
/* Checks the number of rows, and that values lie where `info` demands. */
int checkRows(const SinterSource *info, const Source *source, const char *path);
/* Checks that the feeds of `function` have equally many rows and cuts `rows`
 * out of them. */
int resolveRows(const Session *session, const SinterFunction *function,
                const SinterRows *rows, int64_t *begin, int64_t *end);
/* Reverses each `unit` bytes; does nothing for units of 0 and 1. */
void swapBytes(char *data, uint64_t bytes, uint32_t unit);
/* Copies rows, putting their bytes into the machine's order. */
void gatherRows(char *target, const Source *source, const Batch *batch);

/* ---- Random numbers ------------------------------------------------------ */

/* Fills order[0..count) with the permutation of epoch `epoch` under `seed`. */
void shuffleRows(uint32_t *order, int64_t count, int64_t seed, int64_t epoch);
void philox(const uint32_t counter[4], const uint32_t key[2],
            uint32_t result[4]);

/* ---- Commands ------------------------------------------------------------ */

int commandTrain(Session *session);
int commandEval(Session *session);
int commandPredict(Session *session);
int commandRun(Session *session);
int commandInfo(Session *session);
int commandBench(Session *session);
/* Prints the header of a .npy file of `rows` rows of a result. */
void textNpyHeader(Text *text, const SinterBuffer *result, int64_t rows);

/* Exit code 2 with a message when the machine lacks what the code needs. */
int checkCpu(void);
const char *cpuFeatureName(uint32_t feature);

#endif /* SINTER_RUNTIME_INTERNAL_H */
