//===- Commands.h - One function for each command of `sinter` --*- C++ -*-===//

#ifndef SINTER_TOOLS_COMMANDS_H
#define SINTER_TOOLS_COMMANDS_H

#include "tools/Driver.h"

namespace sinter {
ExitCode runBuild(const Command &command);
ExitCode runRun(const Command &command);
ExitCode runCheck(const Command &command);
ExitCode runEmit(const Command &command);
ExitCode runFormat(const Command &command);
ExitCode runExplain(const Command &command);
ExitCode runSummary(const Command &command);
ExitCode runHelp(const Command &command);
ExitCode runVersion(const Command &command);
} // namespace sinter

#endif // SINTER_TOOLS_COMMANDS_H
