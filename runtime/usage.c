/* usage.c - the help text. */

#include "runtime/internal.h"

void printUsage(Text *text) {
  static const char commands[] =
      " train [NAME]... [--data DIR] [--epochs N] [--seed S] [--NAME "
      "VALUE]...\n"
      "            [--save F] [--resume F] [--init F [--allow-partial]]\n"
      "            [--params F] [--log F] [--log-every N] [--threads T]\n";
  textFormat(text, "usage: %s", programName);
  textString(text, commands);
  textFormat(text, "       %s eval [NAME] --params F [--data DIR]\n",
             programName);
  textFormat(text,
             "       %s predict [NAME] --params F [--in F.npy|csv|idx|-]\n"
             "            [--out F.npy|F.csv|-] [--data DIR]\n",
             programName);
  textFormat(
      text,
      "       %s run [PROGRAM]... [--params F] [--data DIR] [--seed S]\n"
      "       %s info | bench [NAME] | gradcheck [NAME] | selftest [NAME]\n",
      programName, programName);
  textString(text, "\nexperiments and their hyper-parameters:\n");
  for (uint64_t i = 0; i < sinter_program.numExperiments; ++i) {
    const SinterExperiment *experiment = &sinter_program.experiments[i];
    const SinterFunction *step = updatingFunction(experiment);
    if (experiment->fold > 0)
      continue;
    textFormat(text, "  %s (epochs %lld, seed %lld)", experiment->name,
               (long long)experiment->epochs, (long long)experiment->seed);
    for (uint64_t j = 0; j < step->numArgs; ++j)
      if (step->args[j].kind == SINTER_ARG_HYPER)
        textFormat(text, " --%s %g", step->args[j].name, step->args[j].value);
    textChar(text, '\n');
  }
  if (sinter_program.numPrograms > 0)
    textString(text, "programs:\n");
  for (uint64_t i = 0; i < sinter_program.numPrograms; ++i)
    textFormat(text, "  %s\n", sinter_program.programs[i].name);
  textString(
      text, "\nexit codes: 0 success, 1 failed check, 2 usage, 3 bad data, "
            "4 input/output,\n5 diverged, 6 bad checkpoint, 7 out of memory\n");
}
