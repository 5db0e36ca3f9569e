/* abi.h - the contract between generated code and the runtime.
 *
 * The code generator (codegen/) includes this header for the constants and lays
 * out constant structures of exactly these types; the runtime reads them. A
 * change here is a change of SINTER_ABI_VERSION and of codegen/Tables.cpp.
 *
 * Conventions: all pointers in tables are to constant data of the same program;
 * counts come before the array they count; names are NUL-terminated UTF-8. */

#ifndef SINTER_RUNTIME_ABI_H
#define SINTER_RUNTIME_ABI_H

#include <stdint.h>

#define SINTER_ABI_VERSION 1

/* Rank limit of the language. */
#define SINTER_MAX_RANK 8

enum SinterDType {
  SINTER_F32 = 0,
  SINTER_F64 = 1,
  SINTER_I32 = 2,
  SINTER_I64 = 3,
  SINTER_I8 = 4,
  SINTER_U8 = 5,
  SINTER_BOOL = 6, /* one byte, 0 or 1 */
};

/* Where a buffer lives. */
enum SinterSpace {
  SINTER_STORE = 0, /* persistent: parameters, state, columns; zero at start */
  SINTER_ARENA = 1, /* scratch of one call, arguments and results included */
  SINTER_CONSTANTS = 2, /* read-only data of the program */
};

/* A tensor in memory, row-major and dense. A negative entry of `shape`, -1 - d,
 * is the run-time extent number d of the context (today only d = 0: batch). */
typedef struct SinterBuffer {
  uint32_t space;
  uint32_t dtype;
  uint64_t offset;
  uint32_t rank;
  uint32_t reserved;
  int64_t shape[SINTER_MAX_RANK];
} SinterBuffer;

/* What every generated function gets. Owned by the caller. */
typedef struct SinterContext SinterContext;

/* A piece [lo, hi) of one kernel call's parallel range. */
typedef void (*SinterBody)(SinterContext *context, int64_t lo, int64_t hi);

struct SinterContext {
  char *store;
  char *arena;
  const char *constants;
  /* Run-time extents; extents[0] is the number of rows of the batch. */
  int64_t extents[4];
  /* Runs `body` over [0, trip), in pieces of any size or in one. Never called
   * with trip = 0. `grain` is the smallest piece worth a thread. */
  void (*parallel)(SinterContext *context, SinterBody body, int64_t trip,
                   int64_t grain);
  /* The runtime's own; generated code never touches it. */
  void *host;
};

/* A generated function. Returns 0, or the exit code the program ends with
 * (1 a failed check, 5 diverged), after the runtime call that said why. */
typedef int32_t (*SinterCall)(SinterContext *context);

/* ---- Tables -------------------------------------------------------------- */

/* How the runtime fills an argument before a call. */
enum SinterArgKind {
  SINTER_ARG_FEED = 0,  /* rows of source `source`, gathered by the batch's row
                           numbers; or rows of --in for predict */
  SINTER_ARG_STEP = 1,  /* i64: number of the step, from 1 */
  SINTER_ARG_EPOCH = 2, /* i64: number of the epoch, from 0 */
  SINTER_ARG_SEED = 3,  /* i64: the experiment's (or program's) seed */
  SINTER_ARG_HYPER = 4, /* f64: a hyper-parameter; `value` unless overridden by
                           --NAME on the command line */
  SINTER_ARG_ROW = 5,   /* i64[batch]: the row numbers of the batch */
  SINTER_ARG_BATCH = 6, /* i64: number of the batch, from 1; the step's where
                           gradients are not accumulated */
};

typedef struct SinterArg {
  const char *name;
  uint32_t kind;
  int32_t source; /* index into SinterProgram.sources, or -1 */
  SinterBuffer buffer;
  double value;
  int64_t firstRow; /* of a feed with a fixed number of rows */
} SinterArg;

typedef struct SinterResult {
  const char *name; /* "loss", a metric's name, "predict" */
  SinterBuffer buffer;
  uint32_t hasClasses; /* a row holds the probabilities of classes */
  uint32_t reserved;
} SinterResult;

typedef struct SinterFunction {
  const char *name;
  SinterCall call; /* null: the program has no such function */
  uint64_t numArgs;
  const SinterArg *args;
  uint64_t numResults;
  const SinterResult *results;
  /* What must be there before a call, each after what it needs itself. */
  uint64_t numData;
  const uint32_t *data; /* data sections whose columns it reads */
  uint64_t numTrained;
  const uint32_t *trained; /* other experiments whose parameters it reads */
} SinterFunction;

enum SinterSymbolKind {
  SINTER_SYMBOL_PARAM = 0,  /* trainable */
  SINTER_SYMBOL_FROZEN = 1, /* a parameter that is not trained */
  SINTER_SYMBOL_STATE = 2,  /* optimizer or model state: in checkpoints */
  SINTER_SYMBOL_METRIC = 3, /* a running sum of an epoch: in checkpoints, zeroed
                               when its epoch begins */
  SINTER_SYMBOL_COLUMN =
      4, /* a data column computed at start-up: never saved */
  SINTER_SYMBOL_SCRATCH = 5,   /* never saved */
  SINTER_SYMBOL_STATISTIC = 6, /* what a table's step has measured: in
                                  checkpoints */
};

