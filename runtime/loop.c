/* loop.c - loops that go on for too long. */

#include "runtime/internal.h"

int32_t sinter_limit(SinterContext *context, const SinterLimit *what) {
  (void)context;
  return fail(EXIT_CHECK, "%s: the loop passed its limit of %lld",
              what->location, (long long)what->limit);
}
