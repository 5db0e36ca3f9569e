/* csv.h - comma-separated values: RFC 4180 with either line break.
 *
 * Cells are places in the file's bytes; nothing is copied. */

#ifndef SINTER_RUNTIME_CSV_H
#define SINTER_RUNTIME_CSV_H

#include <stddef.h>
#include <stdint.h>

typedef struct Csv {
  const char *next, *end;
  uint64_t line, recordLine; /* of the next byte, and of the last record */
  const char *record;        /* where the last record begins */
  const char *error;         /* what is wrong at `line`, or null */
} Csv;

typedef struct Cell {
  const char *begin;
  size_t size;
  int isQuoted; /* quotes in it are doubled */
} Cell;

Csv csvOpen(const unsigned char *bytes, size_t size);
/* Reads the next record, past empty lines; 0 at the end and at an error. Cells
 * from number `most` on are counted, not kept. */
int csvRecord(Csv *csv, Cell *cells, uint64_t most, uint64_t *count);

/* The line and the byte in it, both from 1, of a cell of the last record. */
void cellPosition(const Csv *csv, const Cell *cell, uint64_t *line,
                  uint64_t *column);
int cellEquals(const Cell *cell, const char *text);
/* Does it say that there is no value: is it empty, "NA", "nan", ...? */
int cellIsMissing(const Cell *cell);
int cellNumber(const Cell *cell, double *value);

#endif /* SINTER_RUNTIME_CSV_H */
