/* safetensors.c - reading safetensors files.
 *
 * Eight bytes with the header's size, the header (a JSON object: per tensor a
 * dtype, a shape and the bytes it occupies), then the data, without holes. */

#include "runtime/safetensors.h"
#include "runtime/internal.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

enum {
  MAX_HEADER_BYTES = 100000000, /* the format's own limit */
  LEAST_ENTRY_BYTES = 40,       /* of the header, per tensor */
};

typedef struct DTypeInfo {
  const char *name;
  int32_t dtype;
  uint32_t size;
} DTypeInfo;

/* Those of the language first, in the order of SinterDType. */
static const DTypeInfo dtypes[] = {
    {"F32", SINTER_F32, 4},   {"F64", SINTER_F64, 8}, {"I32", SINTER_I32, 4},
    {"I64", SINTER_I64, 8},   {"I8", SINTER_I8, 1},   {"U8", SINTER_U8, 1},
    {"BOOL", SINTER_BOOL, 1}, {"F16", -1, 2},         {"BF16", -1, 2},
    {"I16", -1, 2},           {"U16", -1, 2},         {"U32", -1, 4},
    {"U64", -1, 8},           {"F8_E4M3", -1, 1},     {"F8_E5M2", -1, 1},
};

const char *tensorDTypeName(uint32_t dtype) { return dtypes[dtype].name; }

static uint32_t readDType(Json *json, FileTensor *tensor) {
  tensor->dtypeText = jsonString(json);
  for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; ++i)
    if (jsonTextEquals(tensor->dtypeText, dtypes[i].name)) {
      tensor->dtype = dtypes[i].dtype;
      return dtypes[i].size;
    }
  jsonFail(json, "a dtype of the format before this");
  return 0;
}

static void readShape(Json *json, FileTensor *tensor) {
  jsonExpect(json, '[');
  if (jsonTake(json, ']'))
    return;
  do {
    if (tensor->rank == SINTER_MAX_RANK) {
      jsonFail(json, "at most 8 dimensions");
      return;
    }
    tensor->shape[tensor->rank++] = (int64_t)jsonNatural(json);
  } while (jsonTake(json, ','));
  jsonExpect(json, ']');
}

static void readOffsets(Json *json, FileTensor *tensor) {
  jsonExpect(json, '[');
  tensor->begin = jsonNatural(json);
  jsonExpect(json, ',');
  tensor->end = jsonNatural(json);
  jsonExpect(json, ']');
}

/* Does the tensor occupy the bytes that its type says? */
static int sizeFits(const FileTensor *tensor, uint64_t size) {
  uint64_t bytes = size;
  int empty = 0;
  for (uint32_t axis = 0; axis < tensor->rank; ++axis)
    empty |= tensor->shape[axis] == 0;
  for (uint32_t axis = 0; !empty && axis < tensor->rank; ++axis)
    if (__builtin_mul_overflow(bytes, (uint64_t)tensor->shape[axis], &bytes))
      return 0;
  return tensor->begin <= tensor->end &&
         tensor->end - tensor->begin == (empty ? 0 : bytes);
}

static void readTensor(Json *json, FileTensor *tensor, uint64_t dataBytes) {
  uint32_t size = 0;
  int sawShape = 0, sawOffsets = 0;
  jsonExpect(json, '{');
  do {
    JsonText key = jsonString(json);
    jsonExpect(json, ':');
    if (!size && jsonTextEquals(key, "dtype")) {
      size = readDType(json, tensor);
    } else if (!sawShape && jsonTextEquals(key, "shape")) {
      readShape(json, tensor);
      sawShape = 1;
    } else if (!sawOffsets && jsonTextEquals(key, "data_offsets")) {
      readOffsets(json, tensor);
      sawOffsets = 1;
    } else {
      jsonFail(json, "dtype, shape and data_offsets, once each");
    }
  } while (jsonTake(json, ','));
  jsonExpect(json, '}');
  if (json->error)
    return;
  if (!size || !sawShape || !sawOffsets)
    jsonFail(json, "dtype, shape and data_offsets before this");
  else if (tensor->end > dataBytes || !sizeFits(tensor, size))
    jsonFail(json, "offsets that fit the shape and the file before this");
}

