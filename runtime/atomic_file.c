/* atomic_file.c - files that appear complete or not at all. */

#define _GNU_SOURCE
#include "runtime/io.h"
#include "runtime/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h> /* rename */
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* "PATH.tmp.PID": in the same folder, so that rename cannot cross a file
 * system; with the process number, so that two trainers do not meet. */
static int nameTemporary(AtomicFile *file, const char *path) {
  Text name = textInMemory(file->temporary, sizeof file->temporary);
  textFormat(&name, "%s.tmp.%d%c", path, (int)getpid(), 0);
  return name.overflow ? ENAMETOOLONG : 0;
}

int atomicOpen(AtomicFile *file, const char *path) {
  struct stat status;
  file->path = path;
  file->fd = -1;
  file->temporary[0] = 0;
  if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
    return S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
  int error = nameTemporary(file, path);
  if (error)
    return error;
  for (int attempt = 0; attempt < 2; ++attempt) {
    unsigned tries = 0;
    do
      file->fd =
          open(file->temporary,
               O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    while (file->fd < 0 && isInterrupted(&tries));
    if (file->fd >= 0)
      return 0;
    if (errno != EEXIST)
      return errno;
    /* Left by a killed process that had our number. */
    unlink(file->temporary);
  }
  return EEXIST;
}

/* Is `name` that of a temporary of `base` whose process is gone? */
static int isStale(const char *name, const char *base) {
  size_t size = strlen(base);
  int64_t process;
  if (strncmp(name, base, size) != 0 || strncmp(name + size, ".tmp.", 5) != 0)
    return 0;
  return parseInteger(name + size + 5, &process) && process > 0 &&
         process <= INT32_MAX && kill((pid_t)process, 0) != 0 && errno == ESRCH;
}

/* A directory entry as the kernel writes it. */
typedef struct Entry {
  uint64_t inode;
  int64_t offset;
  uint16_t size;
  uint8_t kind;
  char name[];
} Entry;

void atomicClean(const char *path) {
  static char buffer[4096] __attribute__((aligned(8)));
  char folder[MAX_PATH_BYTES];
  const char *slash = strrchr(path, '/');
  const char *base = slash ? slash + 1 : path;
  size_t size = (size_t)(base - path);
  if (size >= sizeof folder)
    return;
  memcpy(folder, path, size);
  folder[size] = 0;
  int fd = open(size ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  long got;
  while (fd >= 0 &&
         (got = syscall(SYS_getdents64, fd, buffer, sizeof buffer)) > 0)
    for (long at = 0; at < got;) {
      const Entry *entry = (const Entry *)(buffer + at);
      if (isStale(entry->name, base))
        unlinkat(fd, entry->name, 0);
      at += entry->size;
    }
  if (fd >= 0)
    close(fd);
}

static int syncRetrying(int fd) {
  unsigned tries = 0;
  int result;
  do
    result = fsync(fd);
  while (result != 0 && isInterrupted(&tries));
  return result == 0 ? 0 : errno;
}

/* Makes a rename in the folder of `path` durable. */
static int syncFolder(const char *path) {
  char folder[MAX_PATH_BYTES];
  const char *slash = strrchr(path, '/');
  size_t size = slash ? (size_t)(slash - path) + 1 : 0;
  if (size >= sizeof folder)
    return ENAMETOOLONG;
  memcpy(folder, path, size);
  folder[size] = 0;
  int fd = open(size ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return errno;
  int error = syncRetrying(fd);
  close(fd);
  /* Some file systems cannot sync a folder; the rename itself has happened. */
  return error == EINVAL || error == ENOTSUP ? 0 : error;
}

void atomicDiscard(AtomicFile *file) {
  if (file->fd >= 0)
    close(file->fd);
  if (file->temporary[0])
    unlink(file->temporary);
  file->fd = -1;
  file->temporary[0] = 0;
}

int atomicCommit(AtomicFile *file) {
  int error = syncRetrying(file->fd);
  if (close(file->fd) != 0 && errno != EINTR && !error)
    error = errno;
  file->fd = -1;
  if (!error && rename(file->temporary, file->path) != 0)
    error = errno;
  if (error) {
    atomicDiscard(file);
    return error;
  }
  file->temporary[0] = 0;
  return syncFolder(file->path);
}
