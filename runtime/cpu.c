/* cpu.c - does the machine have the instructions that the code was made of?
 *
 * Asked before any generated code runs, so that a missing one is a message and
 * not a SIGILL. */

#include "runtime/internal.h"

typedef struct CpuId {
  uint32_t a, b, c, d;
} CpuId;

static CpuId cpuid(uint32_t leaf, uint32_t subleaf) {
  CpuId id;
  __asm__("cpuid"
          : "=a"(id.a), "=b"(id.b), "=c"(id.c), "=d"(id.d)
          : "a"(leaf), "c"(subleaf));
  return id;
}

/* Which registers the system saves; only where the CPU has xgetbv. */
static uint32_t savedRegisters(uint32_t leaf1c) {
  uint32_t low, high;
  if (!(leaf1c >> 27 & 1))
    return 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

static uint32_t presentFeatures(void) {
  CpuId leaf1 = cpuid(1, 0), leaf7 = {0, 0, 0, 0};
  if (cpuid(0, 0).a >= 7)
    leaf7 = cpuid(7, 0);
  uint32_t saved = savedRegisters(leaf1.c);
  int ymm = (saved & 6) == 6, zmm = (saved & 0xe6) == 0xe6;
  uint32_t avx512 = 1u << 16 | 1u << 30 | 1u << 17 | 1u << 31; /* F BW DQ VL */
  uint32_t features = 0;
  if (leaf1.c >> 20 & 1)
    features |= SINTER_CPU_SSE42;
  if (ymm && leaf7.b >> 5 & 1)
    features |= SINTER_CPU_AVX2;
  if (ymm && leaf1.c >> 12 & 1)
    features |= SINTER_CPU_FMA;
  if (zmm && (leaf7.b & avx512) == avx512)
    features |= SINTER_CPU_AVX512;
  return features;
}

const char *cpuFeatureName(uint32_t feature) {
  return feature == SINTER_CPU_SSE42  ? "sse4.2"
         : feature == SINTER_CPU_AVX2 ? "avx2"
         : feature == SINTER_CPU_FMA  ? "fma"
                                      : "avx512";
}

int checkCpu(void) {
  uint32_t missing = sinter_program.requiredFeatures & ~presentFeatures();
  if (!missing)
    return EXIT_OK;
  const char *name = cpuFeatureName(missing & (0 - missing));
  return fail(EXIT_USAGE,
              "this machine lacks %s, which the program was built for; "
              "rebuild it with --cpu=x86-64",
              name);
}
