/* source.c - the rows that feed a function, from the store or from files. */

#include "runtime/table.h"

#include <errno.h>
#include <string.h>

int shapeFits(const SinterSource *info, uint32_t rank, const int64_t *shape) {
  if (rank != info->rank)
    return 0;
  for (uint32_t axis = 0; axis < rank; ++axis)
    if (shape[axis] != info->shape[axis] && !(axis == 0 && info->shape[0] < 0))
      return 0;
  return 1;
}

uint64_t sourceRowBytes(const SinterSource *info) {
  uint64_t bytes = dtypeSize(info->dtype);
  for (uint32_t axis = 1; axis < info->rank; ++axis)
    bytes *= (uint64_t)info->shape[axis];
  return bytes;
}

int checkRows(const SinterSource *info, const Source *source,
              const char *path) {
  /* Row numbers are 32 bits wide. */
  if (source->rows > INT32_MAX)
    return fail(EXIT_DATA, "'%s' has more than 2147483647 rows", path);
  int isBool = info->dtype == SINTER_BOOL;
  if ((!info->hasRange && !isBool) || dtypeIsFloat(info->dtype))
    return EXIT_OK;
  int64_t least = isBool ? 0 : info->minValue;
  int64_t most = isBool ? 1 : info->maxValue;
  uint64_t size = dtypeSize(info->dtype);
  uint64_t count = (uint64_t)source->rows * (source->rowBytes / size);
  for (uint64_t i = 0; i < count; ++i) {
    char number[8];
    memcpy(number, source->data + i * size, size);
    swapBytes(number, size, source->swapUnit);
    int64_t value = readScalar(number, info->dtype).integer;
    if (value < least || value > most)
      return fail(EXIT_DATA,
                  "'%s': entry %llu is %lld; '%s' must lie between %lld and "
                  "%lld (%s)",
                  path, (unsigned long long)i, (long long)value, info->name,
                  (long long)least, (long long)most, info->location);
  }
  return EXIT_OK;
}

int mapDataFile(const Session *session, const SinterSource *info,
                const char *name, char path[MAX_PATH_BYTES], Mapping *file) {
  const char *folder = session->options->data;
  if (!joinPath(path, MAX_PATH_BYTES, folder ? folder : "", name))
    return fail(EXIT_IO, "the path of '%s' is too long", name);
  int error = mapFile(path, file);
  if (error)
    return fail(error == ENOMEM ? EXIT_MEMORY : EXIT_IO,
                "cannot read '%s': %s%s (%s)", path, errorText(error),
                folder ? "" : "; --data DIR says where data files are",
                info->location);
  return EXIT_OK;
}

int prepareTable(Session *session, const SinterSource *info) {
  enum { MOST_FILES = 2 };
  const SinterTable *table = info->table;
  if (isLabel(info) || tableIsMeasured(session, table))
    return EXIT_OK;
  Mapping files[MOST_FILES] = {{0}};
  char path[MAX_PATH_BYTES];
  int code = EXIT_OK;
  uint64_t mapped = 0;
  for (; !code && mapped < table->numFiles && mapped < MOST_FILES; ++mapped)
    code =
        mapDataFile(session, info, table->files[mapped], path, &files[mapped]);
  if (!code)
    code = measureTable(session, files, info);
  for (uint64_t f = 0; !code && f < mapped; ++f)
    unmapFile(&files[f]);
  return code;
}

static int openTable(Session *session, const SinterSource *info,
                     Source *source) {
  char path[MAX_PATH_BYTES];
  Mapping file;
  int code = prepareTable(session, info);
  if (!code)
    code = mapDataFile(session, info, info->path, path, &file);
  if (!code)
    code = readTable(session, &file, info->path, info, source);
  if (!code)
    unmapFile(&file);
  return code;
}

/* Opens the file of a source. The rows stay mapped. */
static int openRows(Session *session, const SinterSource *info,
                    Source *source) {
  char path[MAX_PATH_BYTES];
  Mapping file;
  int code = mapDataFile(session, info, info->path, path, &file);
  if (code)
    return code;
  switch (info->kind) {
  case SINTER_SOURCE_NPY:
    return readNpy(&file, path, info, source);
  case SINTER_SOURCE_SAFETENSORS:
    return readTensorRows(&file, path, info, source);
  default:
    return readIdx(&file, path, info, source);
  }
}

static void bindStore(Session *session, const SinterSource *info,
                      Source *source) {
  const SinterBuffer *column = &sinter_program.symbols[info->symbol].buffer;
  source->data = bufferAddress(&session->context, column);
  source->rows = column->rank > 0 ? column->shape[0] : 1;
  source->rowBytes = bufferRowBytes(column);
  source->swapUnit = 0;
}

int bindSources(Session *session, const SinterFunction *function) {
  for (uint64_t i = 0; i < function->numArgs; ++i) {
    const SinterArg *arg = &function->args[i];
    if (arg->kind != SINTER_ARG_FEED || arg->source < 0)
      continue;
    const SinterSource *info = &sinter_program.sources[arg->source];
    Source *source = &session->sources[arg->source];
    if (source->data)
      continue;
    if (info->kind == SINTER_SOURCE_STORE) {
      bindStore(session, info, source);
      continue;
    }
    int code = info->kind == SINTER_SOURCE_TABLE
                   ? openTable(session, info, source)
                   : openRows(session, info, source);
    if (code)
      return code;
  }
  return EXIT_OK;
}

int resolveRows(const Session *session, const SinterFunction *function,
                const SinterRows *rows, int64_t *begin, int64_t *end) {
  const SinterSource *first = NULL;
  int64_t count = 0;
  for (uint64_t i = 0; i < function->numArgs; ++i) {
    const SinterArg *arg = &function->args[i];
    if (arg->kind != SINTER_ARG_FEED || arg->source < 0)
      continue;
    const SinterSource *info = &sinter_program.sources[arg->source];
    int64_t found = session->sources[arg->source].rows;
    if (first && found != count)
      return fail(EXIT_DATA, "'%s' has %lld rows, but '%s' has %lld",
                  first->name, (long long)count, info->name, (long long)found);
    first = info;
    count = found;
  }
  *begin = rows->begin;
  *end = rows->end < 0 ? count : rows->end;
  if (*begin < 0 || *begin > *end || *end > count)
    return fail(EXIT_DATA,
                "rows %lld to %lld are wanted of '%s', which has "
                "%lld (%s)",
                (long long)*begin, (long long)*end, first ? first->name : "",
                (long long)count, first ? first->location : "");
  return EXIT_OK;
}

void swapBytes(char *data, uint64_t bytes, uint32_t unit) {
  if (unit < 2)
    return;
  for (uint64_t i = 0; i < bytes; i += unit)
    for (uint32_t low = 0, high = unit - 1; low < high; ++low, --high) {
      char byte = data[i + low];
      data[i + low] = data[i + high];
      data[i + high] = byte;
    }
}

void gatherRows(char *target, const Source *source, const Batch *batch) {
  uint64_t size = source->rowBytes;
  const char *first = source->data + (uint64_t)batch->first * size;
  if (!batch->rows)
    memcpy(target, first, (uint64_t)batch->count * size);
  else
    for (int64_t i = 0; i < batch->count; ++i)
      memcpy(target + (uint64_t)i * size, first + batch->rows[i] * size, size);
  swapBytes(target, (uint64_t)batch->count * size, source->swapUnit);
}
