/* digits.c - the decimal digits of a binary number, exactly.
 *
 * Steele and White's algorithm on big integers: the number is r/s, mLow and
 * mHigh are half the distances to its neighbours in the same units, and each
 * round multiplies r by ten and divides off one digit. */

#include "runtime/big_integer.h"
#include "runtime/text.h"

#include <string.h>

typedef struct Fraction {
  BigInteger r, s, mLow, mHigh;
  int isEven; /* the neighbours' midpoints read back as this number */
} Fraction;

/* Splits `value` > 0 into mantissa * 2^exponent, and says whether the next
 * smaller number is only half as far away as the next greater one. */
static uint64_t splitNumber(double value, int isSingle, int *exponent,
                            int *closerBelow) {
  uint64_t mantissa;
  int biased, leastExponent;
  if (isSingle) {
    float single = (float)value;
    uint32_t bits;
    memcpy(&bits, &single, sizeof bits);
    mantissa = bits & 0x7fffff;
    biased = bits >> 23 & 0xff;
    leastExponent = -149;
    *closerBelow = mantissa == 0 && biased > 1;
    mantissa |= biased ? (uint64_t)1 << 23 : 0;
  } else {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    mantissa = bits & 0xfffffffffffff;
    biased = bits >> 52 & 0x7ff;
    leastExponent = -1074;
    *closerBelow = mantissa == 0 && biased > 1;
    mantissa |= biased ? (uint64_t)1 << 52 : 0;
  }
  *exponent = leastExponent + (biased ? biased - 1 : 0);
  return mantissa;
}

/* Sets up r/s = value / 10^k with 0.1 <= r/s < 1; returns k. */
static int scaleFraction(Fraction *f, double value, int isSingle) {
  int exponent, closerBelow;
  uint64_t mantissa = splitNumber(value, isSingle, &exponent, &closerBelow);
  f->isEven = (mantissa & 1) == 0;
  int extra = closerBelow ? 2 : 1;
  bigSet(&f->r, mantissa);
  bigSet(&f->s, 1);
  bigSet(&f->mLow, 1);
  bigShiftLeft(&f->r, (exponent > 0 ? exponent : 0) + extra);
  bigShiftLeft(&f->s, (exponent < 0 ? -exponent : 0) + extra);
  bigShiftLeft(&f->mLow, exponent > 0 ? exponent : 0);

  /* floor(log10) of the leading power of two: k or one less than it. */
  int leadingBit = exponent + 63 - __builtin_clzll(mantissa);
  int k = (int)(((int64_t)leadingBit * 78913) >> 18) + 1;
  if (k > 0) {
    bigMultiplyPower10(&f->s, k);
  } else {
    bigMultiplyPower10(&f->r, -k);
    bigMultiplyPower10(&f->mLow, -k);
  }
  if (bigCompare(&f->r, &f->s) >= 0) {
    bigMultiplyAdd(&f->s, 10, 0);
    ++k;
  }
  f->mHigh = f->mLow;
  if (closerBelow)
    bigShiftLeft(&f->mHigh, 1);
  return k;
}

/* Adds one to the last digit. */
static void roundUp(Decimal *decimal) {
  while (decimal->count > 0 && decimal->digits[decimal->count - 1] == '9')
    --decimal->count;
  if (decimal->count > 0) {
    ++decimal->digits[decimal->count - 1];
    return;
  }
  decimal->digits[decimal->count++] = '1';
  ++decimal->exponent;
}

/* Compares the rest r/s with one half. */
static int compareHalf(Fraction *f) {
  BigInteger twice = f->r;
  bigMultiplyAdd(&twice, 2, 0);
  return bigCompare(&twice, &f->s);
}

static void generateDigits(Decimal *decimal, Fraction *f, int unique,
                           int most) {
  int low = 0, high = 0;
  while (f->r.count > 0 && decimal->count < most && !low && !high) {
    bigMultiplyAdd(&f->r, 10, 0);
    char digit = '0';
    for (; bigCompare(&f->r, &f->s) >= 0; ++digit)
      bigSubtract(&f->r, &f->s);
    decimal->digits[decimal->count++] = digit;
    if (unique) {
      bigMultiplyAdd(&f->mLow, 10, 0);
      bigMultiplyAdd(&f->mHigh, 10, 0);
      low = bigCompare(&f->r, &f->mLow) < f->isEven;
      high = bigCompareSum(&f->r, &f->mHigh, &f->s) > -f->isEven;
    }
  }
  int half = compareHalf(f);
  int isOdd = decimal->count > 0 && (decimal->digits[decimal->count - 1] & 1);
  if (low != high ? high : half > 0 || (half == 0 && isOdd))
    roundUp(decimal);
}

void findDigits(Decimal *decimal, double value, int isSingle, int unique,
                enum DigitLimit limit, int n) {
  decimal->count = 0;
  decimal->exponent = 0;
  if (value < 0)
    value = -value;
  if (value == 0)
    return;
  Fraction fraction;
  decimal->exponent = scaleFraction(&fraction, value, isSingle);
  int most = MAX_DIGITS;
  if (limit == LIMIT_TOTAL && n < most)
    most = n;
  if (limit == LIMIT_FRACTION && decimal->exponent + (int64_t)n < most)
    most = decimal->exponent + n;
  /* The first digit lies beyond the one that rounding could reach. */
  if (most < 0)
    return;
  generateDigits(decimal, &fraction, unique, most);
  while (decimal->count > 0 && decimal->digits[decimal->count - 1] == '0')
    --decimal->count;
}
