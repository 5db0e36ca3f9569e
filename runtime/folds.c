/* folds.c - what the folds of an experiment come to together. */

#include "runtime/training.h"

#include <math.h>

/* Adds a fold's validation figures to their means (Welford's method). */
static void addFold(Trainer *t, int64_t count) {
  for (int i = 0; i < t->numFigures; ++i) {
    Figure *figure = &t->figures[i];
    if (count == 1)
      figure->mean = figure->squares = 0;
    double difference = figure->value - figure->mean;
    figure->mean += difference / (double)count;
    figure->squares += difference * (figure->value - figure->mean);
  }
}

/* "experiment=fit folds=5 valid_loss_mean=0.1 valid_loss_sd=0.01" */
static void printFolds(const Trainer *t, int64_t count) {
  Text *text = &standardOutput;
  textFormat(text, "experiment=%s folds=%lld", t->experiment->name,
             (long long)count);
  for (int i = 0; i < t->numFigures; ++i) {
    const Figure *figure = &t->figures[i];
    if (!figure->present)
      continue;
    textFormat(text, " valid_%s_mean=%g valid_%s_sd=%g", figure->name,
               figure->mean, figure->name,
               sqrt(figure->squares / (double)(count - 1)));
  }
  textChar(text, '\n');
  textFlush(text);
}

int reportFolds(Trainer *t) {
  const SinterExperiment *last = t->experiment;
  if (last->numFolds == 0 || last->fold + 1 < last->numFolds)
    return EXIT_OK;
  const SinterExperiment *fold = last - last->fold;
  for (int64_t count = 1; fold <= last; ++fold, ++count) {
    int64_t begin, end;
    forgetFigures(t);
    t->session->experiment = fold;
    int code = findValidRows(t->session, fold, &begin, &end);
    if (!code)
      code = evaluate(t->session, fold, begin, end, 0);
    if (code)
      return code;
    takeFigures(t, &fold->evalMetrics, 1);
    addFold(t, count);
  }
  printFolds(t, last->numFolds);
  return EXIT_OK;
}
