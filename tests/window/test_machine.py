"""The look at the machine."""

import mmap
import os
import subprocess
import sys

from explorer.window.machine import sample


def test_a_look_without_an_engine():
    load = sample(None)
    assert 0 <= load.cpu_percent <= 100
    assert 0 < load.window_bytes < load.ram_used < load.ram_total
    assert load.engine_bytes is None


def test_the_engine_is_counted_apart():
    assert sample(os.getppid()).engine_bytes > 0


def test_a_process_that_ended_holds_nothing_waited_for_or_not():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert sample(child.pid).engine_bytes > 0
    child.stdin.close()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert sample(child.pid).engine_bytes is None
    child.wait()
    assert sample(child.pid).engine_bytes is None


def test_memory_that_is_taken_is_seen():
    before = sample(None).window_bytes
    size = 50_000_000
    with mmap.mmap(-1, size) as taken:  # new pages, where an array may reuse what the process had
        taken.write(b"1" * size)
        assert sample(None).window_bytes - before > 0.9 * size
