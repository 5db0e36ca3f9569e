/* csv.c - comma-separated values. */

#include "runtime/csv.h"
#include "runtime/text.h"

#include <string.h>

Csv csvOpen(const unsigned char *bytes, size_t size) {
  Csv csv = {(const char *)bytes, (const char *)bytes + size, 1, 1, NULL, NULL};
  if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
    csv.next += 3;
  return csv;
}

/* Consumes a line break, if one comes next. */
static int takeBreak(Csv *csv) {
  const char *at = csv->next;
  if (at < csv->end && *at == '\r')
    ++at;
  if (at == csv->end || *at != '\n')
    return 0;
  csv->next = at + 1;
  ++csv->line;
  return 1;
}

static int isEndOfCell(const Csv *csv) {
  const char *at = csv->next;
  if (at == csv->end || *at == ',' || *at == '\n')
    return 1;
  return *at == '\r' && at + 1 < csv->end && at[1] == '\n';
}

static int readQuoted(Csv *csv, Cell *cell) {
  uint64_t begin = csv->line;
  cell->begin = ++csv->next;
  cell->isQuoted = 1;
  for (; csv->next < csv->end; ++csv->next) {
    csv->line += *csv->next == '\n';
    if (*csv->next != '"')
      continue;
    if (csv->next + 1 < csv->end && csv->next[1] == '"') {
      ++csv->next;
      continue;
    }
    cell->size = (size_t)(csv->next++ - cell->begin);
    if (isEndOfCell(csv))
      return 1;
    csv->error = "text stands behind a closing quote";
    return 0;
  }
  csv->line = begin;
  csv->error = "a quote is not closed";
  return 0;
}

static int readCell(Csv *csv, Cell *cell) {
  if (csv->next < csv->end && *csv->next == '"')
    return readQuoted(csv, cell);
  cell->begin = csv->next;
  cell->isQuoted = 0;
  while (csv->next < csv->end && *csv->next != ',' && *csv->next != '\n')
    ++csv->next;
  cell->size = (size_t)(csv->next - cell->begin);
  /* The line break may have two bytes. */
  int isLast = csv->next == csv->end || *csv->next == '\n';
  if (isLast && cell->size > 0 && csv->next[-1] == '\r')
    --cell->size;
  return 1;
}

int csvRecord(Csv *csv, Cell *cells, uint64_t most, uint64_t *count) {
  *count = 0;
  while (takeBreak(csv))
    ;
  csv->recordLine = csv->line;
  csv->record = csv->next;
  if (csv->next == csv->end || csv->error)
    return 0;
  for (;;) {
    Cell cell;
    if (!readCell(csv, &cell))
      return 0;
    if (*count < most)
      cells[*count] = cell;
    ++*count;
    if (csv->next == csv->end || *csv->next != ',')
      break;
    ++csv->next;
  }
  takeBreak(csv);
  return 1;
}

void cellPosition(const Csv *csv, const Cell *cell, uint64_t *line,
                  uint64_t *column) {
  const char *begin = cell->begin - (cell->isQuoted != 0);
  *line = csv->recordLine;
  *column = 1;
  for (const char *at = csv->record; at < begin; ++at) {
    *line += *at == '\n';
    *column = *at == '\n' ? 1 : *column + 1;
  }
}

int cellEquals(const Cell *cell, const char *text) {
  for (size_t i = 0; i < cell->size; ++i, ++text) {
    if (!*text || cell->begin[i] != *text)
      return 0;
    if (cell->isQuoted && cell->begin[i] == '"')
      ++i; /* its twin */
  }
  return *text == 0;
}

int cellIsMissing(const Cell *cell) {
  static const char *const words[] = {
      "",     "#N/A", "#N/A N/A", "#NA",  "-1.#IND", "-1.#QNAN",
      "-NaN", "-nan", "1.#IND",   "<NA>", "1.#QNAN", "N/A",
      "NA",   "NULL", "NaN",      "n/a",  "nan",     "null"};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; ++i)
    if (cellEquals(cell, words[i]))
      return 1;
  return 0;
}

int cellNumber(const Cell *cell, double *value) {
  char text[400];
  const char *begin = cell->begin, *end = begin + cell->size;
  while (begin < end && (*begin == ' ' || *begin == '\t'))
    ++begin;
  while (begin < end && (end[-1] == ' ' || end[-1] == '\t'))
    --end;
  size_t size = (size_t)(end - begin);
  if (size == 0 || size >= sizeof text)
    return 0;
  memcpy(text, begin, size);
  text[size] = 0;
  return memchr(text, 0, size) == NULL && parseDouble(text, value);
}
