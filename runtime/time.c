/* time.c - the time statement. */

#include "runtime/internal.h"

int64_t sinter_clock(void) { return now(); }

void sinter_time(const char *label, int64_t start) {
  double seconds = (double)(now() - start) * 1e-9;
  textString(&standardOutput, label);
  textString(&standardOutput, ": ");
  textFixed(&standardOutput, seconds, 6);
  textString(&standardOutput, " s\n");
  textFlush(&standardOutput);
}
