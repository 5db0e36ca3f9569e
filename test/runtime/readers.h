/* readers.h - the runtime's readers, fed with bytes: for tests and fuzzing.
 *
 * They come with a program of two parameters, `w` and `net.bias`, and a table
 * `t`. */

#ifndef SINTER_TEST_RUNTIME_READERS_H
#define SINTER_TEST_RUNTIME_READERS_H

#include "runtime/load.h"

/* Reads a whole file; returns 0 or an exit code. */
typedef int (*Reader)(const Mapping *file);

/* Loads parameters; aborts when a refused file has changed one. */
int readAsTensors(const Mapping *file);
/* Labels from 0 to 9, three a row. */
int readAsIdx(const Mapping *file);
/* Rows of two f32. */
int readAsNpy(const Mapping *file);

/* Rows of two f32 of the tensor "w". */
int readAsTensorRows(const Mapping *file);
/* The table of a number "a", a word "b" and a label "y". */
int readAsTable(const Mapping *file);

/* Reads an exact copy, so that a read past its end is seen, and forgets the
 * messages. */
int readCopy(Reader reader, const void *bytes, size_t size);

#endif /* SINTER_TEST_RUNTIME_READERS_H */
