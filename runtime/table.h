/* table.h - a CSV file of a table, and the steps that its numbers go through.
 */

#ifndef SINTER_RUNTIME_TABLE_H
#define SINTER_RUNTIME_TABLE_H

#include "runtime/csv_file.h"
#include "runtime/internal.h"

typedef struct TableFile {
  CsvFile file;
  uint64_t *places;    /* of the numeric columns, then of the categorical ones;
                          or of the label alone */
  uint64_t numColumns; /* that have a place */
  int64_t rows;
  double *numbers; /* [rows, numNumeric], NaN where there is none */
} TableFile;

/* Finds the columns that `info` wants, checks all records and reads the numeric
 * columns. Whatever comes of it, the file is to be closed. */
int openTableFile(TableFile *t, const SinterSource *info, const char *path,
                  const Mapping *mapping);
void closeTableFile(TableFile *t, const SinterTable *table);

/* Is it a column of labels, not of features? */
int isLabel(const SinterSource *info);
int failTableMemory(const SinterSource *info);

/* Puts the numbers of a file through the steps. */
void applySteps(const Session *session, const SinterTable *table, TableFile *t);

#endif /* SINTER_RUNTIME_TABLE_H */
