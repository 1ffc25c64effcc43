"""What lies over the input follows a changed input, or goes: nothing of another question is said to be of it."""

from dataclasses import replace

import numpy as np
import pytest
from desk_fakes import image
from panes import Trying, seated
from pytestqt.qtbot import QtBot
from window_fakes import ANSWERS, FakeLink

from explorer.features.field.gradient import GradientChoice
from explorer.features.field.input_pane import InputPane
from explorer.features.field.messages import EffectiveField, FindEffectiveField, Source
from explorer.features.field.pane import FieldPane
from explorer.features.reasons import choice
from explorer.features.reasons.messages import Explain
from explorer.records.edits import Edit, Patch
from explorer.records.heat import HeatMap
from explorer.window.desk import Desk
from explorer.window.laid import Laid

LEFT, RIGHT = (Edit(brightness=0.5, patch=Patch(0.5, x)) for x in (0.2, 0.8))


class Fields(Trying):
    """The lens of fields and the input."""

    def __init__(self, qtbot: QtBot, desk: Desk, link: FakeLink) -> None:
        super().__init__(qtbot, desk)
        self.link = link
        desk.set(lens="field")
        self.lens, self.input = (seated(qtbot, desk, it(desk), (600, 600)) for it in (FieldPane, InputPane))
        self.begin()


@pytest.fixture
def trying(qtbot: QtBot, desk: Desk, link: FakeLink, monkeypatch: pytest.MonkeyPatch) -> Fields:
    heat = HeatMap(np.ones((2, 2), np.float32), False, "what it uses")
    found = EffectiveField(heat, 1, 0, (4.0, 4.0), 1.5, 3.25)
    monkeypatch.setitem(ANSWERS, FindEffectiveField, lambda _: replace(found))
    return Fields(qtbot, desk, link)


def test_a_map_over_the_input_goes_when_that_of_the_change_cannot_be_had(trying: Fields) -> None:
    trying.desk.choose(Laid(choice.on_input))
    trying.settle()
    trying.edit(LEFT)
    trying.settle()
    assert trying.input.widget.layer is not None
    trying.link.failing[Explain] = "No gradient reaches the class."
    trying.edit(RIGHT)
    trying.settle()
    assert trying.input.widget.layer is None


def test_a_gradient_of_another_unit_is_not_kept_as_that_of_before(trying: Fields) -> None:
    trying.desk.choose(GradientChoice(Source.IMAGE))
    trying.edit(LEFT)
    trying.settle()
    lens = trying.lens.widget
    shown = lens.input.layer
    assert shown is not None and lens.gradient.said
    trying.link.manual.add(FindEffectiveField)
    trying.edit(RIGHT)
    trying.qtbot.waitUntil(lambda: bool(trying.link.waiting(FindEffectiveField)))
    assert lens.input.layer is shown, "that of before stays meanwhile"
    trying.desk.set(chosen_channel=2)
    trying.desk.settle()
    assert lens.input.layer is None and lens.gradient.said == ""


def test_where_no_gradient_is_shown_none_is_said_to_be_of_before(trying: Fields) -> None:
    other = image("image-other", "other.png")
    trying.desk.put(replace(trying.desk.scene, images=(*trying.desk.scene.images, other)))
    trying.edit(LEFT)
    trying.settle()
    trying.desk.choose(GradientChoice(Source.IMAGES))
    trying.desk.settle()
    said, lens = "of the input before the last change", trying.lens.widget
    assert lens.input.layer is None and said not in lens.gradient.said
    trying.settle()
    trying.edit(RIGHT)
    assert lens.input.layer is not None and lens.gradient.said.startswith(said)
