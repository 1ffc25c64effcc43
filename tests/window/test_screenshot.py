from pathlib import Path
from typing import Any

import pytest
from full_disk import full_disk
from PySide6.QtGui import QColor, QImage
from window_fakes import FakeLink

from explorer.engine.messages import LocateField
from explorer.features import features
from explorer.features.kernels.messages import ViewKernel
from explorer.records.errors import ExplorerError
from explorer.window import app, theme
from explorer.window.screenshot import Shot, render
from explorer.window.settings import Settings


@pytest.fixture(autouse=True)
def fake_engine(qapp: object, link: FakeLink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "EngineLink", lambda: link)


def test_the_picture_has_the_size_and_the_theme_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "window.png"

    render(Shot(image="/cat.png", size=(1300, 840), theme="dark"), features(), str(out))

    picture = QImage(str(out))
    assert (picture.width(), picture.height()) == (1300, 840)
    assert picture.pixelColor(650, 4) == QColor(theme.DARK.surface)


def test_nothing_is_said_of_a_screen_that_is_not_there(tmp_path: Path, qtlog: Any) -> None:
    render(Shot(), features(), str(tmp_path / "window.png"))

    assert qtlog.records == []


def test_layer_and_pane_are_chosen_and_a_unit_in_the_middle_clicked(tmp_path: Path, link: FakeLink) -> None:
    render(Shot(image="/cat.png", layer="body.conv", tab="kernels"), features(), str(tmp_path / "window.png"))

    assert link.asked(ViewKernel)[-1].node == 3
    assert link.asked(LocateField)[-1] == LocateField(1, 3, (4, 4))
    assert link.stopped_within is not None


def test_the_empty_window_can_be_pictured(tmp_path: Path) -> None:
    render(Shot(model="zoo:other", image="/cat.png", theme="dark"), features(), str(tmp_path / "window.png"))

    assert not QImage(str(tmp_path / "window.png")).isNull()


def test_the_persons_own_window_remembers_nothing_of_it(tmp_path: Path) -> None:
    render(Shot(), features(), str(tmp_path / "window.png"))

    assert Settings().recent_images == []
    assert Settings().texts("scene/first") == [], "no network comes back from it"


@pytest.mark.parametrize(
    ("wish", "words"),
    [({"layer": "nose"}, "no operation or module named 'nose'"), ({"tab": "smells"}, "no lens 'smells'")],
)
def test_what_does_not_exist_is_named(tmp_path: Path, wish: dict[str, str], words: str) -> None:
    with pytest.raises(ExplorerError, match=words):
        render(Shot(image="/cat.png", **wish), features(), str(tmp_path / "window.png"))


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match="cannot be written"):
        render(Shot(image="/cat.png"), features(), str(tmp_path / "nowhere" / "window.png"))


def test_a_picture_that_was_there_stays_whole_on_a_full_disk(tmp_path: Path) -> None:
    out = tmp_path / "window.png"
    out.write_bytes(b"before")
    with full_disk(5_000), pytest.raises(ExplorerError, match=r"cannot be written \(File too large\)"):
        render(Shot(), features(), str(out))
    assert out.read_bytes() == b"before"
