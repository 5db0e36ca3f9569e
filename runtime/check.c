/* check.c - the check statement. */

#include "runtime/internal.h"

static void textIndex(Text *text, const SinterContext *context,
                      const SinterBuffer *buffer, int64_t index) {
  int64_t position[SINTER_MAX_RANK];
  for (uint32_t axis = buffer->rank; axis-- > 0;) {
    int64_t size = bufferDim(context, buffer, axis);
    position[axis] = index % size;
    index /= size;
  }
  textChar(text, '[');
  for (uint32_t axis = 0; axis < buffer->rank; ++axis)
    textFormat(text, axis ? ", %lld" : "%lld", (long long)position[axis]);
  textChar(text, ']');
}

static void printSide(const SinterContext *context, const char *name,
                      const SinterBuffer *side) {
  int64_t shape[SINTER_MAX_RANK];
  for (uint32_t axis = 0; axis < side->rank; ++axis)
    shape[axis] = bufferDim(context, side, axis);
  textFormat(&standardError, "  %s:%c", name, side->rank > 1 ? '\n' : ' ');
  textArray(&standardError, bufferAddress(context, side), side->dtype,
            side->rank, shape);
  textChar(&standardError, '\n');
}

int32_t sinter_check(SinterContext *context, const SinterCheck *what) {
  const char *passed = bufferAddress(context, &what->condition);
  int64_t count = bufferCount(context, &what->condition);
  int64_t failures = 0, first = 0;
  for (int64_t i = count - 1; i >= 0; --i)
    if (!passed[i]) {
      ++failures;
      first = i;
    }
  if (failures == 0)
    return EXIT_OK;
  fail(EXIT_CHECK, "check failed at %s: %s", what->location, what->text);
  if (what->condition.rank > 0) {
    textString(&standardError, "  first at ");
    textIndex(&standardError, context, &what->condition, first);
    textFormat(&standardError, ", %lld of %lld elements\n", (long long)failures,
               (long long)count);
  }
  if (what->numSides == 1)
    printSide(context, "value", &what->sides[0]);
  else
    for (uint64_t i = 0; i < what->numSides; ++i)
      printSide(context, i == 0 ? "left" : "right", &what->sides[i]);
  textFlush(&standardError);
  return EXIT_CHECK;
}
