/* guard.c - values that must be finite before anything is updated. */

#include "runtime/internal.h"

int32_t sinter_guard(SinterContext *context, const SinterGuard *what) {
  const Session *session = context->host;
  double value =
      readScalar(bufferAddress(context, &what->value), what->value.dtype).value;
  if (value - value == 0)
    return EXIT_OK;
  if (!session->quiet)
    fail(EXIT_DIVERGED, "%s diverged: '%s' is %g in step %lld, epoch %lld (%s)",
         session->experiment ? session->experiment->name : "the program",
         what->name, value, (long long)session->step,
         (long long)session->epoch + 1, what->location);
  return EXIT_DIVERGED;
}
