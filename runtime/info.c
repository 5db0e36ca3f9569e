/* info.c - what the program is made of. */

#include "runtime/internal.h"

static void printFeatures(Text *text) {
  textString(text, "cpu=");
  int any = 0;
  for (uint32_t bit = 1; bit <= SINTER_CPU_AVX512; bit *= 2)
    if (sinter_program.requiredFeatures & bit) {
      textFormat(text, any ? ",%s" : "%s", cpuFeatureName(bit));
      any = 1;
    }
  textString(text, any ? "\n" : "any\n");
}

static void printExperiment(Text *text, const SinterExperiment *experiment) {
  textFormat(text, "experiment=%s epochs=%lld batch=%lld seed=%lld shuffle=%u",
             experiment->name, (long long)experiment->epochs,
             (long long)experiment->batch, (long long)experiment->seed,
             experiment->shuffle);
  if (experiment->numFolds)
    textFormat(text, " fold=%lld", (long long)experiment->fold);
  const SinterFunction *step = updatingFunction(experiment);
  for (uint64_t i = 0; i < step->numArgs; ++i)
    if (step->args[i].kind == SINTER_ARG_HYPER) {
      textFormat(text, " %s=", step->args[i].name);
      textShortest(text, step->args[i].value, 0);
    }
  textChar(text, '\n');
}

static void printSymbol(Text *text, const SinterSymbol *symbol) {
  static const char *const kinds[] = {"param",  "frozen",  "state",    "metric",
                                      "column", "scratch", "statistic"};
  textFormat(text, "%s=%s type=", kinds[symbol->kind], symbol->name);
  textType(text, symbol->buffer.dtype, symbol->buffer.rank,
           symbol->buffer.shape);
  textFormat(text, " offset=%llu\n", (unsigned long long)symbol->buffer.offset);
}

int commandInfo(Session *session) {
  const SinterProgram *program = &sinter_program;
  Text *text = &standardOutput;
  (void)session;
  textFormat(text, "model=%s\ncompiler=%s\nabi=%u\nhash=%s\n", program->model,
             program->compiler, program->abiVersion, program->modelHash);
  printFeatures(text);
  textFormat(text, "store_bytes=%llu\narena_bytes=%llu\n",
             (unsigned long long)program->storeBytes,
             (unsigned long long)program->arenaBytes);
  for (uint64_t i = 0; i < program->numExperiments; ++i)
    printExperiment(text, &program->experiments[i]);
  for (uint64_t i = 0; i < program->numPrograms; ++i)
    textFormat(text, "program=%s\n", program->programs[i].name);
  for (uint64_t i = 0; i < program->numSymbols; ++i)
    printSymbol(text, &program->symbols[i]);
  return EXIT_OK;
}
