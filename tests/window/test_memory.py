"""What comes back at the next start."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from window_fakes import FakeLink

from explorer.engine.messages import LoadModel, OpenImage
from explorer.features import features
from explorer.features.compare.there import has_second
from explorer.features.images import folders
from explorer.records.images import ImageSource
from explorer.records.initialisation import Scheme
from explorer.window import loading
from explorer.window.app import assemble
from explorer.window.frame import MainWindow
from explorer.window.memory import Memory
from explorer.window.scene import EngineState, Scene
from explorer.window.settings import Settings, content_hash
from explorer.window.start import Start


@pytest.fixture
def photos(tmp_path: Path) -> list[str]:
    paths = [tmp_path / name for name in ("a.png", "50% b.png", "ü\nc.png")]
    for path in paths:
        path.touch()
    return [str(path) for path in paths]


def again(start: Start | None = None) -> Scene:
    return Memory(Settings()).scene(
        start or Start(), {"explore", "labs", "images", "maps", "kernels", "field", "layers"}
    )


def closed_with(qtbot: QtBot, window: MainWindow, *sources: ImageSource, shown: int = 0) -> None:
    """End the program with these inputs open, number `shown` of them shown."""
    scene = window.desk.scene.with_inputs(*sources)
    window.desk.put(scene)
    window.desk.set(image=scene.images[shown].key)
    qtbot.waitUntil(lambda: window.desk.is_idle)
    window.close()


def test_images_and_words_are_open_again_and_the_same_one_is_shown(
    qtbot: QtBot, window: MainWindow, photos: list[str]
) -> None:
    images = [ImageSource(Path(path).name, path=path) for path in photos]
    closed_with(qtbot, window, *images, ImageSource("“cat”", text="cat"), shown=1)
    scene = again()
    assert [it.source.path for it in scene.images] == [*photos, None]
    assert scene.images[-1].source == ImageSource("“cat”", text="cat")
    assert scene.selected is not None and scene.selected.source.path == photos[1]


def test_what_is_named_at_the_start_comes_in_the_place_of_what_was_open(
    qtbot: QtBot, window: MainWindow, photos: list[str]
) -> None:
    closed_with(qtbot, window, ImageSource("a.png", path=photos[0]))
    scene = again(Start(images=(photos[1],)))
    assert [it.source.path for it in scene.images] == [photos[1]]


def test_files_that_are_gone_and_names_that_cannot_be_kept_are_left_out(
    qtbot: QtBot, window: MainWindow, photos: list[str], tmp_path: Path
) -> None:
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.png")
    with open(odd, "wb"):  # noqa: PTH123 - the name is no text
        pass
    sources = [ImageSource("it", path=path) for path in (*photos, odd)]
    closed_with(qtbot, window, *sources, ImageSource("pasted", data=b"bytes"), shown=3)
    Path(photos[0]).unlink()
    assert [it.source.path for it in again().images] == photos[1:]


def test_a_window_opens_with_what_was_open(
    qtbot: QtBot, window: MainWindow, photos: list[str], link: FakeLink
) -> None:
    closed_with(qtbot, window, *(ImageSource("it", path=path) for path in photos))
    other = assemble(Start("zoo:toy"), features(), FakeLink())
    qtbot.addWidget(other)
    other.show()
    qtbot.waitUntil(lambda: other.desk.scene.forward is not None)
    assert len(other.desk.scene.images) == 3


def test_what_did_not_come_back_is_told(
    qtbot: QtBot, window: MainWindow, photos: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "net.py"
    file.touch()
    loading.want(window.desk, replace(FIRST, name=f"{file}:net"))
    window.desk.settings.trust(content_hash(file))
    closed_with(qtbot, window, *(ImageSource("it", path=path) for path in photos))
    file.unlink()
    Path(photos[0]).unlink()
    memory = Memory(Settings())
    scene = memory.scene(Start(), {"explore"})
    assert len(scene.images) == 2
    assert scene.seat.wanted == LoadModel("zoo:efficientnet_lite0", seed=0) and scene.seat.size is None
    assert sorted(note.partition(" ")[0] for note in memory.notes) == ["1", "net.py"]


def started(qtbot: QtBot, *paths: Path | str, failing: bool = False) -> MainWindow:
    """The next start with these paths, when all that follows of them is done."""
    link = FakeLink()
    if failing:
        link.failing = {OpenImage: "it cannot be read"}
    window = assemble(Start("zoo:toy", tuple(map(str, paths))), features(), link)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: not window.desk.findChildren(folders._Search))
    qtbot.waitUntil(lambda: window.desk.is_idle)
    return window


@pytest.mark.parametrize("what", ["missing", "broken", "empty folder", "all of them"])
def test_a_start_that_opens_nothing_leaves_what_was_open_before(
    qtbot: QtBot, window: MainWindow, photos: list[str], tmp_path: Path, what: str
) -> None:
    loading.want_beside(window.desk, SECOND)
    word = ImageSource("“cat”", text="cat")
    sources = [ImageSource(Path(it).name, path=it) for it in photos]
    window.desk.put(window.desk.scene.with_inputs(*sources, word))
    window.desk.put(window.desk.scene.with_seat(1, image=window.desk.scene.images[0].key))
    window.desk.set(image=window.desk.scene.images[1].key, layer="body.add", page="images")
    qtbot.waitUntil(lambda: window.desk.is_idle and window.desk.scene.seats[1].is_live)
    window.close()
    paths = {"missing": tmp_path / "nope.png", "broken": tmp_path / "bad.png", "empty folder": tmp_path / "e"}
    paths["empty folder"].mkdir()
    paths["broken"].touch()
    asked = list(paths.values()) if what == "all of them" else [paths[what]]
    second = started(qtbot, *asked, failing=True)
    assert second.desk.scene.images == () and second.notices.texts()
    second.close()
    scene = again()
    assert [it.source.path or it.source.text for it in scene.images] == [*photos, "cat"]
    assert scene.selected is not None and scene.selected.source.path == photos[1]
    assert (scene.layer, scene.page) == ("body.add", "images")
    beside = scene.find(scene.seats[1].image)
    assert beside is not None and beside.source.path == photos[0]


def test_a_window_that_closes_before_its_image_is_opened_leaves_what_was_open_before(
    qtbot: QtBot, window: MainWindow, photos: list[str], tmp_path: Path
) -> None:
    closed_with(qtbot, window, *(ImageSource(Path(it).name, path=it) for it in photos))
    (tmp_path / "slow.png").touch()
    link = FakeLink()
    link.manual = True
    second = assemble(Start("zoo:toy", (str(tmp_path / "slow.png"),)), features(), link)
    qtbot.addWidget(second)
    second.show()
    (image,) = second.desk.scene.images
    assert image.opened is None and not image.failed
    second.close()
    assert [it.source.path for it in again().images] == photos


def test_images_that_are_all_out_of_reach_once_are_there_the_next_time(
    qtbot: QtBot, window: MainWindow, photos: list[str], tmp_path: Path
) -> None:
    closed_with(qtbot, window, *(ImageSource("it", path=path) for path in photos))
    Path(tmp_path / "away").mkdir()
    for path in photos:
        Path(path).rename(tmp_path / "away" / Path(path).name)
    started(qtbot).close()
    for path in photos:
        (tmp_path / "away" / Path(path).name).rename(path)
    assert [it.source.path for it in again().images] == photos


def test_what_a_person_closed_does_not_come_back(qtbot: QtBot, window: MainWindow, photos: list[str]) -> None:
    closed_with(qtbot, window, *(ImageSource("it", path=path) for path in photos))
    second = started(qtbot)
    second.desk.action("closeAllImages").trigger()
    qtbot.waitUntil(lambda: second.desk.scene.images == () and second.desk.is_idle)
    second.close()
    assert again().images == ()


def test_what_is_named_at_the_start_is_taken_as_if_it_were_dropped(
    qtbot: QtBot, photos: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / "photos" / "deep"
    deep.mkdir(parents=True)
    (deep / "z.png").touch()
    (tmp_path / "net.py").write_text("")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.pdf").touch()
    window = started(qtbot, photos[0], "photos", "net.py", "a.pdf")
    assert [it.source.path for it in window.desk.scene.images] == [photos[0], str(deep / "z.png")]
    said = window.notices.texts()
    assert [text for text in said if text.startswith("a.pdf is neither an image nor")]
    assert [text for text in said if text.startswith("net.py")], said


# ---- the networks ----

FIRST = LoadModel("zoo:one", "random", seed=7, initialisation=Scheme.XAVIER)
SECOND = LoadModel("zoo:other", "/weights/it.pt", seed=3, random_head=True, seat=1)


def compared(
    qtbot: QtBot, window: MainWindow, photos: list[str], first: LoadModel = FIRST, second: LoadModel = SECOND
) -> None:
    """End the program while two networks are compared, each at a size of its own, the second on the second photo."""
    desk = window.desk
    desk.put(desk.scene.with_inputs(*(ImageSource(Path(it).name, path=it) for it in photos)))
    loading.want(desk, first)
    loading.want_beside(desk, second, (8, 16), desk.scene.images[1].key)
    qtbot.waitUntil(lambda: desk.is_idle and all(seat.is_live for seat in desk.scene.seats))
    desk.put(desk.scene.at_size((16, 8)))
    qtbot.waitUntil(lambda: desk.is_idle)
    window.close()


class Opened:
    """The next start, whose networks wait until the test answers."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot, self.link = qtbot, FakeLink()
        self.link.manual = {LoadModel}
        self.window = assemble(Start(), features(), self.link)
        self.desk = self.window.desk
        qtbot.addWidget(self.window)
        self.window.show()

    def waits(self) -> None:
        self.qtbot.waitUntil(lambda: bool(self.link.waiting(LoadModel)))

    def come(self) -> None:
        """Let the next network come."""
        self.waits()
        self.link.answer(LoadModel)

    def fail(self, message: str) -> None:
        """Let the next network not come."""
        self.waits()
        self.link.fail(LoadModel, message)

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: self.desk.is_idle)


