/* training.h - the parts of the training loop. */

#ifndef SINTER_RUNTIME_TRAINING_H
#define SINTER_RUNTIME_TRAINING_H

#include "runtime/internal.h"

/* A figure of an epoch: a column of metrics.csv. */
typedef struct Figure {
  const char *name; /* "loss", or a metric's */
  int isValid;      /* of the validation rows */
  int present;      /* known for the row being written */
  int isSingle;
  double value;
  double mean, squares; /* over folds; squares: of the distances to the mean */
} Figure;

/* metrics.csv */
typedef struct Log {
  const char *path;
  int open;
  Text text;
  char bytes[1024];
} Log;

typedef struct Trainer {
  Session *session;
  const SinterExperiment *experiment;
  int64_t epochs;     /* the total */
  int64_t row;        /* rows of this epoch that have been used */
  int64_t trainBegin; /* the first row of the sources */
  int64_t numRows;    /* rows of an epoch */
  int64_t validBegin, validEnd;
  uint32_t *order; /* the epoch's rows, where they are not in file order */
  /* Early stopping: the best figure and its epoch, from 1; 0: none yet. */
  double best;
  int64_t bestEpoch;
  int hasBest; /* the parameters are those of the best epoch */
  int64_t startTime, redrawTime; /* ns */
  int isTerminal;
  int unsaved;      /* something happened since the last save */
  int64_t saveTime; /* ns, of the last save */
  char *header;     /* memory for the header of a checkpoint */
  size_t headerCapacity;
  int numFigures;
  Figure *figures;
  Log log;
} Trainer;

/* ---- stop.c */
/* From here on the first SIGINT or SIGTERM asks the training to stop and a
 * second one ends the program. */
void catchSignals(void);
/* The signal that came, or 0. */
int stopRequested(void);
/* Says how to go on: the same command with --resume. */
void printResumeCommand(const Options *options);

/* ---- rows.c */
/* Binds an experiment's data and finds its rows. */
int findRows(Trainer *trainer, const SinterExperiment *experiment);
int findValidRows(const Session *session, const SinterExperiment *experiment,
                  int64_t *begin, int64_t *end);
/* Orders the epoch's rows. */
void orderRows(Trainer *trainer);
int64_t batchesPerEpoch(const Trainer *trainer);

/* ---- early_stop.c */
/* Compares the epoch's figures with the best so far. */
int judgeEpoch(Trainer *trainer);
/* No epoch has been better for too long. */
int isStoppedEarly(const Trainer *trainer);
/* Exchanges the last parameters for the best, and back. */
int takeBest(Trainer *trainer);
int takeLast(Trainer *trainer);

/* ---- folds.c */
/* After the last fold: prints the mean and deviation of their figures. */
int reportFolds(Trainer *trainer);

/* ---- evaluate.c */
/* Runs evalStep over rows [begin, end) and then evalMetrics; INTERRUPTED when
 * a signal came and `stoppable`. */
int evaluate(Session *session, const SinterExperiment *experiment,
             int64_t begin, int64_t end, int stoppable);
double resultValue(const Session *session, const SinterResult *result,
                   int *isSingle);

/* ---- figures.c */
int mapFigures(Trainer *trainer);
void forgetFigures(Trainer *trainer);
Figure *findFigure(const Trainer *trainer, const char *name, int isValid);
void takeFigures(Trainer *trainer, const SinterFunction *function, int isValid);

/* ---- log.c */
/* Opens metrics.csv; a resumed run keeps the rows up to its step. A log that
 * fails is a warning, not the end of the training. */
void openLog(Trainer *trainer, int resumed);
void logRow(Trainer *trainer);

/* ---- progress.c */
void showStep(Trainer *trainer);
void showEpoch(Trainer *trainer);

/* ---- checkpoint.c */
/* Maps the memory that saving needs, and tries whether --save can be written.
 */
int prepareSaving(Trainer *trainer);
/* Maps the memory of a checkpoint's header. */
int prepareHeader(Trainer *trainer);
/* Writes a checkpoint to an open file, or to --save; 0 or an errno. */
int writeCheckpoint(const Trainer *trainer, int fd);
int saveCheckpoint(const Trainer *trainer);

/* ---- resume.c */
/* Restores everything from --resume, the position included. */
int resumeTraining(Trainer *trainer);

/* ---- load.c */
/* --params: `experiments` (or -1: whatever it holds) must be in the file. */
int loadParams(Session *session, int64_t experiment);
/* --resume or --params: what steps of tables have measured, before any row is
 * read. The loading proper says what is wrong with the file. */
int loadStatistics(Session *session);
/* --init: parameters of the selected experiments. */
int loadInit(Session *session);

#endif /* SINTER_RUNTIME_TRAINING_H */
