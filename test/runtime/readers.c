/* readers.c - the runtime's readers, fed with bytes. */

#include "test/runtime/readers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* ---- A program with two parameters and a table ----------------------------
 */

enum { PARAMETER_BYTES = 40 };

static const char *const files[] = {"f"}, *const numeric[] = {"a"},
                         *const words[] = {"u", "v \"w\""};
static const SinterTableStep steps[] = {{SINTER_STEP_STANDARDISE, 0, 2},
                                        {SINTER_STEP_FILL, 0, -1}};
static const SinterCategories categorical[] = {{"b", 2, words}};
static const SinterTable table = {1, files, "", "y",         1, numeric,
                                  2, steps, 1,  categorical, 1};
static const SinterSource sources[] = {{.name = "t",
                                        .location = "t:6:1",
                                        .kind = SINTER_SOURCE_TABLE,
                                        .path = "f",
                                        .dtype = SINTER_F32,
                                        .rank = 2,
                                        .shape = {-1, 4},
                                        .tensor = "features",
                                        .table = &table}};

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
    {"data/t/mean",
     "t:6:1",
     SINTER_SYMBOL_STATISTIC,
     0,
     {SINTER_STORE, SINTER_F64, PARAMETER_BYTES, 1, 0, {1}}},
    {"data/t/deviation",
     "t:6:1",
     SINTER_SYMBOL_STATISTIC,
     0,
     {SINTER_STORE, SINTER_F64, PARAMETER_BYTES + 8, 1, 0, {1}}},
};
enum { NUM_SYMBOLS = sizeof symbols / sizeof symbols[0] };
static const SinterExperiment experiments[] = {
    {.name = "fit", .numSymbols = 2}};
const SinterProgram sinter_program = {.abiVersion = SINTER_ABI_VERSION,
                                      .compiler = "test",
                                      .model = "t",
                                      .modelHash = "0",
                                      .numSymbols = NUM_SYMBOLS,
                                      .symbols = symbols,
                                      .numSources = 1,
                                      .sources = sources,
                                      .numExperiments = 1,
                                      .experiments = experiments};

/* ---- Readers ---------------------------------------------------------------
 */

int readAsTensors(const Mapping *bytes) {
  static _Alignas(double) char store[PARAMETER_BYTES + 16];
  static unsigned char measured[NUM_SYMBOLS];
  static Session session;
  session.context.store = store;
  session.measured = measured;
  memset(store, 7, sizeof store);
  Load load;
  memset(&load, 0, sizeof load);
  load.file.path = "damaged";
  load.file.refusal = EXIT_CHECKPOINT;
  load.file.mapping = *bytes;
  load.wants = (unsigned char[NUM_SYMBOLS]){WANT, WANT};
  int code = readTensorFile(&load.file);
  char epoch[16];
  if (!code) {
    findMetadata(&load.file, "epoch", epoch, sizeof epoch);
    takeStatistics(&session, &load.file);
    wantStatistics(&load);
    load.file.mapping.size = 0; /* the bytes are the caller's */
    code = finishLoad(&session, &load, 0);
  } else {
    load.file.mapping.size = 0;
    closeTensorFile(&load.file);
  }
  for (size_t i = 0; code && i < PARAMETER_BYTES; ++i)
    if (store[i] != 7) {
      fputs("a refused file has changed the parameters\n", stderr);
      abort();
    }
  return code;
}

int readAsIdx(const Mapping *bytes) {
  static const SinterSource info = {.name = "label",
                                    .location = "t:3:1",
                                    .kind = SINTER_SOURCE_IDX,
                                    .path = "f",
                                    .dtype = SINTER_U8,
                                    .rank = 2,
                                    .shape = {-1, 3},
                                    .hasRange = 1,
                                    .maxValue = 9};
  Source source;
  return readIdx(bytes, "damaged", &info, &source);
}

int readAsNpy(const Mapping *bytes) {
  static const SinterSource info = {.name = "x",
                                    .location = "t:4:1",
                                    .kind = SINTER_SOURCE_NPY,
                                    .path = "f",
                                    .dtype = SINTER_F32,
                                    .rank = 2,
                                    .shape = {-1, 2}};
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

int readAsTensorRows(const Mapping *bytes) {
  static const SinterSource info = {.name = "x",
                                    .location = "t:5:1",
                                    .kind = SINTER_SOURCE_SAFETENSORS,
                                    .path = "f",
                                    .dtype = SINTER_F32,
                                    .rank = 2,
                                    .shape = {-1, 2},
                                    .tensor = "w"};
  Source source;
  return readTensorRows(bytes, "damaged", &info, &source);
}

int readAsTable(const Mapping *bytes) {
  static _Alignas(double) char store[PARAMETER_BYTES + 16];
  static unsigned char measured[NUM_SYMBOLS];
  static Session session;
  session.context.store = store;
  session.measured = measured;
  memset(measured, 0, sizeof measured);
  Source source = {0};
  int code = measureTable(&session, bytes, sources);
  if (!code)
    code = readTable(&session, bytes, "f", sources, &source);
  if (source.data)
    munmap((void *)source.data, (uint64_t)source.rows * source.rowBytes);
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
