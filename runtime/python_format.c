/* python_format.c - the formats of interpolated text: "{x:8.4f}". */

#include "runtime/text.h"

#include <string.h>

typedef struct Format {
  char fill, align, sign, type;
  int width, precision; /* precision -1: none given */
} Format;

static int readCount(const char **next) {
  int count = 0;
  for (; **next >= '0' && **next <= '9'; ++*next)
    if (count < 1000)
      count = count * 10 + (**next - '0');
  return count;
}

static int isAlign(char c) { return c == '<' || c == '>' || c == '^'; }

static Format readFormat(const char *s) {
  Format format = {' ', '>', '-', 0, 0, -1};
  if (s[0] && isAlign(s[1]))
    format.fill = *s++;
  if (isAlign(*s))
    format.align = *s++;
  if (*s == '+' || *s == '-' || *s == ' ')
    format.sign = *s++;
  if (*s == '0') {
    format.fill = '0';
    format.align = '=';
    ++s;
  }
  format.width = readCount(&s);
  if (*s == '.') {
    ++s;
    format.precision = readCount(&s);
  }
  format.type = *s;
  return format;
}

/* The text without width and fill. */
static void textBody(Text *text, const Format *format, const Scalar *scalar) {
  int precision = format->precision < 0 ? 6 : format->precision;
  if (precision > 300)
    precision = 300;
  switch (format->type) {
  case 'f':
  case 'F':
    textFixed(text, scalar->value, precision);
    return;
  case 'e':
  case 'E':
    textExponent(text, scalar->value, precision);
    return;
  case '%':
    textFixed(text, scalar->value * 100, precision);
    textChar(text, '%');
    return;
  case 'g':
  case 'G':
    textGeneral(text, scalar->value, precision);
    return;
  default:
    if (scalar->kind == SCALAR_INTEGER)
      textInteger(text, scalar->integer);
    else if (format->precision >= 0)
      textGeneral(text, scalar->value, precision);
    else
      textShortest(text, scalar->value, scalar->kind == SCALAR_SINGLE);
  }
}

void textPythonFormat(Text *text, const char *string, const Scalar *scalar) {
  Format format = readFormat(string);
  /* 1.8e308 with 300 decimals, twice as much as it can need. */
  char bytes[1300];
  Text body = textInMemory(bytes, sizeof bytes);
  textBody(&body, &format, scalar);
  size_t signSize = body.size > 0 && bytes[0] == '-';
  int plus = !signSize && format.sign != '-';
  int64_t pad = format.width - (int64_t)body.size - plus;
  int64_t before = format.align == '>'   ? pad
                   : format.align == '^' ? pad / 2
                                         : 0;
  textRepeat(text, format.fill, before);
  if (plus)
    textChar(text, format.sign);
  textBytes(text, bytes, signSize);
  if (format.align == '=')
    textRepeat(text, format.fill, pad);
  textBytes(text, bytes + signSize, body.size - signSize);
  if (format.align == '<' || format.align == '^')
    textRepeat(text, format.fill, pad - before);
}