@pytest.mark.parametrize("named", [None, "zoo:toy"], ids=["as it was", "with a first network named"])
def test_networks_come_back_with_weights_seed_head_size_and_image(
    qtbot: QtBot, window: MainWindow, photos: list[str], named: str | None
) -> None:
    compared(qtbot, window, photos)
    scene = again(Start(model=named))
    first, second = scene.seats
    if named is None:
        assert first.wanted == FIRST and first.size == (16, 8)
    else:
        assert first.wanted == LoadModel(named, seed=0) and first.size is None
    assert second.wanted == SECOND and second.size == (8, 16)
    image = scene.find(second.image)
    assert image is not None and image.source.path == photos[1]


def test_networks_that_came_back_are_loaded_and_run_at_the_sizes_they_had(
    qtbot: QtBot, window: MainWindow, photos: list[str]
) -> None:
    compared(qtbot, window, photos)
    opened = Opened(qtbot)
    opened.come()
    opened.come()
    opened.settle()
    qtbot.waitUntil(lambda: opened.desk.is_idle and opened.desk.scene.seats[1].forward is not None)
    assert [seat.loaded for seat in opened.desk.scene.seats] == [FIRST, SECOND]
    assert [it.forward.size for it in opened.desk.scene.seats if it.forward is not None] == [(16, 8), (8, 16)]
    assert not [text for text in opened.window.notices.texts() if "size" in text]


