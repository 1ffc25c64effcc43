"""A person's file runs as `python FILE` or `python -m PACKAGE.FILE` would run it, and leaves no trace of that."""

import os
import pickle
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from torch import nn

from explorer import zoo
from explorer.records.errors import ExplorerError

LINEAR = "from torch import nn\n"
BLOCK = "from torch import nn\n\ndef block(width=4):\n    return nn.Linear(width, 1)\n"


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files below a folder; return the path of the last one."""
    path = folder
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return path


def built(path: Path, name: str = "make") -> nn.Module:
    return zoo.resolve(f"{path}:{name}", trusted=True).build()


AS_A_PROGRAM = {
    "sibling": {"b.py": BLOCK, "net.py": "from b import block as make\n"},
    "sibling package": {"parts/__init__.py": "", "parts/b.py": BLOCK, "net.py": "from parts.b import block as make\n"},
    "sibling namespace": {"parts/b.py": BLOCK, "net.py": "import parts.b\nmake = parts.b.block\n"},
    "relative import": {
        "pkg/__init__.py": "", "pkg/b.py": BLOCK, "pkg/net.py": "from .b import block as make\n"
    },
    "relative import without __init__": {"pkg/b.py": BLOCK, "pkg/net.py": "from .b import block as make\n"},
    "relative import of a module": {
        "pkg/__init__.py": "", "pkg/b.py": BLOCK, "pkg/net.py": "from . import b\nmake = b.block\n"
    },
    "two levels up": {
        "a/__init__.py": "", "a/b.py": BLOCK, "a/c/__init__.py": "", "a/c/net.py": "from ..b import block as make\n"
    },
    "two levels up without __init__": {"a/b.py": BLOCK, "a/c/net.py": "from ..b import block as make\n"},
    "the whole name of its package": {
        "pkg/__init__.py": "", "pkg/b.py": BLOCK, "pkg/net.py": "from pkg.b import block as make\n"
    },
    "beside the package": {
        "pkg/__init__.py": "", "tools.py": BLOCK, "pkg/net.py": "from tools import block as make\n"
    },
    "in a package without saying so": {
        "pkg/__init__.py": "", "pkg/b.py": BLOCK, "pkg/net.py": "from b import block as make\n"
    },
    "package that imports the file": {
        "pkg/b.py": BLOCK, "pkg/__init__.py": "from .net import make\n", "pkg/net.py": "from .b import block as make\n"
    },
    "package's own file": {"pkg/b.py": BLOCK, "pkg/__init__.py": "from .b import block as make\n"},
    "package named as a library": {
        "json/__init__.py": "", "json/b.py": BLOCK, "json/net.py": "from .b import block as make\n"
    },
    "folder that is no name": {"my net-2.0/b.py": BLOCK, "my net-2.0/net.py": "from .b import block as make\n"},
    "package hides no library": {
        "pkg/__init__.py": "", "pkg/random.py": "broken", "pkg/b.py": BLOCK,
        "pkg/net.py": "import random\nrandom.random()\nfrom .b import block as make\n",
    },
    "circle of imports": {
        "b.py": "import net\ndef block():\n    return net.Net(4, 1)\n",
        "net.py": "from torch import nn\nclass Net(nn.Linear): pass\ndef make():\n    import b\n    m = b.block()\n"
        "    assert type(m) is Net\n    return m\n",
    },
    "file named as a library": {"torch.py": BLOCK.replace("block", "make")},
    "file named as no module can be": {"my net v1.2.py": BLOCK.replace("block", "make")},
    "a file beside it, by __file__": {
        "width.txt": "4",
        "net.py": "from pathlib import Path\nfrom torch import nn\ndef make():\n"
        "    return nn.Linear(int((Path(__file__).parent / 'width.txt').read_text()), 1)\n",
    },
    "a main guard": {
        "net.py": BLOCK.replace("block", "make") + "if __name__ == '__main__':\n    raise SystemExit(3)\n"
    },
    "dataclass": {
        "net.py": "from __future__ import annotations\nfrom dataclasses import dataclass\nfrom torch import nn\n"
        "@dataclass\nclass Config:\n    width: int = 4\ndef make(config: Config = Config()):\n"
        "    return nn.Linear(config.width, 1)\n"
    },
    "dataclass that is a module": {
        "net.py": "from dataclasses import dataclass\nimport torch\nfrom torch import nn\n@dataclass(eq=False)\n"
        "class make(nn.Module):\n    width: int = 4\n    def __post_init__(self):\n        super().__init__()\n"
        "        self.weight = nn.Parameter(torch.ones(1, self.width))\n"
    },
    "enum, named tuple and generics": {
        "net.py": "from enum import Enum\nfrom typing import Generic, NamedTuple, TypeVar, get_type_hints\n"
        "from torch import nn\nT = TypeVar('T')\nclass Kind(Enum):\n    A = 4\nclass Shape(NamedTuple):\n"
        "    width: 'Kind'\nclass Layer(nn.Linear, Generic[T]): pass\n"
        "def make():\n    assert get_type_hints(Shape)['width'] is Kind\n    return Layer[int](Kind.A.value, 1)\n"
    },
    "pickling": {
        "net.py": "import copy, pickle\nfrom torch import nn\nclass Net(nn.Linear):\n    pass\ndef make():\n"
        "    return copy.deepcopy(pickle.loads(pickle.dumps(Net(4, 1))))\n"
    },
    "arguments of its own": {
        "net.py": "import argparse\nfrom torch import nn\nparser = argparse.ArgumentParser()\n"
        "parser.add_argument('--width', type=int, default=4)\nargs = parser.parse_args()\n"
        "def make():\n    return nn.Linear(args.width, 1)\n"
    },
    "a folder of its own on the path": {
        "lib/deep.py": BLOCK,
        "net.py": "import sys\nfrom pathlib import Path\nsys.path.append(str(Path(__file__).parent / 'lib'))\n"
        "from deep import block as make\n",
    },
    "star import": {"b.py": BLOCK, "net.py": "from b import *\nmake = block\n"},
    "importlib": {"b.py": BLOCK, "net.py": "import importlib\nmake = importlib.import_module('b').block\n"},
    "script of a neighbour's class": {
        "net.py": "import warnings\nimport torch\nfrom torch import nn\nwarnings.simplefilter('ignore')\n"
        "class Net(nn.Module):\n    def __init__(self):\n"
        "        super().__init__()\n        self.weight = nn.Parameter(torch.ones(1, 4))\n"
        "    def forward(self, x):\n        return x * self.weight\ndef make():\n    return torch.jit.script(Net())\n"
    },
    "encoding cookie": {"net.py": "# -*- coding: utf-8 -*-\n" + BLOCK.replace("block", "make") + "name = 'Größe'\n"},
}  # fmt: skip


@pytest.mark.parametrize("files", AS_A_PROGRAM.values(), ids=AS_A_PROGRAM)
def test_what_the_file_does_as_a_program_works(tmp_path: Path, files: dict[str, str]) -> None:
    path = written(tmp_path, files)
    before = list(sys.path), sys.argv, list(sys.meta_path), dict(sys.modules)

    with warnings.catch_warnings():
        model = built(path)

    assert next(model.parameters()).shape == (1, 4)
    assert (list(sys.path), sys.argv, list(sys.meta_path)) == before[:3]
    new = {name for name in sys.modules if name not in before[3]}
    assert not any(str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")) for name in new)
    assert all(sys.modules[name] is module for name, module in before[3].items())


def test_a_whole_network_saved_by_the_program_is_read_by_it(tmp_path: Path) -> None:
    """`torch.save(model)` in a script names the class `__main__.Net`."""
    path = written(
        tmp_path,
        {
            "net.py": "import pickle\nfrom pathlib import Path\nfrom torch import nn\nclass Net(nn.Linear): pass\n"
            "def make():\n    return pickle.loads((Path(__file__).parent / 'net.pkl').read_bytes())\n"
        },
    )
    saved = pickle.dumps(nn.Linear(4, 1), protocol=0).replace(
        b"ctorch.nn.modules.linear\nLinear\n", b"c__main__\nNet\n"
    )
    (tmp_path / "net.pkl").write_bytes(saved)
    main = sys.modules["__main__"]

    assert type(built(path)).__name__ == "Net"

    assert sys.modules["__main__"] is main


def test_an_import_of_the_forward_finds_the_neighbour_it_found_before(tmp_path: Path) -> None:
    files = {
        "late_of_mine.py": "CALLS = []\n",
        "net.py": "import late_of_mine\nfrom torch import nn\nclass Net(nn.Module):\n    def forward(self, x):\n"
        "        import late_of_mine as again\n        assert again is late_of_mine\n        return x + 1\n",
    }
    spec = zoo.resolve(f"{written(tmp_path, files)}:Net", trusted=True)
    model = spec.build()
    with pytest.raises(ModuleNotFoundError):
        model(torch.ones(1))

    with spec.around(), spec.around():
        assert model(torch.ones(1)) == 2

    assert "late_of_mine" not in sys.modules


def test_a_changed_neighbour_is_read_anew(tmp_path: Path) -> None:
    path = written(tmp_path, {"width.py": "WIDTH = 4\n", "net.py": LINEAR + "import width\ndef make():\n"
                              "    return nn.Linear(width.WIDTH, 1)\n"})  # fmt: skip
    assert built(path).in_features == 4
    (tmp_path / "width.py").write_text("WIDTH = 16\n", encoding="utf-8")
    assert built(path).in_features == 16


def test_what_the_package_imports_is_what_was_agreed_to(tmp_path: Path) -> None:
    path = written(
        tmp_path, {"pkg/__init__.py": "from .net import make\n", "pkg/net.py": BLOCK.replace("block", "make")}
    )
    spec = zoo.resolve(f"{path}:make", trusted=True)
    path.write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n", encoding="utf-8")
    assert isinstance(spec.build(), nn.Linear)
    assert not (tmp_path / "ran").exists()


def test_a_library_that_the_file_replaces_is_put_back(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {
            "net.py": "import sys, types\nsys.modules['json'] = types.ModuleType('json')\n"
            "sys.modules['made_by_hand'] = types.ModuleType('made_by_hand')\ndel sys.modules['torch.nn']\n"
            "sys.path = []\nfrom torch import nn\ndef make():\n    return nn.Linear(4, 1)\n"
        },
    )
    import json

    folders = sys.path
    built(path)
    assert sys.modules["json"] is json and sys.modules["torch.nn"] is nn and sys.path is folders
    assert "made_by_hand" not in sys.modules


WRONG = {
    "missing library": (
        "import einops_of_nobody", "net.py raised ModuleNotFoundError: No module named 'einops_of_nobody' "
        "(net.py, line 1) when it was run; install that where this program is installed, or put it beside the file",
    ),
    "relative import too far up": (
        "from ................................ import x", "net.py raised ImportError: attempted relative import",
    ),
    "syntax": ("x = 1\ndef net(:", "net.py raised SyntaxError: invalid syntax (net.py, line 2) when it was run"),
    "null bytes": ("x = 1\0", "Error: source code string cannot contain null bytes"),  # ValueError before 3.11.4
    "indentation": ("if 1:\nx", "net.py raised IndentationError: expected an indented block after 'if' statement"),
    "leaves": (
        "import sys\nsys.exit(3)", "net.py raised SystemExit: 3 (net.py, line 2) when it was run; "
        'put what is to run as a program below `if __name__ == "__main__":`',
    ),
    "base exception": (
        "class B(BaseException): pass\nraise B('no')", "net.py raised B: no (net.py, line 2) when it was run; mend",
    ),
    "error without words": (
        "class E(Exception):\n    def __str__(self): raise RuntimeError('no')\nraise E",
        "net.py raised E: its text cannot be read (RuntimeError) (net.py, line 3) when it was run; mend the file",
    ),
    "generator's end": ("raise GeneratorExit", "net.py raised GeneratorExit (net.py, line 1) when it was run"),
    "deep recursion": ("def f(): f()\nf()", "net.py raised RecursionError: maximum recursion depth exceeded"),
    "deep nesting of brackets": ("x = " + "(" * 500 + ")" * 500, "net.py raised SyntaxError: too many nested par"),
    "file that is not there": ("open('weights.of.mine')", "net.py raised FileNotFoundError: [Errno 2] No such file"),
    "text of many lines": ("raise ValueError('a\\nb\\x1b[31m\\n' + 9000 * 'c')", "net.py raised ValueError: a b [31m"),
    "import that leaves": ("import leaving", "net.py raised SystemExit: 5 (leaving.py, line 2) when it was run"),
    "neighbour's syntax": ("import faulty", "net.py raised SyntaxError: invalid syntax (faulty.py, line 1) when"),
    "nothing in it": ("", "net.py has no make; it has nothing that could make a network"),
    "attribute that raises": (
        "def __getattr__(name): raise OSError(name)", "net.py raised OSError: make (net.py, line 1) when it was asked",
    ),
    "needs arguments": (
        "def make(width): pass", "net.py:make raised TypeError: make() missing 1 required positional argument: "
        "'width'; it is called without arguments",
    ),
    "made None": ("def make(): pass", "net.py:make gave a NoneType, not a torch.nn.Module; let it return the network"),
    "made a coroutine": ("async def make(): pass", "net.py:make gave a coroutine, not a torch.nn.Module"),
    "made a class": ("from torch import nn\ndef make(): return nn.Linear", "net.py:make gave a type, not a torch"),
    "made weights": ("from torch import nn\ndef make(): return nn.Linear(1, 1).state_dict()", "gave an OrderedDict"),
    "leaves when called": ("def make(): raise SystemExit('bye')", "net.py:make raised SystemExit: bye (net.py"),
    "no super().__init__()": (
        "from torch import nn\nclass make(nn.Module):\n    def __init__(self):\n        self.a = 1",
        "net.py:make cannot be used: make (net.py, line 3) does not call super().__init__(); call it first",
    ),
    "no super().__init__() inside": (
        "from torch import nn\nclass In(nn.Module):\n    def __init__(self): self.a = 1\nclass make(nn.Module):\n"
        "    def __init__(self):\n        super().__init__()\n        self.inner = In()",
        "net.py:make cannot be used: In (net.py, line 3) does not call super().__init__()",
    ),
    "layer before super().__init__()": (
        "from torch import nn\nclass make(nn.Module):\n    def __init__(self):\n        self.a = nn.ReLU()",
        "net.py:make raised AttributeError: cannot assign module before Module.__init__() call (net.py, line 4)",
    ),
    "broken __eq__": (
        "from torch import nn\nclass N(nn.Module):\n    def __eq__(self, other): raise ValueError('no')\n"
        "    def __init__(self): super().__init__()\ndef make(): return nn.Sequential(N(), N())",
        "net.py:make cannot be looked through: TypeError: unhashable type: 'N' (net.py, line 5); mend that class",
    ),
    "broken __eq__ with a hash": (
        "from torch import nn\nclass N(nn.Module):\n    def __eq__(self, other): raise ValueError('no')\n"
        "    def __hash__(self): return 1\ndef make(): return nn.Sequential(N(), N())",
        "net.py:make cannot be looked through: ValueError: no (net.py, line 3); mend that class",
    ),
    "1,500 levels": (
        "from torch import nn\ndef make():\n    m = nn.ReLU()\n    for _ in range(1500): m = nn.Sequential(m)\n"
        "    return m",
        "net.py:make (net.py, line 2) nests its modules deeper than Python can follow (1,501 levels); nest them less",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_built_is_one_line_with_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    path = written(
        tmp_path, {"leaving.py": "import sys\nsys.exit(5)", "faulty.py": "def f(:", "net.py": text}
    )
    known = dict(sys.modules)
    with pytest.raises(ExplorerError) as caught:
        built(path)
    line = str(caught.value)
    assert message in line and "\n" not in line and line.isprintable() and len(line) < 800
    assert {name for name in sys.modules if name not in known} == set()


def test_a_pipe_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "net.py")
    with pytest.raises(ExplorerError, match="no file that can be read"):
        zoo.resolve(f"{tmp_path / 'net.py'}:make", trusted=True)
