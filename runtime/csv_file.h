/* csv_file.h - a CSV file with a header, whose records have as many cells. */

#ifndef SINTER_RUNTIME_CSV_FILE_H
#define SINTER_RUNTIME_CSV_FILE_H

#include "runtime/csv.h"
#include "runtime/io.h"

typedef struct CsvFile {
  const char *path;
  Csv csv;     /* behind the header, or the last record */
  Cell *cells; /* of the header, then of the last record */
  uint64_t numColumns;
} CsvFile;

/* Reads the header of a file in memory; `path` is for messages. These return 0
 * or the exit code after a message. */
int openCsvFile(CsvFile *file, const char *path, const Mapping *mapping);
/* Finds a column while `cells` are the header's. */
int findCsvColumn(const CsvFile *file, const char *name, uint64_t *place);
/* Reads a record into `cells`; *more is 0 at the end. */
int nextCsvRecord(CsvFile *file, int *more);
void closeCsvFile(CsvFile *file);

#endif /* SINTER_RUNTIME_CSV_FILE_H */
