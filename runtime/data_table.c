/* data_table.c - rows of CSV files as numbers.
 *
 * All files of a table are read, for what is standardised over their rows; one
 * of them gives the rows. */

#include "runtime/csv_file.h"
#include "runtime/internal.h"

#include <math.h>
#include <string.h>
#include <sys/mman.h>

typedef struct TableFile {
  CsvFile file;
  uint64_t *places; /* of the numeric columns, then of the categorical ones */
  uint64_t labelPlace;
  int64_t rows;
  double *numbers; /* [rows, numNumeric] */
} TableFile;

static int failMemory(const SinterSource *info) {
  return fail(EXIT_MEMORY, "out of memory: the rows of '%s'", info->name);
}

static int isLabel(const SinterSource *info) {
  return strcmp(info->tensor, "label") == 0;
}

/* ---- Files --------------------------------------------------------------- */

static uint64_t numPlaces(const SinterTable *table) {
  return table->numNumeric + table->numCategorical;
}

static int findColumns(TableFile *t, const SinterSource *info) {
  const SinterTable *table = info->table;
  t->places = mapMemory(numPlaces(table) * sizeof(uint64_t));
  if (!t->places)
    return failMemory(info);
  for (uint64_t i = 0; i < numPlaces(table); ++i) {
    const char *name = i < table->numNumeric
                           ? table->numeric[i]
                           : table->categorical[i - table->numNumeric].column;
    int code = findCsvColumn(&t->file, name, &t->places[i]);
    if (code)
      return code;
  }
  /* Files to predict from have no label. */
  if (isLabel(info) && strcmp(t->file.path, info->path) == 0)
    return findCsvColumn(&t->file, table->label, &t->labelPlace);
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
  return fail(EXIT_DATA, "'%s': line %llu: '%s' is \"%s\", expected %s",
              file->path, (unsigned long long)file->csv.recordLine, column,
              bytes, wanted);
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
    return failMemory(info);
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

static int openTableFile(TableFile *t, const SinterSource *info,
                         const char *name, const Mapping *mapping) {
  int code = openCsvFile(&t->file, name, mapping);
  if (!code)
    code = findColumns(t, info);
  if (!code)
    code = countRows(t);
  return code ? code : readNumbers(t, info);
}

static void closeTableFile(TableFile *t, const SinterTable *table) {
  closeCsvFile(&t->file);
  if (t->places)
    munmap(t->places, numPlaces(table) * sizeof(uint64_t));
  if (t->numbers)
    munmap(t->numbers, numbersBytes(t, table));
}

/* ---- Steps --------------------------------------------------------------- */

/* Mean and deviation (dividing by n - 1) of a column, where it has values. */
static void measure(const TableFile *files, uint64_t numFiles, uint64_t column,
                    uint64_t width, double *mean, double *deviation) {
  double count = 0, sum = 0, squares = 0;
  for (int pass = 0; pass < 2; ++pass) {
    for (uint64_t f = 0; f < numFiles; ++f)
      for (int64_t row = 0; row < files[f].rows; ++row) {
        double x = files[f].numbers[(uint64_t)row * width + column];
        if (x != x)
          continue;
        count += !pass;
        sum += pass ? 0 : x;
        squares += pass ? (x - *mean) * (x - *mean) : 0;
      }
    *mean = sum / count;
  }
  *deviation = sqrt(squares / (count - 1));
}

static void applyStep(const SinterTableStep *step, TableFile *files,
                      const SinterTable *table) {
  uint64_t width = table->numNumeric;
  uint64_t measured =
      step->kind == SINTER_STEP_STANDARDISE_ALL ? table->numFiles : 1;
  for (uint64_t column = 0; column < width; ++column) {
    double mean = 0, deviation = 1;
    if (step->kind != SINTER_STEP_FILL)
      measure(files, measured, column, width, &mean, &deviation);
    for (uint64_t f = 0; f < table->numFiles; ++f)
      for (int64_t row = 0; row < files[f].rows; ++row) {
        double *x = &files[f].numbers[(uint64_t)row * width + column];
        if (step->kind != SINTER_STEP_FILL)
          *x = (*x - mean) / deviation;
        else if (*x != *x)
          *x = step->value;
      }
  }
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
    const Cell *cell = &t->file.cells[t->labelPlace];
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
    return failMemory(info);
  source->data = (const char *)rows;
  return isLabel(info) ? writeLabels(t, info->table, rows)
                       : writeFeatures(t, info->table, rows);
}

int readTable(const Mapping *mappings, const SinterSource *info,
              Source *source) {
  const SinterTable *table = info->table;
  uint64_t bytes = table->numFiles * sizeof(TableFile);
  TableFile *files = mapMemory(bytes);
  if (!files)
    return failMemory(info);
  TableFile *wanted = files;
  int code = EXIT_OK;
  for (uint64_t f = 0; !code && f < table->numFiles; ++f) {
    code = openTableFile(&files[f], info, table->files[f], &mappings[f]);
    if (strcmp(table->files[f], info->path) == 0)
      wanted = &files[f];
  }
  for (uint64_t i = 0; !code && i < table->numSteps; ++i)
    applyStep(&table->steps[i], files, table);
  if (!code)
    code = writeRows(wanted, info, source);
  for (uint64_t f = 0; f < table->numFiles; ++f)
    closeTableFile(&files[f], table);
  munmap(files, bytes);
  return code;
}
