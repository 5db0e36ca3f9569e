/* rng.c - Philox4x32-10, and the order of an epoch's rows. */

#include "runtime/internal.h"

void philox(const uint32_t counter[4], const uint32_t key[2],
            uint32_t result[4]) {
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < 10; ++round) {
    uint64_t p0 = (uint64_t)0xD2511F53 * c0, p1 = (uint64_t)0xCD9E8D57 * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p0;
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  result[0] = c0;
  result[1] = c1;
  result[2] = c2;
  result[3] = c3;
}

/* Sets the shuffle's draws apart from those of generated code. */
static const uint32_t shuffleStream = 0x73687566; /* "shuf" */

void shuffleRows(uint32_t *order, int64_t count, int64_t seed, int64_t epoch) {
  for (int64_t i = 0; i < count; ++i)
    order[i] = (uint32_t)i;
  uint32_t key[2] = {(uint32_t)seed, (uint32_t)((uint64_t)seed >> 32)};
  for (int64_t i = count - 1; i > 0; --i) {
    uint32_t counter[4] = {(uint32_t)i, shuffleStream, (uint32_t)epoch,
                           (uint32_t)((uint64_t)epoch >> 32)};
    uint32_t random[4];
    philox(counter, key, random);
    /* 64 random bits times i + 1, the top half: 0..i, even to 2^-32. */
    uint64_t bits = (uint64_t)random[1] << 32 | random[0];
    uint64_t pick =
        (uint64_t)((unsigned __int128)bits * (uint64_t)(i + 1) >> 64);
    uint32_t swapped = order[i];
    order[i] = order[pick];
    order[pick] = swapped;
  }
}
