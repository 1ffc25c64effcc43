"""What an answering function may do meanwhile."""

import pytest

from explorer.engine.task import Task
from explorer.records.errors import CancelledError


def test_a_task_that_nobody_watches_goes_on() -> None:
    task = Task()
    task.check()
    task.report(1, 2, "half")
    task.part("half an answer")
    assert not task.is_cancelled


def test_a_cancelled_task_names_what_it_did() -> None:
    task = Task("loading resnet50", cancelled=lambda: True)
    assert task.is_cancelled
    with pytest.raises(CancelledError, match=r"^Loading resnet50 was cancelled\.$"):
        task.check()


def test_reports_and_parts_are_handed_over() -> None:
    heard: list[object] = []
    task = Task(report=lambda *report: heard.append(report), part=heard.append)
    task.report(1, 3, "one")
    task.part("so far")
    assert heard == [(1, 3, "one"), "so far"]
