/* fake_program.c - a program as the code generator would make it, by hand.
 *
 * Two experiments: `linreg`, linear regression by SGD with momentum on a column
 * computed at start-up, and `digits`, least squares on classes from IDX files.
 * Plain loops, no vectors: what is tested is the runtime around them. */

/* Fields of the tables that are left out are zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#include "runtime/abi.h"

#include <stddef.h>

enum { ROWS = 103, TRAIN_ROWS = 93, BATCH = 10, PIXELS = 4, CLASSES = 3 };

typedef struct Store {
  float x[ROWS][2], y[ROWS][1];
  float w[2][1], b[1];
  float wMomentum[2][1], bMomentum[1];
  double trainLoss, trainRows, validLoss, validRows;
  float weight[PIXELS][CLASSES];
  double digitsLoss, digitsHits, digitsRows;
  double digitsValidLoss, digitsValidHits, digitsValidRows;
} Store;

typedef struct Arena {
  int64_t step, epoch, seed, rowNumbers[BATCH];
  double lr, momentum;
  float x[BATCH][2], y[BATCH][1], predicted[BATCH][1];
  unsigned char image[BATCH][PIXELS], label[BATCH];
  float input[BATCH][PIXELS], scores[BATCH][CLASSES];
  float loss;
  double meanLoss, accuracy;
  unsigned char passed[2];
} Arena;

static Store *storeOf(SinterContext *context) {
  return (Store *)context->store;
}
static Arena *arenaOf(SinterContext *context) {
  return (Arena *)context->arena;
}

#define PLACE(SPACE, TYPE, FIELD, DTYPE, RANK, ...)                            \
  {                                                                            \
    SPACE, DTYPE, offsetof(TYPE, FIELD), RANK, 0, { __VA_ARGS__ }              \
  }
#define IN_STORE(FIELD, DTYPE, RANK, ...)                                      \
  PLACE(SINTER_STORE, Store, FIELD, DTYPE, RANK, __VA_ARGS__)
#define IN_ARENA(FIELD, DTYPE, RANK, ...)                                      \
  PLACE(SINTER_ARENA, Arena, FIELD, DTYPE, RANK, __VA_ARGS__)

/* Numbers in [-1, 1) that depend on their place only. */
static float scramble(uint64_t index) {
  index = (index + 1) * 0x9E3779B97F4A7C15u;
  index = (index ^ index >> 30) * 0xBF58476D1CE4E5B9u;
  return (float)((int64_t)(index ^ index >> 31) >> 40) / 8388608.0f;
}

/* ---- linreg -------------------------------------------------------------- */

static int32_t makeData(SinterContext *context) {
  Store *store = storeOf(context);
  uint64_t seed = (uint64_t)arenaOf(context)->seed;
  for (uint64_t i = 0; i < ROWS; ++i) {
    store->x[i][0] = scramble(seed + 2 * i);
    store->x[i][1] = scramble(seed + 2 * i + 1);
    store->y[i][0] = 2 * store->x[i][0] - 3.4f * store->x[i][1] + 4.2f;
  }
  return 0;
}

static int32_t initLinreg(SinterContext *context) {
  Store *store = storeOf(context);
  uint64_t seed = (uint64_t)arenaOf(context)->seed;
  for (int j = 0; j < 2; ++j) {
    store->w[j][0] = 0.01f * scramble(1000 * seed + (uint64_t)j);
    store->wMomentum[j][0] = 0;
  }
  store->b[0] = store->bMomentum[0] = 0;
  return 0;
}

static void predictLinreg(Store *store, Arena *arena, int64_t rows) {
  for (int64_t i = 0; i < rows; ++i)
    arena->predicted[i][0] = arena->x[i][0] * store->w[0][0] +
                             arena->x[i][1] * store->w[1][0] + store->b[0];
}

static double sumSquares(const Arena *arena, int64_t rows) {
  double sum = 0;
  for (int64_t i = 0; i < rows; ++i) {
    double error = arena->predicted[i][0] - arena->y[i][0];
    sum += error * error;
  }
  return sum;
}

