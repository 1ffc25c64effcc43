"""Where the program finds its own resources and keeps the user's files."""

import os
import sys
from pathlib import Path

_PACKAGE = Path(__file__).parent


def resources() -> Path:
    """Return the folder of icons, samples and labels: inside the wheel, or beside the package in a checkout."""
    inside = _PACKAGE / "resources"
    return inside if inside.is_dir() else _PACKAGE.parent / "resources"


def user_data() -> Path:
    """Return the folder for what the program remembers, per platform; `ARCH_EXPLORER_HOME` overrides it."""
    if override := os.environ.get("ARCH_EXPLORER_HOME"):
        return Path(override)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "ArchitectureExplorer"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "ArchitectureExplorer"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "architecture-explorer"
