/* safetensors.h - reading safetensors files, trusting nothing in them. */

#ifndef SINTER_RUNTIME_SAFETENSORS_H
#define SINTER_RUNTIME_SAFETENSORS_H

#include "runtime/abi.h"
#include "runtime/io.h"
#include "runtime/json.h"
#include "runtime/text.h"

typedef struct FileTensor {
  JsonText name;
  uint64_t hash;       /* of the name */
  uint64_t begin, end; /* bytes of the data */
  int64_t shape[SINTER_MAX_RANK];
  uint32_t rank;
  int32_t dtype; /* a SinterDType, or -1: one that the language lacks */
  JsonText dtypeText;
  int known; /* it is the tensor of a symbol of this program */
} FileTensor;

typedef struct TensorFile {
  const char *path;
  int refusal; /* the exit code when the file is not what it should be */
  Mapping mapping;
  const unsigned char *data;
  uint64_t dataBytes;
  uint32_t numTensors;
  FileTensor *tensors;
  uint32_t *byName;  /* their numbers, ordered by hash */
  JsonText metadata; /* the text of the __metadata__ object, or empty */
} TensorFile;

/* Maps and checks a file. Returns 0, or the exit code after a message. */
int openTensorFile(TensorFile *file, const char *path, int refusal);
/* The same on bytes in memory; path, refusal and mapping of `file` are set. */
int readTensorFile(TensorFile *file);
/* Frees all but the mapping. */
void forgetTensors(TensorFile *file);
void closeTensorFile(TensorFile *file);
/* Null, or why the tensors' places or names are not those of a file without
 * overlaps, holes and duplicates. Fills `byName`. */
const char *checkLayout(TensorFile *file);
/* "f32[3, 4]", or "F16[3, 4]" with the file's own word for the dtype. */
void textTensorType(Text *text, const FileTensor *tensor);
/* The format's word for one of our dtypes. */
const char *tensorDTypeName(uint32_t dtype);
FileTensor *findTensor(const TensorFile *file, const char *name);
/* Copies a metadata entry; returns 0 when there is none, or it is too long. */
int findMetadata(const TensorFile *file, const char *key, char *value,
                 size_t capacity);

#endif /* SINTER_RUNTIME_SAFETENSORS_H */