static int32_t stepLinreg(SinterContext *context) {
  static const SinterGuard guard = {"fake.sinter:12:3", "loss",
                                    IN_ARENA(loss, SINTER_F32, 0, 0)};
  Store *store = storeOf(context);
  Arena *arena = arenaOf(context);
  int64_t n = context->extents[0];
  predictLinreg(store, arena, n);
  arena->loss = (float)(sumSquares(arena, n) / (double)n);
  if (sinter_guard(context, &guard))
    return 5;
  store->trainLoss += (double)arena->loss * (double)n;
  store->trainRows += (double)n;
  float gradient[3] = {0, 0, 0};
  for (int64_t i = 0; i < n; ++i) {
    float error = 2 * (arena->predicted[i][0] - arena->y[i][0]) / (float)n;
    gradient[0] += error * arena->x[i][0];
    gradient[1] += error * arena->x[i][1];
    gradient[2] += error;
    /* Row numbers say which rows these are. */
    if (arena->x[i][0] != store->x[arena->rowNumbers[i]][0])
      return 70;
  }
  float *weights[3] = {&store->w[0][0], &store->w[1][0], &store->b[0]};
  float *moments[3] = {&store->wMomentum[0][0], &store->wMomentum[1][0],
                       &store->bMomentum[0]};
  for (int j = 0; j < 3; ++j) {
    *moments[j] = (float)arena->momentum * *moments[j] + gradient[j];
    *weights[j] -= (float)arena->lr * *moments[j];
  }
  return 0;
}

static int32_t metricsLinreg(SinterContext *context) {
  arenaOf(context)->meanLoss =
      storeOf(context)->trainLoss / storeOf(context)->trainRows;
  return 0;
}

static int32_t evalLinreg(SinterContext *context) {
  Store *store = storeOf(context);
  predictLinreg(store, arenaOf(context), context->extents[0]);
  store->validLoss += sumSquares(arenaOf(context), context->extents[0]);
  store->validRows += (double)context->extents[0];
  return 0;
}

static int32_t evalMetricsLinreg(SinterContext *context) {
  arenaOf(context)->meanLoss =
      storeOf(context)->validLoss / storeOf(context)->validRows;
  return 0;
}

static int32_t callPredictLinreg(SinterContext *context) {
  predictLinreg(storeOf(context), arenaOf(context), context->extents[0]);
  return 0;
}

static int32_t afterLinreg(SinterContext *context) {
  static const SinterItem items[] = {
      {SINTER_ITEM_TEXT, 0, "w", {0}},
      {SINTER_ITEM_TENSOR, 0, NULL, IN_STORE(w, SINTER_F32, 2, 2, 1)},
      {SINTER_ITEM_TEXT, 0, "b=", {0}},
      {SINTER_ITEM_TENSOR, 0, NULL, IN_STORE(b, SINTER_F32, 1, 1)},
      {SINTER_ITEM_FORMAT, 0, ".3f", IN_ARENA(lr, SINTER_F64, 0, 0)},
  };
  static const uint64_t sizes[] = {1, 1, 2, 1};
  static const SinterPrint print = {4, sizes, items};
  sinter_print(context, &print);
  return 0;
}

static const SinterArg dataArgs[] = {
    {"seed", SINTER_ARG_SEED, -1, IN_ARENA(seed, SINTER_I64, 0, 0), 7}};
static const SinterArg initArgs[] = {
    {"seed", SINTER_ARG_SEED, -1, IN_ARENA(seed, SINTER_I64, 0, 0), 0}};
static const SinterArg stepArgs[] = {
    {"x", SINTER_ARG_FEED, 0, IN_ARENA(x, SINTER_F32, 2, -1, 2), 0},
    {"y", SINTER_ARG_FEED, 1, IN_ARENA(y, SINTER_F32, 2, -1, 1), 0},
    {"rows", SINTER_ARG_ROW, -1, IN_ARENA(rowNumbers, SINTER_I64, 1, -1), 0},
    {"step", SINTER_ARG_STEP, -1, IN_ARENA(step, SINTER_I64, 0, 0), 0},
    {"epoch", SINTER_ARG_EPOCH, -1, IN_ARENA(epoch, SINTER_I64, 0, 0), 0},
    {"lr", SINTER_ARG_HYPER, -1, IN_ARENA(lr, SINTER_F64, 0, 0), 0.03},
    {"momentum", SINTER_ARG_HYPER, -1, IN_ARENA(momentum, SINTER_F64, 0, 0),
     0.9}};
static const SinterArg afterArgs[] = {
    {"lr", SINTER_ARG_HYPER, -1, IN_ARENA(lr, SINTER_F64, 0, 0), 0.03}};
static const SinterResult lossResult[] = {
    {"loss", IN_ARENA(loss, SINTER_F32, 0, 0)}};
static const SinterResult meanResult[] = {
    {"loss", IN_ARENA(meanLoss, SINTER_F64, 0, 0)}};
static const SinterResult predictedResult[] = {
    {"predict", IN_ARENA(predicted, SINTER_F32, 2, -1, 1)}};

/* ---- digits -------------------------------------------------------------- */

