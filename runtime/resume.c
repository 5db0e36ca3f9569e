/* resume.c - going on where a checkpoint stopped, to the same bits. */

#include "runtime/load.h"

#include <math.h>
#include <string.h>

static int failEntry(const TensorFile *file, const char *key) {
  return fail(EXIT_CHECKPOINT,
              "'%s' cannot be resumed: its metadata lacks a valid '%s'",
              file->path, key);
}

static int readNumber(const TensorFile *file, const char *key, int64_t least,
                      int64_t *value) {
  char text[32];
  if (!findMetadata(file, key, text, sizeof text) ||
      !parseInteger(text, value) || *value < least)
    return failEntry(file, key);
  return EXIT_OK;
}

/* The checkpoint must be of this format, this model and a known experiment. */
static int readIdentity(Trainer *t, const TensorFile *file) {
  char text[256];
  int64_t version = 0;
  int code = readNumber(file, "version", 1, &version);
  if (code)
    return code;
  if (version != 1)
    return fail(EXIT_CHECKPOINT,
                "'%s' has checkpoint version %lld; this "
                "program reads version 1",
                file->path, (long long)version);
  if (!findMetadata(file, "model_hash", text, sizeof text))
    return failEntry(file, "model_hash");
  if (strcmp(text, sinter_program.modelHash) != 0)
    return fail(EXIT_CHECKPOINT,
                "'%s' is of another model: expected hash %s, "
                "found %s; --init takes parameters from any model",
                file->path, sinter_program.modelHash, text);
  if (!findMetadata(file, "experiment", text, sizeof text) ||
      findExperiment(text) < 0)
    return failEntry(file, "experiment");
  t->experiment = &sinter_program.experiments[findExperiment(text)];
  int64_t fold = 0;
  if (t->experiment->numFolds) {
    code = readNumber(file, "fold", 0, &fold);
    if (!code && fold >= t->experiment->numFolds)
      code = failEntry(file, "fold");
    if (code)
      return code;
  }
  t->experiment += fold;
  if (!isSelected(t->session->options, t->experiment->name))
    return fail(EXIT_USAGE, "'%s' stopped in '%s', which is not to be trained",
                file->path, t->experiment->name);
  return EXIT_OK;
}

/* The hyper-parameters that the command line leaves open. */
static int readHypers(Trainer *t, const TensorFile *file) {
  Options *options = t->session->options;
  const SinterFunction *step = updatingFunction(t->experiment);
  for (uint64_t i = 0; i < step->numArgs; ++i) {
    const SinterArg *arg = &step->args[i];
    char bytes[300], text[32];
    Text key = textInMemory(bytes, sizeof bytes - 1);
    int given = 0;
    for (int j = 0; j < options->numHypers; ++j)
      given |= strcmp(options->hypers[j].name, arg->name) == 0;
    if (arg->kind != SINTER_ARG_HYPER || given)
      continue;
    textFormat(&key, "hyper.%s%c", arg->name, 0);
    if (options->numHypers == MAX_HYPERS)
      return fail(EXIT_USAGE, "too many hyper-parameters");
    HyperSetting *setting = &options->hypers[options->numHypers];
    if (!findMetadata(file, bytes, text, sizeof text) ||
        !parseDouble(text, &setting->value))
      return failEntry(file, bytes);
    setting->name = arg->name;
    setting->only = t->experiment->name;
    ++options->numHypers;
  }
  return EXIT_OK;
}

/* A figure as a checkpoint says it; one of an epoch may be infinite. */
static int parseFigure(const char *text, double *value) {
  if (strcmp(text, "nan") == 0)
    *value = (double)NAN;
  else if (strcmp(text, "inf") == 0 || strcmp(text, "-inf") == 0)
    *value = *text == '-' ? -(double)INFINITY : (double)INFINITY;
  else
    return parseDouble(text, value);
  return 1;
}

/* How the best epoch of early stopping did. */
static int readBest(Trainer *t, const TensorFile *file) {
  char text[32];
  int64_t hasBest = 0;
  if (!t->experiment->patience)
    return EXIT_OK;
  int code = readNumber(file, "best_epoch", 0, &t->bestEpoch);
  if (!code)
    code = readNumber(file, "has_best", 0, &hasBest);
  if (!code && (!findMetadata(file, "best", text, sizeof text) ||
                !parseFigure(text, &t->best)))
    code = failEntry(file, "best");
  if (!code && t->bestEpoch > t->session->epoch)
    code = failEntry(file, "best_epoch");
  t->hasBest = hasBest != 0;
  return code;
}

static int readPosition(Trainer *t, const TensorFile *file) {
  Session *session = t->session;
  const Options *options = session->options;
  int code = readNumber(file, "epochs", 0, &t->epochs);
  if (!code)
    code = readNumber(file, "epoch", 0, &session->epoch);
  if (!code)
    code = readNumber(file, "step", 0, &session->step);
  if (!code)
    code = readNumber(file, "row", 0, &t->row);
  if (!code)
    code = readNumber(file, "seed", INT64_MIN, &session->seed);
  if (!code)
    code = readBest(t, file);
  if (code)
    return code;
  session->experiment = t->experiment;
  if (options->hasEpochs)
    t->epochs = options->epochs;
  if (options->hasSeed && options->seed != session->seed)
    return fail(EXIT_USAGE, "'%s' was made with --seed %lld, not %lld",
                file->path, (long long)session->seed, (long long)options->seed);
  return readHypers(t, file);
}

/* All tensors of what has been trained, and of what is in training. */
static void wantTensors(Load *load, const Trainer *t) {
  for (uint64_t i = 0; i < sinter_program.numExperiments; ++i)
    if (t->session->ready[i] ||
        holdsExperiment(load, &sinter_program.experiments[i])) {
      wantExperiment(load, &sinter_program.experiments[i], WANT, WANT);
      t->session->ready[i] = 1;
    }
  wantStatistics(load);
  const SinterExperiment *current = t->experiment;
  for (uint64_t i = 0; t->row > 0 && i < current->numSymbols; ++i) {
    uint64_t index = current->firstSymbol + i;
    if (sinter_program.symbols[index].kind == SINTER_SYMBOL_METRIC)
      load->wants[index] = WANT;
  }
}

/* The row must be one that the training could have stopped at. */
static int checkRow(Trainer *t, const TensorFile *file) {
  int code = findRows(t, t->experiment);
  if (code)
    return code;
  if (t->session->epoch > INT32_MAX || t->session->step > INT64_MAX / 2)
    return failEntry(file, "epoch");
  if (t->row > t->numRows ||
      (t->row % t->experiment->batch != 0 && t->row != t->numRows))
    return fail(EXIT_CHECKPOINT,
                "'%s' stopped at row %lld of its epoch, the data has %lld",
                file->path, (long long)t->row, (long long)t->numRows);
  return EXIT_OK;
}

int resumeTraining(Trainer *t) {
  Load load;
  int code = openLoad(&load, t->session->options->resume);
  if (!code)
    code = readIdentity(t, &load.file);
  if (!code)
    code = readPosition(t, &load.file);
  if (!code)
    code = checkRow(t, &load.file);
  if (code)
    return code;
  wantTensors(&load, t);
  code = finishLoad(t->session, &load, 0);
  if (!code && t->session->epoch >= t->epochs)
    note("%s: '%s' has done its %lld epochs; --epochs N goes on to N",
         programName, t->experiment->name, (long long)t->epochs);
  return code;
}
