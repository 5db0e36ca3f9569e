/* big_integer.h - natural numbers just large enough for exact conversions
 * between doubles and decimal text. */

#ifndef SINTER_RUNTIME_BIG_INTEGER_H
#define SINTER_RUNTIME_BIG_INTEGER_H

#include <stdint.h>

/* 800 decimal digits times 10^345 fit: the largest product that reading needs.
 */
#define BIG_WORDS 160

/* Little-endian words; count = 0 is zero, and the top word is never zero. */
typedef struct BigInteger {
  int count;
  uint32_t words[BIG_WORDS];
} BigInteger;

void bigSet(BigInteger *a, uint64_t value);
/* a = a * factor + addend */
void bigMultiplyAdd(BigInteger *a, uint32_t factor, uint32_t addend);
void bigMultiplyPower10(BigInteger *a, int power);
void bigShiftLeft(BigInteger *a, int bits);
/* -1, 0 or 1 as a is less than, equal to or greater than b. */
int bigCompare(const BigInteger *a, const BigInteger *b);
/* Compares a + b with c. */
int bigCompareSum(const BigInteger *a, const BigInteger *b,
                  const BigInteger *c);
/* a -= b, where a >= b. */
void bigSubtract(BigInteger *a, const BigInteger *b);

#endif /* SINTER_RUNTIME_BIG_INTEGER_H */
