/* nearest.c - "did you mean": the known word nearest to a mistyped one. */

#include "runtime/internal.h"

#include <string.h>

enum { LONGEST_WORD = 40 };

/* Levenshtein's distance: insertions, deletions and replacements. */
static int editDistance(const char *a, const char *b) {
  size_t aSize = strlen(a), bSize = strlen(b);
  if (aSize > LONGEST_WORD || bSize > LONGEST_WORD)
    return LONGEST_WORD;
  int row[LONGEST_WORD + 1];
  for (size_t j = 0; j <= bSize; ++j)
    row[j] = (int)j;
  for (size_t i = 1; i <= aSize; ++i) {
    int diagonal = row[0];
    row[0] = (int)i;
    for (size_t j = 1; j <= bSize; ++j) {
      int replace = diagonal + (a[i - 1] != b[j - 1]);
      int change = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
      diagonal = row[j];
      row[j] = replace < change ? replace : change;
    }
  }
  return row[bSize];
}

void considerWord(NearestWord *nearest, const char *candidate) {
  int distance = editDistance(nearest->word, candidate);
  /* One slip in three letters is a slip; more is another word. */
  if (distance * 3 > (int)strlen(candidate) + 1)
    return;
  if (nearest->best && distance >= nearest->distance)
    return;
  nearest->best = candidate;
  nearest->distance = distance;
}
