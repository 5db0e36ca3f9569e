/* text.h - output buffers, messages and the text of numbers.
 *
 * The runtime has no stdio. A Text collects bytes; one with a file descriptor
 * writes them out when it is full or flushed, one without only holds them. */

#ifndef SINTER_RUNTIME_TEXT_H
#define SINTER_RUNTIME_TEXT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Text {
  char *data;
  size_t size, capacity;
  int fd;       /* -1: held in memory only */
  int error;    /* errno of the first failed write; later text is dropped */
  int overflow; /* a memory Text was too small */
} Text;

/* Results go to standardOutput, everything else to standardError. */
extern Text standardOutput, standardError;

/* A Text over caller's memory. */
Text textInMemory(char *data, size_t capacity);

void textBytes(Text *text, const char *data, size_t size);
void textString(Text *text, const char *string);
void textChar(Text *text, char c);
void textRepeat(Text *text, char c, int64_t count);
void textInteger(Text *text, int64_t value);
void textUnsigned(Text *text, uint64_t value);
void textHex(Text *text, uint64_t value, int digits);
/* Understands %s %c %d %lld %llu %g (6 digits) and %%: no more. */
void textFormat(Text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void textFormatList(Text *text, const char *format, va_list arguments);
/* Writes out what is held. Returns 0, or the errno of the first failure. */
int textFlush(Text *text);

/* ---- Messages on standard error ------------------------------------------ */

/* The program's name in messages: the last part of argv[0]. */
extern const char *programName;
/* Set while a progress line without a line break stands on the terminal. */
extern int progressLineOpen;
void endProgressLine(void);

/* Prints "PROG: error: ..." and returns `code`. */
int fail(int code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Prints a line without a prefix. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* What an errno means: "no such file or directory". */
const char *errorText(int error);

/* ---- Numbers to text ------------------------------------------------------
 */

/* More digits than any finite double has in decimal. */
#define MAX_DIGITS 800

/* 0.d1d2d3... x 10^exponent; count = 0 is zero. */
typedef struct Decimal {
  int count;
  int exponent;
  char digits[MAX_DIGITS];
} Decimal;

/* A limit on the digits of a Decimal. */
enum DigitLimit {
  LIMIT_NONE,     /* shortest text that reads back as the same number */
  LIMIT_TOTAL,    /* at most n digits */
  LIMIT_FRACTION, /* at most n digits after the point */
};

/* The digits of a finite `value` (its sign is ignored), correctly rounded, half
 * to even. `isSingle`: the value is a float's. `unique`: stop as soon as the
 * digits say which number it is; the limit may stop earlier. */
void findDigits(Decimal *decimal, double value, int isSingle, int unique,
                enum DigitLimit limit, int n);

/* As NumPy prints a scalar: "0.1", "1e-05", "nan". */
void textShortest(Text *text, double value, int isSingle);
/* As C's %.*f, %.*e and %.*g. */
void textFixed(Text *text, double value, int precision);
void textExponent(Text *text, double value, int precision);
void textGeneral(Text *text, double value, int precision);

/* A scalar that a format is applied to. */
typedef struct Scalar {
  enum { SCALAR_INTEGER, SCALAR_SINGLE, SCALAR_DOUBLE } kind;
  int64_t integer;
  double value; /* set for an integer too */
} Scalar;

/* A Python format: [[fill]align][sign][0][width][.precision][d|e|f|g|%]. */
void textPythonFormat(Text *text, const char *format, const Scalar *scalar);

/* The digits of `decimal` around the point, zeros where it has none; at least
 * `minFraction` digits after the point. Returns the digits after the point. */
int textPositional(Text *text, const Decimal *decimal, int minFraction);
/* d.ddd with at least `minFraction` digits, then e+XX. */
void textScientific(Text *text, const Decimal *decimal, int minFraction,
                    int exponentDigits);

/* ---- Text to numbers ------------------------------------------------------
 */

/* Both want the whole string; they return 0 when it is no number or, for the
 * integer, when it does not fit. A double is correctly rounded. */
int parseInteger(const char *string, int64_t *value);
int parseDouble(const char *string, double *value);

#endif /* SINTER_RUNTIME_TEXT_H */
