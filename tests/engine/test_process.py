"""How a process of the engine is started."""

import subprocess
from queue import SimpleQueue

import pytest

from explorer.engine.process import EngineProcess


@pytest.mark.parametrize(
    ("own", "given"),
    [
        (None, "glibc.malloc.hugetlb=1"),
        ("glibc.malloc.arena_max=2", "glibc.malloc.arena_max=2:glibc.malloc.hugetlb=1"),
        ("glibc.malloc.hugetlb=0", "glibc.malloc.hugetlb=0"),
    ],
)
def test_the_engine_asks_for_large_pages_unless_the_person_says_otherwise(monkeypatch, own, given):
    started = []

    def start(_command, env, **_):
        started.append(env)
        raise OSError("not in this test")

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.delenv("GLIBC_TUNABLES", raising=False)
    if own is not None:
        monkeypatch.setenv("GLIBC_TUNABLES", own)
    with pytest.raises(OSError, match="not in this test"):
        EngineProcess("module:engine", SimpleQueue(), lambda _item, _error: None)
    assert started[0]["GLIBC_TUNABLES"] == given
