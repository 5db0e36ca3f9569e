/* csv_file.c - a CSV file with a header, whose records have as many cells. */

#include "runtime/csv_file.h"
#include "runtime/internal.h"

#include <string.h>
#include <sys/mman.h>

static int failCsv(const CsvFile *file) {
  return fail(EXIT_DATA, "'%s': line %llu: %s", file->path,
              (unsigned long long)file->csv.line, file->csv.error);
}

int openCsvFile(CsvFile *file, const char *path, const Mapping *mapping) {
  Csv begin = csvOpen(mapping->data, mapping->size);
  memset(file, 0, sizeof *file);
  file->path = path;
  file->csv = begin;
  uint64_t count;
  if (!csvRecord(&file->csv, NULL, 0, &count))
    return file->csv.error ? failCsv(file)
                           : fail(EXIT_DATA, "'%s' has no header", path);
  file->numColumns = count;
  file->cells = mapMemory(count * sizeof(Cell));
  if (!file->cells)
    return fail(EXIT_MEMORY, "out of memory: the columns of '%s'", path);
  file->csv = begin;
  csvRecord(&file->csv, file->cells, file->numColumns, &count);
  return EXIT_OK;
}

int findCsvColumn(const CsvFile *file, const char *name, uint64_t *place) {
  uint64_t found = 0;
  for (uint64_t i = 0; i < file->numColumns; ++i)
    if (cellEquals(&file->cells[i], name)) {
      *place = i;
      ++found;
    }
  if (found > 1)
    return fail(EXIT_DATA, "'%s' has %llu columns '%s'", file->path,
                (unsigned long long)found, name);
  return found ? EXIT_OK
               : fail(EXIT_DATA, "'%s' has no column '%s'", file->path, name);
}

int nextCsvRecord(CsvFile *file, int *more) {
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

void closeCsvFile(CsvFile *file) {
  if (file->cells)
    munmap(file->cells, file->numColumns * sizeof(Cell));
}
