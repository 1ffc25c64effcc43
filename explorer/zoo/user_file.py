"""Networks from the user's own Python files, `path/to/file.py:callable`; run only with the user's consent."""

import hashlib
import inspect
import stat
from functools import partial
from pathlib import Path
from types import ModuleType

from torch import nn

from explorer.records import faults
from explorer.records.errors import ExplorerError, UsageError
from explorer.records.models import ModelEntry, Preprocess, WeightsStatus
from explorer.zoo import soundness
from explorer.zoo.neighbourhood import Neighbourhood
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


def spec(path: str, callable_name: str, trusted: bool | str) -> ModelSpec:
    """Read the file and return what `build` needs to run exactly the content that was read.

    Raises:
        ExplorerError: There is no such file, or no callable was named.
        UntrustedFileError: `trusted` is neither True nor the SHA-256 of the content.
    """
    if not callable_name:
        raise ExplorerError(f"{path} was given without a callable; name what makes the network: {path}:NAME")
    source = _read(path)
    digest = hashlib.sha256(source).hexdigest()
    if trusted is not True and trusted != digest:
        raise UntrustedFileError(path, digest)
    file = Path(path).absolute()
    neighbourhood = Neighbourhood(file, source)
    build = partial(_build, file, neighbourhood, callable_name)
    return ModelSpec(
        entry=ModelEntry(f"{path}:{callable_name}", "file", "own file", weights=WeightsStatus.NONE),
        preprocess=Preprocess(256, 224, IMAGENET_MEAN, IMAGENET_STD),
        weights=None,
        build=build,
        # The user's own initialisation may compute with its random numbers: it is left alone.
        build_empty=build,
        around=neighbourhood.open,
    )


def _read(path: str) -> bytes:
    try:
        if not stat.S_ISREG(
            Path(path).stat().st_mode
        ):  # opening a pipe would wait for whoever writes into it
            raise ExplorerError(f"{path} is no file that can be read; name a Python file")
        return Path(path).read_bytes()
    except OSError as error:
        raise ExplorerError(f"cannot read {path}: {error.strerror}; check the path") from error


def _build(path: Path, neighbourhood: Neighbourhood, callable_name: str) -> nn.Module:
    name = f"{path.name}:{callable_name}"
    with neighbourhood.open():
        maker = _find(_run(path, neighbourhood), callable_name, path)
        made = _call(maker, name)
        if inspect.iscoroutine(made):
            made.close()
        if not isinstance(made, nn.Module):
            raise ExplorerError(
                f"{name} gave {_article(type(made).__name__)}, not a torch.nn.Module; let it return the network"
            )
        soundness.check(made, name, faults.home_of(maker))
    return made


def _run(path: Path, neighbourhood: Neighbourhood) -> ModuleType:
    try:
        return neighbourhood.run()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise ExplorerError(
            f"{path.name} raised {faults.told(error)} when it was run; {_next_step(error)}"
        ) from error


def _next_step(error: BaseException) -> str:
    match error:
        case ModuleNotFoundError():
            return "install that where this program is installed, or put it beside the file"
        case SystemExit():
            return 'put what is to run as a program below `if __name__ == "__main__":`'
        case FileNotFoundError():
            return f"paths are looked up in {Path.cwd()}: say them from __file__ on"
        case _:
            return "mend the file"


def _find(module: ModuleType, name: str, path: Path) -> object:
    try:
        return getattr(module, name)
    except AttributeError:
        pass
    except Exception as error:
        raise ExplorerError(
            f"{path.name} raised {faults.told(error)} when it was asked for {name}; mend the file"
        ) from error
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
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise ExplorerError(f"{name} raised {faults.told(error)}; it is called without arguments") from error


def _article(noun: str) -> str:
    return f"{'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"
