/* session.c - the memory of a run and the program's tables. */

#include "runtime/internal.h"

#include <string.h>

int openSession(Session *session, Options *options) {
  const SinterProgram *program = &sinter_program;
  memset(session, 0, sizeof *session);
  session->options = options;
  session->context.store = mapMemory(program->storeBytes);
  session->context.arena = mapMemory(program->arenaBytes);
  session->sources = mapMemory(program->numSources * sizeof(Source));
  session->ready = mapMemory(program->numExperiments);
  session->trained = mapMemory(program->numExperiments);
  session->computed = mapMemory(program->numData);
  session->measured = mapMemory(program->numSymbols);
  session->context.constants = program->constants;
  session->context.parallel = runInOnePiece;
  session->context.host = session;
  if (!session->context.store || !session->context.arena || !session->sources ||
      !session->ready || !session->trained || !session->computed ||
      !session->measured)
    return fail(EXIT_MEMORY,
                "out of memory: the program needs %llu bytes for parameters "
                "and %llu for its arena",
                (unsigned long long)program->storeBytes,
                (unsigned long long)program->arenaBytes);
  return EXIT_OK;
}

const SinterFunction *experimentFunction(const SinterExperiment *experiment,
                                         int index) {
  const SinterFunction *functions[] = {
      &experiment->init,       &experiment->trainStep,
      &experiment->evalStep,   &experiment->trainMetrics,
      &experiment->predict,    &experiment->evalMetrics,
      &experiment->predictRaw, &experiment->after,
      &experiment->update,     NULL};
  return functions[index];
}

const SinterFunction *updatingFunction(const SinterExperiment *experiment) {
  return experiment->accumulate ? &experiment->update : &experiment->trainStep;
}

int64_t findExperiment(const char *name) {
  for (uint64_t i = 0; i < sinter_program.numExperiments; ++i)
    if (strcmp(sinter_program.experiments[i].name, name) == 0)
      return (int64_t)i;
  return -1;
}

int64_t findProgram(const char *name) {
  for (uint64_t i = 0; i < sinter_program.numPrograms; ++i)
    if (strcmp(sinter_program.programs[i].name, name) == 0)
      return (int64_t)i;
  return -1;
}

int isSelected(const Options *options, const char *name) {
  if (options->numNames == 0)
    return 1;
  for (int i = 0; i < options->numNames; ++i)
    if (strcmp(options->names[i], name) == 0)
      return 1;
  return 0;
}

const SinterResult *findResult(const SinterFunction *function,
                               const char *name) {
  for (uint64_t i = 0; i < function->numResults; ++i)
    if (strcmp(function->results[i].name, name) == 0)
      return &function->results[i];
  return NULL;
}
