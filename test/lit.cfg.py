# -*- Python -*-
import os
import sys

import lit.formats
from lit.llvm import llvm_config

config.name = "Sinter"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "unit"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.sinter_obj_root, "test")

config.substitutions.append(("%python", sys.executable))

# A FileCheck variable may not leak across CHECK-LABELs unless it is named $X.
config.environment["FILECHECK_OPTS"] = "-enable-var-scope --allow-unused-prefixes=false"

llvm_config.add_tool_substitutions(
    # The longer name first: the shorter is a prefix of it.
    ["sinter-opt", "sinter", "FileCheck", "not", "count", "split-file"],
    [config.sinter_tools_dir, config.llvm_tools_dir],
)