/* Skips the __metadata__ object, whose values must be strings. */
static void readMetadata(Json *json, TensorFile *file) {
  if (file->metadata.begin)
    jsonFail(json, "only one __metadata__");
  jsonExpect(json, '{');
  file->metadata.begin = json->next;
  if (!jsonTake(json, '}')) {
    do {
      jsonString(json);
      jsonExpect(json, ':');
      jsonString(json);
    } while (jsonTake(json, ','));
    jsonExpect(json, '}');
  }
  file->metadata.size = (size_t)(json->next - file->metadata.begin);
}

static void readHeader(Json *json, TensorFile *file) {
  jsonExpect(json, '{');
  if (!jsonTake(json, '}')) {
    do {
      JsonText name = jsonString(json);
      jsonExpect(json, ':');
      if (jsonTextEquals(name, "__metadata__")) {
        readMetadata(json, file);
        continue;
      }
      /* An error ends the loop before the table of tensors can be full. */
      if (json->error)
        return;
      FileTensor *tensor = &file->tensors[file->numTensors++];
      tensor->name = name;
      tensor->hash = jsonTextHash(name);
      readTensor(json, tensor, file->dataBytes);
    } while (jsonTake(json, ','));
    jsonExpect(json, '}');
  }
  if (!json->error && !jsonAtEnd(json))
    jsonFail(json, "the end of the header");
}

int readTensorFile(TensorFile *file) {
  const char *path = file->path;
  uint64_t headerBytes;
  if (file->mapping.size < 8)
    return fail(file->refusal,
                "'%s' is not a safetensors file: it has only "
                "%llu bytes",
                path, (unsigned long long)file->mapping.size);
  memcpy(&headerBytes, file->mapping.data, 8);
  if (headerBytes > MAX_HEADER_BYTES || headerBytes > file->mapping.size - 8)
    return fail(file->refusal,
                "'%s' is cut off or not a safetensors file: a "
                "header of %llu bytes in a file of %llu",
                path, (unsigned long long)headerBytes,
                (unsigned long long)file->mapping.size);
  file->data = file->mapping.data + 8 + headerBytes;
  file->dataBytes = file->mapping.size - 8 - headerBytes;
  uint64_t most = headerBytes / LEAST_ENTRY_BYTES + 1;
  file->tensors = mapMemory(most * sizeof(FileTensor));
  file->byName = mapMemory(most * sizeof(uint32_t));
  if (!file->tensors || !file->byName)
    return fail(EXIT_MEMORY, "out of memory: the header of '%s'", path);
  Json json = jsonOpen((const char *)file->mapping.data + 8, headerBytes);
  readHeader(&json, file);
  if (json.error)
    return fail(file->refusal, "'%s': byte %llu: expected %s", path,
                (unsigned long long)(8 + (json.next - json.begin)), json.error);
  const char *wrong = checkLayout(file);
  if (wrong)
    return fail(file->refusal, "'%s': %s", path, wrong);
  return EXIT_OK;
}

int openTensorFile(TensorFile *file, const char *path, int refusal) {
  memset(file, 0, sizeof *file);
  file->path = path;
  file->refusal = refusal;
  int error = mapFile(path, &file->mapping);
  if (error)
    return fail(error == ENOMEM ? EXIT_MEMORY : EXIT_IO, "cannot read '%s': %s",
                path, errorText(error));
  return readTensorFile(file);
}

void forgetTensors(TensorFile *file) {
  uint64_t headerBytes = (uint64_t)(file->data - file->mapping.data) - 8;
  uint64_t most = headerBytes / LEAST_ENTRY_BYTES + 1;
  munmap(file->tensors, most * sizeof(FileTensor));
  munmap(file->byName, most * sizeof(uint32_t));
}

void closeTensorFile(TensorFile *file) {
  forgetTensors(file);
  unmapFile(&file->mapping);
}

void textTensorType(Text *text, const FileTensor *tensor) {
  if (tensor->dtype >= 0) {
    textType(text, (uint32_t)tensor->dtype, tensor->rank, tensor->shape);
    return;
  }
  textBytes(text, tensor->dtypeText.begin, tensor->dtypeText.size);
  textShape(text, tensor->rank, tensor->shape);
}

int findMetadata(const TensorFile *file, const char *key, char *value,
                 size_t capacity) {
  if (file->metadata.size == 0)
    return 0;
  Json json = jsonOpen(file->metadata.begin, file->metadata.size);
  while (!json.error && !jsonTake(&json, '}')) {
    JsonText found = jsonString(&json);
    jsonExpect(&json, ':');
    JsonText text = jsonString(&json);
    if (jsonTextEquals(found, key))
      return jsonTextCopy(text, value, capacity);
    jsonTake(&json, ',');
  }
  return 0;
}
