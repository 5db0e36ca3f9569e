/* predict_input.c - the rows of predict's --in.
 *
 * A .npy file holds rows of the model's input; an IDX or CSV file takes the
 * place of the file that the data section reads. */

#include "runtime/predict.h"

#include <errno.h>
#include <string.h>

const SinterArg *firstFeed(const SinterFunction *function) {
  for (uint64_t i = 0; i < function->numArgs; ++i)
    if (function->args[i].kind == SINTER_ARG_FEED)
      return &function->args[i];
  return NULL;
}

/* The feed that --in takes the place of. */
static int onlyFeed(const Prediction *p, const SinterArg **feed) {
  *feed = firstFeed(p->function);
  for (uint64_t i = 0; i < p->function->numArgs; ++i)
    if (p->function->args[i].kind == SINTER_ARG_FEED &&
        &p->function->args[i] != *feed)
      return fail(EXIT_USAGE, "--in feeds one input, '%s' has several",
                  p->experiment->name);
  return *feed ? EXIT_OK
               : fail(EXIT_USAGE, "'%s' has no input", p->experiment->name);
}

static int readIdxInput(Prediction *p, const Mapping *file, const char *path) {
  const SinterArg *feed;
  p->function = &p->experiment->predictRaw;
  int code = p->function->call ? onlyFeed(p, &feed) : EXIT_OK;
  if (code)
    return code;
  if (!p->function->call || feed->source < 0 ||
      sinter_program.sources[feed->source].kind != SINTER_SOURCE_IDX)
    return fail(EXIT_USAGE,
                "'%s' is an IDX file, but the data of '%s' is not; "
                "a .npy file holds the model's input as it is",
                path, p->experiment->name);
  /* Another file may have another number of rows. */
  SinterSource info = sinter_program.sources[feed->source];
  info.shape[0] = -1;
  return readIdx(file, path, &info, &p->input);
}

/* A .npy file holds rows of the model's input. */
static int readNpyInput(Prediction *p, const Mapping *file, const char *path) {
  const SinterArg *feed = NULL;
  p->function = &p->experiment->predict;
  int code = onlyFeed(p, &feed);
  if (code)
    return code;
  SinterSource info = {0};
  info.name = feed->name;
  info.location = "an input";
  info.dtype = feed->buffer.dtype;
  info.rank = feed->buffer.rank;
  memcpy(info.shape, feed->buffer.shape, sizeof info.shape);
  info.shape[0] = -1;
  return readNpy(file, path, &info, &p->input);
}

static int failNoTable(const Prediction *p, const char *path) {
  return fail(EXIT_DATA,
              "'%s' is neither a .npy nor an IDX file, and CSV is read where "
              "each row of the data is that of a table; that of '%s' is not",
              path, p->experiment->name);
}

/* The rows of a CSV file go where those of the table's file would. */
static int readCsvInput(Session *session, Prediction *p, const Mapping *file,
                        const char *path) {
  const SinterFunction *function = &p->experiment->predictRaw;
  const SinterSource *first = NULL;
  for (uint64_t i = 0; function->call && i < function->numArgs; ++i) {
    const SinterArg *arg = &function->args[i];
    if (arg->kind != SINTER_ARG_FEED)
      continue;
    const SinterSource *info =
        arg->source < 0 ? NULL : &sinter_program.sources[arg->source];
    if (!info || info->kind != SINTER_SOURCE_TABLE)
      return failNoTable(p, path);
    if (first && strcmp(first->path, info->path) != 0)
      return fail(EXIT_USAGE, "--in feeds one file, '%s' reads '%s' and '%s'",
                  p->experiment->name, first->path, info->path);
    first = info;
    int code = prepareTable(session, info);
    if (!code)
      code =
          readTable(session, file, path, info, &session->sources[arg->source]);
    if (code)
      return code;
    p->end = session->sources[arg->source].rows;
  }
  if (!first)
    return failNoTable(p, path);
  p->function = function;
  p->csvPath = path;
  p->csv = *file;
  return prepareFunction(session, function);
}

int readInput(Session *session, Prediction *p, const char *in) {
  Mapping file;
  int isStream = strcmp(in, "-") == 0;
  const char *path = isStream ? "standard input" : in;
  int error = isStream ? mapStream(0, &file) : mapFile(in, &file);
  if (error)
    return fail(error == ENOMEM ? EXIT_MEMORY : EXIT_IO, "cannot read '%s': %s",
                path, errorText(error));
  int isIdx = file.size >= 2 && file.data[0] == 0 && file.data[1] == 0;
  int isNpy = file.size > 0 && file.data[0] == 0x93;
  if (!isIdx && !isNpy)
    return readCsvInput(session, p, &file, path);
  p->hasInput = 1;
  int code =
      isIdx ? readIdxInput(p, &file, path) : readNpyInput(p, &file, path);
  p->end = p->input.rows;
  return code;
}