typedef struct SinterSymbol {
  const char *name; /* the tensor's name in files: "w", "net.weight", "fit/w" */
  const char *location; /* "file:line:col" of its declaration */
  uint32_t kind;
  /* A matrix stored column by column; `buffer.shape` and files say its rows
   * and columns as the program does. */
  uint32_t transposed;
  SinterBuffer buffer;
} SinterSymbol;

enum SinterSourceKind {
  SINTER_SOURCE_STORE = 0,       /* a column in the store: symbol `symbol` */
  SINTER_SOURCE_IDX = 1,         /* files under --data: an IDX file, */
  SINTER_SOURCE_NPY = 2,         /* a NumPy array, */
  SINTER_SOURCE_SAFETENSORS = 3, /* the tensor `tensor` of a file, */
  SINTER_SOURCE_TABLE = 4, /* a CSV file as "features" or "label" (`tensor`) */
};

enum SinterTableStepKind {
  SINTER_STEP_STANDARDISE = 0, /* (x - mean) / sd of the first file's rows */
  SINTER_STEP_STANDARDISE_ALL = 1, /* the same over all files */
  SINTER_STEP_FILL = 2,            /* `value` where there is none */
};

typedef struct SinterTableStep {
  uint64_t kind;
  double value;
  /* Of `standardise`: the symbol of the numeric columns' means, f64 each; the
   * next symbol has their deviations. Else -1. */
  int64_t statistics;
} SinterTableStep;

typedef struct SinterCategories {
  const char *column;
  uint64_t numWords;
  const char *const *words;
} SinterCategories;

/* How rows of CSV files become numbers: the numeric columns, put through the
 * steps, then one number for each word of each categorical column, and one for
 * no word at all if `missing`. */
typedef struct SinterTable {
  uint64_t numFiles;        /* 1 or 2 */
  const char *const *files; /* the one to train on first */
  const char *id, *label;   /* columns, or empty */
  uint64_t numNumeric;
  const char *const *numeric;
  uint64_t numSteps;
  const SinterTableStep *steps;
  uint64_t numCategorical;
  const SinterCategories *categorical;
  uint64_t missing;
} SinterTable;

typedef struct SinterSource {
  const char *name;     /* "fashion.train.image" */
  const char *location; /* "file:line:col" of the source */
  uint32_t kind;
  int32_t symbol;   /* index into SinterProgram.symbols, or -1 */
  const char *path; /* the file's name */
  uint32_t dtype;
  uint32_t rank; /* rows included */
  int64_t
      shape[SINTER_MAX_RANK]; /* shape[0] = rows, -1 where the file decides */
  /* Values must lie in [minValue, maxValue] when hasRange (class labels). */
  uint32_t hasRange;
  uint32_t reserved;
  int64_t minValue, maxValue;
  const char *tensor; /* its name in a safetensors file or table */
  const SinterTable *table;
} SinterSource;

/* Rows [begin, end) of the sources feed a phase; end = -1: to the last row. */
typedef struct SinterRows {
  int64_t begin, end;
} SinterRows;

/* Functions in f64 to compare with. Their storage is of SINTER_SYMBOL_SCRATCH
 * and named after what it stands for: "selftest/w". */
typedef struct SinterTwins {
  SinterFunction gradcheck; /* "gradcheck/w" -> "gradient/w", "loss" */
  SinterFunction step;      /* what trainStep does to "selftest/w", ... */
  /* What the experiment's do, with "selftest/w", ... */
  SinterFunction update, evalStep, predict, predictRaw;
} SinterTwins;

typedef struct SinterExperiment {
  const char *name;
  int64_t epochs;
  int64_t batch; /* the bound the code is planned for */
  int64_t seed;
  uint32_t shuffle;
  uint32_t hasValid;
  SinterRows trainRows, validRows;
  uint64_t hasPredictRows;
  SinterRows predictRows; /* of `predictRaw` */
  /* Symbols [firstSymbol, firstSymbol + numSymbols) are this experiment's. */
  uint64_t firstSymbol, numSymbols;
  /* Accumulators of an epoch, zeroed when it begins: bytes of the store. */
  uint64_t trainMetricOffset, trainMetricBytes;
  uint64_t validMetricOffset, validMetricBytes;
  /* A step of the optimizer is `update`, after so many batches. 0: trainStep
   * updates the parameters itself. */
  int64_t accumulate;
  /* One of `numFolds` experiments of this name, which stand side by side; it is
   * validated on rows of the training data. 0: it stands alone. */
  int64_t fold, numFolds;
  /* Early stopping, if patience > 0: epochs without a better figure. */
  int64_t patience;
  double minDelta;
  const char *monitor;    /* "loss", or a metric's name */
  uint32_t monitorsValid; /* of the validation rows */
  uint32_t largerIsBetter;
  SinterFunction init;      /* fills parameters and state */
  SinterFunction trainStep; /* results: "loss" of the batch */
  SinterFunction
      trainMetrics; /* results: loss and metrics of the epoch so far */
  SinterFunction evalStep;
  SinterFunction evalMetrics;
  SinterFunction predict; /* feeds are the model's inputs as they are (.npy) */
  SinterFunction predictRaw; /* feeds are the data section's raw sources */
  SinterFunction after;
  SinterFunction update;    /* results: "loss" of the accumulated batches */
  SinterFunction keepBest;  /* copies the parameters */
  SinterFunction swapBest;  /* exchanges them for the copies */
  const SinterTwins *twins; /* null: built without checks */
} SinterExperiment;

