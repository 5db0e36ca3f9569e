/* readers.c - the runtime's readers, fed with bytes. */

#include "test/runtime/readers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- A program with two parameters ----------------------------------------
 */

static const SinterSymbol symbols[] = {
    {"w",
     "t:1:1",
     SINTER_SYMBOL_PARAM,
     0,
     {SINTER_STORE, SINTER_F32, 0, 2, 0, {3, 2}}},
    {"net.bias",
     "t:2:1",
     SINTER_SYMBOL_PARAM,
     0,
     {SINTER_STORE, SINTER_F64, 24, 1, 0, {2}}},
};
static const SinterExperiment experiments[] = {
    {.name = "fit", .numSymbols = 2}};
const SinterProgram sinter_program = {.abiVersion = SINTER_ABI_VERSION,
                                      .compiler = "test",
                                      .model = "t",
                                      .modelHash = "0",
                                      .numSymbols = 2,
                                      .symbols = symbols,
                                      .numExperiments = 1,
                                      .experiments = experiments};

/* ---- Readers ---------------------------------------------------------------
 */

int readAsTensors(const Mapping *bytes) {
  static Session session;
  static char store[64];
  session.context.store = store;
  memset(store, 7, sizeof store);
  Load load;
  memset(&load, 0, sizeof load);
  load.file.path = "damaged";
  load.file.refusal = EXIT_CHECKPOINT;
  load.file.mapping = *bytes;
  load.wants = (unsigned char[2]){WANT, WANT};
  int code = readTensorFile(&load.file);
  char epoch[16];
  if (!code) {
    findMetadata(&load.file, "epoch", epoch, sizeof epoch);
    load.file.mapping.size = 0; /* the bytes are the caller's */
    code = finishLoad(&session, &load, 0);
  } else {
    load.file.mapping.size = 0;
    closeTensorFile(&load.file);
  }
  for (size_t i = 0; code && i < sizeof store; ++i)
    if (store[i] != 7) {
      fputs("a refused file has changed the parameters\n", stderr);
      abort();
    }
  return code;
}

int readAsIdx(const Mapping *bytes) {
  static const SinterSource info = {"label", "t:3:1", SINTER_SOURCE_IDX,
                                    -1,      "f",     SINTER_U8,
                                    2,       {-1, 3}, 1,
                                    0,       0,       9,
                                    NULL};
  Source source;
  return readIdx(bytes, "damaged", &info, &source);
}

int readAsNpy(const Mapping *bytes) {
  static const SinterSource info = {
      "x", "t:4:1", SINTER_SOURCE_NPY, -1, "f", SINTER_F32, 2, {-1, 2}, 0, 0, 0,
      0,   NULL};
  Source source;
  memset(&source, 0, sizeof source);
  int code = readNpy(bytes, "damaged", &info, &source);
  /* What is accepted must be readable to its end. */
  volatile char last = 0;
  if (!code && source.rows > 0)
    last = source.data[(uint64_t)source.rows * source.rowBytes - 1];
  (void)last;
  return code;
}

int readCopy(Reader reader, const void *bytes, size_t size) {
  char *copy = malloc(size ? size : 1);
  memcpy(copy, bytes, size);
  Mapping mapping = {(unsigned char *)copy, size};
  int code = reader(&mapping);
  standardError.size = 0;
  free(copy);
  return code;
}