static int32_t initDigits(SinterContext *context) {
  Store *store = storeOf(context);
  for (int j = 0; j < PIXELS; ++j)
    for (int k = 0; k < CLASSES; ++k)
      store->weight[j][k] = 0;
  return 0;
}

static void scaleImages(Arena *arena, int64_t rows) {
  for (int64_t i = 0; i < rows; ++i)
    for (int j = 0; j < PIXELS; ++j)
      arena->input[i][j] = (float)arena->image[i][j] / 255;
}

static void scoreDigits(const Store *store, Arena *arena, int64_t rows) {
  for (int64_t i = 0; i < rows; ++i)
    for (int k = 0; k < CLASSES; ++k) {
      arena->scores[i][k] = 0;
      for (int j = 0; j < PIXELS; ++j)
        arena->scores[i][k] += arena->input[i][j] * store->weight[j][k];
    }
}

/* Adds up squared errors and hits. */
static double judgeDigits(const Arena *arena, int64_t rows, double *hits) {
  double sum = 0;
  for (int64_t i = 0; i < rows; ++i) {
    int best = 0;
    for (int k = 0; k < CLASSES; ++k) {
      double error = arena->scores[i][k] - (arena->label[i] == k);
      sum += error * error;
      if (arena->scores[i][k] > arena->scores[i][best])
        best = k;
    }
    *hits += best == arena->label[i];
  }
  return sum;
}

static int32_t stepDigits(SinterContext *context) {
  Store *store = storeOf(context);
  Arena *arena = arenaOf(context);
  int64_t n = context->extents[0];
  scaleImages(arena, n);
  scoreDigits(store, arena, n);
  double sum = judgeDigits(arena, n, &store->digitsHits);
  arena->loss = (float)(sum / (double)n);
  store->digitsLoss += sum;
  store->digitsRows += (double)n;
  for (int64_t i = 0; i < n; ++i)
    for (int k = 0; k < CLASSES; ++k)
      for (int j = 0; j < PIXELS; ++j)
        store->weight[j][k] -=
            (float)arena->lr / (float)n * arena->input[i][j] *
            (arena->scores[i][k] - (float)(arena->label[i] == k));
  return 0;
}

static int32_t metricsDigits(SinterContext *context) {
  Store *store = storeOf(context);
  arenaOf(context)->meanLoss = store->digitsLoss / store->digitsRows;
  arenaOf(context)->accuracy = store->digitsHits / store->digitsRows;
  return 0;
}

static int32_t evalDigits(SinterContext *context) {
  Store *store = storeOf(context);
  Arena *arena = arenaOf(context);
  int64_t n = context->extents[0];
  scaleImages(arena, n);
  scoreDigits(store, arena, n);
  store->digitsValidLoss += judgeDigits(arena, n, &store->digitsValidHits);
  store->digitsValidRows += (double)n;
  return 0;
}

static int32_t evalMetricsDigits(SinterContext *context) {
  Store *store = storeOf(context);
  arenaOf(context)->meanLoss = store->digitsValidLoss / store->digitsValidRows;
  arenaOf(context)->accuracy = store->digitsValidHits / store->digitsValidRows;
  return 0;
}

static int32_t predictDigits(SinterContext *context) {
  scoreDigits(storeOf(context), arenaOf(context), context->extents[0]);
  return 0;
}

static int32_t predictRawDigits(SinterContext *context) {
  scaleImages(arenaOf(context), context->extents[0]);
  return predictDigits(context);
}

#define IMAGE_ARG(SOURCE)                                                      \
  {"image", SINTER_ARG_FEED, SOURCE, IN_ARENA(image, SINTER_U8, 3, -1, 2, 2), 0}
#define LABEL_ARG(SOURCE)                                                      \
  {"label", SINTER_ARG_FEED, SOURCE, IN_ARENA(label, SINTER_U8, 1, -1), 0}

static const SinterArg digitsStepArgs[] = {
    IMAGE_ARG(2),
    LABEL_ARG(3),
    {"lr", SINTER_ARG_HYPER, -1, IN_ARENA(lr, SINTER_F64, 0, 0), 0.5}};
static const SinterArg digitsEvalArgs[] = {IMAGE_ARG(4), LABEL_ARG(5)};
static const SinterArg digitsInputArgs[] = {
    {"image", SINTER_ARG_FEED, -1, IN_ARENA(input, SINTER_F32, 3, -1, 2, 2),
     0}};
static const SinterResult digitsResults[] = {
    {"loss", IN_ARENA(meanLoss, SINTER_F64, 0, 0)},
    {"accuracy", IN_ARENA(accuracy, SINTER_F64, 0, 0)}};
