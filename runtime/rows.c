/* rows.c - which rows an experiment trains on, and in what order. */

#include "runtime/training.h"

/* Fold i of n is the i-th n-th of the rows; what is left over after the last
 * fold is always trained on. */
static int foldRows(const SinterExperiment *experiment, int64_t begin,
                    int64_t end, int64_t *foldBegin, int64_t *foldEnd) {
  int64_t size = (end - begin) / experiment->numFolds;
  *foldBegin = begin + experiment->fold * size;
  *foldEnd = *foldBegin + size;
  return size > 0 ? EXIT_OK
                  : fail(EXIT_DATA, "'%s' has %lld rows for %lld folds",
                         experiment->name, (long long)(end - begin),
                         (long long)experiment->numFolds);
}

int findValidRows(const Session *session, const SinterExperiment *experiment,
                  int64_t *begin, int64_t *end) {
  int64_t first, last;
  int code = resolveRows(session, &experiment->evalStep, &experiment->validRows,
                         &first, &last);
  if (code)
    return code;
  *begin = first;
  *end = last;
  return experiment->numFolds ? foldRows(experiment, first, last, begin, end)
                              : EXIT_OK;
}

int findRows(Trainer *t, const SinterExperiment *experiment) {
  int64_t end;
  int code = bindSources(t->session, &experiment->trainStep);
  if (!code)
    code = resolveRows(t->session, &experiment->trainStep,
                       &experiment->trainRows, &t->trainBegin, &end);
  if (!code && experiment->hasValid)
    code = bindSources(t->session, &experiment->evalStep);
  if (!code && experiment->hasValid)
    code = findValidRows(t->session, experiment, &t->validBegin, &t->validEnd);
  if (code)
    return code;
  t->numRows = end - t->trainBegin;
  if (experiment->numFolds)
    t->numRows -= t->validEnd - t->validBegin;
  if (t->numRows == 0)
    return fail(EXIT_DATA, "'%s' has no rows to train on", experiment->name);
  return EXIT_OK;
}

/* Row numbers are counted from trainBegin. */
void orderRows(Trainer *t) {
  const SinterExperiment *experiment = t->experiment;
  if (experiment->shuffle)
    shuffleRows(t->order, t->numRows, t->session->seed, t->session->epoch);
  else
    for (int64_t i = 0; i < t->numRows; ++i)
      t->order[i] = (uint32_t)i;
  if (!experiment->numFolds)
    return;
  uint32_t hole = (uint32_t)(t->validBegin - t->trainBegin);
  uint32_t size = (uint32_t)(t->validEnd - t->validBegin);
  for (int64_t i = 0; i < t->numRows; ++i)
    if (t->order[i] >= hole)
      t->order[i] += size;
}

int64_t batchesPerEpoch(const Trainer *t) {
  int64_t batch = t->experiment->batch;
  return t->numRows / batch + (t->numRows % batch != 0);
}
