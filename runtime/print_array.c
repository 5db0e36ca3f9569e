/* print_array.c - arrays as text, exactly as NumPy 1.24 prints them.
 *
 * NumPy's rules: precision 8, the fewest digits that tell the numbers apart,
 * one common width; exponents when a magnitude is >= 1e8 or < 1e-4 or the
 * greatest is over 1000 times the least; more than 1000 elements are cut to
 * three at each end of each axis; lines are at most 75 columns wide. */

#include "runtime/tensor.h"

#include <string.h>

enum { PRECISION = 8, THRESHOLD = 1000, EDGE = 3, LINE_WIDTH = 75 };

typedef struct Printer {
  Text *text;
  const char *data;
  const int64_t *shape;
  uint32_t dtype, rank;
  int cut; /* leave out the middle of long axes */
  /* What the first pass found, over the printed elements. */
  int sawFinite, sawNonFinite, sawNegativeInfinity;
  double greatest, least; /* of non-zero finite magnitudes; least 0: none */
  int exponents;          /* print with exponents */
  int left, right;        /* columns before and after the point */
  int exponentDigits;
  int width; /* of integers */
  /* The line being filled. */
  char lineBytes[512];
  Text line;
  size_t printed; /* leading columns of the line that are out already */
} Printer;

typedef void (*Visitor)(Printer *printer, Scalar scalar);

/* Calls `visit` for every element that will be printed. */
static void visitElements(Printer *p, Visitor visit, uint32_t axis,
                          int64_t index) {
  if (axis == p->rank) {
    visit(p, readScalar(p->data + (uint64_t)index * dtypeSize(p->dtype),
                        p->dtype));
    return;
  }
  int64_t size = p->shape[axis];
  int64_t skipFrom = p->cut && size > 2 * EDGE ? EDGE : size;
  for (int64_t i = 0; i < size; ++i) {
    if (i == skipFrom)
      i = size - EDGE;
    visitElements(p, visit, axis + 1, index * size + i);
  }
}

static void measureRange(Printer *p, Scalar scalar) {
  double magnitude = scalar.value < 0 ? -scalar.value : scalar.value;
  if (scalar.value - scalar.value != 0) {
    p->sawNonFinite = 1;
    p->sawNegativeInfinity |= scalar.value < 0;
    return;
  }
  p->sawFinite = 1;
  if (magnitude == 0)
    return;
  if (magnitude > p->greatest)
    p->greatest = magnitude;
  if (p->least == 0 || magnitude < p->least)
    p->least = magnitude;
}

static void growTo(int *width, int64_t needed) {
  if (*width < needed)
    *width = (int)needed;
}

/* The fewest digits that tell an element apart. */
static void uniqueDigits(const Printer *p, Decimal *decimal, double value) {
  findDigits(decimal, value, p->dtype == SINTER_F32, 1,
             p->exponents ? LIMIT_TOTAL : LIMIT_FRACTION,
             p->exponents ? PRECISION + 1 : PRECISION);
}

static void measureFloat(Printer *p, Scalar scalar) {
  if (scalar.value - scalar.value != 0)
    return;
  Decimal decimal;
  uniqueDigits(p, &decimal, scalar.value);
  int sign = __builtin_signbit(scalar.value) ? 1 : 0;
  if (!p->exponents) {
    int whole =
        decimal.count > 0 && decimal.exponent > 1 ? decimal.exponent : 1;
    growTo(&p->left, whole + sign);
    growTo(&p->right, decimal.count - decimal.exponent);
    return;
  }
  growTo(&p->left, 1 + sign);
  growTo(&p->right, decimal.count - 1);
  int exponent = decimal.count == 0 ? 0 : decimal.exponent - 1;
  growTo(&p->exponentDigits, exponent >= 100 || exponent <= -100 ? 3 : 2);
}

static void measureInteger(Printer *p, Scalar scalar) {
  char bytes[24];
  Text text = textInMemory(bytes, sizeof bytes);
  textInteger(&text, scalar.integer);
  growTo(&p->width, (int64_t)text.size);
}

/* What stands to the right of the point, exponent included. */
static int widthAfterPoint(const Printer *p) {
  return p->exponents ? p->right + 2 + p->exponentDigits : p->right;
}

static void measure(Printer *p) {
  if (!dtypeIsFloat(p->dtype)) {
    visitElements(p, measureInteger, 0, 0);
    return;
  }
  visitElements(p, measureRange, 0, 0);
  double ratio = p->greatest / p->least;
  if (p->dtype == SINTER_F32)
    ratio = (float)ratio;
  p->exponents =
      p->least > 0 && (p->greatest >= 1e8 || p->least < 0.0001 || ratio > 1000);
  visitElements(p, measureFloat, 0, 0);
  if (p->sawNonFinite)
    growTo(&p->left, 3 + p->sawNegativeInfinity - (widthAfterPoint(p) + 1));
}

