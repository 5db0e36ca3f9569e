/* data_table.c - rows of CSV files as numbers.
 *
 * All files of a table are read, for what is standardised over their rows; one
 * of them gives the rows. */

#include "runtime/csv.h"
#include "runtime/internal.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* A CSV file, whose first record holds its columns' names. */
typedef struct TableFile {
  const char *path;
  Mapping mapping;
  Csv csv; /* behind the header */
  Cell *cells;
  uint64_t numColumns;
  uint64_t *places; /* of the numeric columns, then of the categorical ones */
  uint64_t labelPlace;
  int64_t rows;
  double *numbers; /* [rows, numNumeric] */
} TableFile;

static int failCsv(const TableFile *file) {
  return fail(EXIT_DATA, "'%s': line %llu: %s", file->path,
              (unsigned long long)file->csv.line, file->csv.error);
}

static int failMemory(const TableFile *file) {
  return fail(EXIT_MEMORY, "out of memory: the rows of '%s'", file->path);
}

static int isLabel(const SinterSource *info) {
  return strcmp(info->tensor, "label") == 0;
}

/* ---- Headers ------------------------------------------------------------- */

static int readHeader(TableFile *file) {
  Csv csv = csvOpen(file->mapping.data, file->mapping.size);
  file->csv = csv;
  if (!csvRecord(&file->csv, NULL, 0, &file->numColumns))
    return file->csv.error ? failCsv(file)
                           : fail(EXIT_DATA, "'%s' has no header", file->path);
  file->cells = mapMemory(file->numColumns * sizeof(Cell));
  if (!file->cells)
    return failMemory(file);
  uint64_t count;
  file->csv = csv;
  csvRecord(&file->csv, file->cells, file->numColumns, &count);
  return EXIT_OK;
}

static int findColumn(const TableFile *file, const char *name,
                      uint64_t *place) {
  for (uint64_t i = 0; i < file->numColumns; ++i)
    if (cellEquals(&file->cells[i], name)) {
      *place = i;
      return EXIT_OK;
    }
  return fail(EXIT_DATA, "'%s' has no column '%s'", file->path, name);
}

static int findColumns(TableFile *file, const SinterTable *table) {
  uint64_t count = table->numNumeric + table->numCategorical;
  file->places = mapMemory(count * sizeof(uint64_t));
  if (!file->places)
    return failMemory(file);
  for (uint64_t i = 0; i < count; ++i) {
    const char *name = i < table->numNumeric
                           ? table->numeric[i]
                           : table->categorical[i - table->numNumeric].column;
    int code = findColumn(file, name, &file->places[i]);
    if (code)
      return code;
  }
  return EXIT_OK;
}

/* ---- Records ------------------------------------------------------------- */

/* Reads a record into `cells`; *more is 0 at the end. */
static int nextRecord(TableFile *file, int *more) {
  uint64_t count;
  *more = csvRecord(&file->csv, file->cells, file->numColumns, &count);
  if (file->csv.error)
    return failCsv(file);
  if (*more && count != file->numColumns)
    return fail(
        EXIT_DATA, "'%s': line %llu has %llu cells, the header has %llu",
        file->path, (unsigned long long)file->csv.recordLine,
        (unsigned long long)count, (unsigned long long)file->numColumns);
  return EXIT_OK;
}

/* Counts the records behind the header, checking all of them. */
static int countRows(TableFile *file) {
  Csv first = file->csv;
  int more = 1, code = EXIT_OK;
  for (file->rows = -1; more && !code; ++file->rows)
    code = nextRecord(file, &more);
  file->csv = first;
  if (!code && file->rows > INT32_MAX)
    code = fail(EXIT_DATA, "'%s' has more than 2147483647 rows", file->path);
  return code;
}

static int failCell(const TableFile *file, const char *column, const Cell *cell,
                    const char *wanted) {
  char bytes[64];
  Text text = textInMemory(bytes, sizeof bytes - 1);
  textBytes(&text, cell->begin, cell->size < 40 ? cell->size : 40);
  bytes[text.size] = 0;
  return fail(EXIT_DATA, "'%s': line %llu: '%s' is \"%s\", expected %s",
              file->path, (unsigned long long)file->csv.recordLine, column,
              bytes, wanted);
}

