"""A file tells one story, a function does one thing: neither grows past what is read at once."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = {path.relative_to(ROOT): path.read_text("utf-8") for path in (ROOT / "explorer").rglob("*.py")}


def test_no_file_of_the_program_has_more_than_400_lines() -> None:
    assert FILES and not {str(path) for path, text in FILES.items() if len(text.splitlines()) > 400}


def test_no_function_of_the_program_has_more_than_52_lines_with_its_docstring() -> None:
    functions = (
        (path, node)
        for path, text in FILES.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert not [f"{path}: {it.name}" for path, it in functions if (it.end_lineno or 0) - it.lineno >= 52]
