/* io.h - files: whole reads and writes, mappings, atomic replacement.
 *
 * Functions return 0 or an errno, and are not disturbed by signals or short
 * transfers. */

#ifndef SINTER_RUNTIME_IO_H
#define SINTER_RUNTIME_IO_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

/* Whether a call that failed is to be made again: a signal came in between, and
 * one does so now and then, not a thousand times in a row. */
static inline int isInterrupted(unsigned *tries) {
  return errno == EINTR && ++*tries < 1000;
}

int writeAll(int fd, const void *data, size_t size);
/* Reads until `size` bytes or the end of the file; *got says how many. */
int readAll(int fd, void *data, size_t size, size_t *got);

/* A file's bytes, read-only. */
typedef struct Mapping {
  const unsigned char *data;
  size_t size;
} Mapping;

int mapFile(const char *path, Mapping *mapping);
/* Reads a stream of unknown length (standard input) into a mapping. */
int mapStream(int fd, Mapping *mapping);
void unmapFile(Mapping *mapping);

/* Zeroed pages, or null when there is no memory. */
void *mapMemory(uint64_t bytes);

#define MAX_PATH_BYTES 4096

/* A file that appears under its name complete or not at all. */
typedef struct AtomicFile {
  const char *path;
  char temporary[MAX_PATH_BYTES];
  int fd;
} AtomicFile;

/* Opens a temporary beside `path`, which must not be a device or a folder. */
int atomicOpen(AtomicFile *file, const char *path);
/* Makes what was written the file `path`, durably: fsync, rename, fsync of the
 * folder. On failure `path` is as it was and the temporary is gone. */
int atomicCommit(AtomicFile *file);
/* Removes temporaries of `path` that killed processes have left behind. */
void atomicClean(const char *path);
void atomicDiscard(AtomicFile *file);

/* Joins a folder and a name; returns 0 when the result does not fit. */
int joinPath(char *result, size_t capacity, const char *folder,
             const char *name);

/* Monotonic time in nanoseconds. */
int64_t now(void);

#endif /* SINTER_RUNTIME_IO_H */
