/* main.c - the produced program. */

#include "runtime/internal.h"

#include <string.h>

/* gradcheck and selftest, with which only some programs are built. */
static int commandCheck(Session *session) {
  const char *verb = session->options->verb;
  int32_t (*check)(void *session) = strcmp(verb, "selftest") == 0
                                        ? sinter_program.selftest
                                        : sinter_program.gradcheck;
  if (check)
    return check(session);
  if (sinter_program.numExperiments > 0)
    return fail(EXIT_USAGE,
                "this program is built without '%s'; 'sinter build --with=%s' "
                "builds one that has it",
                verb, verb);
  textFormat(&standardOutput,
             "no experiment: nothing to check\n%s: 0 passed, 0 failed\n", verb);
  return EXIT_OK;
}

static int runCommand(Session *session) {
  static const struct {
    const char *verb;
    int (*run)(Session *session);
  } commands[] = {
      {"train", commandTrain},     {"eval", commandEval},
      {"predict", commandPredict}, {"run", commandRun},
      {"info", commandInfo},       {"bench", commandBench},
      {"gradcheck", commandCheck}, {"selftest", commandCheck},
  };
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; ++i)
    if (strcmp(commands[i].verb, session->options->verb) == 0)
      return commands[i].run(session);
  return EXIT_BUG; /* parseOptions lets only the above through */
}

int main(int argc, char **argv) {
  static Options options;
  static Session session;
  if (argc > 0) {
    const char *slash = strrchr(argv[0], '/');
    programName = slash ? slash + 1 : argv[0];
  }
  if (sinter_program.abiVersion != SINTER_ABI_VERSION)
    return fail(EXIT_BUG,
                "bug in sinter: code and runtime disagree (abi %u, "
                "not %d)",
                sinter_program.abiVersion, SINTER_ABI_VERSION);
  int done = 0;
  int code = parseOptions(&options, argc, argv, &done);
  if (!code && !done)
    code = checkCpu();
  if (!code && !done)
    code = openSession(&session, &options);
  if (!code && !done)
    code = runCommand(&session);
  int error = textFlush(&standardOutput);
  if (error && code == EXIT_OK)
    code = fail(EXIT_IO, "cannot write standard output: %s", errorText(error));
  return code;
}
