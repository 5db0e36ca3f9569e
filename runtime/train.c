/* train.c - the training loop.
 *
 * Everything that maps memory or opens files happens in prepareTraining; from
 * the first step on there are calls into generated code, writes to the log and
 * to checkpoints, and nothing else. */

#include "runtime/training.h"

#include <string.h>
#include <unistd.h>

/* Computes the columns that an experiment's training reads. Those that wait for
 * another training are left for later if `early`. */
static int prepareColumns(Session *session, const SinterExperiment *experiment,
                          int early) {
  const SinterFunction *functions[] = {
      &experiment->trainStep, &experiment->evalStep, &experiment->after};
  for (int i = 0; i < 3; ++i) {
    if (!functions[i]->call || (i == 1 && !experiment->hasValid) ||
        (early && findUntrained(session, functions[i])))
      continue;
    int code = prepareFunction(session, functions[i]);
    if (code)
      return code;
  }
  return EXIT_OK;
}

static int prepareExperiments(Trainer *t) {
  int64_t mostRows = 0;
  for (uint64_t i = 0; i < sinter_program.numExperiments; ++i) {
    const SinterExperiment *experiment = &sinter_program.experiments[i];
    if (!isSelected(t->session->options, experiment->name))
      continue;
    int code = findRows(t, experiment);
    if (!code)
      code = prepareColumns(t->session, experiment, /*early=*/1);
    if (code)
      return code;
    if ((experiment->shuffle || experiment->numFolds) && t->numRows > mostRows)
      mostRows = t->numRows;
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
    if (!isSelected(session->options, experiment->name) || session->ready[i])
      continue;
    int code = initExperiment(session, experiment);
    if (code)
      return code;
    session->ready[i] = 1;
  }
  return EXIT_OK;
}

static int selectExperiment(Options *options, uint32_t index) {
  const char *name = sinter_program.experiments[index].name;
  if (isSelected(options, name))
    return EXIT_OK;
  if (options->numNames == MAX_NAMES)
    return fail(EXIT_USAGE, "more than %d names", MAX_NAMES);
  options->names[options->numNames++] = name;
  return EXIT_OK;
}

/* What the data of the selected experiments calls is trained first, unless it
 * has been loaded. It stands before them in the table. */
static int selectCalled(Session *session) {
  for (uint64_t i = sinter_program.numExperiments; i-- > 0;) {
    const SinterExperiment *experiment = &sinter_program.experiments[i];
    const SinterFunction *function;
    if (!isSelected(session->options, experiment->name))
      continue;
    for (int f = 0; (function = experimentFunction(experiment, f)); ++f)
      for (uint64_t j = 0; j < function->numTrained; ++j) {
        uint32_t called = function->trained[j];
        int code = session->trained[called]
                       ? EXIT_OK
                       : selectExperiment(session->options, called);
        if (code)
          return code;
      }
  }
  return EXIT_OK;
}

static int takesHyper(const SinterExperiment *experiment, const char *name) {
  const SinterFunction *function;
  for (int f = 0; (function = experimentFunction(experiment, f)); ++f)
    for (uint64_t i = 0; i < function->numArgs; ++i)
      if (function->args[i].kind == SINTER_ARG_HYPER &&
          strcmp(function->args[i].name, name) == 0)
        return 1;
  return 0;
}

/* The command line's hyper-parameters may be those of other experiments. */
static int checkHypers(const Options *options) {
  for (int i = 0; i < options->numHypers; ++i) {
    const char *name = options->hypers[i].name;
    int isTaken = 0;
    for (uint64_t j = 0; j < sinter_program.numExperiments; ++j) {
      const SinterExperiment *experiment = &sinter_program.experiments[j];
      isTaken |=
          isSelected(options, experiment->name) && takesHyper(experiment, name);
    }
    if (!isTaken)
      return fail(EXIT_USAGE, "nothing that is to be trained has a --%s", name);
  }
  return EXIT_OK;
}

