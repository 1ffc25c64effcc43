"""What is asked of a changed input is, to the bit, what is asked of the changed picture opened as an ordinary image."""

import weakref
from dataclasses import replace

import attention_networks
import numpy as np
import pytest
from edited import record_edited
from engine_asks import Asker, Own

from explorer.engine.command import Lane, Urgency
from explorer.engine.messages import AllowMemory, LoadModel, OfInput, Record, ViewValue
from explorer.features.ablation.messages import AnswerWithout, Off, RankChannels
from explorer.features.attention.messages import ViewAttention, ViewMatrix
from explorer.features.field.messages import FindEffectiveField
from explorer.features.kernels.messages import ViewKernel
from explorer.features.live.messages import LookLive
from explorer.features.reasons.messages import Explain, MethodSettings, Randomised
from explorer.features.reasons.methods import Method
from explorer.records.attention import attentions
from explorer.records.edits import NOTHING, Edit, Patch
from explorer.records.models import ToldInputs

EDIT = Edit(rotation=15.0, blur=1.0, patch=Patch(0.4, 0.6, 0.3))
OTHER = replace(EDIT, rotation=-30.0)
FEW = MethodSettings(steps=4, samples=2, patch=14, stride=14, masks=8)


def both(ask: Asker, commands: list[OfInput[object]], edit: Edit = EDIT) -> list[tuple[object, object]]:
    """Return the answers of the changed input, and those of the picture itself."""
    tried = [ask(replace(command, edit=edit)) for command in commands]
    record_edited(ask, edit, number=2)
    return list(zip(tried, [ask(replace(it, forward=2)) for it in commands], strict=True))


@pytest.mark.parametrize("name", ["zoo:efficientnet_lite0", "zoo:lenet5"])
def test_reasons_are_those_of_the_changed_picture(ask: Asker, name: str) -> None:
    ask(LoadModel(name, seed=0))
    ask.open("chelsea")
    ask(Record(1, "chelsea"))
    few = (Method.INPUT_X_GRADIENT, Method.GRAD_CAM)
    methods = (*few, *(it for it in Method if it not in few)) if name == "zoo:lenet5" else few
    asked = [Explain(1, it, settings=FEW) for it in methods]
    plain = ask(asked[0])
    found = both(ask, [*asked, Randomised.of(asked[0])] if name == "zoo:lenet5" else asked)
    assert found[0][0].heat.values.tobytes() != plain.heat.values.tobytes(), "it is of the changed input"
    for one, other in found:
        assert one.heat.values.tobytes() == other.heat.values.tobytes(), one
    for one, other in found[: len(asked)]:
        assert (one.index, one.label, one.score, one.layer) == (
            other.index,
            other.label,
            other.score,
            other.layer,
        )


def test_each_change_is_answered_with_its_own(ask: Asker) -> None:
    ask(LoadModel("zoo:lenet5", seed=0))
    ask.open("chelsea")
    ask(Record(1, "chelsea"))
    command = Explain(1, Method.INPUT_X_GRADIENT)
    first, second = (ask(replace(command, edit=edit)).heat.values for edit in (EDIT, OTHER))
    assert not np.array_equal(first, second)
    assert np.array_equal(ask(replace(command, edit=EDIT)).heat.values, first)
    assert np.array_equal(ask(command).heat.values, ask(replace(command, edit=NOTHING)).heat.values)


def test_what_a_unit_uses_is_that_of_the_changed_picture(ask: Asker) -> None:
    ask(LoadModel("zoo:lenet5", seed=0))
    ask.open("chelsea")
    trace = ask(Record(1, "chelsea")).trace
    node = next(it.id for it in trace.nodes if it.op == "conv2d")
    one = ask(FindEffectiveField(1, node, 2, (4, 5), ("chelsea",), edit=EDIT))
    record_edited(ask, EDIT, number=2)
    other = ask(FindEffectiveField(2, node, 2, (4, 5), ("kept",)))
    assert one.heat.values.any() and np.array_equal(one.heat.values, other.heat.values)
    assert (one.inputs, one.half, one.most) == (1, other.half, other.most)


def test_only_what_can_be_told_of_a_changed_input_can_be_asked_of_it() -> None:
    for kind in (ViewValue, ViewKernel):
        with pytest.raises(TypeError, match="edit"):
            kind(1, 0, edit=EDIT)


