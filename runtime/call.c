/* call.c - filling the arguments of a generated function and calling it. */

#include "runtime/internal.h"

#include <string.h>

void runInOnePiece(SinterContext *context, SinterBody body, int64_t trip,
                   int64_t grain) {
  (void)grain;
  body(context, 0, trip);
}

double hyperValue(const Session *session, const SinterArg *arg) {
  const Options *options = session->options;
  for (int i = options->numHypers - 1; i >= 0; --i) {
    const HyperSetting *setting = &options->hypers[i];
    if (strcmp(setting->name, arg->name) == 0 &&
        (!setting->only ||
         (session->experiment &&
          strcmp(setting->only, session->experiment->name) == 0)))
      return setting->value;
  }
  return arg->value;
}

static void fillRowNumbers(char *address, const SinterArg *arg,
                           const Batch *batch) {
  uint64_t size = dtypeSize(arg->buffer.dtype);
  for (int64_t i = 0; i < batch->count; ++i)
    storeInteger(address + (uint64_t)i * size, arg->buffer.dtype,
                 batch->first + (batch->rows ? batch->rows[i] : i));
}

static void fillFeed(Session *session, const SinterArg *arg, const Batch *batch,
                     char *address) {
  if (batch->input)
    gatherRows(address, batch->input, batch);
  else if (arg->source >= 0)
    gatherRows(address, &session->sources[arg->source], batch);
  else
    memset(address, 0, (uint64_t)batch->count * bufferRowBytes(&arg->buffer));
}

static void fillArgument(Session *session, const SinterArg *arg,
                         const Batch *batch) {
  char *address = bufferAddress(&session->context, &arg->buffer);
  uint32_t dtype = arg->buffer.dtype;
  switch (arg->kind) {
  case SINTER_ARG_FEED:
    fillFeed(session, arg, batch, address);
    return;
  case SINTER_ARG_STEP:
    storeInteger(address, dtype, session->step);
    return;
  case SINTER_ARG_BATCH:
    storeInteger(address, dtype, session->batch);
    return;
  case SINTER_ARG_EPOCH:
    storeInteger(address, dtype, session->epoch);
    return;
  case SINTER_ARG_SEED:
    storeInteger(address, dtype, session->seed);
    return;
  case SINTER_ARG_HYPER:
    storeDouble(address, dtype, hyperValue(session, arg));
    return;
  default:
    fillRowNumbers(address, arg, batch);
  }
}

/* Functions without a batch get the rows that their argument says. */
static int fillWhole(Session *session, const SinterArg *arg) {
  Batch batch = {NULL, arg->firstRow, 0, NULL};
  batch.count = arg->buffer.rank > 0 ? arg->buffer.shape[0] : 1;
  if (arg->kind == SINTER_ARG_FEED && arg->source >= 0 &&
      session->sources[arg->source].rows - batch.first < batch.count)
    return fail(EXIT_DATA,
                "'%s' has %lld rows; rows %lld to %lld are wanted (%s)",
                sinter_program.sources[arg->source].name,
                (long long)session->sources[arg->source].rows,
                (long long)batch.first, (long long)(batch.first + batch.count),
                sinter_program.sources[arg->source].location);
  fillArgument(session, arg, &batch);
  return EXIT_OK;
}

int fillArguments(Session *session, const SinterFunction *function,
                  const Batch *batch) {
  session->context.extents[0] = batch ? batch->count : 0;
  for (uint64_t i = 0; i < function->numArgs; ++i) {
    int code = EXIT_OK;
    if (batch)
      fillArgument(session, &function->args[i], batch);
    else
      code = fillWhole(session, &function->args[i]);
    if (code)
      return code;
  }
  return EXIT_OK;
}

int callFunction(Session *session, const SinterFunction *function,
                 const Batch *batch) {
  int code = fillArguments(session, function, batch);
  return code ? code : function->call(&session->context);
}

void beginExperiment(Session *session, const SinterExperiment *experiment) {
  const Options *options = session->options;
  session->experiment = experiment;
  session->seed = options->hasSeed ? options->seed : experiment->seed;
  session->step = session->epoch = session->batch = 0;
}

int initExperiment(Session *session, const SinterExperiment *experiment) {
  beginExperiment(session, experiment);
  if (!experiment->init.call)
    return EXIT_OK;
  int code = prepareFunction(session, &experiment->init);
  return code ? code : callFunction(session, &experiment->init, NULL);
}

int initCalled(Session *session, const SinterExperiment *experiment) {
  const SinterFunction *function;
  for (int f = 0; (function = experimentFunction(experiment, f)); ++f)
    for (uint64_t i = 0; i < function->numTrained; ++i) {
      uint32_t called = function->trained[i];
      int code =
          session->ready[called]
              ? EXIT_OK
              : initExperiment(session, &sinter_program.experiments[called]);
      if (code)
        return code;
      session->ready[called] = session->trained[called] = 1;
    }
  return EXIT_OK;
}

const SinterExperiment *findUntrained(const Session *session,
                                      const SinterFunction *function) {
  for (uint64_t i = 0; i < function->numTrained; ++i)
    if (!session->trained[function->trained[i]])
      return &sinter_program.experiments[function->trained[i]];
  return NULL;
}

/* Runs a data section. The run it happens in goes on as it was. */
static int computeColumns(Session *session, const SinterFunction *data) {
  const SinterExperiment *untrained = findUntrained(session, data);
  if (untrained)
    return fail(EXIT_USAGE,
                "the data section '%s' calls '%s', which is not trained: "
                "--params FILE gives its parameters",
                data->name, untrained->name);
  int64_t seed = session->seed, step = session->step, epoch = session->epoch;
  int code = bindSources(session, data);
  if (!code)
    code = callWithOwnSeed(session, data, 0);
  session->seed = seed;
  session->step = step;
  session->epoch = epoch;
  return code;
}

int prepareFunction(Session *session, const SinterFunction *function) {
  int code = bindSources(session, function);
  for (uint64_t i = 0; !code && i < function->numData; ++i) {
    uint32_t section = function->data[i];
    if (session->computed[section])
      continue;
    code = computeColumns(session, &sinter_program.data[section]);
    session->computed[section] = 1;
  }
  return code;
}

int callWithOwnSeed(Session *session, const SinterFunction *function,
                    int overridable) {
  session->seed = 0;
  for (uint64_t i = 0; i < function->numArgs; ++i)
    if (function->args[i].kind == SINTER_ARG_SEED)
      session->seed = (int64_t)function->args[i].value;
  if (overridable && session->options->hasSeed)
    session->seed = session->options->seed;
  session->step = session->epoch = 0;
  return callFunction(session, function, NULL);
}
