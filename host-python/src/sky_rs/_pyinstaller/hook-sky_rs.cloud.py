"""What an app that imports sky_rs.cloud needs besides: both backends, the models of operations."""
# ruff: noqa: N999 - PyInstaller finds a hook by its name

from PyInstaller.utils.hooks import (  # type: ignore[import-untyped]
    collect_data_files,
    collect_submodules,
)

hiddenimports = [module for module in collect_submodules("sky_rs") if ".cloud" in module]
datas = collect_data_files("sky_rs.cloud")
