/* big_integer.c - natural numbers for exact decimal conversion. */

#include "runtime/big_integer.h"

#include <string.h>

void bigSet(BigInteger *a, uint64_t value) {
  a->words[0] = (uint32_t)value;
  a->words[1] = (uint32_t)(value >> 32);
  a->count = a->words[1] ? 2 : a->words[0] ? 1 : 0;
}

void bigMultiplyAdd(BigInteger *a, uint32_t factor, uint32_t addend) {
  uint64_t carry = addend;
  for (int i = 0; i < a->count; ++i) {
    carry += (uint64_t)a->words[i] * factor;
    a->words[i] = (uint32_t)carry;
    carry >>= 32;
  }
  if (carry)
    a->words[a->count++] = (uint32_t)carry;
}

void bigMultiplyPower10(BigInteger *a, int power) {
  for (; power >= 9; power -= 9)
    bigMultiplyAdd(a, 1000000000, 0);
  for (; power > 0; --power)
    bigMultiplyAdd(a, 10, 0);
}

void bigShiftLeft(BigInteger *a, int bits) {
  int words = bits / 32;
  if (a->count == 0)
    return;
  bigMultiplyAdd(a, (uint32_t)1 << (bits % 32), 0);
  memmove(a->words + words, a->words, (size_t)a->count * 4);
  memset(a->words, 0, (size_t)words * 4);
  a->count += words;
}

int bigCompare(const BigInteger *a, const BigInteger *b) {
  if (a->count != b->count)
    return a->count < b->count ? -1 : 1;
  for (int i = a->count - 1; i >= 0; --i)
    if (a->words[i] != b->words[i])
      return a->words[i] < b->words[i] ? -1 : 1;
  return 0;
}

int bigCompareSum(const BigInteger *a, const BigInteger *b,
                  const BigInteger *c) {
  BigInteger sum = *a;
  uint64_t carry = 0;
  int count = a->count > b->count ? a->count : b->count;
  for (int i = 0; i < count; ++i) {
    carry += (uint64_t)(i < a->count ? a->words[i] : 0) +
             (i < b->count ? b->words[i] : 0);
    sum.words[i] = (uint32_t)carry;
    carry >>= 32;
  }
  sum.count = count;
  if (carry)
    sum.words[sum.count++] = (uint32_t)carry;
  return bigCompare(&sum, c);
}

void bigSubtract(BigInteger *a, const BigInteger *b) {
  uint64_t borrow = 0;
  for (int i = 0; i < a->count; ++i) {
    uint64_t difference =
        (uint64_t)a->words[i] - (i < b->count ? b->words[i] : 0) - borrow;
    a->words[i] = (uint32_t)difference;
    borrow = difference >> 63;
  }
  while (a->count > 0 && a->words[a->count - 1] == 0)
    --a->count;
}
