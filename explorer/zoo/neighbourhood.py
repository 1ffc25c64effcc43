"""What a person's file finds when it imports, as if `python FILE` or `python -m PACKAGE.FILE` ran it."""

import ast
import hashlib
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from explorer.records.faults import is_installed

_PRIVATE = "_explorer_user_"


class Neighbourhood:
    """The modules beside one file; nobody else sees them, nor is another file's neighbour taken for one of them.

    A file inside a package (`__init__.py` beside it, or relative imports in it) is a module of that package, and finds
    what lies beside the package; any other finds what lies beside itself. While it is open, `sys.path`, `sys.modules`
    and `sys.argv` are as the file's own program would have them, changes of its own code included.

    Args:
        path: The file, absolute.
        source: The content to run in its place, which the person agreed to.
    """

    def __init__(self, path: Path, source: bytes) -> None:
        self._file = path
        packages = _packages(path, source)
        top = packages[0] if packages else path
        own_name = [] if path.name == "__init__.py" and packages else [_identifier(path.stem)]
        parts = [*(folder.name for folder in packages), *own_name]
        if _is_taken(parts[0]):
            parts[0] = _PRIVATE + hashlib.sha256(bytes(path)).hexdigest()[:16]
        self._name = ".".join(parts)
        self._finder = _Finder(self._name, path, source, parts[0], top)
        self._folders = [str(top.parent)] if packages else [str(path.parent)]
        self._last_folders = [str(path.parent)] if packages else []  # a package's own files hide no library
        self._path: list[str] | None = None
        self._modules: dict[str, ModuleType] = {}
        self._is_open = False

    def run(self) -> ModuleType:
        """Run the file anew and return it as a module; to be called while it is open. Raises what the file raises."""
        for name in self._modules:
            sys.modules.pop(name, None)
        self._modules.clear()
        importlib.invalidate_caches()
        return importlib.import_module(self._name)

    @contextmanager
    def open(self) -> Iterator[None]:
        """Let imports find the neighbours; afterwards all that imports depend on is as before."""
        if self._is_open:
            yield
            return
        known, argv, finders, folders = dict(sys.modules), sys.argv, sys.meta_path, sys.path
        found = list(folders), list(finders)
        self._is_open = True
        sys.path[:] = self._path or [*self._folders, *found[0], *self._last_folders]
        sys.meta_path.insert(0, self._finder)
        sys.argv = [str(self._file)]
        sys.modules.update(self._modules)
        try:
            yield
        finally:
            self._is_open = False
            self._path = list(sys.path)
            sys.argv, sys.meta_path, sys.path = argv, finders, folders
            folders[:], finders[:] = found
            self._modules = _taken_out(known)


class _Finder(MetaPathFinder):
    """Finds the file itself, in the content that was agreed to, and the package at the top of those it lies in."""

    def __init__(self, name: str, file: Path, source: bytes, top_name: str, top: Path) -> None:
        self._name, self._file, self._source = name, file, source
        self._top_name, self._top = top_name, top

    def find_spec(self, fullname: str, *_: Any) -> ModuleSpec | None:
        """Find one of the two."""
        if fullname == self._name:
            inside = [str(self._file.parent)] if self._file.name == "__init__.py" else None
            loader = _Agreed(fullname, str(self._file), self._source)
            return spec_from_file_location(
                fullname, self._file, loader=loader, submodule_search_locations=inside
            )
        if fullname != self._top_name:
            return None
        first = self._top / "__init__.py"
        if first.is_file():
            return spec_from_file_location(fullname, first, submodule_search_locations=[str(self._top)])
        spec = ModuleSpec(fullname, None, is_package=True)
        spec.submodule_search_locations = [str(self._top)]
        return spec


class _Agreed(SourceFileLoader):
    """Runs the content that it is given, whatever the file holds by now, as the program's main module."""

    def __init__(self, name: str, path: str, source: bytes) -> None:
        super().__init__(name, path)
        self._source = source

    def get_code(self, fullname: str) -> CodeType:
        """Compile the content."""
        code: CodeType = compile(self._source, self.get_filename(fullname), "exec", dont_inherit=True)
        return code

    def exec_module(self, module: ModuleType) -> None:
        """Run it; what was pickled by the file when it was the main program names its classes there."""
        sys.modules["__main__"] = module
        super().exec_module(module)


def _packages(path: Path, source: bytes) -> list[Path]:
    """Return the folders that are the packages around a file, the outermost first."""
    around = list(path.parents)[:-1]
    depth = 0
    while depth < len(around) and (around[depth] / "__init__.py").is_file():
        depth += 1
    depth = max(depth, min(_deepest_relative_import(source), len(around)))
    return around[:depth][::-1]


def _deepest_relative_import(source: bytes) -> int:
    """Return the most dots before the name of what a file imports: it must lie that deep in packages."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, MemoryError, RecursionError):  # running it will say so
        return 0
    return max((node.level for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)), default=0)


def _identifier(stem: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in stem)


def _is_taken(name: str) -> bool:
    return name in sys.modules or name in sys.stdlib_module_names or not name.isidentifier()


def _taken_out(known: dict[str, ModuleType]) -> dict[str, ModuleType]:
    """Take what is nobody else's out of Python's modules and return it; put back what was there before."""
    own = {
        name: module for name, module in list(sys.modules.items()) if name not in known and _is_own(module)
    }
    for name in own:
        del sys.modules[name]
    if (main := sys.modules.get("__main__")) is not None and main is not known.get("__main__"):
        own["__main__"] = main
    for name, module in known.items():
        if sys.modules.get(name) is not module:
            sys.modules[name] = module
    return own


def _is_own(module: Any) -> bool:
    """Tell whether a new module belongs to the person; a library stays, and so does what cannot be loaded twice."""
    try:
        attributes = vars(module)
    except TypeError:
        return True
    origin = attributes.get("__file__")
    if isinstance(origin, str):
        return origin.endswith(".py") and not is_installed(origin)
    places = list(attributes.get("__path__") or ())
    return (
        not any(is_installed(str(place)) for place in places)
        if places
        else attributes.get("__spec__") is None
    )
