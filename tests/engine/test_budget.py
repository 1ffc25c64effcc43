"""How much memory values may take: what a container has left, without what it only caches."""

from pathlib import Path

import psutil
import pytest

from explorer.engine import budget
from explorer.engine.budget import Budget, free_memory

MB = 1_000_000


def _group(folder: Path, most: str, used: int, stat: str = "") -> Path:
    for name, text in (("memory.max", most), ("memory.current", f"{used}"), ("memory.stat", stat)):
        (folder / name).write_text(f"{text}\n")
    return folder


def test_what_a_container_only_caches_is_free(tmp_path: Path) -> None:
    stat = f"anon {20 * MB}\ninactive_file {60 * MB}\nactive_file {5 * MB}\nslab_reclaimable {10 * MB}"
    assert free_memory(_group(tmp_path, f"{100 * MB}", 99 * MB, stat)) == 71 * MB


def test_a_container_that_tells_no_cache_has_what_it_does_not_use(tmp_path: Path) -> None:
    group = _group(tmp_path, f"{100 * MB}", 99 * MB)
    assert free_memory(group) == MB
    (group / "memory.stat").unlink()
    assert free_memory(group) == MB
    assert free_memory(_group(group, f"{100 * MB}", 120 * MB)) == 0


def test_without_a_limit_it_is_what_the_machine_has(tmp_path: Path) -> None:
    for group in (tmp_path / "none", _group(tmp_path, "max", 99 * MB)):
        assert free_memory(group) == pytest.approx(psutil.virtual_memory().available, rel=0.2)


def test_half_of_what_is_free_is_for_values_but_never_next_to_nothing(monkeypatch) -> None:
    for free, room in ((10_000 * MB, 5_000 * MB), (3 * MB, 128 * MB)):
        monkeypatch.setattr(budget, "free_memory", lambda free=free: free)
        assert Budget().of("cpu") == room
    chosen = Budget()
    chosen.chosen = 5
    assert chosen.of("cpu") == 5
