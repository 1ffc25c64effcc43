"""Weights are fetched beside everything else, and loaded where their model is there."""

from collections.abc import Callable

import pytest
from desk_fakes import FakeNotices
from window_fakes import FakeLink

from explorer.engine.messages import ListModels, LoadModel
from explorer.features.models import downloads
from explorer.features.models.choice import Download
from explorer.features.models.messages import DownloadWeights
from explorer.window import loading
from explorer.window.desk import Desk
from explorer.window.scene import EngineState, Scene
from explorer.window.spec import Level, Wish

Settle = Callable[[], None]


@pytest.fixture
def started(staged: Desk, link: FakeLink) -> Callable[[str], None]:
    link.manual = {DownloadWeights}

    def start(name: str) -> None:
        downloads.start(staged, name)
        staged.settle()

    return start


def test_the_weights_of_the_model_that_is_there_are_loaded(
    staged: Desk, settle: Settle, started: Callable[[str], None], link: FakeLink
) -> None:
    started("zoo:toy")
    assert staged.scene.choice(Download).name == "zoo:toy"
    link.progress(DownloadWeights, 3 << 32, 4 << 32, "downloading 12.9 of 17.2 GB")
    link.answer(DownloadWeights)
    settle()
    assert link.asked(LoadModel)[-1] == LoadModel("zoo:toy", "pretrained", seed=0)
    assert staged.scene.choice(Download).name == ""


def test_the_list_of_models_is_asked_anew(
    staged: Desk, settle: Settle, started: Callable[[str], None], link: FakeLink
) -> None:
    class Lister:
        def wants(self, _: Scene) -> Wish:
            return Wish(ListModels())

        def show(self, _: Scene, answer: object) -> None:
            pass

    staged.seat(Lister(), lambda: True)
    settle()
    started("zoo:other")
    link.answer(DownloadWeights)
    settle()
    assert len(link.asked(ListModels)) == 2


def test_those_of_another_model_are_offered(
    settle: Settle, started: Callable[[str], None], link: FakeLink, notices: FakeNotices
) -> None:
    started("zoo:other")
    link.answer(DownloadWeights)
    settle()
    assert notices.texts() == ["The weights of other are on disk."] and link.asked(LoadModel) == []
    notices.press("Load it")
    settle()
    assert link.asked(LoadModel)[-1].name == "zoo:other"


def test_one_download_at_a_time(started: Callable[[str], None], link: FakeLink, notices: FakeNotices) -> None:
    started("zoo:toy")
    started("zoo:other")
    assert len(link.asked(DownloadWeights)) == 1 and "under way" in notices.texts()[0]


def test_cancel_stops_it_and_says_so(
    staged: Desk, settle: Settle, started: Callable[[str], None], link: FakeLink, notices: FakeNotices
) -> None:
    started("zoo:toy")
    (id,) = link.waiting(DownloadWeights)
    staged.cancel()
    assert link.cancelled == [id]
    link.fail(DownloadWeights, "Cancelled.", cancelled=True)
    settle()
    assert notices.told[0][0] is Level.INFO and "was stopped" in notices.texts()[0]
    assert staged.scene.choice(Download).name == ""


def test_what_failed_can_be_tried_again(
    settle: Settle, started: Callable[[str], None], link: FakeLink, notices: FakeNotices
) -> None:
    started("zoo:toy")
    link.fail(DownloadWeights, "The server does not answer.")
    settle()
    assert notices.texts() == ["The server does not answer."]
    link.manual = set()
    notices.press("Try again")
    settle()
    assert len(link.asked(DownloadWeights)) == 2


def test_a_download_ends_with_its_engine(
    staged: Desk, settle: Settle, started: Callable[[str], None], link: FakeLink
) -> None:
    started("zoo:toy")
    link.die(None)
    link.revive()
    settle()
    assert staged.scene.choice(Download).name == "" and len(link.asked(DownloadWeights)) == 1


def test_while_the_engine_is_off_nothing_waits_and_it_is_said(staged: Desk, notices: FakeNotices) -> None:
    staged.set(engine=EngineState.OFF)
    downloads.start(staged, "zoo:other")
    assert staged.scene.choice(Download).name == ""
    assert any("engine is off" in text for text in notices.texts())


def test_what_went_wrong_with_a_model_is_past_once_another_is_wanted(
    staged: Desk, settle: Settle, notices: FakeNotices
) -> None:
    staged.tell(Level.ERROR, "no network", about=downloads.ABOUT)
    staged.tell(Level.ERROR, "does not load", about=loading.ABOUT)
    settle()
    assert len(notices.texts()) == 2
    loading.load(staged, "zoo:other")
    settle()
    assert notices.texts() == []


def test_a_model_that_fails_to_load_is_still_told(
    staged: Desk, settle: Settle, link: FakeLink, notices: FakeNotices
) -> None:
    link.manual = {LoadModel}
    loading.load(staged, "zoo:other")
    staged.settle()
    link.fail(LoadModel, "zoo:other cannot be built")
    settle()
    assert notices.texts() == ["other cannot be built"]
