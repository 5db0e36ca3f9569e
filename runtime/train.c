/* train.c - the training loop.
 *
 * Everything that maps memory or opens files happens in prepareTraining; from
 * the first step on there are calls into generated code, writes to the log and
 * to checkpoints, and nothing else. */

#include "runtime/training.h"

#include <string.h>
#include <unistd.h>

/* Binds an experiment's data and finds its rows. */
static int bindExperiment(Trainer *t, const SinterExperiment *experiment) {
  int code = bindSources(t->session, &experiment->trainStep);
  if (!code)
    code = resolveRows(t->session, &experiment->trainStep,
                       &experiment->trainRows, &t->trainBegin, &t->trainEnd);
  if (!code && t->trainBegin == t->trainEnd)
    code = fail(EXIT_DATA, "'%s' has no rows to train on", experiment->name);
  if (!code && experiment->hasValid)
    code = bindSources(t->session, &experiment->evalStep);
  if (!code && experiment->hasValid)
    code = resolveRows(t->session, &experiment->evalStep,
                       &experiment->validRows, &t->validBegin, &t->validEnd);
  return code;
}

static int prepareExperiments(Trainer *t) {
  int64_t mostRows = 0;
  for (uint64_t i = 0; i < sinter_program.numExperiments; ++i) {
    const SinterExperiment *experiment = &sinter_program.experiments[i];
    if (!isSelected(t->session->options, experiment->name))
      continue;
    int code = bindExperiment(t, experiment);
    if (code)
      return code;
    if (experiment->shuffle && t->trainEnd - t->trainBegin > mostRows)
      mostRows = t->trainEnd - t->trainBegin;
  }
  t->order = mapMemory((uint64_t)mostRows * sizeof t->order[0]);
  if (!t->order)
    return fail(EXIT_MEMORY, "out of memory: %lld rows to shuffle",
                (long long)mostRows);
  return EXIT_OK;
}

/* Runs the init functions of what will be trained. */
static int initSelected(Session *session) {
  for (uint64_t i = 0; i < sinter_program.numExperiments; ++i) {
    const SinterExperiment *experiment = &sinter_program.experiments[i];
    if (!isSelected(session->options, experiment->name))
      continue;
    int code = initExperiment(session, experiment);
    if (code)
      return code;
    session->ready[i] = 1;
  }
  return EXIT_OK;
}

/* Everything before the first step, of the experiments that are selected. */
static int prepareTraining(Trainer *t) {
  Session *session = t->session;
  const Options *options = session->options;
  t->isTerminal = isatty(2);
  int code = prepareExperiments(t);
  if (!code)
    code = initSelected(session);
  if (!code && options->params)
    code = loadParams(session, -1);
  if (!code && options->init)
    code = loadInit(session);
  if (!code && options->resume)
    code = resumeTraining(t);
  if (!code && options->save)
    code = prepareSaving(t);
  if (!code)
    code = mapFigures(t);
  if (code)
    return code;
  openLog(t, options->resume != NULL);
  catchSignals();
  t->startTime = now();
  return EXIT_OK;
}

/* Trains on what is left of the epoch's rows. */
static int trainBatches(Trainer *t) {
  Session *session = t->session;
  const SinterExperiment *experiment = t->experiment;
  int64_t rows = t->trainEnd - t->trainBegin;
  int64_t every = session->options->logEvery;
  while (t->row < rows) {
    int64_t left = rows - t->row;
    Batch batch = {NULL, t->trainBegin + t->row, 0, NULL};
    batch.count = left < experiment->batch ? left : experiment->batch;
    if (experiment->shuffle) {
      batch.rows = t->order + t->row;
      batch.first = t->trainBegin;
    }
    ++session->step;
    int code = callFunction(session, &experiment->trainStep, &batch);
    if (code)
      return code;
    t->row += batch.count;
    t->unsaved = 1;
    int logged = every > 0 && session->step % every == 0;
    if (logged || t->isTerminal) {
      forgetFigures(t);
      takeFigures(t, &experiment->trainStep, 0);
    }
    if (logged)
      logRow(t);
    showStep(t);
    if (stopRequested())
      return INTERRUPTED;
  }
  return EXIT_OK;
}

