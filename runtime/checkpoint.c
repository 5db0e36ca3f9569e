/* checkpoint.c - writing checkpoints.
 *
 * A checkpoint is a safetensors file: parameters and state by name, what steps
 * of tables have measured, and in __metadata__ the position in the training,
 * the seed and the hyper-parameters. In the middle of an epoch its running sums
 * are there too. */

#include "runtime/load.h"

#include <string.h>

/* No header of this program's checkpoints is longer. An escape takes six bytes
 * at most. */
static size_t headerBound(void) {
  const SinterProgram *program = &sinter_program;
  size_t bytes =
      2048 + 6 * (strlen(program->compiler) + strlen(program->model) +
                  strlen(program->modelHash));
  for (uint64_t i = 0; i < sinter_program.numSymbols; ++i)
    bytes += 6 * strlen(sinter_program.symbols[i].name) + 320;
  for (uint64_t i = 0; i < sinter_program.numExperiments; ++i) {
    const SinterFunction *step =
        updatingFunction(&sinter_program.experiments[i]);
    bytes += 6 * strlen(sinter_program.experiments[i].name);
    for (uint64_t j = 0; j < step->numArgs; ++j)
      bytes += 6 * strlen(step->args[j].name) + 64;
  }
  return bytes;
}

int prepareHeader(Trainer *t) {
  t->headerCapacity = headerBound();
  t->header = mapMemory(t->headerCapacity);
  return t->header
             ? EXIT_OK
             : fail(EXIT_MEMORY, "out of memory: the header of a checkpoint");
}

int prepareSaving(Trainer *t) {
  static AtomicFile file;
  const char *path = t->session->options->save;
  int code = prepareHeader(t);
  if (code)
    return code;
  atomicClean(path);
  int error = atomicOpen(&file, path);
  atomicDiscard(&file);
  if (error)
    return fail(EXIT_IO, "cannot save '%s': %s", path, errorText(error));
  return EXIT_OK;
}

static void textJsonString(Text *text, const char *string) {
  textChar(text, '"');
  for (; *string; ++string) {
    if (*string == '"' || *string == '\\')
      textChar(text, '\\');
    if ((unsigned char)*string < 0x20) {
      textString(text, "\\u");
      textHex(text, (unsigned char)*string, 4);
    } else {
      textChar(text, *string);
    }
  }
  textChar(text, '"');
}

static void textEntry(Text *text, const char *key, const char *value) {
  textFormat(text, ",\"%s\":", key);
  textJsonString(text, value);
}

static void textNumberEntry(Text *text, const char *key, int64_t value) {
  textFormat(text, ",\"%s\":\"%lld\"", key, (long long)value);
}

static void textMetadata(Text *text, const Trainer *t) {
  const Session *session = t->session;
  textString(text,
             "{\"__metadata__\":{\"format\":\"sinter\",\"version\":\"1\"");
  textEntry(text, "compiler", sinter_program.compiler);
  textEntry(text, "model", sinter_program.model);
  textEntry(text, "model_hash", sinter_program.modelHash);
  textEntry(text, "experiment", t->experiment->name);
  textNumberEntry(text, "epochs", t->epochs);
  textNumberEntry(text, "epoch", session->epoch);
  textNumberEntry(text, "step", session->step);
  textNumberEntry(text, "row", t->row);
  textNumberEntry(text, "seed", session->seed);
  if (t->experiment->numFolds)
    textNumberEntry(text, "fold", t->experiment->fold);
  if (t->experiment->patience) {
    textNumberEntry(text, "best_epoch", t->bestEpoch);
    textNumberEntry(text, "has_best", t->hasBest);
    textString(text, ",\"best\":\"");
    textShortest(text, t->best, 0);
    textChar(text, '"');
  }
  const SinterFunction *step = updatingFunction(t->experiment);
  for (uint64_t i = 0; i < step->numArgs; ++i) {
    if (step->args[i].kind != SINTER_ARG_HYPER)
      continue;
    textFormat(text, ",\"hyper.%s\":\"", step->args[i].name);
    textShortest(text, hyperValue(session, &step->args[i]), 0);
    textChar(text, '"');
  }
  textChar(text, '}');
}

