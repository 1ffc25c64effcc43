"""Networks from the user's own Python files, `path/to/file.py:callable`; run only with the user's consent."""

import hashlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType

from torch import nn

from explorer.records.errors import ExplorerError, UsageError
from explorer.records.models import ModelEntry, Preprocess, WeightsStatus
from explorer.zoo.registry import IMAGENET_MEAN, IMAGENET_STD, ModelSpec


class UntrustedFileError(UsageError):
    """A user's file would have to run, and nobody agreed to that yet.

    Attributes:
        path: The file.
        sha256: SHA-256 of its content, in hexadecimal digits; consent is given to this content.
    """

    at_terminal = " with --trust"

    def __init__(self, path: str, sha256: str) -> None:
        super().__init__(
            f"{path} is a program and was not run: a model file can do anything that you can; "
            "look into it, then agree to run it"
        )
        self.path = path
        self.sha256 = sha256

    def __reduce__(self) -> tuple[type["UntrustedFileError"], tuple[str, str]]:
        """Survive the way from the engine's process to the window's."""
        return type(self), (self.path, self.sha256)


_PRIVATE = "_explorer_user_"


def spec(path: str, callable_name: str, trusted: bool | str) -> ModelSpec:
    """Read the file and return what `build` needs to run exactly the content that was read.

    Raises:
        ExplorerError: There is no such file, or no callable was named.
        UntrustedFileError: `trusted` is neither True nor the SHA-256 of the content.
    """
    if not callable_name:
        raise ExplorerError(f"{path} was given without a callable; name what makes the network: {path}:NAME")
    try:
        source = Path(path).read_bytes()
    except OSError as error:
        raise ExplorerError(f"cannot read {path}: {error.strerror}; check the path") from error
    digest = hashlib.sha256(source).hexdigest()
    if trusted is not True and trusted != digest:
        raise UntrustedFileError(path, digest)
    build = partial(_build, Path(path).absolute(), source, callable_name)
    return ModelSpec(
        entry=ModelEntry(f"{path}:{callable_name}", "file", "own file", weights=WeightsStatus.NONE),
        preprocess=Preprocess(256, 224, IMAGENET_MEAN, IMAGENET_STD),
        weights=None,
        build=build,
        # The user's own initialisation may compute with its random numbers: it is left alone.
        build_empty=build,
    )


def _build(path: Path, source: bytes, callable_name: str) -> nn.Module:
    with _importable(path.parent):
        module = _run(path, source)
        made = _call(_find(module, callable_name, path), f"{path.name}:{callable_name}")
    if not isinstance(made, nn.Module):
        raise ExplorerError(
            f"{path.name}:{callable_name} gave {_article(type(made).__name__)}, "
            "not a torch.nn.Module; let it return the network"
        )
    return made


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """Let the file import its neighbours; another file's neighbours of the same name are not taken for them."""
    known = set(sys.modules)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - known:
            origin = getattr(sys.modules[name], "__file__", None)
            if origin and Path(origin).is_relative_to(folder) and not name.startswith(_PRIVATE):
                del sys.modules[name]


def _run(path: Path, source: bytes) -> ModuleType:
    """Run the source as a module under a private name, which stays known for what looks it up later."""
    name = f"{_PRIVATE}{hashlib.sha256(bytes(path) + source).hexdigest()[:16]}"
    module_spec = importlib.util.spec_from_file_location(name, path)
    assert module_spec is not None  # the name ends in .py
    module = sys.modules[name] = importlib.util.module_from_spec(module_spec)
    try:
        exec(compile(source, path, "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise ExplorerError(
            f"{path.name} raised {_one_line(error)} when it was run; mend the file"
        ) from error
    return module


def _find(module: ModuleType, name: str, path: Path) -> object:
    if hasattr(module, name):
        return getattr(module, name)
    own = [key for key, value in vars(module).items() if _makes_networks(value, module)]
    offer = f"; it has {', '.join(own)}" if own else "; it has nothing that could make a network"
    raise ExplorerError(f"{path.name} has no {name}{offer}")


def _makes_networks(value: object, module: ModuleType) -> bool:
    own = getattr(value, "__module__", None) == module.__name__
    return isinstance(value, nn.Module) or (own and callable(value))


def _call(maker: object, name: str) -> object:
    if isinstance(maker, nn.Module) or not callable(maker):
        return maker
    try:
        return maker()
    except (Exception, SystemExit) as error:
        raise ExplorerError(f"{name} raised {_one_line(error)}; it is called without arguments") from error


def _one_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}".rstrip(": ")


def _article(noun: str) -> str:
    return f"{'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"
