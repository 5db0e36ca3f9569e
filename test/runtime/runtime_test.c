/* runtime_test.c - the runtime's readers and number text, under sanitizers.
 *
 *   runtime_test numbers GOLDEN     against Python's formatting and reading
 *   runtime_test arrays GOLDEN      against NumPy's printing
 *   runtime_test mutate ROUNDS      damaged IDX, .npy and safetensors bytes
 *
 * It is built from the runtime's sources for the host, with ASan and UBSan. */

#include "test/runtime/readers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Golden files ----------------------------------------------------------
 */

static int failures;

static void expect(const char *what, const char *found, const char *wanted) {
  if (strcmp(found, wanted) == 0)
    return;
  if (++failures <= 10)
    printf("%s\n  expected: %s\n  found:    %s\n", what, wanted, found);
}

static double doubleOfBits(const char *hex) {
  uint64_t bits = strtoull(hex, NULL, 16);
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static double singleOfBits(const char *hex) {
  uint32_t bits = (uint32_t)strtoul(hex, NULL, 16);
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static void testNumber(char *line) {
  static char found[4096];
  char copy[4096];
  snprintf(copy, sizeof copy, "%s", line);
  char *fields[4];
  for (int i = 0; i < 4; ++i)
    fields[i] = strsep(&line, "|");
  Text text = textInMemory(found, sizeof found - 1);
  double value = doubleOfBits(fields[2]);
  if (strcmp(fields[0], "shortest64") == 0) {
    textShortest(&text, value, 0);
  } else if (strcmp(fields[0], "shortest32") == 0) {
    textShortest(&text, singleOfBits(fields[2]), 1);
  } else if (strcmp(fields[0], "c") == 0) {
    int precision = atoi(fields[1]);
    switch (fields[1][strlen(fields[1]) - 1]) {
    case 'f':
      textFixed(&text, value, precision);
      break;
    case 'e':
      textExponent(&text, value, precision);
      break;
    default:
      textGeneral(&text, value, precision);
    }
  } else if (strcmp(fields[0], "python") == 0) {
    Scalar scalar = {SCALAR_DOUBLE, 0, value};
    textPythonFormat(&text, fields[1], &scalar);
  } else {
    double parsed = -1;
    uint64_t bits;
    if (!parseDouble(fields[1], &parsed))
      textString(&text, "no number");
    memcpy(&bits, &parsed, sizeof bits);
    textHex(&text, bits, 16);
    fields[3] = fields[2];
  }
  found[text.size] = 0;
  expect(copy, found, fields[3]);
}

static int testNumbers(FILE *file) {
  static char line[4096];
  int count = 0;
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    testNumber(line);
    ++count;
  }
  return count;
}

static uint32_t dtypeNamed(const char *name) {
  for (uint32_t dtype = 0; dtype <= SINTER_BOOL; ++dtype)
    if (strcmp(dtypeName(dtype), name) == 0)
      return dtype;
  abort();
}

/* Reads "@f32 [2,3] 3f800000 ..." and prints the array into `found`. */
static void printGolden(char *line, char *found, size_t capacity) {
  static char data[1 << 16];
  int64_t shape[SINTER_MAX_RANK];
  uint32_t rank = 0;
  uint32_t dtype = dtypeNamed(strsep(&line, " ") + 1);
  char *dims = strsep(&line, " ") + 1;
  while (*dims != ']') {
    shape[rank++] = strtoll(dims, &dims, 10);
    dims += *dims == ',';
  }
  for (uint64_t i = 0; line && *line; ++i) {
    uint64_t bits = strtoull(strsep(&line, " \n"), NULL, 16);
    memcpy(data + i * dtypeSize(dtype), &bits, dtypeSize(dtype));
  }
  Text text = textInMemory(found, capacity - 1);
  textArray(&text, data, dtype, rank, shape);
  found[text.size] = 0;
}

static int testArrays(FILE *file) {
  static char line[1 << 17], header[1 << 17], wanted[1 << 16], found[1 << 16];
  int count = 0;
  header[0] = 0;
  for (;;) {
    char *more = fgets(line, sizeof line, file);
    if (!more || line[0] == '@') {
      if (header[0]) {
        wanted[strlen(wanted) - 1] = 0;
        char what[80];
        snprintf(what, sizeof what, "%.79s", header);
        printGolden(header, found, sizeof found);
        expect(what, found, wanted);
        ++count;
      }
      if (!more)
        return count;
      strcpy(header, line);
      wanted[0] = 0;
    } else {
      strcat(wanted, line);
    }
  }
}

/* ---- Damaged files ---------------------------------------------------------
 */

static uint32_t randomState = 12345;

static uint32_t draw(uint32_t below) {
  randomState = randomState * 1664525u + 1013904223u;
  return (uint32_t)((uint64_t)(randomState >> 4) * below >> 28);
}

/* `mayEnd`: the beginning of a file can be a file. */
static void damage(const char *name, Reader reader, const char *bytes,
                   size_t size, int rounds, int mayEnd) {
  char *copy = malloc(size + 16);
  int accepted = 0, count = 0;
  if (readCopy(reader, bytes, size) != 0) {
    printf("%s: the whole file is refused\n", name);
    exit(1);
  }
  for (size_t cut = 0; cut < size; ++cut, ++count)
    accepted += readCopy(reader, bytes, cut) == 0;
  if (accepted && !mayEnd) {
    printf("%s: %d truncated files are accepted\n", name, accepted);
    exit(1);
  }
  static const int changes[] = {0, 255, 1, -1, 128, '"', '{', '9', '\\'};
  for (size_t at = 0; at < size; ++at)
    for (size_t c = 0; c < sizeof changes / sizeof changes[0]; ++c, ++count) {
      memcpy(copy, bytes, size);
      copy[at] =
          (char)(changes[c] == 1 || changes[c] == -1 ? copy[at] + changes[c]
                                                     : changes[c]);
      accepted += readCopy(reader, copy, size) == 0;
    }
  for (int round = 0; round < rounds; ++round, ++count) {
    size_t newSize = size + draw(17) - (draw(2) ? 8 : 0);
    memset(copy + size, 'z', 16);
    memcpy(copy, bytes, size);
    newSize = newSize > size + 16 ? size : newSize;
    for (uint32_t i = draw(6); i > 0; --i)
      copy[draw((uint32_t)size)] = (char)draw(256);
    for (uint32_t i = draw(3); i > 0; --i) { /* move a piece */
      uint32_t length = draw(12), from = draw((uint32_t)size - 12);
      memmove(copy + draw((uint32_t)size - 12), copy + from, length);
    }
    accepted += readCopy(reader, copy, newSize) == 0;
  }
  printf("%s: %d damaged files read, %d of them still valid\n", name, count,
         accepted);
  free(copy);
}

static size_t makeTensors(char *bytes) {
  static const char header[] =
      "{\"__metadata__\":{\"version\":\"1\",\"epoch\":\"3\"},"
      "\"w\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[0,24]},"
      "\"net\\u002ebias\":{\"data_offsets\":[24,40],\"dtype\":\"F64\","
      "\"shape\":[2]}}  ";
  uint64_t size = sizeof header - 1;
  memcpy(bytes, &size, 8);
  memcpy(bytes + 8, header, size);
  memset(bytes + 8 + size, 1, 40);
  return 8 + size + 40;
}

static size_t makeNpy(char *bytes) {
  static const char dictionary[] =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2)}";
  size_t size = sizeof dictionary - 1;
  memcpy(bytes, "\x93NUMPY\x01\0", 8);
  bytes[8] = (char)size;
  bytes[9] = 0;
  memcpy(bytes + 10, dictionary, size);
  memset(bytes + 10 + size, 0, 24);
  return 10 + size + 24;
}

static int mutate(int rounds) {
  static char bytes[1024];
  char idx[] = {0, 0, 8, 2, 0, 0, 0, 4, 0, 0, 0, 3,
                1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2};
  standardError.fd = -1; /* thousands of messages that nobody reads */
  damage("idx", readAsIdx, idx, sizeof idx, rounds, 0);
  damage("safetensors", readAsTensors, bytes, makeTensors(bytes), rounds, 0);
  damage("npy", readAsNpy, bytes, makeNpy(bytes), rounds, 0);
  damage("rows of safetensors", readAsTensorRows, bytes, makeTensors(bytes),
         rounds, 0);
  char table[] = "y,a,b\n1,NA,u\n2,3.5,\"v \"\"w\"\"\"\r\n3,-4e0,NA\n4,5,\n";
  damage("table", readAsTable, table, sizeof table - 1, rounds, 1);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "mutate") == 0)
    return mutate(atoi(argv[2]));
  FILE *file = argc == 3 ? fopen(argv[2], "r") : NULL;
  if (!file)
    return 2;
  int count =
      strcmp(argv[1], "numbers") == 0 ? testNumbers(file) : testArrays(file);
  fclose(file);
  printf("%d tests, %d failures\n", count, failures);
  return failures || count == 0;
}