static int readNumber(const TableFile *file, const char *column, uint64_t place,
                      double *number) {
  const Cell *cell = &file->cells[place];
  if (cellIsMissing(cell))
    *number = (double)NAN;
  else if (!cellNumber(cell, number))
    return failCell(file, column, cell, "a number");
  return EXIT_OK;
}

static int readNumbers(TableFile *file, const SinterTable *table) {
  Csv first = file->csv;
  uint64_t bytes;
  if (__builtin_mul_overflow((uint64_t)file->rows,
                             table->numNumeric * sizeof(double), &bytes) ||
      !(file->numbers = mapMemory(bytes)))
    return failMemory(file);
  double *number = file->numbers;
  for (int64_t row = 0; row < file->rows; ++row) {
    int more, code = nextRecord(file, &more);
    for (uint64_t i = 0; !code && i < table->numNumeric; ++i)
      code = readNumber(file, table->numeric[i], file->places[i], number++);
    if (code)
      return code;
  }
  file->csv = first;
  return EXIT_OK;
}

static int openTableFile(Session *session, TableFile *file,
                         const SinterSource *info, const char *name) {
  static char path[MAX_PATH_BYTES];
  const char *folder = session->options->data;
  if (!joinPath(path, sizeof path, folder ? folder : "", name))
    return fail(EXIT_IO, "the path of '%s' is too long", name);
  int error = mapFile(path, &file->mapping);
  if (error)
    return fail(error == ENOMEM ? EXIT_MEMORY : EXIT_IO,
                "cannot read '%s': %s%s (%s)", path, errorText(error),
                folder ? "" : "; --data DIR says where data files are",
                info->location);
  file->path = name;
  int code = readHeader(file);
  if (!code)
    code = findColumns(file, info->table);
  /* Files to predict from have no label. */
  if (!code && isLabel(info) && strcmp(name, info->path) == 0)
    code = findColumn(file, info->table->label, &file->labelPlace);
  if (!code)
    code = countRows(file);
  if (!code)
    code = readNumbers(file, info->table);
  return code;
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
static int encodeWord(const TableFile *file, const SinterTable *table,
                      uint64_t index, float **features) {
  const SinterCategories *words = &table->categorical[index];
  const Cell *cell = &file->cells[file->places[table->numNumeric + index]];
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
  return failCell(file, words->column, cell,
                  "a word that was there when the program was built");
}

static int writeFeatures(TableFile *file, const SinterTable *table,
                         float *features) {
  const double *number = file->numbers;
  for (int64_t row = 0; row < file->rows; ++row) {
    int more, code = nextRecord(file, &more);
    for (uint64_t i = 0; i < table->numNumeric; ++i)
      *features++ = (float)*number++;
    for (uint64_t i = 0; !code && i < table->numCategorical; ++i)
      code = encodeWord(file, table, i, &features);
    if (code)
      return code;
  }
  return EXIT_OK;
}

static int writeLabels(TableFile *file, const SinterTable *table,
                       float *labels) {
  int code = EXIT_OK;
  for (int64_t row = 0; !code && row < file->rows; ++row) {
    int more;
    double label = 0;
    const Cell *cell = &file->cells[file->labelPlace];
    code = nextRecord(file, &more);
    if (!code && !cellNumber(cell, &label))
      code = failCell(file, table->label, cell, "a number");
    labels[row] = (float)label;
  }
  return code;
}

int readTable(Session *session, const SinterSource *info, Source *source) {
  const SinterTable *table = info->table;
  TableFile *files = mapMemory(table->numFiles * sizeof(TableFile));
  if (!files)
    return fail(EXIT_MEMORY, "out of memory: the files of '%s'", info->name);
  TableFile *file = files;
  for (uint64_t f = 0; f < table->numFiles; ++f) {
    int code = openTableFile(session, &files[f], info, table->files[f]);
    if (code)
      return code;
    if (strcmp(table->files[f], info->path) == 0)
      file = &files[f];
  }
  for (uint64_t i = 0; i < table->numSteps; ++i)
    applyStep(&table->steps[i], files, table);
  uint64_t bytes;
  source->rowBytes = sourceRowBytes(info);
  source->rows = file->rows;
  if (__builtin_mul_overflow((uint64_t)file->rows, source->rowBytes, &bytes))
    return failMemory(file);
  float *rows = mapMemory(bytes);
  if (!rows)
    return failMemory(file);
  source->data = (const char *)rows;
  return isLabel(info) ? writeLabels(file, table, rows)
                       : writeFeatures(file, table, rows);
}