def test_a_changed_input_asks_in_the_lane_of_forwards_and_what_is_slow_waits() -> None:
    looks = ViewAttention(1, 3), ViewMatrix(1, 3)
    assert all(it.lane is Lane.VIEW and not it.flows for it in looks)
    assert all(it.lane is Lane.WORK and it.flows for it in (replace(it, edit=EDIT) for it in looks))
    quick, slow = Explain(1, edit=EDIT), Explain(1, Method.RISE, edit=EDIT)
    assert quick.flows and quick.urgency is Urgency.LAB
    assert not slow.flows and slow.urgency is Urgency.IDLE, "it begins when nothing moves any more"
    assert slow.of_recorded.urgency is Urgency.LAB
    check = Randomised.of(quick)
    assert check.edit == EDIT and check.asked == quick and check.urgency is Urgency.IDLE and not check.flows


def held(ask: Asker) -> tuple[int, int]:
    """Return the bytes that the values take, and those of them that are of the forward on the changed input."""
    on_changed = ask.engine._bench.forward(1).on_changed
    assert on_changed is not None
    return ask.engine.load().values_held, on_changed.recording.held_bytes()


def test_what_is_held_of_a_changed_input_counts_and_makes_room_first(ask: Asker) -> None:
    ask(LoadModel(f"{attention_networks.__file__}:vit", seed=0, trusted=True, told=ToldInputs(size=(12, 20))))
    ask.open("coffee")
    last = attentions(ask(Record(1, "coffee")).trace).all[-1].shown
    before, look = ask.engine.load().values_held, ViewAttention(1, last, edit=EDIT)
    known = ask(look).rows
    whole, changed = held(ask)
    assert changed > 0 and whole == before + changed
    assert ask.engine._bench.forward(1).recording.held_bytes() == before
    ask(AllowMemory(whole - 1))
    assert held(ask)[0] < whole and held(ask)[1] < changed
    assert not ask.engine.load().values_gone.get(1), "what was recorded stays as long as it has room"
    assert np.array_equal(ask(look).rows, known)
    ask(replace(look, edit=OTHER))
    assert held(ask)[0] < whole


def test_a_changed_input_keeps_no_value_alive_that_was_let_go(ask: Asker, own: Own) -> None:
    ask(own("Deep"))
    ask.open("coffee")
    ask(Record(1, "coffee", size=(64, 64)))
    recording = ask.engine._bench.forward(1).recording
    values = [weakref.ref(it.values[0].tensor.untyped_storage()) for it in recording.operations]
    ask(LookLive(1, EDIT))
    ask(AllowMemory(1))
    gone = recording.let_go()
    assert gone and [node for node in gone if values[node]() is not None] == []


DARK = Edit(brightness=0.0)


@pytest.mark.parametrize(
    "asked",
    [
        LookLive(1, DARK),
        Explain(1, Method.GRAD_CAM, edit=DARK),
        Explain(1, Method.OCCLUSION),
        AnswerWithout(1, frozenset({Off("conv")}), edit=DARK),
        AnswerWithout(1, frozenset({Off("conv")})),
        RankChannels(1, 1, 0, edit=DARK),
        RankChannels(1, 1, 0),
        FindEffectiveField(1, 1, 0, (1, 1), ("coffee",), edit=DARK),
    ],
    ids=lambda it: type(it).__name__ + ("" if it.edit.is_nothing else "-changed"),
)
def test_after_a_failed_recording_the_failure_is_named(ask: Asker, own: Own, asked: OfInput[object]) -> None:
    ask(own("Dazzled"))
    ask.open("coffee")
    trace = ask(Record(1, "coffee", size=(64, 64))).trace
    assert "ValueError: too bright" in trace.failure
    assert ask.complaint(asked).startswith(f"{trace.failure}; ")
    assert ask(FindEffectiveField(1, 1, 0, (1, 1), ("coffee",))).inputs == 1, "what ran before can be asked"


def test_a_network_that_returns_something_else_on_a_changed_input_is_named(ask: Asker, own: Own) -> None:
    ask(own("Growing"))
    ask.open("coffee")
    ask(Record(1, "coffee", size=(64, 64)))
    line = ask.complaint(LookLive(1, DARK))
    assert line.startswith("On the changed input ") and "Growing returned something else" in line
