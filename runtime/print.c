/* print.c - the print statement. */

#include "runtime/internal.h"

static void printItem(const SinterContext *context, const SinterItem *item) {
  const SinterBuffer *buffer = &item->buffer;
  Text *text = &standardOutput;
  if (item->kind == SINTER_ITEM_TEXT) {
    textString(text, item->text);
    return;
  }
  const char *data = bufferAddress(context, buffer);
  if (item->kind == SINTER_ITEM_FORMAT) {
    Scalar scalar = readScalar(data, buffer->dtype);
    textPythonFormat(text, item->text, &scalar);
    return;
  }
  int64_t shape[SINTER_MAX_RANK];
  for (uint32_t axis = 0; axis < buffer->rank; ++axis)
    shape[axis] = bufferDim(context, buffer, axis);
  textArray(text, data, buffer->dtype, buffer->rank, shape);
}

/* Does the group take several lines? */
static int hasRows(const SinterContext *context, const SinterItem *items,
                   uint64_t count) {
  for (uint64_t i = 0; i < count; ++i)
    if (items[i].kind == SINTER_ITEM_TENSOR && items[i].buffer.rank > 1 &&
        bufferDim(context, &items[i].buffer, 0) > 1)
      return 1;
  return 0;
}

void sinter_print(SinterContext *context, const SinterPrint *what) {
  const SinterItem *items = what->items;
  int hadRows = 0;
  for (uint64_t i = 0; i < what->numGroups; ++i) {
    uint64_t size = what->groupSizes[i];
    int rows = hasRows(context, items, size);
    if (i > 0)
      textChar(&standardOutput, rows || hadRows ? '\n' : ' ');
    for (uint64_t j = 0; j < size; ++j)
      printItem(context, &items[j]);
    items += size;
    hadRows = rows;
  }
  textChar(&standardOutput, '\n');
  /* What is printed is seen at once; main reports a failure. */
  textFlush(&standardOutput);
}
