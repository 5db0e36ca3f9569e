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

/* The feed that a .npy file takes the place of. */
static int onlyFeed(const Prediction *p, const SinterArg **feed) {
  *feed = firstFeed(p->function);
  for (uint64_t i = 0; i < p->function->numArgs; ++i)
    if (p->function->args[i].kind == SINTER_ARG_FEED &&
        &p->function->args[i] != *feed)
      return fail(EXIT_USAGE, "a .npy file feeds one input, '%s' has several",
                  p->experiment->name);
  return *feed ? EXIT_OK
               : fail(EXIT_USAGE, "'%s' has no input", p->experiment->name);
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
  code = readNpy(file, path, &info, &p->input);
  p->hasInput = 1;
  p->end = p->input.rows;
  return code;
}

static int failKind(const Prediction *p, const char *path, uint32_t kind) {
  if (kind == SINTER_SOURCE_IDX)
    return fail(EXIT_USAGE,
                "'%s' is an IDX file, but the data of '%s' is not; "
                "a .npy file holds the model's input as it is",
                path, p->experiment->name);
  return fail(EXIT_DATA,
              "'%s' is neither a .npy nor an IDX file, and CSV is read where "
              "each row of the data is that of a table; that of '%s' is not",
              path, p->experiment->name);
}

static int readRows(Session *session, const SinterSource *info,
                    const Mapping *file, const char *path, Source *source) {
  if (info->kind == SINTER_SOURCE_IDX) {
    /* Another file may have another number of rows. */
    SinterSource any = *info;
    any.shape[0] = -1;
    return readIdx(file, path, &any, source);
  }
  int code = prepareTable(session, info);
  return code ? code : readTable(session, file, path, info, source);
}

/* The rows of an IDX or CSV file go where those of the data's file would. */
static int readDataInput(Session *session, Prediction *p, const Mapping *file,
                         const char *path, uint32_t kind) {
  const SinterFunction *function = &p->experiment->predictRaw;
  const SinterSource *first = NULL;
  for (uint64_t i = 0; function->call && i < function->numArgs; ++i) {
    const SinterArg *arg = &function->args[i];
    if (arg->kind != SINTER_ARG_FEED)
      continue;
    const SinterSource *info =
        arg->source < 0 ? NULL : &sinter_program.sources[arg->source];
    if (!info || info->kind != kind)
      return failKind(p, path, kind);
    if (first && strcmp(first->path, info->path) != 0)
      return fail(EXIT_USAGE, "--in feeds one file, '%s' reads '%s' and '%s'",
                  p->experiment->name, first->path, info->path);
    first = info;
    Source *source = &session->sources[arg->source];
    int code = readRows(session, info, file, path, source);
    if (code)
      return code;
    p->end = source->rows;
  }
  if (!first)
    return failKind(p, path, kind);
  p->function = function;
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
  if (file.size > 0 && file.data[0] == 0x93)
    return readNpyInput(p, &file, path);
  if (file.size >= 2 && file.data[0] == 0 && file.data[1] == 0)
    return readDataInput(session, p, &file, path, SINTER_SOURCE_IDX);
  p->csvPath = path;
  p->csv = file;
  return readDataInput(session, p, &file, path, SINTER_SOURCE_TABLE);
}
