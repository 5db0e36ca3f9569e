/* parse_number.c - text to numbers, correctly rounded. */

#include "runtime/big_integer.h"
#include "runtime/text.h"

#include <string.h>

int parseInteger(const char *string, int64_t *value) {
  int negative = *string == '-';
  if (*string == '-' || *string == '+')
    ++string;
  if (!*string)
    return 0;
  int64_t result = 0;
  for (; *string; ++string) {
    if (*string < '0' || *string > '9')
      return 0;
    /* Negative numbers reach one further, so they carry the sum. */
    if (__builtin_mul_overflow(result, 10, &result) ||
        __builtin_sub_overflow(result, *string - '0', &result))
      return 0;
  }
  if (!negative && __builtin_sub_overflow(0, result, &result))
    return 0;
  *value = result;
  return 1;
}

/* Reads digits, point and exponent: 0.ddd x 10^exponent. Returns 0 when the
 * string is no number. Digits beyond MAX_DIGITS - 1 only matter as not being
 * all zero, which a last 1 stands for. */
static int readDecimal(const char *s, Decimal *decimal) {
  int64_t exponent = 0, explicitExponent = 0;
  int any = 0, sawPoint = 0, more = 0;
  decimal->count = 0;
  for (; (*s >= '0' && *s <= '9') || (*s == '.' && !sawPoint); ++s) {
    if (*s == '.') {
      sawPoint = 1;
      continue;
    }
    any = 1;
    exponent += !sawPoint && (decimal->count > 0 || *s != '0');
    if (decimal->count == 0 && *s == '0') {
      exponent -= sawPoint;
      continue;
    }
    if (decimal->count < MAX_DIGITS - 1)
      decimal->digits[decimal->count++] = *s;
    else
      more |= *s != '0';
  }
  if (more)
    decimal->digits[decimal->count++] = '1';
  if (any && (*s == 'e' || *s == 'E')) {
    const char *digits = s + 1 + (s[1] == '-' || s[1] == '+');
    if (*digits < '0' || *digits > '9')
      return 0;
    for (; *digits >= '0' && *digits <= '9'; ++digits)
      if (explicitExponent < 1000000)
        explicitExponent = explicitExponent * 10 + (*digits - '0');
    explicitExponent = s[1] == '-' ? -explicitExponent : explicitExponent;
    s = digits;
  }
  exponent += explicitExponent;
  decimal->exponent = exponent > 100000    ? 100000
                      : exponent < -100000 ? -100000
                                           : (int)exponent;
  return any && *s == 0;
}

static double doubleFromBits(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* Compares `decimal` with the midpoint of the doubles `bits` and `bits` + 1. */
static int compareMidpoint(const Decimal *decimal, uint64_t bits) {
  int biased = (int)(bits >> 52);
  uint64_t mantissa = (bits & 0xfffffffffffff) | (uint64_t)!!biased << 52;
  int binary = -1075 + (biased ? biased - 1 : 0);
  BigInteger left, right;
  bigSet(&left, 0);
  for (int i = 0; i < decimal->count; ++i)
    bigMultiplyAdd(&left, 10, (uint32_t)(decimal->digits[i] - '0'));
  bigSet(&right, 2 * mantissa + 1);
  int power = decimal->exponent - decimal->count;
  bigMultiplyPower10(power > 0 ? &left : &right, power > 0 ? power : -power);
  bigShiftLeft(binary > 0 ? &right : &left, binary > 0 ? binary : -binary);
  return bigCompare(&left, &right);
}

/* Numbers of few digits: a product or quotient of two exact doubles. */
static int parseShort(const Decimal *decimal, double *value) {
  static const double powers[] = {
      1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
      1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  int power = decimal->exponent - decimal->count;
  if (decimal->count > 15 || power < -22 || power > 22)
    return 0;
  int64_t digits = 0;
  for (int i = 0; i < decimal->count; ++i)
    digits = 10 * digits + (decimal->digits[i] - '0');
  *value = power < 0 ? (double)digits / powers[-power]
                     : (double)digits * powers[power];
  return 1;
}

int parseDouble(const char *string, double *value) {
  int negative = *string == '-';
  if (*string == '-' || *string == '+')
    ++string;
  Decimal decimal;
  if (!readDecimal(string, &decimal))
    return 0;
  if (parseShort(&decimal, value)) {
    *value = negative ? -*value : *value;
    return 1;
  }
  /* Bisect the non-negative doubles, which are ordered as their bits are. */
  uint64_t low = 0, high = (uint64_t)0x7ff << 52;
  if (decimal.count == 0 || decimal.exponent < -330)
    high = 0;
  else if (decimal.exponent > 310)
    low = high;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    int order = compareMidpoint(&decimal, middle);
    if (order > 0 || (order == 0 && (middle & 1)))
      low = middle + 1;
    else
      high = middle;
  }
  *value = negative ? -doubleFromBits(low) : doubleFromBits(low);
  return 1;
}
