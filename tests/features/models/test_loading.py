"""Another model or size, over a desk with stage and followers: what is asked of the engine, and what stays."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import window_fakes
from desk_fakes import KEY, TOY, FakeNotices, image
from window_fakes import FakeLink

from explorer.engine.messages import Classify, LoadModel, Record
from explorer.features.models import sizes
from explorer.records.answers import Answer
from explorer.records.sizes import SizeRange
from explorer.records.trace import TraceError
from explorer.window import loading
from explorer.window.desk import Desk
from explorer.window.scene import EngineState

Settle = Callable[[], None]


@pytest.fixture
def two(staged: Desk, settle: Settle) -> Desk:
    """A desk with two images, the first of them shown."""
    staged.put(replace(staged.scene, images=(*staged.scene.images, image("image-b", "b.png"))))
    settle()
    return staged


def test_a_size_is_asked_of_all_open_images(two: Desk, settle: Settle, link: FakeLink) -> None:
    sizes.use(two, (32, 48))
    settle()
    assert [(it.key, it.size) for it in link.asked(Record)] == [(KEY, (32, 48))]
    assert [(it.key, it.size) for it in link.asked(Classify)][-1] == ("image-b", (32, 48))
    two.set(image="image-b")
    settle()
    assert (link.asked(Record)[-1].key, link.asked(Record)[-1].size) == ("image-b", (32, 48))


def test_another_model_answers_for_every_open_image_again(two: Desk, settle: Settle, link: FakeLink) -> None:
    loading.load(two, "torchvision:alexnet")
    settle()
    assert link.sent[0] == LoadModel("torchvision:alexnet", seed=0)
    assert [it.key for it in link.asked(Record)] == [KEY]
    assert "image-b" in [it.key for it in link.asked(Classify)]


def test_the_last_of_several_wishes_is_the_model_that_lives(
    two: Desk, settle: Settle, link: FakeLink
) -> None:
    link.manual = {LoadModel}
    for name in ("zoo:a", "zoo:b", "zoo:c"):
        loading.load(two, name)
        two.settle()
    link.manual = set()
    link.fail(LoadModel, "Cancelled.", cancelled=True)
    settle()
    assert [it.name for it in link.asked(LoadModel)] == ["zoo:a", "zoo:c"]
    assert two.scene.model.entry.name == "c" and two.scene.seat.is_live


def test_a_load_that_is_cancelled_leaves_the_old_model_without_a_word(
    two: Desk, settle: Settle, link: FakeLink, notices: FakeNotices
) -> None:
    before = two.scene.forward
    link.manual = {LoadModel}
    loading.load(two, "torchvision:vgg19")
    two.settle()
    (id,) = link.waiting(LoadModel)
    two.cancel()
    assert link.cancelled == [id]
    link.fail(LoadModel, "Cancelled.", cancelled=True)
    settle()
    assert notices.texts() == [] and two.scene.forward is before and two.scene.seat.wanted == TOY


def test_after_a_death_the_size_is_still_that_of_the_person(
    two: Desk, settle: Settle, link: FakeLink
) -> None:
    sizes.use(two, (32, 32))
    settle()
    before = len(link.asked(Record))
    link.die(None)
    link.revive()
    settle()
    assert two.scene.engine is EngineState.ALIVE
    assert [it.size for it in link.asked(Record)[before:]] == [(32, 32)]


@pytest.mark.parametrize("again", [(1024, 1024), (32, 32)])
def test_where_a_forward_could_not_be_recorded_a_size_tries_again(
    two: Desk, settle: Settle, link: FakeLink, notices: FakeNotices, again: tuple[int, int]
) -> None:
    link.failing[Record] = "There is not enough memory; choose a smaller size."
    sizes.use(two, (1024, 1024))
    settle()
    assert notices.texts() == [link.failing[Record]] and two.scene.forward is None
    link.failing.clear()
    sizes.use(two, again)
    settle()
    assert two.scene.forward is not None and two.scene.forward.size == again and notices.texts() == []


def test_another_model_or_device_takes_up_what_was_held(two: Desk, settle: Settle, link: FakeLink) -> None:
    link.failing[Record] = "There is not enough memory on cuda:0."
    loading.move(two, "cuda:0")
    settle()
    assert two.scene.forward is None and two.scene.images[0].held
    link.failing.clear()
    loading.move(two, "cpu")
    settle()
    assert two.scene.forward is not None and two.scene.forward.key == KEY


def test_the_other_images_at_a_size_that_does_not_work_are_not_told_each(
    two: Desk, settle: Settle, link: FakeLink, notices: FakeNotices, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(command: Record) -> object:
        whole = window_fakes.forward(command.key, command.forward, size=command.size)
        trace = replace(whole.trace, error=TraceError("head", "linear", "head", "RuntimeError: shapes"))
        return replace(whole, trace=trace, answer=Answer(whole.key), sizes=SizeRange(6))

    monkeypatch.setitem(window_fakes.ANSWERS, Record, stopped)
    link.failing[Classify] = "toy cannot run on this image: RuntimeError: shapes"
    sizes.use(two, (4, 4))
    settle()
    assert len(notices.texts()) == 1 and "RuntimeError" not in notices.texts()[0]
