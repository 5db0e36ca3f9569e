/* safetensors_layout.c - where a file's tensors lie and what they are called.
 */

#include "runtime/safetensors.h"

typedef int (*Before)(const FileTensor *a, const FileTensor *b);

static int nameBefore(const FileTensor *a, const FileTensor *b) {
  if (a->hash != b->hash)
    return a->hash < b->hash;
  return jsonTextCompare(a->name, b->name) < 0;
}

static int dataBefore(const FileTensor *a, const FileTensor *b) {
  return a->begin != b->begin ? a->begin < b->begin : a->end < b->end;
}

/* Heap sort: no recursion, no bad case. */
static void siftDown(uint32_t *order, uint32_t root, uint32_t count,
                     const FileTensor *tensors, Before before) {
  for (;;) {
    uint32_t child = 2 * root + 1;
    if (child >= count)
      return;
    if (child + 1 < count &&
        before(&tensors[order[child]], &tensors[order[child + 1]]))
      ++child;
    if (!before(&tensors[order[root]], &tensors[order[child]]))
      return;
    uint32_t swapped = order[root];
    order[root] = order[child];
    order[child] = swapped;
    root = child;
  }
}

static void sortTensors(uint32_t *order, const TensorFile *file,
                        Before before) {
  uint32_t count = file->numTensors;
  for (uint32_t i = 0; i < count; ++i)
    order[i] = i;
  for (uint32_t i = count / 2; i-- > 0;)
    siftDown(order, i, count, file->tensors, before);
  for (uint32_t last = count; last-- > 1;) {
    uint32_t swapped = order[0];
    order[0] = order[last];
    order[last] = swapped;
    siftDown(order, 0, last, file->tensors, before);
  }
}

const char *checkLayout(TensorFile *file) {
  uint64_t next = 0;
  sortTensors(file->byName, file, dataBefore);
  for (uint32_t i = 0; i < file->numTensors; ++i) {
    const FileTensor *tensor = &file->tensors[file->byName[i]];
    if (tensor->begin < next)
      return "tensors overlap";
    if (tensor->begin > next)
      return "there is a hole between tensors";
    next = tensor->end;
  }
  if (next != file->dataBytes)
    return "the data does not end where the last tensor ends";
  sortTensors(file->byName, file, nameBefore);
  for (uint32_t i = 1; i < file->numTensors; ++i)
    if (jsonTextCompare(file->tensors[file->byName[i - 1]].name,
                        file->tensors[file->byName[i]].name) == 0)
      return "two tensors have the same name";
  return NULL;
}

FileTensor *findTensor(const TensorFile *file, const char *name) {
  uint64_t hash = stringHash(name);
  uint32_t low = 0, high = file->numTensors;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (file->tensors[file->byName[middle]].hash < hash)
      low = middle + 1;
    else
      high = middle;
  }
  for (; low < file->numTensors; ++low) {
    FileTensor *tensor = &file->tensors[file->byName[low]];
    if (tensor->hash != hash)
      return NULL;
    if (jsonTextEquals(tensor->name, name))
      return tensor;
  }
  return NULL;
}
