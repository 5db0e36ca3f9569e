/* early_stop.c - the best epoch so far, and when to wait no longer. */

#include "runtime/training.h"

#include <math.h>

int isStoppedEarly(const Trainer *t) {
  int64_t patience = t->experiment->patience;
  return patience > 0 && t->bestEpoch > 0 &&
         t->session->epoch - t->bestEpoch >= patience;
}

static int isBetter(const Trainer *t, double value) {
  const SinterExperiment *experiment = t->experiment;
  if (t->bestEpoch == 0)
    return 1;
  if (isnan(t->best))
    return !isnan(value);
  return experiment->largerIsBetter ? value > t->best + experiment->minDelta
                                    : value < t->best - experiment->minDelta;
}

int judgeEpoch(Trainer *t) {
  const SinterExperiment *experiment = t->experiment;
  if (experiment->patience == 0)
    return EXIT_OK;
  const Figure *figure =
      findFigure(t, experiment->monitor, (int)experiment->monitorsValid);
  /* Without validation rows there is nothing to judge by. */
  if (!figure || !figure->present || !isBetter(t, figure->value))
    return EXIT_OK;
  t->best = figure->value;
  t->bestEpoch = t->session->epoch + 1;
  return callFunction(t->session, &experiment->keepBest, NULL);
}

static int swapBest(Trainer *t) {
  t->hasBest = !t->hasBest;
  return callFunction(t->session, &t->experiment->swapBest, NULL);
}

int takeLast(Trainer *t) { return t->hasBest ? swapBest(t) : EXIT_OK; }

int takeBest(Trainer *t) {
  const SinterExperiment *experiment = t->experiment;
  if (t->bestEpoch == 0 || t->hasBest)
    return EXIT_OK;
  t->unsaved = 1;
  note("experiment=%s best_epoch=%lld epochs=%lld best_%s_%s=%g",
       experiment->name, (long long)t->bestEpoch, (long long)t->session->epoch,
       experiment->monitorsValid ? "valid" : "train", experiment->monitor,
       t->best);
  return swapBest(t);
}
