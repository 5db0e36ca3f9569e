/* predict.h - a prediction, and where its rows come from. */

#ifndef SINTER_RUNTIME_PREDICT_H
#define SINTER_RUNTIME_PREDICT_H

#include "runtime/csv_file.h"
#include "runtime/training.h"

typedef struct Prediction {
  const SinterExperiment *experiment;
  const SinterFunction *function;
  const SinterBuffer *result;
  int64_t begin, end;       /* rows */
  Source input;             /* rows of a .npy file, if hasInput */
  const SinterTable *table; /* that the rows are of, with an id and a label */
  CsvFile ids;
  uint64_t idPlace;
  int hasInput;
  const char *csvPath; /* of the CSV file of --in, or null, */
  Mapping csv;         /* and its bytes */
  int isNpy;
  int isAtomic;
  AtomicFile file;
  Text *text;
} Prediction;

/* ---- predict_input.c */
/* The first argument that is fed with rows, or null. */
const SinterArg *firstFeed(const SinterFunction *function);
/* Reads --in and chooses the function that takes its rows. */
int readInput(Session *session, Prediction *p, const char *in);

#endif /* SINTER_RUNTIME_PREDICT_H */
