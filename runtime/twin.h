/* twin.h - the storage of functions in f64 that are compared with. */

#ifndef SINTER_RUNTIME_TWIN_H
#define SINTER_RUNTIME_TWIN_H

#include "runtime/internal.h"

/* What stands for a symbol of the experiment: the scratch named `prefix` and
 * the symbol's name. Null: nothing does. */
const SinterSymbol *findScratch(const SinterExperiment *experiment,
                                const char *prefix, const SinterSymbol *symbol);
/* Where entry `index`, counted row by row, is stored. */
uint64_t placeOf(const SinterSymbol *symbol, uint64_t index);
/* In [0, 1); depends on the entry's number alone. */
double randomNumber(uint64_t number);
/* 1 or -1. */
double signOf(uint64_t number);

#endif /* SINTER_RUNTIME_TWIN_H */
