/* npy.c - NumPy's .npy files.
 *
 * "\x93NUMPY", a version, the header's size, a Python dictionary with descr,
 * fortran_order and shape, then the numbers. */

#include "runtime/internal.h"

#include <string.h>

static const char descriptors[][4] = {"<f4", "<f8", "<i4", "<i8",
                                      "|i1", "|u1", "|b1"};

typedef struct NpyHeader {
  char descriptor[16];
  int fortranOrder;
  uint32_t rank;
  int64_t shape[SINTER_MAX_RANK];
  uint64_t dataOffset;
} NpyHeader;

typedef struct Cursor {
  const char *next, *end;
} Cursor;

static int take(Cursor *cursor, const char *word) {
  while (cursor->next < cursor->end && *cursor->next == ' ')
    ++cursor->next;
  size_t size = strlen(word);
  if ((size_t)(cursor->end - cursor->next) < size ||
      memcmp(cursor->next, word, size) != 0)
    return 0;
  cursor->next += size;
  return 1;
}

static int takeText(Cursor *cursor, char *text, size_t capacity) {
  const char *quote = take(cursor, "'")    ? "'"
                      : take(cursor, "\"") ? "\""
                                           : NULL;
  size_t size = 0;
  if (!quote)
    return 0;
  while (cursor->next < cursor->end && *cursor->next != *quote &&
         size + 1 < capacity)
    text[size++] = *cursor->next++;
  text[size] = 0;
  return take(cursor, quote);
}

static int takeNumber(Cursor *cursor, int64_t *value) {
  take(cursor, "");
  const char *begin = cursor->next;
  *value = 0;
  for (; cursor->next < cursor->end && *cursor->next >= '0' &&
         *cursor->next <= '9';
       ++cursor->next)
    if (__builtin_mul_overflow(*value, 10, value) ||
        __builtin_add_overflow(*value, *cursor->next - '0', value))
      return 0;
  return cursor->next != begin;
}

static int takeShape(Cursor *cursor, NpyHeader *header) {
  header->rank = 0;
  if (!take(cursor, "("))
    return 0;
  while (!take(cursor, ")")) {
    if (header->rank == SINTER_MAX_RANK ||
        !takeNumber(cursor, &header->shape[header->rank++]))
      return 0;
    if (!take(cursor, ","))
      return take(cursor, ")");
  }
  return 1;
}

/* Reads "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }". */
static int readDictionary(Cursor *cursor, NpyHeader *header) {
  int seen = 0;
  if (!take(cursor, "{"))
    return 0;
  while (!take(cursor, "}")) {
    char key[16];
    if (!takeText(cursor, key, sizeof key) || !take(cursor, ":"))
      return 0;
    if (strcmp(key, "descr") == 0 &&
        takeText(cursor, header->descriptor, sizeof header->descriptor)) {
      seen |= 1;
    } else if (strcmp(key, "fortran_order") == 0) {
      header->fortranOrder = take(cursor, "True");
      if (!header->fortranOrder && !take(cursor, "False"))
        return 0;
      seen |= 2;
    } else if (strcmp(key, "shape") == 0 && takeShape(cursor, header)) {
      seen |= 4;
    } else {
      return 0;
    }
    if (!take(cursor, ",") &&
        !(cursor->next < cursor->end && *cursor->next == '}'))
      return 0;
  }
  return seen == 7;
}

static int readHeader(const Mapping *file, NpyHeader *header) {
  const unsigned char *data = file->data;
  if (file->size < 12 || memcmp(data, "\x93NUMPY", 6) != 0 || data[6] < 1 ||
      data[6] > 3)
    return 0;
  uint64_t begin = data[6] == 1 ? 10 : 12;
  uint64_t size = data[8] | (uint64_t)data[9] << 8;
  if (data[6] > 1)
    size |= (uint64_t)data[10] << 16 | (uint64_t)data[11] << 24;
  if (size > file->size - begin)
    return 0;
  Cursor cursor = {(const char *)data + begin,
                   (const char *)data + begin + size};
  header->dataOffset = begin + size;
  return readDictionary(&cursor, header);
}

static int matches(const NpyHeader *header, const SinterSource *info) {
  const char *wanted = descriptors[info->dtype];
  return strcmp(header->descriptor + 1, wanted + 1) == 0 &&
         (header->descriptor[0] == wanted[0] || wanted[0] == '|') &&
         shapeFits(info, header->rank, header->shape);
}

static int failType(const char *path, const NpyHeader *header,
                    const SinterSource *info) {
  char bytes[512];
  Text text = textInMemory(bytes, sizeof bytes - 1);
  textFormat(&text, "expected '%s' of shape ", descriptors[info->dtype]);
  textShape(&text, info->rank, info->shape);
  textFormat(&text, ", found '%s' of shape ", header->descriptor);
  textShape(&text, header->rank, header->shape);
  bytes[text.size] = 0;
  return fail(EXIT_DATA, "'%s': '%s': %s (%s)", path, info->name, bytes,
              info->location);
}

int readNpy(const Mapping *file, const char *path, const SinterSource *info,
            Source *source) {
  NpyHeader header;
  memset(&header, 0, sizeof header);
  if (!readHeader(file, &header))
    return fail(EXIT_DATA,
                "'%s' is not a .npy file: expected \\x93NUMPY and a dictionary "
                "of descr, fortran_order and shape (%s)",
                path, info->location);
  if (!matches(&header, info))
    return failType(path, &header, info);
  if (header.fortranOrder && header.rank > 1)
    return fail(EXIT_DATA,
                "'%s' is in Fortran order; save it with "
                "numpy.ascontiguousarray",
                path);
  source->rows = header.shape[0];
  source->rowBytes = sourceRowBytes(info);
  source->data = (const char *)file->data + header.dataOffset;
  source->swapUnit = 0;
  uint64_t bytes;
  if (__builtin_mul_overflow((uint64_t)source->rows, source->rowBytes,
                             &bytes) ||
      bytes != file->size - header.dataOffset)
    return fail(EXIT_DATA,
                "'%s': its header promises %lld rows of %llu bytes, "
                "the file has %llu bytes of data",
                path, (long long)source->rows,
                (unsigned long long)source->rowBytes,
                (unsigned long long)(file->size - header.dataOffset));
  return checkRows(info, source, path);
}

void textNpyHeader(Text *text, const SinterBuffer *result, int64_t rows) {
  char bytes[256];
  Text header = textInMemory(bytes, sizeof bytes);
  textFormat(&header, "{'descr': '%s', 'fortran_order': False, 'shape': (%lld,",
             descriptors[result->dtype], (long long)rows);
  for (uint32_t axis = 1; axis < result->rank; ++axis)
    textFormat(&header, axis + 1 < result->rank ? " %lld," : " %lld",
               (long long)result->shape[axis]);
  textString(&header, "), }");
  /* The data begins at a multiple of 64 bytes. */
  while ((10 + header.size + 1) % 64 != 0)
    textChar(&header, ' ');
  textChar(&header, '\n');
  textBytes(text, "\x93NUMPY\x01", 7);
  textChar(text, 0);
  textChar(text, (char)(header.size & 255));
  textChar(text, (char)(header.size >> 8));
  textBytes(text, bytes, header.size);
}
