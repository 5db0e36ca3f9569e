/* load.c - parameters from safetensors files: all of what is wanted, or
 * nothing. */

#include "runtime/load.h"

#include <string.h>

enum { MAX_REPORTED = 20 };

int openLoad(Load *load, const char *path) {
  memset(load, 0, sizeof *load);
  load->wants = mapMemory(sinter_program.numSymbols);
  if (!load->wants)
    return fail(EXIT_MEMORY, "out of memory: a table of symbols");
  return openTensorFile(&load->file, path, EXIT_CHECKPOINT);
}

static int isParameter(const SinterSymbol *symbol) {
  return symbol->kind == SINTER_SYMBOL_PARAM ||
         symbol->kind == SINTER_SYMBOL_FROZEN;
}

void wantExperiment(Load *load, const SinterExperiment *experiment,
                    enum Want params, enum Want state) {
  for (uint64_t i = 0; i < experiment->numSymbols; ++i) {
    uint64_t index = experiment->firstSymbol + i;
    const SinterSymbol *symbol = &sinter_program.symbols[index];
    if (isParameter(symbol))
      load->wants[index] = (unsigned char)params;
    else if (symbol->kind == SINTER_SYMBOL_STATE)
      load->wants[index] = (unsigned char)state;
  }
}

void wantStatistics(Load *load) {
  for (uint64_t i = 0; i < sinter_program.numSources; ++i) {
    const SinterTable *table = sinter_program.sources[i].table;
    for (uint64_t s = 0; table && s < table->numSteps; ++s) {
      int64_t index = table->steps[s].statistics;
      if (index < 0)
        continue;
      const SinterSymbol *pair = &sinter_program.symbols[index];
      if (findTensor(&load->file, pair[0].name) ||
          findTensor(&load->file, pair[1].name))
        load->wants[index] = load->wants[index + 1] = WANT;
    }
  }
}

int holdsExperiment(const Load *load, const SinterExperiment *experiment) {
  for (uint64_t i = 0; i < experiment->numSymbols; ++i) {
    const SinterSymbol *symbol =
        &sinter_program.symbols[experiment->firstSymbol + i];
    if (isParameter(symbol) && findTensor(&load->file, symbol->name))
      return 1;
  }
  return 0;
}

static int lacksState(const Load *load, const SinterExperiment *experiment) {
  for (uint64_t i = 0; i < experiment->numSymbols; ++i) {
    const SinterSymbol *symbol =
        &sinter_program.symbols[experiment->firstSymbol + i];
    if (symbol->kind == SINTER_SYMBOL_STATE &&
        !findTensor(&load->file, symbol->name))
      return 1;
  }
  return 0;
}

static int typeMatches(const FileTensor *tensor, const SinterBuffer *buffer) {
  if (tensor->dtype != (int32_t)buffer->dtype || tensor->rank != buffer->rank)
    return 0;
  for (uint32_t axis = 0; axis < buffer->rank; ++axis)
    if (tensor->shape[axis] != buffer->shape[axis])
      return 0;
  return 1;
}

/* Prints the first problems, counts the others. */
static Text *beginProblem(int *problems) {
  return ++*problems <= MAX_REPORTED ? &standardError : NULL;
}

static void reportSymbol(const SinterSymbol *symbol, const FileTensor *tensor,
                         int *problems) {
  Text *text = beginProblem(problems);
  if (!text)
    return;
  textFormat(text, tensor ? "  mis-shaped '%s': expected " : "  missing '%s' ",
             symbol->name);
  textType(text, symbol->buffer.dtype, symbol->buffer.rank,
           symbol->buffer.shape);
  if (tensor) {
    textString(text, ", found ");
    textTensorType(text, tensor);
  }
  textFormat(text, " (%s)\n", symbol->location);
}

static void reportExtra(const FileTensor *tensor, int *problems) {
  Text *text = beginProblem(problems);
  if (!text)
    return;
  char name[128];
  textFormat(text, "  extra '%s' ",
             jsonTextCopy(tensor->name, name, sizeof name) ? name : "...");
  textTensorType(text, tensor);
  textChar(text, '\n');
}

/* Finds all that is wrong, and stops wanting what cannot be had. */
static int findProblems(Load *load) {
  int problems = 0;
  for (uint64_t i = 0; i < sinter_program.numSymbols; ++i) {
    const SinterSymbol *symbol = &sinter_program.symbols[i];
    if (symbol->kind == SINTER_SYMBOL_COLUMN)
      continue;
    FileTensor *tensor = findTensor(&load->file, symbol->name);
    if (tensor)
      tensor->known = 1;
    if (load->wants[i] == WANT_NOTHING ||
        (!tensor && load->wants[i] == WANT_IF_PRESENT))
      continue;
    if (tensor && typeMatches(tensor, &symbol->buffer))
      continue;
    reportSymbol(symbol, tensor, &problems);
    load->wants[i] = WANT_NOTHING;
  }
  for (uint32_t i = 0; i < load->file.numTensors; ++i)
    if (!load->file.tensors[i].known)
      reportExtra(&load->file.tensors[i], &problems);
  if (problems > MAX_REPORTED)
    textFormat(&standardError, "  and %d more\n", problems - MAX_REPORTED);
  textFlush(&standardError);
  return problems;
}

