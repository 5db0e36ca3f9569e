/* run.c - programs. */

#include "runtime/training.h"

/* Runs the selected programs, in file order. */
static int runSelected(Session *session) {
  for (uint64_t i = 0; i < sinter_program.numPrograms; ++i) {
    const SinterFunction *program = &sinter_program.programs[i];
    if (!isSelected(session->options, program->name))
      continue;
    session->experiment = NULL;
    int code = EXIT_OK;
    const SinterExperiment *untrained = findUntrained(session, program);
    if (untrained)
      code = fail(EXIT_USAGE,
                  "program '%s' calls the trained model '%s': give its "
                  "parameters with --params FILE",
                  program->name, untrained->name);
    if (!code)
      code = prepareFunction(session, program);
    if (!code)
      code = callWithOwnSeed(session, program, 1);
    if (code)
      return code;
  }
  return EXIT_OK;
}

int commandRun(Session *session) {
  if (sinter_program.numPrograms == 0)
    return fail(EXIT_USAGE, "the model file has no program to run");
  int code = session->options->params ? loadParams(session, -1) : EXIT_OK;
  return code ? code : runSelected(session);
}
