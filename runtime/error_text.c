/* error_text.c - words for the errors that file access meets. */

#include "runtime/text.h"

#include <errno.h>

const char *errorText(int error) {
  switch (error) {
  case ENOENT:
    return "no such file or directory";
  case EACCES:
  case EPERM:
    return "permission denied";
  case EISDIR:
    return "is a directory";
  case ENOTDIR:
    return "a part of the path is not a directory";
  case ENOSPC:
    return "no space left on the device";
  case EDQUOT:
    return "disk quota exceeded";
  case EFBIG:
    return "file too large";
  case EROFS:
    return "read-only file system";
  case EIO:
    return "input/output error";
  case EMFILE:
  case ENFILE:
    return "too many open files";
  case ENOMEM:
    return "out of memory";
  case ENAMETOOLONG:
    return "file name too long";
  case ELOOP:
    return "too many symbolic links";
  case EINVAL:
    return "not a regular file";
  case EPIPE:
    return "the reader has gone";
  case EEXIST:
    return "file exists";
  default:
    return "operation failed";
  }
}