/* Stores the rows of a matrix column by column. */
static void copyTransposed(char *to, const unsigned char *from,
                           const SinterBuffer *buffer) {
  uint64_t size = dtypeSize(buffer->dtype);
  uint64_t rows = (uint64_t)buffer->shape[0];
  uint64_t columns = (uint64_t)buffer->shape[1];
  for (uint64_t row = 0; row < rows; ++row)
    for (uint64_t column = 0; column < columns; ++column, from += size)
      memcpy(to + (column * rows + row) * size, from, size);
}

static void copyTensor(Session *session, const SinterSymbol *symbol,
                       const TensorFile *file, const FileTensor *tensor) {
  char *to = bufferAddress(&session->context, &symbol->buffer);
  const unsigned char *from = file->data + tensor->begin;
  if (symbol->transposed)
    copyTransposed(to, from, &symbol->buffer);
  else
    memcpy(to, from, tensor->end - tensor->begin);
}

static void copyTensors(Session *session, const Load *load) {
  for (uint64_t i = 0; i < sinter_program.numSymbols; ++i) {
    const SinterSymbol *symbol = &sinter_program.symbols[i];
    if (load->wants[i] == WANT_NOTHING)
      continue;
    const FileTensor *tensor = findTensor(&load->file, symbol->name);
    if (tensor)
      copyTensor(session, symbol, &load->file, tensor);
  }
}

int finishLoad(Session *session, Load *load, int partial) {
  int problems = findProblems(load), code = EXIT_OK;
  if (problems && partial)
    warn("'%s' does not fit the model in %d tensors; the rest is loaded",
         load->file.path, problems);
  else if (problems)
    code = fail(EXIT_CHECKPOINT, "'%s' does not fit the model: %d tensor%s",
                load->file.path, problems, problems == 1 ? "" : "s");
  if (!code)
    copyTensors(session, load);
  closeTensorFile(&load->file);
  return code;
}

/* Is it the experiment that is wanted, or one of its folds? -1: none is. */
static int isPartOf(int64_t index, int64_t wanted) {
  if (wanted < 0)
    return 0;
  const SinterExperiment *experiment = &sinter_program.experiments[wanted];
  int64_t begin = wanted - experiment->fold;
  int64_t count = experiment->numFolds ? experiment->numFolds : 1;
  return index >= begin && index - begin < count;
}

int loadParams(Session *session, int64_t experiment) {
  Load load;
  int code = openLoad(&load, session->options->params), any = 0;
  if (code)
    return code;
  takeStatistics(session, &load.file);
  for (uint64_t i = 0; i < sinter_program.numExperiments; ++i) {
    const SinterExperiment *candidate = &sinter_program.experiments[i];
    /* Beside the one that is wanted, those that its data may call. */
    if (!isPartOf((int64_t)i, experiment) &&
        (session->ready[i] || !holdsExperiment(&load, candidate)))
      continue;
    any = 1;
    wantExperiment(&load, candidate, WANT, WANT_IF_PRESENT);
    /* What the file lacks of the state has its first value. */
    beginExperiment(session, candidate);
    if (lacksState(&load, candidate))
      code = initExperiment(session, candidate);
    if (code)
      return code;
    session->ready[i] = session->trained[i] = 1;
  }
  wantStatistics(&load);
  code = finishLoad(session, &load, 0);
  if (!code && !any)
    code = fail(EXIT_USAGE, "--params '%s' holds nothing that '%s' reads%s",
                session->options->params, session->options->verb,
                sinter_program.numExperiments > 0
                    ? "; --init starts a training from it"
                    : "");
  return code;
}

int loadInit(Session *session) {
  Load load;
  int code = openLoad(&load, session->options->init);
  if (code)
    return code;
  for (uint64_t i = 0; i < sinter_program.numExperiments; ++i)
    if (isSelected(session->options, sinter_program.experiments[i].name))
      wantExperiment(&load, &sinter_program.experiments[i], WANT, WANT_NOTHING);
  code = finishLoad(session, &load, session->options->allowPartial);
  if (code == EXIT_CHECKPOINT)
    note("  --allow-partial loads the tensors that fit");
  return code;
}

void takeStatistics(Session *session, const TensorFile *file) {
  for (uint64_t i = 0; i < sinter_program.numSymbols; ++i) {
    const SinterSymbol *symbol = &sinter_program.symbols[i];
    const FileTensor *tensor = symbol->kind == SINTER_SYMBOL_STATISTIC
                                   ? findTensor(file, symbol->name)
                                   : NULL;
    if (!tensor || !typeMatches(tensor, &symbol->buffer))
      continue;
    copyTensor(session, symbol, file, tensor);
    session->measured[i] = 1;
  }
}

int loadStatistics(Session *session) {
  const Options *options = session->options;
  const char *path = options->resume ? options->resume : options->params;
  TensorFile file;
  if (!path)
    return EXIT_OK;
  int code = openTensorFile(&file, path, EXIT_CHECKPOINT);
  if (code)
    return code;
  takeStatistics(session, &file);
  closeTensorFile(&file);
  return EXIT_OK;
}