static const SinterResult scoresResult[] = {
    {"predict", IN_ARENA(scores, SINTER_F32, 2, -1, CLASSES), 1}};

/* ---- Programs ------------------------------------------------------------ */

static int32_t runHello(SinterContext *context) {
  static const SinterItem items[] = {
      {SINTER_ITEM_TEXT, 0, "seed ", {0}},
      {SINTER_ITEM_FORMAT, 0, "05d", IN_ARENA(seed, SINTER_I64, 0, 0)}};
  static const uint64_t sizes[] = {2};
  static const SinterPrint print = {1, sizes, items};
  sinter_print(context, &print);
  return 0;
}

static int32_t runWrong(SinterContext *context) {
  static const SinterBuffer sides[] = {IN_STORE(w, SINTER_F32, 2, 2, 1),
                                       IN_STORE(b, SINTER_F32, 1, 1)};
  static const SinterCheck check = {"fake.sinter:30:3", "w == b",
                                    IN_ARENA(passed, SINTER_BOOL, 2, 2, 1), 2,
                                    sides};
  arenaOf(context)->passed[0] = 1;
  arenaOf(context)->passed[1] = 0;
  return sinter_check(context, &check);
}

/* ---- Tables -------------------------------------------------------------- */

static const SinterSymbol symbols[] = {
    {"w", "fake.sinter:5:3", SINTER_SYMBOL_PARAM, 0,
     IN_STORE(w, SINTER_F32, 2, 2, 1)},
    {"b", "fake.sinter:6:3", SINTER_SYMBOL_PARAM, 0,
     IN_STORE(b, SINTER_F32, 1, 1)},
    {"w.momentum", "fake.sinter:5:3", SINTER_SYMBOL_STATE, 0,
     IN_STORE(wMomentum, SINTER_F32, 2, 2, 1)},
    {"b.momentum", "fake.sinter:6:3", SINTER_SYMBOL_STATE, 0,
     IN_STORE(bMomentum, SINTER_F32, 1, 1)},
    {"train.loss", "fake.sinter:7:3", SINTER_SYMBOL_METRIC, 0,
     IN_STORE(trainLoss, SINTER_F64, 0, 0)},
    {"train.rows", "fake.sinter:7:3", SINTER_SYMBOL_METRIC, 0,
     IN_STORE(trainRows, SINTER_F64, 0, 0)},
    {"digits/weight", "fake.sinter:15:3", SINTER_SYMBOL_PARAM, 0,
     IN_STORE(weight, SINTER_F32, 2, PIXELS, CLASSES)},
    {"digits/loss", "fake.sinter:16:3", SINTER_SYMBOL_METRIC, 0,
     IN_STORE(digitsLoss, SINTER_F64, 0, 0)},
    {"digits/hits", "fake.sinter:17:3", SINTER_SYMBOL_METRIC, 0,
     IN_STORE(digitsHits, SINTER_F64, 0, 0)},
    {"digits/rows", "fake.sinter:17:3", SINTER_SYMBOL_METRIC, 0,
     IN_STORE(digitsRows, SINTER_F64, 0, 0)},
    {"synthetic.x", "fake.sinter:2:3", SINTER_SYMBOL_COLUMN, 0,
     IN_STORE(x, SINTER_F32, 2, ROWS, 2)},
    {"synthetic.y", "fake.sinter:3:3", SINTER_SYMBOL_COLUMN, 0,
     IN_STORE(y, SINTER_F32, 2, ROWS, 1)},
};

#define IDX(NAME, FILE, RANK, RANGE, ...)                                      \
  {NAME,                                                                       \
   "fake.sinter:13:3",                                                         \
   SINTER_SOURCE_IDX,                                                          \
   -1,                                                                         \
   FILE,                                                                       \
   SINTER_U8,                                                                  \
   RANK,                                                                       \
   {__VA_ARGS__},                                                              \
   RANGE,                                                                      \
   0,                                                                          \
   0,                                                                          \
   CLASSES - 1}

static const SinterSource sources[] = {
    {"synthetic.x",
     "fake.sinter:2:3",
     SINTER_SOURCE_STORE,
     10,
     NULL,
     SINTER_F32,
     2,
     {ROWS, 2},
     0,
     0,
     0,
     0},
    {"synthetic.y",
     "fake.sinter:3:3",
     SINTER_SOURCE_STORE,
     11,
     NULL,
     SINTER_F32,
     2,
     {ROWS, 1},
     0,
     0,
     0,
     0},
    IDX("digits.train.image", "train-images", 3, 0, -1, 2, 2),
    IDX("digits.train.label", "train-labels", 1, 1, -1),
    IDX("digits.valid.image", "valid-images", 3, 0, -1, 2, 2),
    IDX("digits.valid.label", "valid-labels", 1, 1, -1),
};

