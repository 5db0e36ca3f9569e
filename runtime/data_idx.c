/* data_idx.c - IDX files: the format of MNIST and its kin.
 *
 * Two zero bytes, a type code, the rank, then one big-endian 32-bit size per
 * dimension, then the numbers, row-major and big-endian, and nothing more. */

#include "runtime/internal.h"

static int64_t dtypeOfCode(unsigned char code) {
  switch (code) {
  case 0x08:
    return SINTER_U8;
  case 0x09:
    return SINTER_I8;
  case 0x0C:
    return SINTER_I32;
  case 0x0D:
    return SINTER_F32;
  case 0x0E:
    return SINTER_F64;
  default:
    return -1;
  }
}

static uint32_t readBigEndian(const unsigned char *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
         (uint32_t)bytes[2] << 8 | bytes[3];
}

/* "FILE: expected u8[60000, 28, 28], found u8[60000, 28]" */
static int failShape(const char *path, const SinterSource *info, uint32_t dtype,
                     uint32_t rank, const int64_t *shape) {
  char bytes[512];
  Text text = textInMemory(bytes, sizeof bytes - 1);
  textString(&text, "expected ");
  textType(&text, info->dtype, info->rank, info->shape);
  textString(&text, ", found ");
  textType(&text, dtype, rank, shape);
  bytes[text.size] = 0;
  return fail(EXIT_DATA, "'%s': %s (%s)", path, bytes, info->location);
}

int readIdx(const Mapping *file, const char *path, const SinterSource *info,
            Source *source) {
  if (file->size < 4 || file->data[0] != 0 || file->data[1] != 0)
    return fail(EXIT_DATA,
                "'%s' is not an IDX file: expected it to begin with "
                "two zero bytes, a type and a rank (%s)",
                path, info->location);
  int64_t dtype = dtypeOfCode(file->data[2]);
  uint32_t rank = file->data[3];
  if (dtype < 0 || rank < 1 || rank > SINTER_MAX_RANK)
    return fail(EXIT_DATA, "'%s': unknown IDX type %d of rank %d (%s)", path,
                file->data[2], file->data[3], info->location);
  uint64_t headerBytes = 4 + 4 * (uint64_t)rank;
  if (file->size < headerBytes)
    return fail(EXIT_DATA,
                "'%s' is cut off: its header needs %llu bytes, the "
                "file has %llu",
                path, (unsigned long long)headerBytes,
                (unsigned long long)file->size);
  int64_t shape[SINTER_MAX_RANK];
  uint64_t unit = dtypeSize((uint32_t)dtype), rowBytes = unit, bytes = 0;
  int tooLarge = 0;
  for (uint32_t axis = 0; axis < rank; ++axis)
    shape[axis] = readBigEndian(file->data + 4 + 4 * axis);
  for (uint32_t axis = 1; axis < rank; ++axis)
    tooLarge |=
        __builtin_mul_overflow(rowBytes, (uint64_t)shape[axis], &rowBytes);
  tooLarge |= __builtin_mul_overflow(rowBytes, (uint64_t)shape[0], &bytes);
  if ((uint32_t)dtype != info->dtype || !shapeFits(info, rank, shape))
    return failShape(path, info, (uint32_t)dtype, rank, shape);
  if (tooLarge || bytes != file->size - headerBytes)
    return fail(EXIT_DATA,
                "'%s': its header promises %llu bytes of data, the "
                "file has %llu",
                path, tooLarge ? UINT64_MAX : (unsigned long long)bytes,
                (unsigned long long)(file->size - headerBytes));
  source->data = (const char *)file->data + headerBytes;
  source->rows = shape[0];
  source->rowBytes = rowBytes;
  source->swapUnit = unit > 1 ? (uint32_t)unit : 0;
  return checkRows(info, source, path);
}
