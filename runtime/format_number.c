/* format_number.c - numbers as text: NumPy's shortest form and C's formats. */

#include "runtime/text.h"

#include <string.h>

/* Prints what has no digits; returns 0 for a finite value. */
static int textSpecial(Text *text, double value) {
  if (value != value) {
    textString(text, "nan");
    return 1;
  }
  if (value - value == 0)
    return 0;
  textString(text, value < 0 ? "-inf" : "inf");
  return 1;
}

static void textSign(Text *text, double value) {
  if (__builtin_signbit(value))
    textChar(text, '-');
}

static char digitAt(const Decimal *decimal, int64_t index) {
  return index >= 0 && index < decimal->count ? decimal->digits[index] : '0';
}

int textPositional(Text *text, const Decimal *decimal, int minFraction) {
  int64_t exponent = decimal->exponent;
  if (exponent <= 0 || decimal->count == 0)
    textChar(text, '0');
  else
    for (int64_t i = 0; i < exponent; ++i)
      textChar(text, digitAt(decimal, i));
  textChar(text, '.');
  int64_t fraction = decimal->count == 0 ? 0 : decimal->count - exponent;
  if (fraction < minFraction)
    fraction = minFraction;
  for (int64_t i = 0; i < fraction; ++i)
    textChar(text, digitAt(decimal, exponent + i));
  return (int)fraction;
}

void textScientific(Text *text, const Decimal *decimal, int minFraction,
                    int exponentDigits) {
  textChar(text, digitAt(decimal, 0));
  textChar(text, '.');
  int fraction = decimal->count > 1 ? decimal->count - 1 : 0;
  for (int i = 0; i < fraction || i < minFraction; ++i)
    textChar(text, digitAt(decimal, i + 1));
  int exponent = decimal->count == 0 ? 0 : decimal->exponent - 1;
  textString(text, exponent < 0 ? "e-" : "e+");
  unsigned magnitude = (unsigned)(exponent < 0 ? -exponent : exponent);
  unsigned power = 1;
  for (int i = 1; i < exponentDigits || magnitude / power >= 10; ++i)
    power *= 10;
  for (; power > 0; power /= 10)
    textChar(text, (char)('0' + magnitude / power % 10));
}

/* Like textScientific, but "1e-05", not "1.e-05". */
static void textScientificBare(Text *text, const Decimal *decimal,
                               int minFraction) {
  char bytes[MAX_DIGITS + 16];
  Text whole = textInMemory(bytes, sizeof bytes);
  textScientific(&whole, decimal, minFraction, 2);
  int bare = bytes[1] == '.' && bytes[2] == 'e';
  textBytes(text, bytes, 1);
  textBytes(text, bytes + 1 + bare, whole.size - 1 - (size_t)bare);
}

void textShortest(Text *text, double value, int isSingle) {
  if (textSpecial(text, value))
    return;
  Decimal decimal;
  findDigits(&decimal, value, isSingle, 1, LIMIT_NONE, 0);
  textSign(text, value);
  double magnitude = value < 0 ? -value : value;
  if (magnitude == 0 || (magnitude >= 1e-4 && magnitude < 1e16))
    textPositional(text, &decimal, 1);
  else
    textScientificBare(text, &decimal, 0);
}

void textFixed(Text *text, double value, int precision) {
  if (textSpecial(text, value))
    return;
  Decimal decimal;
  findDigits(&decimal, value, 0, 0, LIMIT_FRACTION, precision);
  textSign(text, value);
  if (precision > 0) {
    textPositional(text, &decimal, precision);
    return;
  }
  for (int64_t i = 0; i < decimal.exponent && decimal.count > 0; ++i)
    textChar(text, digitAt(&decimal, i));
  if (decimal.exponent <= 0 || decimal.count == 0)
    textChar(text, '0');
}

void textExponent(Text *text, double value, int precision) {
  if (textSpecial(text, value))
    return;
  Decimal decimal;
  findDigits(&decimal, value, 0, 0, LIMIT_TOTAL, precision + 1);
  textSign(text, value);
  textScientificBare(text, &decimal, precision);
}

void textGeneral(Text *text, double value, int precision) {
  if (textSpecial(text, value))
    return;
  if (precision < 1)
    precision = 1;
  Decimal decimal;
  findDigits(&decimal, value, 0, 0, LIMIT_TOTAL, precision);
  textSign(text, value);
  int exponent = decimal.count == 0 ? 0 : decimal.exponent - 1;
  if (exponent < -4 || exponent >= precision) {
    textScientificBare(text, &decimal, 0);
    return;
  }
  char bytes[MAX_DIGITS + 16];
  Text whole = textInMemory(bytes, sizeof bytes);
  if (textPositional(&whole, &decimal, 0) == 0)
    --whole.size; /* the point */
  textBytes(text, bytes, whole.size);
}
