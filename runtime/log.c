/* log.c - metrics.csv. */

#define _GNU_SOURCE
#include "runtime/training.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* "experiment,fold,epoch,step,examples,seconds,train_loss,..." */
static void textHeader(Text *text, const Trainer *t) {
  textString(text, "experiment,fold,epoch,step,examples,seconds");
  for (int i = 0; i < t->numFigures; ++i)
    textFormat(text, ",%s_%s", t->figures[i].isValid ? "valid" : "train",
               t->figures[i].name);
  textChar(text, '\n');
}

static void failLog(Log *log, int error) {
  warn("cannot write the log '%s': %s; training goes on without it", log->path,
       errorText(error));
  if (log->text.fd >= 0)
    close(log->text.fd);
  log->open = 0;
}

/* Is the row the experiment's? */
static int isRowOf(const SinterExperiment *experiment, const char *line,
                   const char *end) {
  size_t size = strlen(experiment->name);
  return (size_t)(end - line) > size &&
         memcmp(line, experiment->name, size) == 0 && line[size] == ',';
}

/* Is the row from after the step that a resumed run starts at? */
static int isLater(const Trainer *t, const char *line, const char *end) {
  if (!isRowOf(t->experiment, line, end)) {
    const SinterExperiment *last =
        sinter_program.experiments + sinter_program.numExperiments;
    const SinterExperiment *next = t->experiment;
    while (next < last && !isRowOf(next, line, end))
      ++next;
    return next < last;
  }
  /* The fold, the epoch and the step follow. */
  int64_t numbers[3] = {0, 0, 0};
  int field = -1;
  for (const char *p = line; p < end && field < 3; ++p) {
    field += *p == ',';
    if (field >= 0 && field < 3 && *p >= '0' && *p <= '9' &&
        numbers[field] < INT64_MAX / 20)
      numbers[field] = numbers[field] * 10 + (*p - '0');
  }
  if (numbers[0] != t->experiment->fold)
    return numbers[0] > t->experiment->fold;
  return numbers[2] > t->session->step;
}

/* The bytes of the old log to keep: whole rows up to the resumed step, or 0
 * when it is not a log of these experiments. */
static size_t keptBytes(const Trainer *t, const Mapping *old) {
  const char *begin = (const char *)old->data;
  const char *end = begin + old->size;
  /* A header that is longer than the log is not the log's. */
  char *bytes = mapMemory(old->size);
  if (!bytes)
    return 0;
  Text header = textInMemory(bytes, old->size);
  textHeader(&header, t);
  int isSame = !header.overflow && memcmp(begin, bytes, header.size) == 0;
  munmap(bytes, old->size);
  if (!isSame)
    return 0;
  const char *line = begin + header.size;
  while (line < end) {
    const char *next = memchr(line, '\n', (size_t)(end - line));
    if (!next || isLater(t, line, next))
      break;
    line = next + 1;
  }
  return (size_t)(line - begin);
}

/* Keeps the rows of the run that is resumed; returns 0 when there are none. */
static size_t trimLog(const Trainer *t) {
  Mapping old;
  if (mapFile(t->log.path, &old) != 0)
    return 0;
  size_t kept = keptBytes(t, &old);
  unmapFile(&old);
  return kept;
}

void openLog(Trainer *t, int resumed) {
  Log *log = &t->log;
  log->path = t->session->options->log;
  if (!log->path)
    log->path = "metrics.csv";
  size_t kept = resumed ? trimLog(t) : 0;
  log->text = textInMemory(log->bytes, sizeof log->bytes);
  int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
  unsigned tries = 0;
  do
    log->text.fd = open(log->path, kept ? flags : flags | O_TRUNC, 0666);
  while (log->text.fd < 0 && isInterrupted(&tries));
  if (log->text.fd < 0 || (kept && ftruncate(log->text.fd, (off_t)kept) != 0)) {
    failLog(log, errno);
    return;
  }
  log->open = 1;
  if (!kept)
    textHeader(&log->text, t);
  int error = textFlush(&log->text);
  if (error)
    failLog(log, error);
}

void logRow(Trainer *t) {
  Log *log = &t->log;
  Text *text = &log->text;
  if (!log->open)
    return;
  const Session *session = t->session;
  textFormat(text, "%s,%lld,%lld,%lld,%lld,", t->experiment->name,
             (long long)t->experiment->fold, (long long)session->epoch + 1,
             (long long)session->step,
             (long long)(session->epoch * t->numRows + t->row));
  textFixed(text, (double)(now() - t->startTime) * 1e-9, 6);
  for (int i = 0; i < t->numFigures; ++i) {
    textChar(text, ',');
    if (t->figures[i].present)
      textShortest(text, t->figures[i].value, t->figures[i].isSingle);
  }
  textChar(text, '\n');
  int error = textFlush(text);
  if (error)
    failLog(log, error);
}