typedef struct SinterProgram {
  uint32_t abiVersion;
  uint32_t requiredFeatures; /* SINTER_CPU_* bits the code needs */
  const char *compiler;      /* "sinter 0.1.0" */
  const char *model;         /* the model file's name */
  const char *modelHash; /* hex digest of the graph the program was made of */
  uint64_t storeBytes, arenaBytes;
  const char *constants;
  uint64_t numSymbols;
  const SinterSymbol *symbols;
  uint64_t numSources;
  const SinterSource *sources;
  uint64_t numData; /* data sections, each run once before it is first used */
  const SinterFunction *data;
  uint64_t numExperiments;
  const SinterExperiment *experiments;
  uint64_t numPrograms;
  const SinterFunction *programs;
  /* sinter_gradcheck and sinter_selftest, where the functions for them are;
   * else null, and they are not linked. The argument is the runtime's Session.
   */
  int32_t (*gradcheck)(void *session);
  int32_t (*selftest)(void *session);
} SinterProgram;

enum SinterCpuFeature {
  SINTER_CPU_SSE42 = 1,
  SINTER_CPU_AVX2 = 2,
  SINTER_CPU_FMA = 4,
  SINTER_CPU_AVX512 = 8, /* F, BW, DQ, VL */
};

/* The one symbol that the object file defines for the runtime. */
extern const SinterProgram sinter_program;

/* ---- What generated code calls ------------------------------------------- */

enum SinterItemKind {
  SINTER_ITEM_TEXT = 0, /* literal text */
  SINTER_ITEM_TENSOR =
      1, /* a tensor in NumPy's format (a scalar: its number) */
  SINTER_ITEM_FORMAT = 2, /* a scalar under a format such as ".4f" */
};

typedef struct SinterItem {
  uint32_t kind;
  uint32_t reserved;
  const char *text; /* the text, or the format */
  SinterBuffer buffer;
} SinterItem;

/* `print a, b`: each argument is a group of items written side by side; groups
 * are separated by a space, or by a line break around a tensor of several rows.
 */
typedef struct SinterPrint {
  uint64_t numGroups;
  const uint64_t *groupSizes;
  const SinterItem *items;
} SinterPrint;

/* `plot x, y`: curves over the first, which is x. */
typedef struct SinterPlot {
  const char *name;   /* the file is NAME.plotN.csv */
  const char *header; /* how it begins */
  int64_t every;      /* every so many points are written */
  uint64_t numCurves;
  const SinterBuffer *curves; /* vectors, and matrices of curves in columns */
} SinterPlot;

typedef struct SinterCheck {
  const char *location; /* "file:line:col" */
  const char *text;     /* the source text of the condition */
  SinterBuffer
      condition; /* bool, any shape: passes when all elements are true */
  /* Both sides of a comparison, or numSides = 0. */
  uint64_t numSides;
  const SinterBuffer *sides;
} SinterCheck;

typedef struct SinterGuard {
  const char *location;
  const char *name;   /* "loss" */
  SinterBuffer value; /* f32 or f64 scalar that must be finite */
} SinterGuard;

int32_t sinter_gradcheck(void *session);
int32_t sinter_selftest(void *session);

void sinter_print(SinterContext *context, const SinterPrint *what);
/* 0, or 4 after saying why the file cannot be written. */
int32_t sinter_plot(SinterContext *context, const SinterPlot *plot);
/* 0, or 1 after printing both sides. */
int32_t sinter_check(SinterContext *context, const SinterCheck *what);
/* 0, or 5 after saying which value of which step is not finite. */
int32_t sinter_guard(SinterContext *context, const SinterGuard *what);

/* A run-time loop that is not done after `limit` trips. */
typedef struct SinterLimit {
  const char *location; /* "file:line:col" of the loop */
  int64_t limit;
} SinterLimit;

/* 1, after saying so. */
int32_t sinter_limit(SinterContext *context, const SinterLimit *what);

/* Nanoseconds of a clock that only goes forward. */
int64_t sinter_clock(void);
/* Prints the label and the seconds since the clock showed `start`. */
void sinter_time(const char *label, int64_t start);

#endif /* SINTER_RUNTIME_ABI_H */
