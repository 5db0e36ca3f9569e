/* io.c - whole reads and writes, and mappings. */

#define _GNU_SOURCE
#include "runtime/io.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int writeAll(int fd, const void *data, size_t size) {
  const char *next = data;
  unsigned tries = 0;
  while (size > 0) {
    ssize_t done = write(fd, next, size);
    if (done < 0 && isInterrupted(&tries))
      continue;
    if (done < 0)
      return errno;
    if (done == 0)
      return EIO;
    next += done;
    size -= (size_t)done;
  }
  return 0;
}

int readAll(int fd, void *data, size_t size, size_t *got) {
  unsigned tries = 0;
  *got = 0;
  while (*got < size) {
    ssize_t done = read(fd, (char *)data + *got, size - *got);
    if (done < 0 && isInterrupted(&tries))
      continue;
    if (done < 0)
      return errno;
    if (done == 0)
      break;
    *got += (size_t)done;
  }
  return 0;
}

void *mapMemory(uint64_t bytes) {
  if (bytes == 0)
    bytes = 1;
  if (bytes > SIZE_MAX / 2)
    return NULL;
  void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return pages == MAP_FAILED ? NULL : pages;
}

int mapStream(int fd, Mapping *mapping) {
  size_t capacity = 1 << 20, size = 0;
  char *data = mapMemory(capacity);
  if (!data)
    return ENOMEM;
  for (;;) {
    size_t got;
    int error = readAll(fd, data + size, capacity - size, &got);
    size += got;
    if (error) {
      munmap(data, capacity);
      return error;
    }
    if (size < capacity)
      break;
    void *larger = mremap(data, capacity, capacity * 2, MREMAP_MAYMOVE);
    if (larger == MAP_FAILED) {
      munmap(data, capacity);
      return ENOMEM;
    }
    data = larger;
    capacity *= 2;
  }
  mapping->data = (const unsigned char *)data;
  mapping->size = size;
  return 0;
}

static int openRetrying(const char *path, int flags) {
  unsigned tries = 0;
  int fd;
  do
    fd = open(path, flags);
  while (fd < 0 && isInterrupted(&tries));
  return fd;
}

int mapFile(const char *path, Mapping *mapping) {
  int fd = openRetrying(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return errno;
  struct stat status;
  int error = fstat(fd, &status) ? errno : 0;
  if (!error && S_ISDIR(status.st_mode))
    error = EISDIR;
  if (!error && !S_ISREG(status.st_mode)) {
    error = mapStream(fd, mapping);
  } else if (!error) {
    mapping->size = (size_t)status.st_size;
    mapping->data = (const unsigned char *)"";
    if (mapping->size > 0) {
      void *pages = mmap(NULL, mapping->size, PROT_READ, MAP_PRIVATE, fd, 0);
      if (pages == MAP_FAILED)
        error = errno;
      else
        mapping->data = pages;
    }
  }
  close(fd);
  return error;
}

void unmapFile(Mapping *mapping) {
  if (mapping->size > 0)
    munmap((void *)mapping->data, mapping->size);
  mapping->size = 0;
}

int joinPath(char *result, size_t capacity, const char *folder,
             const char *name) {
  size_t folderSize = name[0] == '/' ? 0 : strlen(folder);
  size_t nameSize = strlen(name);
  int slash = folderSize > 0 && folder[folderSize - 1] != '/';
  if (folderSize + slash + nameSize + 1 > capacity)
    return 0;
  memcpy(result, folder, folderSize);
  if (slash)
    result[folderSize] = '/';
  memcpy(result + folderSize + slash, name, nameSize + 1);
  return 1;
}

int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}
