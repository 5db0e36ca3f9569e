/* data_tensors.c - rows from a tensor of a safetensors file. */

#include "runtime/internal.h"
#include "runtime/safetensors.h"

static int failType(const TensorFile *file, const SinterSource *info,
                    const FileTensor *tensor) {
  char bytes[512];
  Text text = textInMemory(bytes, sizeof bytes - 1);
  textString(&text, "expected ");
  textType(&text, info->dtype, info->rank, info->shape);
  textString(&text, ", found ");
  textTensorType(&text, tensor);
  bytes[text.size] = 0;
  return fail(EXIT_DATA, "'%s': '%s': %s (%s)", file->path, info->tensor, bytes,
              info->location);
}

static int readRows(const TensorFile *file, const SinterSource *info,
                    Source *source) {
  const FileTensor *tensor = findTensor(file, info->tensor);
  if (!tensor)
    return fail(EXIT_DATA, "'%s' has no tensor '%s' (%s)", file->path,
                info->tensor, info->location);
  if (tensor->dtype != (int32_t)info->dtype ||
      !shapeFits(info, tensor->rank, tensor->shape))
    return failType(file, info, tensor);
  source->data = (const char *)file->data + tensor->begin;
  source->rows = tensor->shape[0];
  source->rowBytes = sourceRowBytes(info);
  source->swapUnit = 0;
  return checkRows(info, source, file->path);
}

int readTensorRows(const Mapping *mapping, const char *path,
                   const SinterSource *info, Source *source) {
  TensorFile file = {0};
  file.path = path;
  file.mapping = *mapping;
  file.refusal = EXIT_DATA;
  int code = readTensorFile(&file);
  if (code)
    return code;
  code = readRows(&file, info, source);
  forgetTensors(&file);
  return code;
}
