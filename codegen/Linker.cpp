//===- Linker.cpp - Objects to an executable ------------------------------===//

#include "codegen/Linker.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"

using namespace llvm;
using namespace sinter;

/// An address in this library, for getMainExecutable.
static int anchor;

std::string sinter::findSysroot(StringRef triple) {
  if (std::optional<std::string> path = sys::Process::GetEnv("SINTER_SYSROOT"))
    return *path;
  SmallString<256> path(sys::path::parent_path(
      sys::path::parent_path(sys::fs::getMainExecutable(nullptr, &anchor))));
  sys::path::append(path, "lib", "sinter", triple);
  return std::string(path);
}

/// ld.lld: $SINTER_LLD, else the PATH, else LLVM's own folder.
static Expected<std::string> findLinker() {
  if (std::optional<std::string> path = sys::Process::GetEnv("SINTER_LLD"))
    return *path;
  for (const char *name : {"ld.lld-22", "ld.lld"})
    if (ErrorOr<std::string> path = sys::findProgramByName(name))
      return *path;
  if (sys::fs::can_execute(SINTER_LLVM_BINDIR "/ld.lld"))
    return std::string(SINTER_LLVM_BINDIR "/ld.lld");
  return createStringError(
      "cannot find the linker: tried $SINTER_LLD, ld.lld-22 and ld.lld on the "
      "PATH, and " SINTER_LLVM_BINDIR "; install lld-22");
}

Error sinter::linkExecutable(StringRef object, StringRef sysroot,
                             StringRef output) {
  Expected<std::string> linker = findLinker();
  if (!linker)
    return linker.takeError();

  SmallVector<std::string> files;
  for (StringRef name :
       {"crt1.o", "crti.o", "", "libsinter_rt.a", "libc.a", "crtn.o"}) {
    SmallString<256> path(sysroot);
    sys::path::append(path, name);
    if (!name.empty() && !sys::fs::exists(path))
      return createStringError("cannot find " + path.str() +
                               ": the installation of sinter is incomplete");
    files.push_back(name.empty() ? object.str() : path.str().str());
  }
  SmallVector<StringRef> argv{*linker,
                              "-o",
                              output,
                              "-static",
                              "--gc-sections",
                              "--strip-all",
                              "--build-id=none",
                              "-z",
                              "norelro",
                              "-z",
                              "noseparate-code",
                              "-z",
                              "noexecstack",
                              "--no-eh-frame-hdr"};
  argv.append(files.begin(), files.end());

  // The linker's words go to a file, to be shown as part of our own message.
  SmallString<128> log;
  int fd;
  if (std::error_code error =
          sys::fs::createTemporaryFile("sinter-link", "log", fd, log))
    return createStringError(error, "cannot create a temporary file");
  (void)sys::Process::SafelyCloseFileDescriptor(fd);
  std::string message;
  int status = sys::ExecuteAndWait(
      *linker, argv, std::nullopt,
      {StringRef(""), StringRef(log), StringRef(log)}, 0, 0, &message);
  ErrorOr<std::unique_ptr<MemoryBuffer>> words = MemoryBuffer::getFile(log);
  (void)sys::fs::remove(log);
  if (status == 0)
    return Error::success();
  return createStringError("linking with " + *linker + " failed: " + message +
                           (words ? (*words)->getBuffer().str() : ""));
}
