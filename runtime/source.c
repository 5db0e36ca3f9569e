/* source.c - the rows that feed a function, from the store or from files. */

#include "runtime/internal.h"

#include <string.h>

int checkRange(const SinterSource *info, const Source *source,
               const char *where) {
  if (!info->hasRange || dtypeIsFloat(info->dtype))
    return EXIT_OK;
  uint64_t size = dtypeSize(info->dtype);
  uint64_t count = (uint64_t)source->rows * (source->rowBytes / size);
  for (uint64_t i = 0; i < count; ++i) {
    char number[8];
    memcpy(number, source->data + i * size, size);
    swapBytes(number, size, source->swapUnit);
    int64_t value = readScalar(number, info->dtype).integer;
    if (value < info->minValue || value > info->maxValue)
      return fail(EXIT_DATA,
                  "'%s': entry %llu is %lld; '%s' must lie between %lld and "
                  "%lld (%s)",
                  where, (unsigned long long)i, (long long)value, info->name,
                  (long long)info->minValue, (long long)info->maxValue,
                  info->location);
  }
  return EXIT_OK;
}

static int bindStore(Session *session, const SinterSource *info,
                     Source *source) {
  int code = prepareColumns(session);
  if (code)
    return code;
  const SinterBuffer *column = &sinter_program.symbols[info->symbol].buffer;
  source->data = bufferAddress(&session->context, column);
  source->rows = column->rank > 0 ? column->shape[0] : 1;
  source->rowBytes = bufferRowBytes(column);
  source->swapUnit = 0;
  return checkRange(info, source, info->name);
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
    int code = info->kind == SINTER_SOURCE_IDX
                   ? openIdx(session, info, source)
                   : bindStore(session, info, source);
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
