/* tensor.h - reading and writing the tensors that tables describe. */

#ifndef SINTER_RUNTIME_TENSOR_H
#define SINTER_RUNTIME_TENSOR_H

#include "runtime/abi.h"
#include "runtime/text.h"

uint64_t dtypeSize(uint32_t dtype);
/* "f32", as the language says it. */
const char *dtypeName(uint32_t dtype);
int dtypeIsFloat(uint32_t dtype);

void *bufferAddress(const SinterContext *context, const SinterBuffer *buffer);
/* A dimension, run-time extents looked up. */
int64_t bufferDim(const SinterContext *context, const SinterBuffer *buffer,
                  uint32_t axis);
int64_t bufferCount(const SinterContext *context, const SinterBuffer *buffer);
/* Bytes of a buffer without run-time extents. */
uint64_t bufferBytes(const SinterBuffer *buffer);
/* Bytes of one row: all dimensions but the first. */
uint64_t bufferRowBytes(const SinterBuffer *buffer);

Scalar readScalar(const char *address, uint32_t dtype);
/* Stores a number under a dtype. */
void storeInteger(char *address, uint32_t dtype, int64_t value);
void storeDouble(char *address, uint32_t dtype, double value);

/* "f32[3, 4]"; a dimension that is open is "rows". */
void textType(Text *text, uint32_t dtype, uint32_t rank, const int64_t *shape);
/* "[3, 4]" */
void textShape(Text *text, uint32_t rank, const int64_t *shape);

/* Prints one number as NumPy's str() of it: "0.1", "True". */
void textElement(Text *text, const char *address, uint32_t dtype);
/* Prints a tensor exactly as NumPy prints an array of its dtype. */
void textArray(Text *text, const char *data, uint32_t dtype, uint32_t rank,
               const int64_t *shape);

#endif /* SINTER_RUNTIME_TENSOR_H */
