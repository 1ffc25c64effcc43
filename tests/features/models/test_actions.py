"""What can be done about models: an action that is enabled works."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from desk_fakes import TOY, FakeNotices, scene, without_forward
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog
from window_fakes import FakeLink, loaded

from explorer.engine.messages import LoadModel
from explorer.features.models import FEATURE
from explorer.features.models.choice import Download, Reach
from explorer.features.models.messages import DownloadWeights, SummariseModel
from explorer.records.measures import EngineLoad
from explorer.records.models import TextInput
from explorer.window.desk import Desk
from explorer.window.scene import EngineState, Scene

ACTIONS = {spec.id: spec for spec in FEATURE.actions}
Settle = Callable[[], None]
NOTHING = Scene()
GPU = EngineLoad(("Fast GPU", "Slow GPU"), 1, 2)
WORDS = scene().with_seat(model=replace(loaded(TOY), preprocess=TextInput("abc", 4, 9)))


@pytest.mark.parametrize(
    ("id", "on", "off"),
    [
        ("chooseInputSize", scene(), NOTHING),
        ("chooseInputSize", without_forward(), WORDS),
        ("loadWeightsFile", scene(), NOTHING),
        ("reloadModel", scene(), NOTHING),
        ("reloadModel", scene(), scene(engine=EngineState.OFF)),
        ("downloadWeights", scene(pretrained=False), scene(pretrained=False, engine=EngineState.OFF)),
        ("downloadWeights", scene(pretrained=False), scene()),
        (
            "downloadWeights",
            scene(pretrained=False),
            scene(pretrained=False).with_choice(Download("zoo:toy")),
        ),
        ("copySummary", scene(), without_forward()),
        ("nextDevice", scene(load=GPU), scene()),
    ],
)
def test_an_action_is_offered_where_it_works(id: str, on: Scene, off: Scene) -> None:
    assert ACTIONS[id].enabled(on) and not ACTIONS[id].enabled(off)


def test_models_can_be_chosen_at_any_time() -> None:
    assert ACTIONS["chooseModel"].enabled(NOTHING) and ACTIONS["openModelFile"].enabled(NOTHING)


def test_keys_lead_to_picker_and_size(desk: Desk) -> None:
    ACTIONS["chooseModel"].run(desk)
    assert desk.scene.choice(Reach) == Reach("picker")
    ACTIONS["chooseInputSize"].run(desk)
    assert desk.scene.choice(Reach) == Reach("size")


def test_weights_from_a_file_go_into_the_model(
    staged: Desk, settle: Settle, link: FakeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("/weights.safetensors", ""))
    ACTIONS["loadWeightsFile"].run(staged)
    settle()
    assert link.asked(LoadModel) == [LoadModel("zoo:toy", "/weights.safetensors", seed=0)]


def test_a_dialog_that_is_closed_changes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    before = desk.scene
    ACTIONS["loadWeightsFile"].run(desk)
    ACTIONS["openModelFile"].run(desk)
    assert desk.scene is before


def test_a_dialog_opens_where_the_last_file_of_its_kind_was(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def choose(_parent: object, title: str, folder: str, _kinds: str) -> tuple[str, str]:
        asked.append((title, folder))
        return f"/some/{title}/net.py", ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", choose)
    for _ in range(2):
        ACTIONS["openModelFile"].run(desk)
        ACTIONS["loadWeightsFile"].run(desk)
    assert asked[:2] == [("Load a network", ""), ("Load weights", "")]
    assert asked[2:] == [("Load a network", "/some/Load a network"), ("Load weights", "/some/Load weights")]


def test_a_file_that_is_opened_is_wanted_before_its_callable_is_known(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("/nets/net.py", ""))
    ACTIONS["openModelFile"].run(desk)
    assert desk.scene.seat.wanted == LoadModel("/nets/net.py", seed=0)


def test_a_configuration_that_is_opened_stands_for_its_folder(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("/nets/vit/config.json", ""))
    ACTIONS["openModelFile"].run(desk)
    assert desk.scene.seat.wanted == LoadModel("/nets/vit", seed=0)


def test_the_weights_of_this_model_are_downloaded(staged: Desk, settle: Settle, link: FakeLink) -> None:
    ACTIONS["downloadWeights"].run(staged)
    settle()
    assert link.asked(DownloadWeights) == [DownloadWeights("zoo:toy")]


def test_reload_builds_the_same_model_anew(staged: Desk, settle: Settle, link: FakeLink) -> None:
    before = staged.scene.forward
    ACTIONS["reloadModel"].run(staged)
    settle()
    assert link.asked(LoadModel) == [TOY]
    assert staged.scene.seat.is_live and staged.scene.forward is not before


def test_a_reload_that_fails_leaves_the_model(
    staged: Desk, settle: Settle, link: FakeLink, notices: FakeNotices
) -> None:
    before = staged.scene.forward
    link.failing[LoadModel] = "net.py raised SyntaxError when it was run; mend the file"
    ACTIONS["reloadModel"].run(staged)
    settle()
    assert staged.scene.seat.is_live and staged.scene.forward is before
    assert len(link.asked(LoadModel)) == 1 and len(notices.texts()) == 1


def test_devices_go_round(desk: Desk) -> None:
    desk.set(load=GPU)
    seen = []
    for _ in range(3):
        ACTIONS["nextDevice"].run(desk)
        seen.append(desk.scene.seat.wanted.device)
    assert seen == ["cuda:0", "cuda:1", "cpu"]


def test_the_summary_comes_to_the_clipboard(
    staged: Desk, settle: Settle, link: FakeLink, notices: FakeNotices
) -> None:
    ACTIONS["copySummary"].run(staged)
    settle()
    assert link.asked(SummariseModel) == [SummariseModel(1)]
    assert QGuiApplication.clipboard().text() == "layer 1\nlayer 2"
    assert "(2 lines)" in notices.texts()[0]
