/* tensor.c - reading and writing the tensors that tables describe. */

#include "runtime/tensor.h"

#include <string.h>

uint64_t dtypeSize(uint32_t dtype) {
  static const unsigned char sizes[] = {4, 8, 4, 8, 1, 1, 1};
  return sizes[dtype];
}

const char *dtypeName(uint32_t dtype) {
  static const char names[][5] = {"f32", "f64", "i32", "i64",
                                  "i8",  "u8",  "bool"};
  return names[dtype];
}

int dtypeIsFloat(uint32_t dtype) {
  return dtype == SINTER_F32 || dtype == SINTER_F64;
}

void *bufferAddress(const SinterContext *context, const SinterBuffer *buffer) {
  switch (buffer->space) {
  case SINTER_STORE:
    return context->store + buffer->offset;
  case SINTER_ARENA:
    return context->arena + buffer->offset;
  default:
    return (char *)context->constants + buffer->offset;
  }
}

int64_t bufferDim(const SinterContext *context, const SinterBuffer *buffer,
                  uint32_t axis) {
  int64_t dim = buffer->shape[axis];
  return dim >= 0 ? dim : context->extents[-1 - dim];
}

int64_t bufferCount(const SinterContext *context, const SinterBuffer *buffer) {
  int64_t count = 1;
  for (uint32_t axis = 0; axis < buffer->rank; ++axis)
    count *= bufferDim(context, buffer, axis);
  return count;
}

uint64_t bufferRowBytes(const SinterBuffer *buffer) {
  uint64_t bytes = dtypeSize(buffer->dtype);
  for (uint32_t axis = 1; axis < buffer->rank; ++axis)
    bytes *= (uint64_t)buffer->shape[axis];
  return bytes;
}

uint64_t bufferBytes(const SinterBuffer *buffer) {
  uint64_t rows = buffer->rank > 0 ? (uint64_t)buffer->shape[0] : 1;
  return rows * bufferRowBytes(buffer);
}

static Scalar integerScalar(int64_t integer) {
  Scalar scalar = {SCALAR_INTEGER, integer, (double)integer};
  return scalar;
}

static Scalar floatScalar(int kind, double value) {
  Scalar scalar = {kind, 0, value};
  return scalar;
}

Scalar readScalar(const char *address, uint32_t dtype) {
  union {
    float f32;
    double f64;
    int32_t i32;
    int64_t i64;
    int8_t i8;
    uint8_t u8;
  } number;
  memcpy(&number, address, dtypeSize(dtype));
  switch (dtype) {
  case SINTER_F32:
    return floatScalar(SCALAR_SINGLE, number.f32);
  case SINTER_F64:
    return floatScalar(SCALAR_DOUBLE, number.f64);
  case SINTER_I32:
    return integerScalar(number.i32);
  case SINTER_I64:
    return integerScalar(number.i64);
  case SINTER_I8:
    return integerScalar(number.i8);
  default:
    return integerScalar(number.u8);
  }
}

void storeInteger(char *address, uint32_t dtype, int64_t value) {
  if (dtypeIsFloat(dtype))
    storeDouble(address, dtype, (double)value);
  else /* Little-endian: the low bytes come first. */
    memcpy(address, &value, dtypeSize(dtype));
}

void storeDouble(char *address, uint32_t dtype, double value) {
  float single = (float)value;
  if (dtype == SINTER_F64)
    memcpy(address, &value, sizeof value);
  else if (dtype == SINTER_F32)
    memcpy(address, &single, sizeof single);
}

void textType(Text *text, uint32_t dtype, uint32_t rank, const int64_t *shape) {
  textString(text, dtypeName(dtype));
  textShape(text, rank, shape);
}

void textShape(Text *text, uint32_t rank, const int64_t *shape) {
  textChar(text, '[');
  for (uint32_t axis = 0; axis < rank; ++axis) {
    textString(text, axis ? ", " : "");
    if (shape[axis] < 0)
      textString(text, "rows");
    else
      textInteger(text, shape[axis]);
  }
  textChar(text, ']');
}

void textElement(Text *text, const char *address, uint32_t dtype) {
  Scalar scalar = readScalar(address, dtype);
  if (dtype == SINTER_BOOL)
    textString(text, scalar.integer ? "True" : "False");
  else if (scalar.kind == SCALAR_INTEGER)
    textInteger(text, scalar.integer);
  else
    textShortest(text, scalar.value, scalar.kind == SCALAR_SINGLE);
}
