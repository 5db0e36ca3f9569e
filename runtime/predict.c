/* predict.c - predictions for rows of the data, or of a file. */

#include "runtime/predict.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int feedsFrom(const SinterFunction *function, int32_t source) {
  for (uint64_t i = 0; i < function->numArgs; ++i)
    if (function->args[i].kind == SINTER_ARG_FEED &&
        function->args[i].source == source)
      return 1;
  return 0;
}

/* What predicts rows of the data. */
static const SinterFunction *dataFunction(const SinterExperiment *experiment) {
  return experiment->predictRaw.call ? &experiment->predictRaw
                                     : &experiment->predict;
}

/* Do data feed all of the inputs? */
static int hasData(const SinterExperiment *experiment) {
  const SinterFunction *function = dataFunction(experiment);
  return firstFeed(function) && !feedsFrom(function, -1);
}

/* Without --in: the rows that the prediction's sources have; of sources that
 * validation or training uses too, the same rows. */
static int chooseRows(Session *session, Prediction *p) {
  const SinterExperiment *experiment = p->experiment;
  p->function = dataFunction(experiment);
  const SinterArg *feed = firstFeed(p->function);
  if (!hasData(experiment))
    return fail(EXIT_USAGE, "'%s' has no data to predict; give --in F",
                experiment->name);
  SinterRows rows = {0, -1};
  const char *what = "predict";
  if (experiment->hasPredictRows) {
    rows = experiment->predictRows;
  } else if (experiment->hasValid && !experiment->numFolds &&
             feedsFrom(&experiment->evalStep, feed->source)) {
    rows = experiment->validRows;
    what = "validation";
  } else if (feedsFrom(&experiment->trainStep, feed->source)) {
    rows = experiment->trainRows;
    what = "training";
  }
  int code = prepareFunction(session, p->function);
  if (!code)
    code = resolveRows(session, p->function, &rows, &p->begin, &p->end);
  if (!code)
    note("%s: predicting the %lld %s rows of '%s'", programName,
         (long long)(p->end - p->begin), what,
         sinter_program.sources[feed->source].name);
  return code;
}

/* Predictions for rows of a table are named by its ids. */
static int openIds(const Session *session, Prediction *p) {
  const SinterArg *feed = firstFeed(p->function);
  const SinterSource *info =
      feed->source < 0 ? NULL : &sinter_program.sources[feed->source];
  if (p->hasInput || !info || info->kind != SINTER_SOURCE_TABLE ||
      !*info->table->id || !*info->table->label)
    return EXIT_OK;
  char path[MAX_PATH_BYTES];
  Mapping file = p->csv;
  int code = p->csvPath ? EXIT_OK
                        : mapDataFile(session, info, info->path, path, &file);
  if (!code)
    code = openCsvFile(&p->ids, p->csvPath ? p->csvPath : info->path, &file);
  if (!code)
    code = findCsvColumn(&p->ids, info->table->id, &p->idPlace);
  for (int64_t row = 0; !code && row < p->begin; ++row) {
    int more;
    code = nextCsvRecord(&p->ids, &more);
  }
  p->table = info->table;
  return code;
}

/* Opens --out: a file that appears when it is complete, or a device. */
static int openOutput(Prediction *p, const char *out) {
  static char bytes[4096];
  static Text text;
  p->text = &standardOutput;
  if (!out || strcmp(out, "-") == 0)
    return EXIT_OK;
  size_t size = strlen(out);
  p->isNpy = size > 4 && strcmp(out + size - 4, ".npy") == 0;
  text = textInMemory(bytes, sizeof bytes);
  p->text = &text;
  struct stat status;
  int isDevice = stat(out, &status) == 0 && !S_ISREG(status.st_mode) &&
                 !S_ISDIR(status.st_mode);
  p->isAtomic = !isDevice;
  int error = 0;
  if (isDevice)
    p->file.fd = open(out, O_WRONLY | O_CLOEXEC);
  else
    error = atomicOpen(&p->file, out);
  if (!error && p->file.fd < 0)
    error = errno;
  text.fd = p->file.fd;
  return error ? fail(EXIT_IO, "cannot write '%s': %s", out, errorText(error))
               : EXIT_OK;
}

static int closeOutput(Prediction *p, const char *out, int code) {
  int error = textFlush(p->text);
  if (p->text == &standardOutput)
    return code; /* main reports what becomes of standard output */
  if (p->isAtomic && (code || error))
    atomicDiscard(&p->file);
  else if (p->isAtomic)
    error = atomicCommit(&p->file);
  else
    close(p->file.fd);
  if (error && !code)
    return fail(EXIT_IO, "cannot write '%s': %s", out, errorText(error));
  return code;
}

/* Probabilities of classes get the likeliest class's number in front. */
static int hasLabel(const Prediction *p) {
  return p->function->results[0].hasClasses && p->result->rank == 2;
}

static uint64_t numColumns(const SinterBuffer *result) {
  return bufferRowBytes(result) / dtypeSize(result->dtype);
}

/* The name of a column, quoted where CSV wants that. */
static void textColumn(Text *text, const char *name) {
  const char *quote = name[strcspn(name, ",\"\r\n")] ? "\"" : "";
  textString(text, quote);
  for (; *name; ++name)
    textFormat(text, *name == '"' ? "%c\"" : "%c", *name);
  textString(text, quote);
}