/* Everything before the first step, of the experiments that are selected. */
static int prepareTraining(Trainer *t) {
  Session *session = t->session;
  const Options *options = session->options;
  t->isTerminal = isatty(2);
  int code = loadStatistics(session);
  if (!code)
    code = initSelected(session);
  if (!code && options->params)
    code = loadParams(session, -1);
  if (!code)
    code = selectCalled(session);
  if (!code)
    code = checkHypers(options);
  if (!code)
    code = initSelected(session);
  if (!code)
    code = prepareExperiments(t);
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

/* Where gradients are accumulated, a step is so many batches of an epoch. */
static int beginsStep(const Trainer *t) {
  int64_t accumulate = t->experiment->accumulate;
  return accumulate == 0 || t->row / t->experiment->batch % accumulate == 0;
}

static int endsStep(const Trainer *t) {
  return t->row == t->numRows || beginsStep(t);
}

/* Trains on the next batch; the one that ends a step updates the parameters. */
static int trainBatch(Trainer *t) {
  Session *session = t->session;
  const SinterExperiment *experiment = t->experiment;
  int64_t left = t->numRows - t->row;
  Batch batch = {NULL, t->trainBegin + t->row, 0, NULL};
  batch.count = left < experiment->batch ? left : experiment->batch;
  if (experiment->shuffle || experiment->numFolds) {
    batch.rows = t->order + t->row;
    batch.first = t->trainBegin;
  }
  if (beginsStep(t))
    ++session->step;
  session->batch =
      session->epoch * batchesPerEpoch(t) + t->row / experiment->batch + 1;
  int code = callFunction(session, &experiment->trainStep, &batch);
  if (code)
    return code;
  t->row += batch.count;
  t->unsaved = 1;
  if (experiment->accumulate && endsStep(t))
    code = callFunction(session, &experiment->update, NULL);
  return code;
}

/* Shows and logs the step that has just ended. */
static void reportStep(Trainer *t) {
  const SinterExperiment *experiment = t->experiment;
  int64_t every = t->session->options->logEvery;
  int logged = every > 0 && t->session->step % every == 0;
  if (logged || t->isTerminal) {
    forgetFigures(t);
    takeFigures(t, updatingFunction(experiment), 0);
  }
  if (logged)
    logRow(t);
  showStep(t);
}

/* Trains on what is left of the epoch's rows. */
static int trainBatches(Trainer *t) {
  while (t->row < t->numRows) {
    int code = trainBatch(t);
    if (code)
      return code;
    if (endsStep(t))
      reportStep(t);
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
  return judgeEpoch(t);
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
  t->saveTime = now();
  return error;
}

/* A save waits for the disk, which may take longer than an epoch: short epochs
 * share one. */
static void saveNowAndThen(Trainer *t) {
  const int64_t interval = 1000000000;
  if (now() - t->saveTime >= interval)
    save(t);
}

static int trainEpoch(Trainer *t) {
  Session *session = t->session;
  const SinterExperiment *experiment = t->experiment;
  if (t->row == 0)
    memset(session->context.store + experiment->trainMetricOffset, 0,
           experiment->trainMetricBytes);
  if (experiment->shuffle || experiment->numFolds)
    orderRows(t);
  int code = trainBatches(t);
  if (!code)
    code = reportEpoch(t);
  if (code)
    return code;
  ++session->epoch;
  t->row = 0;
  saveNowAndThen(t);
  return EXIT_OK;
}

/* Trains from the position at hand to the last epoch. */
static int trainExperiment(Trainer *t) {
  Session *session = t->session;
  int code = findRows(t, t->experiment);
  if (!code)
    code = prepareColumns(session, t->experiment, /*early=*/0);
  t->unsaved = 1;
  int isOpen = session->epoch < t->epochs && !isStoppedEarly(t);
  if (!code && isOpen)
    code = takeLast(t);
  while (!code && session->epoch < t->epochs && !isStoppedEarly(t))
    code = trainEpoch(t);
  if (!code)
    code = takeBest(t);
  if (code)
    return code;
  endProgressLine();
  if (save(t) != 0)
    return fail(EXIT_IO, "the trained parameters are not saved");
  session->trained[t->experiment - sinter_program.experiments] = 1;
  if (t->experiment->after.call)
    code = callFunction(session, &t->experiment->after, NULL);
  return code ? code : reportFolds(t);
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

/* Sets the position to the first step of an experiment. A fold has the seed and
 * the epochs of the fold before it, which a checkpoint may have said. */
static void startExperiment(Trainer *t, const SinterExperiment *experiment) {
  const Options *options = t->session->options;
  int64_t seed = t->session->seed;
  beginExperiment(t->session, experiment);
  t->experiment = experiment;
  if (experiment->fold > 0)
    t->session->seed = seed;
  else
    t->epochs = options->hasEpochs ? options->epochs : experiment->epochs;
  t->row = t->bestEpoch = 0;
  t->hasBest = 0;
}

static int trainSelected(Trainer *t) {
  /* A resumed run begins at the experiment, and the row, that it was in. */
  const SinterExperiment *resumed = t->experiment;
  const SinterExperiment *experiment =
      resumed ? resumed : sinter_program.experiments;
  const SinterExperiment *end =
      sinter_program.experiments + sinter_program.numExperiments;
  int code = EXIT_OK;
  for (uint64_t i = 0; sinter_program.experiments + i < experiment; ++i)
    t->session->trained[i] |= t->session->ready[i];
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
