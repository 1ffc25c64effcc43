"""The built wheel: what is in it, and that an unpacked one finds its resources."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import explorer

ROOT = Path(__file__).parents[1]
RESOURCES = sorted(p.relative_to(ROOT) for p in (ROOT / "resources").rglob("*") if p.is_file())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.Path:
    """Build the wheel as pip would, but with the hatchling that is installed: no network is needed."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    (built,) = folder.iterdir()
    assert built.name == f"architecture_explorer-{explorer.__version__}-py3-none-any.whl"
    return zipfile.Path(built)


def names(wheel: zipfile.Path) -> set[str]:
    return set(wheel.root.namelist())


def metadata(wheel: zipfile.Path, file: str) -> str:
    folder = f"architecture_explorer-{explorer.__version__}.dist-info"
    return (wheel / folder / file).read_text(encoding="utf-8")


def test_wheel_holds_every_resource_unchanged(wheel: zipfile.Path) -> None:
    assert {path.parts[1] for path in RESOURCES} >= {"icons", "labels", "samples"}
    for path in RESOURCES:
        assert (wheel / "explorer" / path.as_posix()).read_bytes() == (ROOT / path).read_bytes(), path


def test_wheel_holds_the_package_and_nothing_else(wheel: zipfile.Path) -> None:
    assert {name.partition("/")[0] for name in names(wheel)} == {
        "explorer",
        f"architecture_explorer-{explorer.__version__}.dist-info",
    }
    modules = {p.relative_to(ROOT).as_posix() for p in (ROOT / "explorer").rglob("*.py")}
    assert {name for name in names(wheel) if name.endswith(".py")} == modules
    assert not [name for name in names(wheel) if "tests" in name.split("/") or name.endswith(".pyc")]


def test_wheel_installs_the_program_and_its_licence(wheel: zipfile.Path) -> None:
    assert "arch-explorer = explorer.__main__:main" in metadata(wheel, "entry_points.txt")
    described = metadata(wheel, "METADATA")
    assert "License-Expression: MIT" in described and "Requires-Python: >=3.11" in described
    assert metadata(wheel, "licenses/LICENSE") == (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_unpacked_wheel_finds_its_own_resources(wheel: zipfile.Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(str(wheel.root.filename)) as archive:  # before 3.11.4 a Path cannot take all out
        archive.extractall(tmp_path)
    code = "from explorer.paths import resources; from explorer.records.samples import samples; " \
           "print(resources()); print(*(sample.path.is_file() for sample in samples()))"  # fmt: skip
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120
    )
    folder, found = ran.stdout.splitlines()
    assert Path(folder) == tmp_path / "explorer" / "resources"
    assert set(found.split()) == {"True"}
