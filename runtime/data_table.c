/* data_table.c - rows of CSV files as numbers. */

#include "runtime/table.h"

#include <math.h>
#include <string.h>
#include <sys/mman.h>

int failTableMemory(const SinterSource *info) {
  return fail(EXIT_MEMORY, "out of memory: the rows of '%s'", info->name);
}

int isLabel(const SinterSource *info) {
  return strcmp(info->tensor, "label") == 0;
}

/* ---- Files --------------------------------------------------------------- */

/* The name of the column number `index` that `info` wants. */
static const char *wantedColumn(const SinterSource *info, uint64_t index) {
  const SinterTable *table = info->table;
  if (isLabel(info))
    return table->label;
  return index < table->numNumeric
             ? table->numeric[index]
             : table->categorical[index - table->numNumeric].column;
}

static int findColumns(TableFile *t, const SinterSource *info) {
  const SinterTable *table = info->table;
  t->numColumns = isLabel(info) ? 1 : table->numNumeric + table->numCategorical;
  t->places = mapMemory(t->numColumns * sizeof(uint64_t));
  if (!t->places)
    return failTableMemory(info);
  for (uint64_t i = 0; i < t->numColumns; ++i) {
    int code = findCsvColumn(&t->file, wantedColumn(info, i), &t->places[i]);
    if (code)
      return code;
  }
  return EXIT_OK;
}

/* Counts the records, checking all of them. */
static int countRows(TableFile *t) {
  Csv first = t->file.csv;
  int more = 1, code = EXIT_OK;
  for (t->rows = -1; more && !code; ++t->rows)
    code = nextCsvRecord(&t->file, &more);
  t->file.csv = first;
  if (!code && t->rows > INT32_MAX)
    code = fail(EXIT_DATA, "'%s' has more than 2147483647 rows", t->file.path);
  return code;
}

static int failCell(const CsvFile *file, const char *column, const Cell *cell,
                    const char *wanted) {
  char bytes[64];
  Text text = textInMemory(bytes, sizeof bytes - 1);
  textBytes(&text, cell->begin, cell->size < 40 ? cell->size : 40);
  bytes[text.size] = 0;
  uint64_t line, position;
  cellPosition(&file->csv, cell, &line, &position);
  return fail(EXIT_DATA, "%s:%llu:%llu: '%s' is \"%s\", expected %s",
              file->path, (unsigned long long)line,
              (unsigned long long)position, column, bytes, wanted);
}

static int readNumber(const CsvFile *file, const char *column, uint64_t place,
                      double *number) {
  const Cell *cell = &file->cells[place];
  if (cellIsMissing(cell))
    *number = (double)NAN;
  else if (!cellNumber(cell, number))
    return failCell(file, column, cell, "a number");
  return EXIT_OK;
}

static uint64_t numbersBytes(const TableFile *t, const SinterTable *table) {
  return (uint64_t)t->rows * table->numNumeric * sizeof(double);
}

static int readNumbers(TableFile *t, const SinterSource *info) {
  const SinterTable *table = info->table;
  Csv first = t->file.csv;
  t->numbers = mapMemory(numbersBytes(t, table));
  if (!t->numbers)
    return failTableMemory(info);
  double *number = t->numbers;
  for (int64_t row = 0; row < t->rows; ++row) {
    int more, code = nextCsvRecord(&t->file, &more);
    for (uint64_t i = 0; !code && i < table->numNumeric; ++i)
      code = readNumber(&t->file, table->numeric[i], t->places[i], number++);
    if (code)
      return code;
  }
  t->file.csv = first;
  return EXIT_OK;
}

int openTableFile(TableFile *t, const SinterSource *info, const char *path,
                  const Mapping *mapping) {
  memset(t, 0, sizeof *t);
  int code = openCsvFile(&t->file, path, mapping);
  if (!code)
    code = findColumns(t, info);
  if (!code)
    code = countRows(t);
  return code || isLabel(info) ? code : readNumbers(t, info);
}

void closeTableFile(TableFile *t, const SinterTable *table) {
  closeCsvFile(&t->file);
  if (t->places)
    munmap(t->places, t->numColumns * sizeof(uint64_t));
  if (t->numbers)
    munmap(t->numbers, numbersBytes(t, table));
}

/* ---- Rows ---------------------------------------------------------------- */

/* Sets the number of the cell's word in *features, and goes on behind it. */
static int encodeWord(const TableFile *t, const SinterTable *table,
                      uint64_t index, float **features) {
  const SinterCategories *words = &table->categorical[index];
  const Cell *cell = &t->file.cells[t->places[table->numNumeric + index]];
  float *begin = *features;
  *features += words->numWords + table->missing;
  if (cellIsMissing(cell)) {
    if (table->missing)
      begin[words->numWords] = 1;
    return EXIT_OK;
  }
  for (uint64_t i = 0; i < words->numWords; ++i)
    if (cellEquals(cell, words->words[i])) {
      begin[i] = 1;
      return EXIT_OK;
    }
  return failCell(&t->file, words->column, cell,
                  "a word that was there when the program was built");
}

static int writeFeatures(TableFile *t, const SinterTable *table,
                         float *features) {
  const double *number = t->numbers;
  for (int64_t row = 0; row < t->rows; ++row) {
    int more, code = nextCsvRecord(&t->file, &more);
    for (uint64_t i = 0; i < table->numNumeric; ++i)
      *features++ = (float)*number++;
    for (uint64_t i = 0; !code && i < table->numCategorical; ++i)
      code = encodeWord(t, table, i, &features);
    if (code)
      return code;
  }
  return EXIT_OK;
}

static int writeLabels(TableFile *t, const SinterTable *table, float *labels) {
  int code = EXIT_OK;
  for (int64_t row = 0; !code && row < t->rows; ++row) {
    int more;
    double label = 0;
    const Cell *cell = &t->file.cells[t->places[0]];
    code = nextCsvRecord(&t->file, &more);
    if (!code && !cellNumber(cell, &label))
      code = failCell(&t->file, table->label, cell, "a number");
    labels[row] = (float)label;
  }
  return code;
}

static int writeRows(TableFile *t, const SinterSource *info, Source *source) {
  uint64_t bytes;
  source->rowBytes = sourceRowBytes(info);
  source->rows = t->rows;
  source->swapUnit = 0;
  float *rows =
      __builtin_mul_overflow((uint64_t)t->rows, source->rowBytes, &bytes)
          ? NULL
          : mapMemory(bytes);
  if (!rows)
    return failTableMemory(info);
  source->data = (const char *)rows;
  return isLabel(info) ? writeLabels(t, info->table, rows)
                       : writeFeatures(t, info->table, rows);
}

int readTable(Session *session, const Mapping *mapping, const char *path,
              const SinterSource *info, Source *source) {
  TableFile t;
  int code = openTableFile(&t, info, path, mapping);
  if (!code && info->shape[0] >= 0 && t.rows != info->shape[0])
    code = fail(EXIT_DATA,
                "'%s' has %lld rows, and %lld when the program was built, "
                "which computes with all of them at once (%s)",
                path, (long long)t.rows, (long long)info->shape[0],
                info->location);
  if (!code && !isLabel(info))
    applySteps(session, info->table, &t);
  if (!code)
    code = writeRows(&t, info, source);
  closeTableFile(&t, info->table);
  return code;
}