/* The figures of the epoch that has just been trained. */
static int reportEpoch(Trainer *t) {
  Session *session = t->session;
  const SinterExperiment *experiment = t->experiment;
  forgetFigures(t);
  if (experiment->trainMetrics.call) {
    int code = callFunction(session, &experiment->trainMetrics, NULL);
    if (code)
      return code;
    takeFigures(t, &experiment->trainMetrics, 0);
  }
  if (experiment->hasValid && t->validBegin < t->validEnd) {
    int code = evaluate(session, experiment, t->validBegin, t->validEnd, 1);
    if (code)
      return code;
    takeFigures(t, &experiment->evalMetrics, 1);
  }
  logRow(t);
  showEpoch(t);
  return EXIT_OK;
}

/* Saves when asked to; a failure is not the end unless it is the last word. */
static int save(Trainer *t) {
  const char *path = t->session->options->save;
  if (!path || !t->unsaved)
    return 0;
  int error = saveCheckpoint(t);
  if (error)
    warn("cannot save '%s': %s", path, errorText(error));
  else
    t->unsaved = 0;
  return error;
}

static int trainEpoch(Trainer *t) {
  Session *session = t->session;
  const SinterExperiment *experiment = t->experiment;
  if (t->row == 0)
    memset(session->context.store + experiment->trainMetricOffset, 0,
           experiment->trainMetricBytes);
  if (experiment->shuffle)
    shuffleRows(t->order, t->trainEnd - t->trainBegin, session->seed,
                session->epoch);
  int code = trainBatches(t);
  if (!code)
    code = reportEpoch(t);
  if (code)
    return code;
  ++session->epoch;
  t->row = 0;
  save(t);
  return EXIT_OK;
}

/* Trains from the position at hand to the last epoch. */
static int trainExperiment(Trainer *t) {
  Session *session = t->session;
  int code = bindExperiment(t, t->experiment);
  t->unsaved = 1;
  while (!code && session->epoch < t->epochs)
    code = trainEpoch(t);
  if (code)
    return code;
  endProgressLine();
  if (save(t) != 0)
    return fail(EXIT_IO, "the trained parameters are not saved");
  if (t->experiment->after.call)
    code = callFunction(session, &t->experiment->after, NULL);
  return code;
}

static int stopTraining(Trainer *t) {
  const Options *options = t->session->options;
  note("%s: stopped in epoch %lld after step %lld", programName,
       (long long)t->session->epoch + 1, (long long)t->session->step);
  if (!options->save)
    note("%s: nothing is saved (no --save)", programName);
  else if (save(t) != 0)
    return fail(EXIT_IO, "the parameters are not saved");
  else
    printResumeCommand(options);
  return 128 + stopRequested();
}

/* Sets the position to the first step of an experiment. */
static void startExperiment(Trainer *t, const SinterExperiment *experiment) {
  const Options *options = t->session->options;
  beginExperiment(t->session, experiment);
  t->experiment = experiment;
  t->epochs = options->hasEpochs ? options->epochs : experiment->epochs;
  t->row = 0;
}

static int trainSelected(Trainer *t) {
  /* A resumed run begins at the experiment, and the row, that it was in. */
  const SinterExperiment *resumed = t->experiment;
  const SinterExperiment *experiment =
      resumed ? resumed : sinter_program.experiments;
  const SinterExperiment *end =
      sinter_program.experiments + sinter_program.numExperiments;
  int code = EXIT_OK;
  for (; !code && experiment < end; ++experiment) {
    if (!isSelected(t->session->options, experiment->name))
      continue;
    if (experiment != resumed)
      startExperiment(t, experiment);
    code = trainExperiment(t);
  }
  return code == INTERRUPTED ? stopTraining(t) : code;
}

int commandTrain(Session *session) {
  static Trainer trainer;
  trainer.session = session;
  if (sinter_program.numExperiments == 0)
    return fail(EXIT_USAGE, "the model file has no experiment to train");
  int code = prepareTraining(&trainer);
  return code ? code : trainSelected(&trainer);
}
