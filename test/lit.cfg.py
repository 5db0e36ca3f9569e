# -*- Python -*-
import os
import shutil
import sys

import lit.formats
from lit.llvm import llvm_config

config.name = "Sinter"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.sinter_obj_root, "test")

config.substitutions += [
    ("%python", sys.executable),
    ("%language", os.path.join(config.test_source_root, "language")),
    ("%sysroot", os.path.join(config.sinter_obj_root, "lib", "sinter", "x86_64-linux-musl")),
    # The unit tests' executables.
    ("%bin", config.sinter_tools_dir),
]

# Scripts of tests import tensor_file.
config.environment["PYTHONPATH"] = config.test_source_root
config.environment["PYTHONDONTWRITEBYTECODE"] = "1"

if shutil.which("strace"):
    config.available_features.add("strace")

# A FileCheck variable may not leak across CHECK-LABELs unless it is named $X.
config.environment["FILECHECK_OPTS"] = "-enable-var-scope --allow-unused-prefixes=false"

llvm_config.add_tool_substitutions(
    # The longer names first: the shortest is a prefix of them.
    ["sinter-opt", "sinter-difftest", "sinter-graphtest", "sinter-gradtest", "sinter",
     "FileCheck", "clang-format", "not", "count", "split-file", "fashion-standin", "llvm-nm", "llvm-readelf"],
    [config.sinter_tools_dir, config.llvm_tools_dir],
)