@pytest.mark.parametrize("fails", [True, False], ids=["it fails", "another is chosen first"])
def test_a_size_that_was_kept_is_not_given_to_another_network(
    qtbot: QtBot, window: MainWindow, photos: list[str], fails: bool
) -> None:
    compared(qtbot, window, photos)
    opened = Opened(qtbot)
    if fails:
        opened.fail("zoo:one has gone.")
    else:
        opened.waits()
    opened.link.manual = set()
    loading.load(opened.desk, "zoo:toy")
    for id in opened.link.waiting(LoadModel):
        opened.link.answer(id)
    qtbot.waitUntil(lambda: opened.desk.is_idle and opened.desk.scene.seat.is_live)
    assert opened.desk.scene.seat.loaded == LoadModel("zoo:toy", seed=0)
    assert opened.desk.scene.seat.size is None


def test_a_network_that_was_closed_or_is_not_meant_does_not_come_back(
    qtbot: QtBot, window: MainWindow, photos: list[str]
) -> None:
    loading.want_beside(window.desk, SECOND)
    loading.close_beside(window.desk)
    closed_with(qtbot, window, ImageSource("a.png", path=photos[0]))
    assert len(again().seats) == 1


def test_of_what_was_kept_and_cannot_be_read_the_rest_comes_back(qapp: object) -> None:
    settings = Settings()
    default = LoadModel("zoo:efficientnet_lite0", seed=0)
    for broken, expected in (
        (["zoo:other"], default),
        (["", "", "", "cpu", "default", "", "", ""], default),
        (["zoo:other", "", "x", "cpu", "none such", "", "8×", "gone.png"], LoadModel("zoo:other")),
        (["zoo:other", "", "9" * 5000, "cpu", "default", "", f"8×{'9' * 5000}", ""], LoadModel("zoo:other")),
    ):
        settings.put("scene/first", broken)
        settings.save()
        assert again().seats[0].wanted == expected and again().seats[0].size is None


@pytest.mark.parametrize("size", ["0×0", "0×8", "5000×8", "9999999999999999999×5", "1100×1100", "-3×8", "8"])
def test_a_size_that_nobody_could_choose_does_not_come_back(qapp: object, size: str) -> None:
    settings = Settings()
    settings.put("scene/first", ["zoo:other", "", "0", "cpu", "default", "", size, ""])
    settings.save()
    assert again().seats[0].wanted == LoadModel("zoo:other", seed=0) and again().seats[0].size is None


def test_of_a_first_network_that_is_not_wanted_nothing_is_said(qapp: object) -> None:
    settings = Settings()
    settings.put("scene/first", ["/nowhere/gone.py:build", "", "0", "cpu", "default", "", "", ""])
    settings.save()
    memory = Memory(settings)
    (seat,) = memory.scene(Start("zoo:toy"), {"explore"}).seats
    assert seat.wanted is not None and seat.wanted.name == "zoo:toy" and memory.notes == []


