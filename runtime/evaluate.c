/* evaluate.c - running an experiment's evaluation over rows. */

#include "runtime/training.h"

#include <string.h>

int evaluate(Session *session, const SinterExperiment *experiment,
             int64_t begin, int64_t end, int stoppable) {
  memset(session->context.store + experiment->validMetricOffset, 0,
         experiment->validMetricBytes);
  Batch batch = {NULL, begin, 0, NULL};
  while (batch.first < end) {
    int64_t left = end - batch.first;
    batch.count = left < experiment->batch ? left : experiment->batch;
    int code = callFunction(session, &experiment->evalStep, &batch);
    if (code)
      return code;
    batch.first += batch.count;
    if (stoppable && stopRequested())
      return INTERRUPTED;
  }
  return callFunction(session, &experiment->evalMetrics, NULL);
}

double resultValue(const Session *session, const SinterResult *result,
                   int *isSingle) {
  Scalar scalar = readScalar(bufferAddress(&session->context, &result->buffer),
                             result->buffer.dtype);
  *isSingle = scalar.kind == SCALAR_SINGLE;
  return scalar.value;
}

/* Prints "experiment=mlp valid_loss=0.4 valid_accuracy=0.85". */
static int evalExperiment(Session *session,
                          const SinterExperiment *experiment) {
  int64_t begin, end;
  int code = loadParams(session, experiment - sinter_program.experiments);
  if (!code)
    code = prepareFunction(session, &experiment->evalStep);
  if (!code)
    code = findValidRows(session, experiment, &begin, &end);
  if (!code && begin == end)
    code = fail(EXIT_DATA, "'%s' has no validation rows", experiment->name);
  if (!code)
    code = evaluate(session, experiment, begin, end, 0);
  if (code)
    return code;
  textFormat(&standardOutput, "experiment=%s", experiment->name);
  if (experiment->numFolds)
    textFormat(&standardOutput, " fold=%lld", (long long)experiment->fold);
  for (uint64_t i = 0; i < experiment->evalMetrics.numResults; ++i) {
    const SinterResult *result = &experiment->evalMetrics.results[i];
    int isSingle;
    double value = resultValue(session, result, &isSingle);
    textFormat(&standardOutput, " valid_%s=", result->name);
    textShortest(&standardOutput, value, isSingle);
  }
  textChar(&standardOutput, '\n');
  return EXIT_OK;
}

int commandEval(Session *session) {
  int any = 0;
  for (uint64_t i = 0; i < sinter_program.numExperiments; ++i) {
    const SinterExperiment *experiment = &sinter_program.experiments[i];
    if (!isSelected(session->options, experiment->name))
      continue;
    if (!experiment->hasValid || !experiment->evalStep.call) {
      /* Named or alone: say so; among others: nothing to report. */
      if (session->options->numNames > 0 || sinter_program.numExperiments == 1)
        return fail(EXIT_USAGE, "'%s' has no validation rows",
                    experiment->name);
      continue;
    }
    int code = evalExperiment(session, experiment);
    if (code)
      return code;
    any = 1;
  }
  return any ? EXIT_OK : fail(EXIT_USAGE, "nothing has validation rows");
}
