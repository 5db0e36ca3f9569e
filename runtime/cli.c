/* cli.c - the command line. */

#include "runtime/internal.h"

#include <string.h>

enum OptionKind { OPTION_TEXT, OPTION_NUMBER, OPTION_FLAG };

enum {
  TRAIN = 1,
  EVAL = 2,
  PREDICT = 4,
  RUN = 8,
  INFO = 16,
  BENCH = 32,
  GRADCHECK = 64,
  SELFTEST = 128,
};

typedef struct OptionInfo {
  const char *name;
  enum OptionKind kind;
  int verbs;
  size_t offset;
  int64_t least;
} OptionInfo;

static const OptionInfo optionTable[] = {
    {"data", OPTION_TEXT,
     TRAIN | EVAL | PREDICT | RUN | BENCH | GRADCHECK | SELFTEST,
     offsetof(Options, data), 0},
    {"epochs", OPTION_NUMBER, TRAIN, offsetof(Options, epochs), 0},
    {"seed", OPTION_NUMBER, TRAIN | RUN | BENCH | GRADCHECK | SELFTEST,
     offsetof(Options, seed), INT64_MIN},
    {"threads", OPTION_NUMBER, TRAIN | EVAL | PREDICT | RUN | BENCH,
     offsetof(Options, threads), 1},
    {"save", OPTION_TEXT, TRAIN, offsetof(Options, save), 0},
    {"resume", OPTION_TEXT, TRAIN, offsetof(Options, resume), 0},
    {"init", OPTION_TEXT, TRAIN, offsetof(Options, init), 0},
    {"allow-partial", OPTION_FLAG, TRAIN, offsetof(Options, allowPartial), 0},
    {"params", OPTION_TEXT, TRAIN | EVAL | PREDICT | RUN | GRADCHECK,
     offsetof(Options, params), 0},
    {"log", OPTION_TEXT, TRAIN, offsetof(Options, log), 0},
    {"log-every", OPTION_NUMBER, TRAIN, offsetof(Options, logEvery), 0},
    {"in", OPTION_TEXT, PREDICT, offsetof(Options, in), 0},
    {"out", OPTION_TEXT, PREDICT, offsetof(Options, out), 0},
};

enum { NUM_OPTIONS = sizeof optionTable / sizeof optionTable[0] };

static const struct {
  const char *name;
  int verb;
} verbTable[] = {
    {"train", TRAIN},         {"eval", EVAL},
    {"predict", PREDICT},     {"run", RUN},
    {"info", INFO},           {"bench", BENCH},
    {"gradcheck", GRADCHECK}, {"selftest", SELFTEST},
};

enum { NUM_VERBS = sizeof verbTable / sizeof verbTable[0] };

static int failUnknown(const char *what, const char *dashes,
                       const NearestWord *nearest) {
  if (nearest->best)
    return fail(EXIT_USAGE, "unknown %s '%s%s'; did you mean '%s%s'?", what,
                dashes, nearest->word, dashes, nearest->best);
  return fail(EXIT_USAGE, "unknown %s '%s%s'; try '%s --help'", what, dashes,
              nearest->word, programName);
}

static int findVerb(const char *word) {
  for (int i = 0; i < NUM_VERBS; ++i)
    if (strcmp(verbTable[i].name, word) == 0)
      return verbTable[i].verb;
  return 0;
}

/* Finds the option named by the first `size` bytes of `name`. */
static const OptionInfo *findOption(const char *name, size_t size) {
  for (int i = 0; i < NUM_OPTIONS; ++i)
    if (strncmp(optionTable[i].name, name, size) == 0 &&
        optionTable[i].name[size] == 0)
      return &optionTable[i];
  return NULL;
}

/* The name of the program's hyper-parameter number `index`, a name being
 * counted each time that a function takes it; null after the last. */
static const char *hyperAt(int index) {
  for (uint64_t i = 0; i < sinter_program.numExperiments; ++i) {
    const SinterFunction *function;
    for (int f = 0;
         (function = experimentFunction(&sinter_program.experiments[i], f));
         ++f)
      for (uint64_t j = 0; j < function->numArgs; ++j)
        if (function->args[j].kind == SINTER_ARG_HYPER && index-- == 0)
          return function->args[j].name;
  }
  return NULL;
}

static const char *findHyper(const char *name, size_t size) {
  const char *hyper;
  for (int i = 0; (hyper = hyperAt(i)); ++i)
    if (strncmp(hyper, name, size) == 0 && hyper[size] == 0)
      return hyper;
  return NULL;
}

static int setOption(Options *options, const OptionInfo *info,
                     const char *value) {
  char *field = (char *)options + info->offset;
  if (info->kind == OPTION_TEXT) {
    if (!*value)
      return fail(EXIT_USAGE, "--%s wants a name, found nothing", info->name);
    memcpy(field, &value, sizeof value);
    return EXIT_OK;
  }
  int64_t number;
  if (!parseInteger(value, &number) || number < info->least) {
    if (info->least == INT64_MIN)
      return fail(EXIT_USAGE, "--%s wants a whole number, found '%s'",
                  info->name, value);
    return fail(EXIT_USAGE, "--%s wants a whole number >= %lld, found '%s'",
                info->name, (long long)info->least, value);
  }
  memcpy(field, &number, sizeof number);
  options->hasEpochs |= info->offset == offsetof(Options, epochs);
  options->hasSeed |= info->offset == offsetof(Options, seed);
  return EXIT_OK;
}