@pytest.mark.parametrize("number", [0, 1])
def test_a_file_runs_only_as_it_was_agreed_to(
    qtbot: QtBot, window: MainWindow, photos: list[str], tmp_path: Path, number: int
) -> None:
    file = tmp_path / "net.py"
    file.write_text("class Net: ...\n")
    window.desk.settings.trust(content_hash(file))
    commands = [FIRST, SECOND]
    commands[number] = replace(commands[number], name=f"{file}:Net")
    compared(qtbot, window, photos, *commands)
    wanted = again().seats[number].wanted
    assert wanted is not None and wanted.trusted == content_hash(file)
    file.write_text("class Net: changed = True\n")
    wanted = again().seats[number].wanted
    assert wanted is not None and wanted.trusted is False
    file.unlink()
    memory = Memory(Settings())
    scene = memory.scene(Start(), {"explore"})
    assert [seat.wanted.name for seat in scene.seats if seat.wanted is not None] == (
        ["zoo:one"] if number else ["zoo:efficientnet_lite0", "zoo:other"]
    )
    instead = "no second network is loaded" if number else "the default network is loaded"
    assert memory.notes == [f"net.py is not there any more; {instead}."]


def test_a_file_that_was_named_from_its_folder_is_found_from_another(
    qtbot: QtBot, window: MainWindow, photos: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "net.py").write_text("class Net: ...\n")
    monkeypatch.chdir(tmp_path)
    compared(qtbot, window, photos, replace(FIRST, name="net.py:Net", trusted=True))
    monkeypatch.chdir("/")
    wanted = again().seats[0].wanted
    assert wanted is not None and wanted.name == f"{tmp_path / 'net.py'}:Net"


def test_a_second_that_fails_to_come_back_is_one_line_and_leaves_the_first(
    qtbot: QtBot, window: MainWindow, photos: list[str]
) -> None:
    compared(qtbot, window, photos)
    opened = Opened(qtbot)
    opened.come()
    opened.fail("zoo:other has gone.")
    qtbot.waitUntil(lambda: opened.desk.is_idle and opened.desk.scene.forward is not None)
    assert not has_second(opened.desk.scene) and opened.desk.scene.seat.is_live
    assert "Network B of Compare was not loaded: other has gone." in opened.window.notices.texts()
    opened.window.close()
    assert len(again().seats) == 1, "and it is not tried again"


def test_a_first_that_fails_to_come_back_is_one_line_and_leaves_the_second(
    qtbot: QtBot, window: MainWindow, photos: list[str]
) -> None:
    compared(qtbot, window, photos)
    opened = Opened(qtbot)
    opened.fail("zoo:one has gone.")
    opened.come()
    opened.settle()
    first, second = opened.desk.scene.seats
    assert first.wanted is None and second.is_live
    assert [text for text in opened.window.notices.texts() if "gone" in text] == ["one has gone."]
    opened.window.close()
    assert again().seats[0].wanted == FIRST, "where its disk was not there, it may be"


@pytest.mark.parametrize("number", [0, 1])
def test_a_network_that_was_still_on_its_way_back_comes_back_the_next_time(
    qtbot: QtBot, window: MainWindow, photos: list[str], number: int
) -> None:
    compared(qtbot, window, photos)
    opened = Opened(qtbot)
    for _ in range(number):
        opened.come()
    opened.waits()
    opened.window.close()
    first, second = again().seats
    assert (first.wanted, first.size) == (FIRST, (16, 8))
    assert (second.wanted, second.size) == (SECOND, (8, 16))


def test_networks_whose_engine_has_ended_come_back(
    qtbot: QtBot, window: MainWindow, photos: list[str], link: FakeLink
) -> None:
    first = replace(FIRST, name="one")  # as it may be named on the command line
    loading.want(window.desk, first)
    loading.want_beside(window.desk, SECOND, (8, 16))
    qtbot.waitUntil(lambda: window.desk.is_idle and window.desk.scene.seats[1].is_live)
    link.die(None, restarting=False)
    qtbot.waitUntil(lambda: window.desk.scene.engine is EngineState.OFF)
    window.close()
    assert [seat.wanted for seat in again().seats] == [first, SECOND]


def test_one_that_is_on_its_way_in_the_place_of_another_leaves_that_one(
    qtbot: QtBot, window: MainWindow, photos: list[str], link: FakeLink
) -> None:
    link.manual = {LoadModel}
    loading.want(window.desk, FIRST)
    qtbot.waitUntil(lambda: bool(link.waiting(LoadModel)))
    window.close()
    assert again().seats[0].wanted == LoadModel("zoo:toy", seed=0)
