"""What every app with sky_rs needs and its imports do not show.

That is: modules imported by name with the first call that needs them, the component with its
digest, and wasmtime's library.
"""
# ruff: noqa: N999 - PyInstaller finds a hook by its name

from importlib.util import find_spec

from PyInstaller.utils.hooks import (  # type: ignore[import-untyped]
    collect_data_files,
    collect_dynamic_libs,
    collect_submodules,
    copy_metadata,
)

#: What commands are made of, which drags in much that an app does without, and this directory.
_COMMANDS = ("__main__", "_cli", "_doctor", "_exec", "_migration", "_pyinstaller", "migrate")


def _is_wanted(module: str) -> bool:
    below = module.split(".")[1:]
    # An app that imports sky_rs.cloud gets what that has a hook for.
    return not any(part.startswith((*_COMMANDS, "cloud")) for part in below)


hiddenimports = [module for module in collect_submodules("sky_rs") if _is_wanted(module)]
datas = collect_data_files("sky_rs", excludes=["cloud"])
binaries = []
if find_spec("wasmtime"):
    # The patterns that PyInstaller has for libraries do not match its name.
    names = ["*wasmtime.so", "*wasmtime.dylib", "*wasmtime.dll"]
    binaries += collect_dynamic_libs("wasmtime", search_patterns=names)
    datas += copy_metadata("wasmtime")  # tells its version