static int setHyper(Options *options, const char *name, const char *value) {
  HyperSetting *setting = &options->hypers[options->numHypers];
  if (options->numHypers == MAX_HYPERS)
    return fail(EXIT_USAGE, "too many hyper-parameters");
  if (!parseDouble(value, &setting->value) ||
      setting->value - setting->value != 0)
    return fail(EXIT_USAGE, "--%s wants a number, found '%s'", name, value);
  setting->name = name;
  ++options->numHypers;
  return EXIT_OK;
}

static int failOption(const char *name, size_t size, int verb) {
  char word[64];
  Text text = textInMemory(word, sizeof word - 1);
  textBytes(&text, name, size);
  word[text.size] = 0;
  NearestWord nearest = {word, NULL, 0};
  for (int i = 0; i < NUM_OPTIONS; ++i)
    if (optionTable[i].verbs & verb)
      considerWord(&nearest, optionTable[i].name);
  for (int i = 0; (verb & (TRAIN | BENCH)) && hyperAt(i); ++i)
    considerWord(&nearest, hyperAt(i));
  return failUnknown("option", "--", &nearest);
}

/* Reads the option at argv[*index], and its value. */
static int readOption(Options *options, int verb, int *index) {
  const char *name = options->argv[*index] + 2;
  size_t size = strcspn(name, "=");
  const char *value = name[size] == '=' ? name + size + 1 : NULL;
  const OptionInfo *info = findOption(name, size);
  const char *hyper = NULL;
  if (info && !(info->verbs & verb))
    return fail(EXIT_USAGE, "'%s' has no option --%s", options->verb,
                info->name);
  if (!info && (verb & (TRAIN | BENCH)))
    hyper = findHyper(name, size);
  if (!info && !hyper)
    return failOption(name, size, verb);
  if (info && info->kind == OPTION_FLAG) {
    options->allowPartial = 1;
    return value ? fail(EXIT_USAGE, "--%s takes no value", info->name)
                 : EXIT_OK;
  }
  if (!value) {
    if (*index + 1 >= options->argc ||
        strncmp(options->argv[*index + 1], "--", 2) == 0)
      return fail(EXIT_USAGE, "--%s wants a value", info ? info->name : hyper);
    value = options->argv[++*index];
  }
  return info ? setOption(options, info, value)
              : setHyper(options, hyper, value);
}

/* Checks a NAME against what the command works on. */
static int readName(Options *options, int verb, const char *name) {
  if (verb == INFO)
    return fail(EXIT_USAGE, "'info' takes no name, found '%s'", name);
  if (options->numNames == MAX_NAMES)
    return fail(EXIT_USAGE, "more than %d names", MAX_NAMES);
  options->names[options->numNames++] = name;
  if ((verb == RUN ? findProgram(name) : findExperiment(name)) >= 0)
    return EXIT_OK;
  NearestWord nearest = {name, NULL, 0};
  for (uint64_t i = 0; verb != RUN && i < sinter_program.numExperiments; ++i)
    considerWord(&nearest, sinter_program.experiments[i].name);
  for (uint64_t i = 0; verb == RUN && i < sinter_program.numPrograms; ++i)
    considerWord(&nearest, sinter_program.programs[i].name);
  return failUnknown(verb == RUN ? "program" : "experiment", "", &nearest);
}

/* Combinations that make no sense. */
static int checkOptions(const Options *options, int verb) {
  if ((verb & (EVAL | PREDICT)) && !options->params)
    return fail(EXIT_USAGE, "'%s' wants --params F, the trained parameters",
                options->verb);
  if (options->resume && options->init)
    return fail(EXIT_USAGE, "--resume and --init exclude each other");
  if (options->allowPartial && !options->init)
    return fail(EXIT_USAGE, "--allow-partial belongs to --init");
  if (verb == PREDICT && options->numNames > 1)
    return fail(EXIT_USAGE, "'predict' takes one name");
  return EXIT_OK;
}

int parseOptions(Options *options, int argc, char **argv, int *done) {
  memset(options, 0, sizeof *options);
  options->argc = argc;
  options->argv = argv;
  options->threads = 1;
  for (int i = 1; i < argc; ++i)
    *done |= strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0;
  if (*done || (argc > 1 && strcmp(argv[1], "help") == 0)) {
    *done = 1;
    printUsage(&standardOutput);
    return EXIT_OK;
  }
  if (argc < 2) {
    printUsage(&standardError);
    textFlush(&standardError);
    return EXIT_USAGE;
  }
  options->verb = argv[1];
  int verb = findVerb(argv[1]);
  if (!verb) {
    NearestWord nearest = {argv[1], NULL, 0};
    for (int i = 0; i < NUM_VERBS; ++i)
      considerWord(&nearest, verbTable[i].name);
    return failUnknown("command", "", &nearest);
  }
  for (int i = 2; i < argc; ++i) {
    int code = strncmp(argv[i], "--", 2) == 0
                   ? readOption(options, verb, &i)
                   : readName(options, verb, argv[i]);
    if (code)
      return code;
  }
  return checkOptions(options, verb);
}
