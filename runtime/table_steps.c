/* table_steps.c - what the numeric columns of a table go through.
 *
 * Means and deviations are measured once, over the files of the table, and kept
 * in the store: a checkpoint holds them, and whoever loads it puts other rows
 * through the same numbers. Whatever a file says that they are, the results
 * are numbers or, where a deviation is 0 or no number, missing. */

#include "runtime/table.h"

#include <math.h>
#include <sys/mman.h>

/* The means of a step that standardises; the deviations lie behind `index` 1.
 */
static double *statistics(const Session *session, const SinterTableStep *step,
                          int index) {
  const SinterSymbol *symbol =
      &sinter_program.symbols[step->statistics + index];
  return (double *)bufferAddress(&session->context, &symbol->buffer);
}

int tableIsMeasured(const Session *session, const SinterTable *table) {
  for (uint64_t i = 0; i < table->numSteps; ++i)
    if (table->steps[i].kind != SINTER_STEP_FILL &&
        !session->measured[table->steps[i].statistics])
      return 0;
  return 1;
}

/* Mean and deviation (dividing by n - 1) of a column, where it has values. A
 * second pass takes the rounding out of the mean, so that equal numbers have a
 * deviation of 0. */
static void measureColumn(const TableFile *files, uint64_t numFiles,
                          uint64_t column, uint64_t width, double *mean,
                          double *deviation) {
  double count = 0;
  *mean = 0;
  for (int pass = 0; pass < 3; ++pass) {
    double sum = 0;
    for (uint64_t f = 0; f < numFiles; ++f)
      for (int64_t row = 0; row < files[f].rows; ++row) {
        double x = files[f].numbers[(uint64_t)row * width + column] - *mean;
        if (x != x)
          continue;
        count += pass == 0;
        sum += pass < 2 ? x : x * x;
      }
    if (pass < 2)
      *mean += sum / count;
    else
      *deviation = sqrt(sum / (count - 1));
  }
}

static void measureStep(Session *session, const SinterTableStep *step,
                        const TableFile *files, const SinterTable *table) {
  if (step->kind == SINTER_STEP_FILL)
    return;
  uint64_t numFiles =
      step->kind == SINTER_STEP_STANDARDISE_ALL ? table->numFiles : 1;
  double *means = statistics(session, step, 0);
  double *deviations = statistics(session, step, 1);
  for (uint64_t column = 0; column < table->numNumeric; ++column)
    measureColumn(files, numFiles, column, table->numNumeric, &means[column],
                  &deviations[column]);
  session->measured[step->statistics] = 1;
  session->measured[step->statistics + 1] = 1;
}

static void standardise(TableFile *t, uint64_t width, const double *means,
                        const double *deviations) {
  double *x = t->numbers;
  for (int64_t row = 0; row < t->rows; ++row)
    for (uint64_t column = 0; column < width; ++column, ++x)
      *x = deviations[column] == 0 ? (double)NAN
                                   : (*x - means[column]) / deviations[column];
}

static void applyStep(const Session *session, const SinterTableStep *step,
                      const SinterTable *table, TableFile *t) {
  uint64_t width = table->numNumeric;
  if (step->kind != SINTER_STEP_FILL) {
    standardise(t, width, statistics(session, step, 0),
                statistics(session, step, 1));
    return;
  }
  for (uint64_t i = 0; i < (uint64_t)t->rows * width; ++i)
    if (t->numbers[i] != t->numbers[i])
      t->numbers[i] = step->value;
}

void applySteps(const Session *session, const SinterTable *table,
                TableFile *t) {
  for (uint64_t i = 0; i < table->numSteps; ++i)
    applyStep(session, &table->steps[i], table, t);
}

/* Each step is measured on what the steps before it have made. */
int measureTable(Session *session, const Mapping *mappings,
                 const SinterSource *info) {
  const SinterTable *table = info->table;
  uint64_t bytes = table->numFiles * sizeof(TableFile);
  TableFile *files = mapMemory(bytes);
  if (!files)
    return failTableMemory(info);
  int code = EXIT_OK;
  for (uint64_t f = 0; !code && f < table->numFiles; ++f)
    code = openTableFile(&files[f], info, table->files[f], &mappings[f]);
  for (uint64_t i = 0; !code && i < table->numSteps; ++i) {
    measureStep(session, &table->steps[i], files, table);
    for (uint64_t f = 0; f < table->numFiles; ++f)
      applyStep(session, &table->steps[i], table, &files[f]);
  }
  for (uint64_t f = 0; f < table->numFiles; ++f)
    closeTableFile(&files[f], table);
  munmap(files, bytes);
  return code;
}
