/* figures.c - the losses and metrics of the selected experiments. */

#include "runtime/training.h"

#include <string.h>

Figure *findFigure(const Trainer *t, const char *name, int isValid) {
  for (int i = 0; i < t->numFigures; ++i)
    if (t->figures[i].isValid == isValid &&
        strcmp(t->figures[i].name, name) == 0)
      return &t->figures[i];
  return NULL;
}

static void addFigure(Trainer *t, const char *name, int isValid) {
  if (findFigure(t, name, isValid))
    return;
  Figure *figure = &t->figures[t->numFigures++];
  figure->name = name;
  figure->isValid = isValid;
}

static void addResults(Trainer *t, int isValid) {
  for (uint64_t i = 0; i < sinter_program.numExperiments; ++i) {
    const SinterExperiment *experiment = &sinter_program.experiments[i];
    const SinterFunction *metrics =
        isValid ? &experiment->evalMetrics : &experiment->trainMetrics;
    if (!isSelected(t->session->options, experiment->name) ||
        (isValid && !experiment->hasValid))
      continue;
    addFigure(t, "loss", isValid);
    for (uint64_t j = 0; j < metrics->numResults; ++j)
      addFigure(t, metrics->results[j].name, isValid);
  }
}

int mapFigures(Trainer *t) {
  uint64_t most = 2;
  for (uint64_t i = 0; i < sinter_program.numExperiments; ++i)
    most += sinter_program.experiments[i].trainMetrics.numResults +
            sinter_program.experiments[i].evalMetrics.numResults;
  t->figures = mapMemory(most * sizeof(Figure));
  if (!t->figures)
    return fail(EXIT_MEMORY, "out of memory: %llu metrics",
                (unsigned long long)most);
  addResults(t, 0);
  addResults(t, 1);
  return EXIT_OK;
}

void forgetFigures(Trainer *t) {
  for (int i = 0; i < t->numFigures; ++i)
    t->figures[i].present = 0;
}

void takeFigures(Trainer *t, const SinterFunction *function, int isValid) {
  for (uint64_t i = 0; i < function->numResults; ++i) {
    const SinterResult *result = &function->results[i];
    Figure *figure = findFigure(t, result->name, isValid);
    if (!figure)
      continue;
    figure->value = resultValue(t->session, result, &figure->isSingle);
    figure->present = 1;
  }
}
