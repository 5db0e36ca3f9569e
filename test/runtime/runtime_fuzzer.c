/* runtime_fuzzer.c - any bytes through what a produced program reads.
 *
 * A libFuzzer target. The first byte chooses the reader: safetensors, IDX,
 * .npy, rows of safetensors, a table of CSV, a command line (words end at a
 * NUL) or a number. */

#include "test/runtime/readers.h"

#include <stdlib.h>
#include <string.h>

/* A NUL-terminated copy. */
static char *copyText(const uint8_t *bytes, size_t size) {
  char *text = malloc(size + 1);
  memcpy(text, bytes, size);
  text[size] = 0;
  return text;
}

static void readCommandLine(const uint8_t *bytes, size_t size) {
  enum { MOST_WORDS = 100 };
  static Options options;
  char *text = copyText(bytes, size);
  char *words[MOST_WORDS + 1] = {"program"};
  int count = 1, done = 0;
  for (char *word = text; word < text + size && count < MOST_WORDS;
       word += strlen(word) + 1)
    words[count++] = word;
  parseOptions(&options, count, words, &done);
  free(text);
}

static void readNumber(const uint8_t *bytes, size_t size) {
  static char shortest[MAX_DIGITS + 16];
  char *text = copyText(bytes, size);
  double value, again;
  if (parseDouble(text, &value)) {
    Text out = textInMemory(shortest, sizeof shortest - 1);
    textShortest(&out, value, 0);
    shortest[out.size] = 0;
    /* The shortest text of a finite number reads back as that number. */
    if (value - value == 0 &&
        (!parseDouble(shortest, &again) || again != value))
      abort();
  }
  free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  static const Reader readers[] = {readAsTensors, readAsIdx, readAsNpy,
                                   readAsTensorRows, readAsTable};
  standardOutput.fd = standardError.fd = -1;
  standardOutput.size = standardError.size = 0;
  if (size == 0)
    return 0;
  unsigned choice = bytes[0] % 7;
  ++bytes;
  --size;
  if (choice < 5)
    readCopy(readers[choice], bytes, size);
  else if (choice == 5)
    readCommandLine(bytes, size);
  else
    readNumber(bytes, size);
  return 0;
}
