//===- GuardedBuffer.h - Memory that ends at an unreadable page *- C++ -*-===//

#ifndef SINTER_TEST_UNIT_GUARDEDBUFFER_H
#define SINTER_TEST_UNIT_GUARDEDBUFFER_H

#include <cassert>
#include <cstddef>
#include <sys/mman.h>
#include <unistd.h>

namespace sinter {
/// `count` elements right before a page that traps on every access.
template <typename T>
class GuardedBuffer {
public:
  explicit GuardedBuffer(size_t count) : count(count) {
    size_t page = sysconf(_SC_PAGESIZE);
    size_t usable = (count * sizeof(T) + page - 1) / page * page;
    mapped = usable + page;
    base = static_cast<char *>(mmap(nullptr, mapped, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    assert(base != MAP_FAILED && "out of memory");
    mprotect(base + usable, page, PROT_NONE);
    elements = reinterpret_cast<T *>(base + usable - count * sizeof(T));
  }
  ~GuardedBuffer() { munmap(base, mapped); }
  GuardedBuffer(const GuardedBuffer &) = delete;
  GuardedBuffer &operator=(const GuardedBuffer &) = delete;

  T *data() { return elements; }
  size_t size() const { return count; }
  T &operator[](size_t i) { return elements[i]; }

private:
  char *base;
  size_t mapped, count;
  T *elements;
};
} // namespace sinter

#endif // SINTER_TEST_UNIT_GUARDEDBUFFER_H
