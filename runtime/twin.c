/* twin.c - the storage of functions in f64 that are compared with. */

#include "runtime/twin.h"

#include <string.h>

const SinterSymbol *findScratch(const SinterExperiment *experiment,
                                const char *prefix,
                                const SinterSymbol *symbol) {
  size_t size = strlen(prefix);
  for (uint64_t i = 0; i < experiment->numSymbols; ++i) {
    const SinterSymbol *other =
        &sinter_program.symbols[experiment->firstSymbol + i];
    if (other->kind == SINTER_SYMBOL_SCRATCH &&
        strncmp(other->name, prefix, size) == 0 &&
        strcmp(other->name + size, symbol->name) == 0)
      return other;
  }
  return NULL;
}

uint64_t placeOf(const SinterSymbol *symbol, uint64_t index) {
  if (!symbol->transposed)
    return index;
  uint64_t rows = (uint64_t)symbol->buffer.shape[0];
  uint64_t columns = (uint64_t)symbol->buffer.shape[1];
  return index % columns * rows + index / columns;
}

double randomNumber(uint64_t number) {
  uint32_t counter[4] = {(uint32_t)number, (uint32_t)(number >> 32), 0, 0};
  uint32_t key[2] = {0, 0}, random[4];
  philox(counter, key, random);
  return random[0] * 0x1p-32;
}

double signOf(uint64_t number) { return randomNumber(number) < 0.5 ? 1 : -1; }