static void printFloat(Printer *p, Text *word, double value) {
  char bytes[64];
  Text body = textInMemory(bytes, sizeof bytes);
  if (value - value != 0) {
    textShortest(&body, value, 0);
    textRepeat(word, ' ',
               p->left + 1 + widthAfterPoint(p) - (int64_t)body.size);
    textBytes(word, bytes, body.size);
    return;
  }
  Decimal decimal;
  if (__builtin_signbit(value))
    textChar(&body, '-');
  if (p->exponents) {
    /* All have as many digits as the longest, and they are exact. */
    findDigits(&decimal, value, 0, 0, LIMIT_TOTAL, p->right + 1);
    textScientific(&body, &decimal, p->right, p->exponentDigits);
  } else {
    uniqueDigits(p, &decimal, value);
    /* Before the point all digits are exact. */
    if (decimal.count < decimal.exponent)
      findDigits(&decimal, value, 0, 0, LIMIT_FRACTION, 0);
    textPositional(&body, &decimal, 0);
  }
  int64_t before = (char *)memchr(bytes, '.', body.size) - bytes;
  textRepeat(word, ' ', p->left - before);
  textBytes(word, bytes, body.size);
  if (!p->exponents)
    textRepeat(word, ' ', p->right - ((int64_t)body.size - before - 1));
}

static void printElement(Printer *p, Text *word, int64_t index) {
  Scalar scalar =
      readScalar(p->data + (uint64_t)index * dtypeSize(p->dtype), p->dtype);
  if (dtypeIsFloat(p->dtype)) {
    printFloat(p, word, scalar.value);
  } else if (p->dtype == SINTER_BOOL) {
    textString(word, scalar.integer ? " True" : "False");
  } else {
    char bytes[24];
    Text digits = textInMemory(bytes, sizeof bytes);
    textInteger(&digits, scalar.integer);
    textRepeat(word, ' ', p->width - (int64_t)digits.size);
    textBytes(word, bytes, digits.size);
  }
}

/* Moves the line to the output. Of a row's first line, the indent has been
 * printed already: as brackets. */
static void endLine(Printer *p) {
  textBytes(p->text, p->lineBytes + p->printed, p->line.size - p->printed);
  p->printed = 0;
  p->line.size = 0;
}

/* Appends a word to the line, breaking it first if it would grow too long. */
static void addWord(Printer *p, const Text *word, uint32_t indent) {
  size_t width = LINE_WIDTH - indent;
  if (p->line.size + word->size > width && p->line.size > indent) {
    while (p->lineBytes[p->line.size - 1] == ' ')
      --p->line.size;
    endLine(p);
    textChar(p->text, '\n');
    textRepeat(&p->line, ' ', indent);
  }
  textBytes(&p->line, word->data, word->size);
}

static void printRow(Printer *p, int64_t index, uint32_t indent) {
  int64_t size = p->shape[p->rank - 1];
  int64_t skipFrom = p->cut && size > 2 * EDGE ? EDGE : size;
  textRepeat(&p->line, ' ', indent);
  p->printed = indent;
  for (int64_t i = 0; i < size; ++i) {
    char bytes[128];
    Text word = textInMemory(bytes, sizeof bytes);
    if (i == skipFrom) {
      textString(&word, "...");
      addWord(p, &word, indent);
      textChar(&p->line, ' ');
      word.size = 0;
      i = size - EDGE;
    }
    printElement(p, &word, index * size + i);
    addWord(p, &word, indent);
    if (i + 1 < size)
      textChar(&p->line, ' ');
  }
  endLine(p);
}

/* Recursion is as deep as the rank: at most 8. */
static void printAxis(Printer *p, uint32_t axis, int64_t index) {
  textChar(p->text, '[');
  if (axis + 1 == p->rank) {
    printRow(p, index, axis + 1);
    textChar(p->text, ']');
    return;
  }
  int64_t size = p->shape[axis];
  int64_t skipFrom = p->cut && size > 2 * EDGE ? EDGE : size;
  for (int64_t i = 0; i < size; ++i) {
    if (i > 0) {
      textRepeat(p->text, '\n', p->rank - axis - 1);
      textRepeat(p->text, ' ', axis + 1);
    }
    if (i == skipFrom) {
      textString(p->text, "...");
      textRepeat(p->text, '\n', p->rank - axis - 1);
      textRepeat(p->text, ' ', axis + 1);
      i = size - EDGE;
    }
    printAxis(p, axis + 1, index * size + i);
  }
  textChar(p->text, ']');
}

void textArray(Text *text, const char *data, uint32_t dtype, uint32_t rank,
               const int64_t *shape) {
  int64_t count = 1;
  for (uint32_t axis = 0; axis < rank; ++axis)
    count *= shape[axis];
  if (rank == 0) {
    textElement(text, data, dtype);
    return;
  }
  if (count == 0) {
    textString(text, "[]");
    return;
  }
  Printer printer;
  memset(&printer, 0, sizeof printer);
  printer.text = text;
  printer.data = data;
  printer.shape = shape;
  printer.dtype = dtype;
  printer.rank = rank;
  printer.cut = count > THRESHOLD;
  printer.line = textInMemory(printer.lineBytes, sizeof printer.lineBytes);
  measure(&printer);
  printAxis(&printer, 0, 0);
}