#define COUNT(TABLE) sizeof(TABLE) / sizeof(TABLE)[0], TABLE
#define NO_ARGS 0, NULL
#define NO_RESULTS 0, NULL
#define NOTHING {"", NULL, NO_ARGS, NO_RESULTS}
/* What a function reads the columns of. */
#define SYNTHETIC 1, syntheticSection

static const uint32_t syntheticSection[] = {0};
static const SinterFunction data[] = {
    {"synthetic", makeData, COUNT(dataArgs), NO_RESULTS}};

static const SinterExperiment experiments[] = {
    {
        .name = "linreg",
        .epochs = 3,
        .batch = BATCH,
        .seed = 1,
        .shuffle = 1,
        .hasValid = 1,
        .trainRows = {0, TRAIN_ROWS},
        .validRows = {TRAIN_ROWS, -1},
        .firstSymbol = 0,
        .numSymbols = 6,
        .trainMetricOffset = offsetof(Store, trainLoss),
        .trainMetricBytes = 2 * sizeof(double),
        .validMetricOffset = offsetof(Store, validLoss),
        .validMetricBytes = 2 * sizeof(double),
        .init = {"init", initLinreg, COUNT(initArgs), NO_RESULTS},
        .trainStep = {"train_step", stepLinreg, COUNT(stepArgs),
                      COUNT(lossResult), SYNTHETIC},
        .trainMetrics = {"train_metrics", metricsLinreg, NO_ARGS,
                         COUNT(meanResult)},
        .evalStep = {"eval_step", evalLinreg, 2, stepArgs, NO_RESULTS,
                     SYNTHETIC},
        .evalMetrics = {"eval_metrics", evalMetricsLinreg, NO_ARGS,
                        COUNT(meanResult)},
        .predict = {"predict", callPredictLinreg, 1, stepArgs,
                    COUNT(predictedResult), SYNTHETIC},
        .predictRaw = NOTHING,
        .after = {"after", afterLinreg, COUNT(afterArgs), NO_RESULTS},
    },
    {
        .name = "digits",
        .epochs = 2,
        .batch = BATCH,
        .seed = 0,
        .shuffle = 0,
        .hasValid = 1,
        .trainRows = {0, -1},
        .validRows = {0, -1},
        .firstSymbol = 6,
        .numSymbols = 4,
        .trainMetricOffset = offsetof(Store, digitsLoss),
        .trainMetricBytes = 3 * sizeof(double),
        .validMetricOffset = offsetof(Store, digitsValidLoss),
        .validMetricBytes = 3 * sizeof(double),
        .init = {"init", initDigits, NO_ARGS, NO_RESULTS},
        .trainStep = {"train_step", stepDigits, COUNT(digitsStepArgs),
                      COUNT(lossResult)},
        .trainMetrics = {"train_metrics", metricsDigits, NO_ARGS,
                         COUNT(digitsResults)},
        .evalStep = {"eval_step", evalDigits, COUNT(digitsEvalArgs),
                     NO_RESULTS},
        .evalMetrics = {"eval_metrics", evalMetricsDigits, NO_ARGS,
                        COUNT(digitsResults)},
        .predict = {"predict", predictDigits, COUNT(digitsInputArgs),
                    COUNT(scoresResult)},
        .predictRaw = {"predict_raw", predictRawDigits, 1, digitsEvalArgs,
                       COUNT(scoresResult)},
        .after = NOTHING,
    },
};

static const SinterFunction programs[] = {
    {"hello", runHello, COUNT(initArgs), NO_RESULTS},
    {"wrong", runWrong, NO_ARGS, NO_RESULTS},
};

const SinterProgram sinter_program = {
    .abiVersion = SINTER_ABI_VERSION,
    .requiredFeatures = 0,
    .compiler = "by hand",
    .model = "fake.sinter",
    .modelHash = "0123456789abcdef",
    .storeBytes = sizeof(Store),
    .arenaBytes = sizeof(Arena),
    .constants = NULL,
    .numSymbols = sizeof symbols / sizeof symbols[0],
    .symbols = symbols,
    .numSources = sizeof sources / sizeof sources[0],
    .sources = sources,
    .numData = sizeof data / sizeof data[0],
    .data = data,
    .numExperiments = sizeof experiments / sizeof experiments[0],
    .experiments = experiments,
    .numPrograms = sizeof programs / sizeof programs[0],
    .programs = programs,
};
