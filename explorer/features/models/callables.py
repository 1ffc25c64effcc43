"""What in a Python file may build its network, the likeliest first; the file is only read, never run."""

import ast
from collections.abc import Iterator
from pathlib import Path

_Definition = ast.FunctionDef | ast.ClassDef


def callables_in(file: Path) -> list[str]:
    """Return functions, classes and networks at the top of a Python file; none if it cannot be read.

    First comes what gives a network and needs no arguments: functions before classes, and a class that others in the
    file are made of after those it is a part of.
    """
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return []
    defined = [node for node in tree.body if isinstance(node, _Definition)]
    names = {node.name for node in defined}
    ranked = sorted(
        (node for node in defined if not node.name.startswith("_")), key=lambda node: _rank(node, defined)
    )
    return [*(node.name for node in ranked), *_built_at_the_top(tree, names)]


def fault_of(file: Path) -> str:
    """Return why nothing in a Python file can build a network, in one line for a person; empty if something may."""
    try:
        ast.parse(file.read_bytes())
    except SyntaxError as error:
        where = f"line {error.lineno} of {file.name}" if error.lineno else file.name
        return f"There is a syntax error in {where} ({error.msg}); mend it, then open the file again."
    except (OSError, ValueError):
        return f"{file.name} cannot be read as Python; choose another file."
    if callables_in(file):
        return ""
    return (
        f"{file.name} has no function and no class that could build a network; add one, then open it again."
    )


def _rank(node: _Definition, defined: list[_Definition]) -> tuple[bool, bool, int, bool]:
    networks = {it.name for it in defined if isinstance(it, ast.ClassDef) and _is_module(it)}
    if isinstance(node, ast.ClassDef):
        gives, place = node.name in networks, 1
    else:
        gives, place = _gives_network(node, networks), 0
    return _needs_arguments(node), not gives, place, _is_part(node, defined)


def _needs_arguments(node: _Definition) -> bool:
    if isinstance(node, ast.ClassDef):
        own = [it for it in node.body if isinstance(it, ast.FunctionDef) and it.name == "__init__"]
        return bool(own) and _required(own[0].args) > 1  # beside self
    return _required(node.args) > 0


def _required(arguments: ast.arguments) -> int:
    positional = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    return positional + sum(default is None for default in arguments.kw_defaults)


def _is_module(node: ast.ClassDef) -> bool:
    """Tell whether a class says that it is a network; one that derives from another file's class may be one."""
    return bool(node.bases)


def _gives_network(node: ast.FunctionDef, networks: set[str]) -> bool:
    """Tell whether a function returns one of the file's networks, or says that it returns one."""
    if node.returns is not None and ast.unparse(node.returns).rpartition(".")[2] in {
        "Module",
        "Sequential",
        *networks,
    }:
        return True
    return any(name in networks or name == "Sequential" for name in _called_in(node))


def _is_part(node: _Definition, defined: list[_Definition]) -> bool:
    """Tell whether a class is built inside another class of the file."""
    others = (it for it in defined if it is not node and isinstance(it, ast.ClassDef))
    return any(node.name in _called_in(it) for it in others)


def _called_in(node: ast.AST) -> Iterator[str]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call):
            yield ast.unparse(call.func).rpartition(".")[2]


def _built_at_the_top(tree: ast.Module, names: set[str]) -> list[str]:
    """Return the variables that hold a network which the file itself has built."""
    found = []
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            maker = ast.unparse(node.value.func).rpartition(".")[2]
            if maker in names or maker == "Sequential":
                found += [it.id for it in node.targets if isinstance(it, ast.Name)]
    return [name for name in found if not name.startswith("_")]