/* Is the symbol part of a checkpoint written now? */
static int isSaved(const Trainer *t, uint64_t index) {
  const SinterSymbol *symbol = &sinter_program.symbols[index];
  if (symbol->kind == SINTER_SYMBOL_COLUMN ||
      symbol->kind == SINTER_SYMBOL_SCRATCH)
    return 0;
  if (symbol->kind == SINTER_SYMBOL_STATISTIC)
    return t->session->measured[index];
  for (uint64_t i = 0; i < sinter_program.numExperiments; ++i) {
    const SinterExperiment *experiment = &sinter_program.experiments[i];
    if (!t->session->ready[i] || index < experiment->firstSymbol ||
        index - experiment->firstSymbol >= experiment->numSymbols)
      continue;
    return symbol->kind != SINTER_SYMBOL_METRIC ||
           (experiment == t->experiment && t->row > 0);
  }
  return 0;
}

static void textTensor(Text *text, const SinterSymbol *symbol,
                       uint64_t offset) {
  const SinterBuffer *buffer = &symbol->buffer;
  textChar(text, ',');
  textJsonString(text, symbol->name);
  textFormat(text, ":{\"dtype\":\"%s\",\"shape\":[",
             tensorDTypeName(buffer->dtype));
  for (uint32_t axis = 0; axis < buffer->rank; ++axis)
    textFormat(text, axis ? ",%lld" : "%lld", (long long)buffer->shape[axis]);
  textFormat(text, "],\"data_offsets\":[%llu,%llu]}",
             (unsigned long long)offset,
             (unsigned long long)(offset + bufferBytes(buffer)));
}

/* Writes a matrix that is stored column by column in rows. */
static int writeTransposed(int fd, const char *data,
                           const SinterBuffer *buffer) {
  static char block[4096];
  uint64_t size = dtypeSize(buffer->dtype), used = 0;
  uint64_t rows = (uint64_t)buffer->shape[0];
  uint64_t columns = (uint64_t)buffer->shape[1];
  for (uint64_t row = 0; row < rows; ++row)
    for (uint64_t column = 0; column < columns; ++column) {
      memcpy(block + used, data + (column * rows + row) * size, size);
      used += size;
      if (used < sizeof block)
        continue;
      int error = writeAll(fd, block, used);
      if (error)
        return error;
      used = 0;
    }
  return used ? writeAll(fd, block, used) : 0;
}

static int writeTensor(const Trainer *t, const SinterSymbol *symbol, int fd) {
  const char *data = bufferAddress(&t->session->context, &symbol->buffer);
  if (symbol->transposed)
    return writeTransposed(fd, data, &symbol->buffer);
  return writeAll(fd, data, bufferBytes(&symbol->buffer));
}

/* Visits the saved symbols, those of wider numbers first so that all are
 * aligned: prints their header entries, or writes their bytes to `fd`. */
static int visitSaved(const Trainer *t, Text *header, int fd) {
  uint64_t offset = 0;
  for (uint64_t size = 8; size > 0; size /= 2)
    for (uint64_t i = 0; i < sinter_program.numSymbols; ++i) {
      const SinterSymbol *symbol = &sinter_program.symbols[i];
      if (dtypeSize(symbol->buffer.dtype) != size || !isSaved(t, i))
        continue;
      uint64_t bytes = bufferBytes(&symbol->buffer);
      if (header)
        textTensor(header, symbol, offset);
      int error = header ? 0 : writeTensor(t, symbol, fd);
      if (error)
        return error;
      offset += bytes;
    }
  return 0;
}

int writeCheckpoint(const Trainer *t, int fd) {
  Text header = textInMemory(t->header + 8, t->headerCapacity - 8);
  textMetadata(&header, t);
  visitSaved(t, &header, -1);
  textChar(&header, '}');
  while (header.size % 8 != 0)
    textChar(&header, ' ');
  uint64_t size = header.size;
  memcpy(t->header, &size, sizeof size);
  int error = writeAll(fd, t->header, 8 + header.size);
  return error ? error : visitSaved(t, NULL, fd);
}

int saveCheckpoint(const Trainer *t) {
  static AtomicFile file;
  int error = atomicOpen(&file, t->session->options->save);
  if (!error)
    error = writeCheckpoint(t, file.fd);
  if (!error)
    return atomicCommit(&file);
  atomicDiscard(&file);
  return error;
}