static void writeHeader(const Prediction *p) {
  uint64_t columns = numColumns(p->result);
  if (p->isNpy) {
    textNpyHeader(p->text, p->result, p->end - p->begin);
    return;
  }
  if (p->table)
    textColumn(p->text, p->table->id);
  else if (hasLabel(p))
    textString(p->text, "label");
  if (p->table || hasLabel(p))
    textChar(p->text, ',');
  if (columns == 1)
    textColumn(p->text, p->table ? p->table->label : "predict");
  for (uint64_t i = 0; columns > 1 && i < columns; ++i)
    textFormat(p->text, i ? ",p%llu" : "p%llu", (unsigned long long)i);
  textChar(p->text, '\n');
}

/* The id of the next row, as it stands in the file. */
static void writeId(Prediction *p) {
  int more;
  if (nextCsvRecord(&p->ids, &more) || !more)
    return; /* the rows have been read once: there are as many */
  const Cell *cell = &p->ids.cells[p->idPlace];
  textString(p->text, cell->isQuoted ? "\"" : "");
  textBytes(p->text, cell->begin, cell->size);
  textString(p->text, cell->isQuoted ? "\"," : ",");
}

static void writeRow(Prediction *p, const char *row) {
  uint64_t columns = numColumns(p->result);
  uint32_t dtype = p->result->dtype;
  uint64_t size = dtypeSize(dtype), best = 0;
  for (uint64_t i = 1; hasLabel(p) && i < columns; ++i)
    if (readScalar(row + i * size, dtype).value >
        readScalar(row + best * size, dtype).value)
      best = i;
  if (p->table)
    writeId(p);
  else if (hasLabel(p))
    textFormat(p->text, "%llu,", (unsigned long long)best);
  for (uint64_t i = 0; i < columns; ++i) {
    if (i > 0)
      textChar(p->text, ',');
    textElement(p->text, row + i * size, dtype);
  }
  textChar(p->text, '\n');
}

static int predictRows(Session *session, Prediction *p) {
  writeHeader(p);
  Batch batch = {NULL, p->begin, 0, p->hasInput ? &p->input : NULL};
  uint64_t rowBytes = bufferRowBytes(p->result);
  while (batch.first < p->end) {
    int64_t left = p->end - batch.first;
    batch.count = left < p->experiment->batch ? left : p->experiment->batch;
    int code = callFunction(session, p->function, &batch);
    if (code)
      return code;
    const char *rows = bufferAddress(&session->context, p->result);
    if (p->isNpy)
      textBytes(p->text, rows, (uint64_t)batch.count * rowBytes);
    for (int64_t i = 0; !p->isNpy && i < batch.count; ++i)
      writeRow(p, rows + (uint64_t)i * rowBytes);
    if (p->text->error)
      return EXIT_OK; /* closeOutput says why */
    batch.first += batch.count;
  }
  return EXIT_OK;
}

static int predictExperiment(Session *session, int64_t index) {
  const Options *options = session->options;
  Prediction p = {0};
  p.experiment = &sinter_program.experiments[index];
  if (!p.experiment->predict.call)
    return fail(EXIT_USAGE, "'%s' has no predict statement",
                p.experiment->name);
  int code = loadParams(session, index);
  if (!code)
    code = options->in ? readInput(session, &p, options->in)
                       : chooseRows(session, &p);
  if (code)
    return code;
  p.result = &p.function->results[0].buffer;
  if (p.result->rank == 0 || p.result->shape[0] >= 0)
    return fail(EXIT_USAGE, "what '%s' predicts has no row per example",
                p.experiment->name);
  code = openIds(session, &p);
  if (code)
    return code;
  code = openOutput(&p, options->out);
  if (code)
    return code;
  return closeOutput(&p, options->out, predictRows(session, &p));
}

/* The folds of an experiment predict together, as its first. */
static int predicts(const SinterExperiment *experiment) {
  return experiment->predict.call && experiment->fold == 0;
}

/* Predicts with all experiments that have data. */
static int predictAll(Session *session) {
  int code = EXIT_OK, any = 0;
  for (uint64_t i = 0; !code && i < sinter_program.numExperiments; ++i) {
    const SinterExperiment *experiment = &sinter_program.experiments[i];
    if (!predicts(experiment) || !hasData(experiment))
      continue;
    any = 1;
    textFormat(&standardOutput, "experiment=%s\n", experiment->name);
    code = predictExperiment(session, (int64_t)i);
  }
  return any ? code
             : fail(EXIT_USAGE, "nothing has data to predict; NAME --in F "
                                "predicts rows of a file");
}

int commandPredict(Session *session) {
  const Options *options = session->options;
  uint64_t count = 0, first = 0;
  for (uint64_t i = sinter_program.numExperiments; i-- > 0;)
    if (predicts(&sinter_program.experiments[i]))
      first = i, ++count;
  if (options->numNames)
    return predictExperiment(session, findExperiment(options->names[0]));
  if (count == 0)
    return fail(EXIT_USAGE, "nothing has a predict statement");
  if (count == 1)
    return predictExperiment(session, (int64_t)first);
  if (options->in || options->out)
    return fail(EXIT_USAGE,
                "%s wants the name of an experiment, %llu have predictions",
                options->in ? "--in" : "--out", (unsigned long long)count);
  return predictAll(session);
}
