"""The answer of each form of output, plain and recorded, against probabilities computed with numpy."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import answer_networks
import numpy as np
import pytest
import torch
from answer_networks import SCORES
from engine_asks import Asker
from safetensors.torch import save_file

from explorer.engine.messages import Classify, LoadModel, ReadAnswer, Record
from explorer.records.answers import AS_DERIVED, Answer, AnswerWay, Reading
from explorer.records.findings import Segments

Z = np.array(SCORES)
SOFTMAX = np.exp(Z) / np.exp(Z).sum()
SIGMOID = 1 / (1 + np.exp(-Z))
HARD = np.clip(Z / 6 + 0.5, 0, 1)
ONE = SIGMOID[3]

# form: how it is read, what each class gets (None for values as they are), in a few words
ROWS: dict[str, tuple[Reading, Any, str]] = {
    "plain": (Reading.SOFTMAX, SOFTMAX, "softmax"),
    "mapped": (Reading.SOFTMAX, SOFTMAX, "softmax"),
    "squeezed": (Reading.SOFTMAX, SOFTMAX, "softmax"),
    "sparse": (Reading.SOFTMAX, SOFTMAX, "softmax"),
    "clamped": (Reading.SOFTMAX, SOFTMAX, "softmax"),
    "bfloat16": (Reading.SOFTMAX, SOFTMAX, "softmax"),
    "softmaxed": (Reading.PROBABILITIES, SOFTMAX, "probabilities as they are"),
    "softmax_handed_on": (Reading.PROBABILITIES, SOFTMAX, "probabilities as they are"),
    "softmax_half": (Reading.PROBABILITIES, SOFTMAX, "probabilities as they are"),
    "softmax_by_hand": (Reading.PROBABILITIES, SOFTMAX, "probabilities as they are"),
    "softmax_averaged": (Reading.PROBABILITIES, SOFTMAX, "probabilities as they are"),
    "softmax_scripted": (Reading.PROBABILITIES, SOFTMAX, "probabilities as they are"),
    "softmax_mapped": (Reading.PROBABILITIES, SOFTMAX, "probabilities as they are"),
    "softmax_of_batch": (Reading.VALUES, None, "values as they are"),
    "log_softmaxed": (Reading.SOFTMAX, SOFTMAX, "softmax"),
    "sigmoid": (Reading.PROBABILITIES, SIGMOID, "probabilities, each on its own"),
    "sigmoid_in_place": (Reading.PROBABILITIES, SIGMOID, "probabilities, each on its own"),
    "sigmoid_hard": (Reading.PROBABILITIES, HARD, "probabilities, each on its own"),
    "log_sigmoid": (Reading.VALUES, None, "values as they are"),
    "yes_and_no": (Reading.PROBABILITIES, np.array([1 - ONE, ONE]), "probabilities as they are"),
    "tuple": (Reading.SOFTMAX, SOFTMAX, "softmax of output[0]"),
    "list": (Reading.SOFTMAX, SOFTMAX, "softmax of output[1]"),
    "dict": (Reading.SOFTMAX, SOFTMAX, "softmax of output.logits"),
    "object": (Reading.SOFTMAX, SOFTMAX, "softmax of output.logits"),
    "named": (Reading.SOFTMAX, SOFTMAX, "softmax of output.logits"),
    "attributes": (Reading.SOFTMAX, SOFTMAX, "softmax of output.scores"),
    "loss_first": (Reading.SOFTMAX, SOFTMAX, "softmax of output[1]"),
    "nested": (Reading.PROBABILITIES, SOFTMAX, "probabilities as they are of output.head.probs"),
    "maps_beside": (Reading.SOFTMAX, SOFTMAX, "softmax of output.logits"),
    "written": (Reading.SOFTMAX, np.exp([0, *Z[1:]]) / np.exp([0, *Z[1:]]).sum(), "softmax"),
}
ONES: dict[str, tuple[Reading, Any, str]] = {
    "one": (Reading.SIGMOID, ONE, "binary: sigmoid"),
    "one_squeezed": (Reading.SIGMOID, ONE, "binary: sigmoid"),
    "one_alone": (Reading.SIGMOID, ONE, "binary: sigmoid"),
    "one_sigmoid": (Reading.PROBABILITIES, ONE, "binary: a probability as it is"),
    "one_by_hand": (Reading.PROBABILITIES, ONE, "binary: a probability as it is"),
    "one_tanh": (Reading.VALUES, np.tanh(-1), "one value as it is"),
    "one_relu": (Reading.VALUES, 5, "one value as it is"),
    "one_softmax": (Reading.VALUES, 1, "one value as it is"),
}
NONE = {
    "maps": ("no classes", "not one row of class scores: output is 1×4×8×8 float32"),
    "two_rows": ("no classes", "output is 2×4 float32"),
    "place": ("no classes", "output is 1 int64"),
    "nothing": ("no classes", "returned no tensor"),
    "boxes": ("no classes", "output[0].boxes is 7×4 float32, output[0].scores is 4 float32"),
    "pooled": ("no classes", "output.pooler_output could be read so"),
    "not_a_number": ("not finite", "4 NaN among the 4 numbers"),
    "infinite": ("not finite", "1 infinite among the 4 numbers"),
}

Both = Callable[..., Answer]


@pytest.fixture
def both(ask: Asker) -> Both:
    """Answer for a network, plain, recorded and read again from the recording: all the same."""

    def answer(name: str, way: AnswerWay = AS_DERIVED, top: int = 5) -> Answer:
        ask(LoadModel(f"{answer_networks.__file__}:{name}", seed=0, trusted=True))
        ask.open("coffee")
        plain = ask(Classify("coffee", top, way=way))
        assert ask(Record(1, "coffee", top, way=way)).answer == plain
        ask(Record(2, "coffee", top))
        assert ask(ReadAnswer(2, way, top)) == plain
        return plain

    return answer


def test_every_form_is_told_about() -> None:
    assert {*ROWS, *ONES, *NONE} == set(answer_networks.FORMS) and len(answer_networks.FORMS) >= 25


@pytest.mark.parametrize("form", ROWS)
def test_a_row_of_classes(both: Both, form: str) -> None:
    reading, right, said = ROWS[form]
    answer = both(form)
    assert (answer.reading, answer.said) == (reading, said)
    if right is None:
        assert all(it.probability is None for it in answer.predictions)
        values = [it.value for it in answer.predictions]
        assert values == sorted(values, reverse=True) and len(values) == 4
    else:
        tolerance = 4e-3 if form in ("bfloat16", "softmax_half") else 1e-6
        assert [it.index for it in answer.predictions] == np.argsort(-right, kind="stable").tolist()
        got = {it.index: it.probability for it in answer.predictions}
        np.testing.assert_allclose([got[k] for k in range(len(right))], right, atol=tolerance)


@pytest.mark.parametrize("form", ONES)
def test_one_number(both: Both, form: str) -> None:
    reading, right, said = ONES[form]
    answer = both(form)
    assert (answer.reading, answer.said, len(answer.predictions)) == (reading, said, 1)
    (only,) = answer.predictions
    if reading is Reading.VALUES:
        assert (only.label, only.probability) == ("value", None) and only.value == pytest.approx(
            right, abs=1e-6
        )
    else:
        assert (only.index, only.label) == (1, "class 1") and only.probability == pytest.approx(
            right, abs=1e-6
        )


@pytest.mark.parametrize("form", NONE)
def test_no_classes_and_why(both: Both, form: str) -> None:
    said, why = NONE[form]
    answer = both(form)
    assert (answer.reading, answer.said, answer.predictions) == (Reading.NONE, said, ())
    assert why in answer.reason and "\n" not in answer.reason


@pytest.mark.parametrize(
    ("form", "classes"),
    [
        ("plain", 4), ("mapped", 4), ("squeezed", 4), ("dict", 4), ("one", 1), ("yes_and_no", 2), ("not_a_number", 4),
        ("maps", None), ("place", None), ("nothing", None), ("pooled", None),
    ],
)  # fmt: skip
def test_how_many_classes_there_are(both: Both, form: str, classes: int | None) -> None:
    assert both(form).classes == classes
    assert both(form, AnswerWay(Reading.VALUES)).classes == classes


# ---- what a person says ----


def test_the_output_can_be_chosen(both: Both) -> None:
    answer = both("tuple")
    assert answer.outputs == ("output[0]", "output[1]") and "output[1] could be as well" in answer.reason
    chosen = both("tuple", AnswerWay(output="output[1]"))
    right = np.exp(0.3 * Z) / np.exp(0.3 * Z).sum()
    assert chosen.output == "output[1]" and chosen.said == "softmax of output[1]"
    np.testing.assert_allclose([it.probability for it in chosen.predictions], right, atol=1e-6)
    assert both("dict", AnswerWay(output="features")).output == "output.features"
    assert both("pooled", AnswerWay(output="output.pooler_output")).reading is Reading.SOFTMAX
    gone = both("tuple", AnswerWay(output="output[7]"))
    assert gone.predictions == () and "no row of numbers named output[7]" in gone.reason


@pytest.mark.parametrize(
    ("form", "reading", "right"),
    [
        ("plain", Reading.SIGMOID, SIGMOID),
        ("softmaxed", Reading.SOFTMAX, np.exp(SOFTMAX) / np.exp(SOFTMAX).sum()),
        ("sigmoid", Reading.PROBABILITIES, SIGMOID),
    ],
)
def test_the_reading_can_be_chosen(both: Both, form: str, reading: Reading, right: Any) -> None:
    answer = both(form, AnswerWay(reading))
    assert answer.reading is reading and answer.reason.startswith("Chosen by hand")
    np.testing.assert_allclose([it.probability for it in answer.predictions], right, atol=1e-6)


def test_values_and_nothing_can_be_chosen(both: Both) -> None:
    values = both("plain", AnswerWay(Reading.VALUES))
    assert [(it.probability, it.value) for it in values.predictions] == [(None, value) for value in SCORES]
    nothing = both("plain", AnswerWay(Reading.NONE))
    assert nothing.predictions == () and nothing.said == "not read"


def test_what_would_mislead_is_refused(both: Both) -> None:
    one = both("one", AnswerWay(Reading.SOFTMAX))
    assert one.predictions == () and "always 100 %" in one.reason
    beyond = both("plain", AnswerWay(Reading.PROBABILITIES))
    assert beyond.predictions == () and "run from -1 to 5" in beyond.reason


def test_only_so_many_classes_are_named(both: Both) -> None:
    assert [it.index for it in both("plain", top=2).predictions] == [0, 1]


# ---- what the classes are called ----


@pytest.fixture
def named(ask: Asker, tmp_path: Path) -> Callable[..., Answer]:
    """Answer for a network of 4 scores whose file ends in lines of the test's own; `labels` is a file's content."""

    def answer(
        lines: str = "", form: str = "plain", labels: str | None = None, name: str = "labels.txt"
    ) -> Answer:
        path, way = tmp_path / "net.py", AS_DERIVED
        path.write_text(
            f"from answer_networks import *\nclass Net(Fixed):\n    def __init__(self):\n"
            f"        super().__init__(FORMS[{form!r}])\n        {lines or 'pass'}\n"
        )
        if labels is not None:
            (tmp_path / name).write_text(labels)
            way = AnswerWay(labels=str(tmp_path / name))
        ask(LoadModel(f"{path}:Net", seed=0, trusted=True))
        ask.open("coffee")
        return ask(Classify("coffee", way=way))

    return answer


def labels(answer: Answer) -> list[str]:
    return [it.label for it in answer.predictions]


def test_of_exactly_equal_classes_none_is_the_answer(named: Callable[..., Answer], both: Both) -> None:
    equal = named("self.head.bias.data.zero_()")
    assert equal.tied == 4 and equal.tie == "all classes equal" and equal.headline is None
    two = named("self.head.bias.data[:] = torch.tensor([1.0, 2.0, 2.0, 0.0])")
    assert two.tie == "2 classes equal" and two.headline is None and two.predictions[0].index == 1
    assert not both("plain").tie and both("plain").headline == both("plain").predictions[0]


def test_the_rounding_of_a_sigmoid_makes_no_tie(named: Callable[..., Answer], ask: Asker) -> None:
    named("self.head.bias.data[:] = torch.tensor([0.0, 1.0, 50.0, 60.0])")
    near = ask(Classify("coffee", way=AnswerWay(Reading.SIGMOID)))
    assert [it.probability for it in near.predictions[:2]] == [1, 1]
    assert not near.tie and near.predictions[0].index == 3, "60 is more than 50"


ANIMALS = ["cat", "dog", "owl", "bee"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("self.config = {'id2label': {0: 'cat', 1: 'dog', 2: 'owl', 3: 'bee'}}",
         "names: id2label of its configuration"),
        ("self.config = SimpleNamespace(id2label={'0': 'cat', '1': 'dog', '2': 'owl', '3': 'bee'})",
         "names: id2label of its configuration"),
        ("self.classes = ['cat', 'dog', 'owl', 'bee']", "names: classes of the network"),
    ],
)  # fmt: skip
def test_names_that_a_network_carries(named: Callable[..., Answer], lines: str, said: str) -> None:
    answer = named(lines)
    assert labels(answer) == ANIMALS and answer.names == said


def test_placeholders_are_no_names(named: Callable[..., Answer]) -> None:
    answer = named("self.config = {'id2label': {k: f'LABEL_{k}' for k in range(4)}}")
    assert labels(answer)[0] == "class 0" and answer.names == ""


def test_names_from_a_file_come_before_all_others(named: Callable[..., Answer]) -> None:
    answer = named("self.classes = ['a', 'b', 'c', 'd']", labels="\n".join(ANIMALS))
    assert labels(answer) == ANIMALS and answer.names == "names: labels.txt"


def test_names_that_do_not_fit_are_not_used(named: Callable[..., Answer]) -> None:
    answer = named(labels="cat\ndog\n")
    assert labels(answer) == [f"class {k}" for k in range(4)]
    assert answer.names == "labels.txt names 2 classes, the output has 4: they are numbered"


def test_many_names_and_classes_are_counted_in_thousands(named: Callable[..., Answer]) -> None:
    answer = named("self.head = nn.Linear(3, 21841)", labels="\n".join(f"animal {k}" for k in range(1234)))
    assert answer.names == "labels.txt names 1,234 classes, the output has 21,841: they are numbered"


def test_two_names_are_those_of_no_and_yes(named: Callable[..., Answer]) -> None:
    answer = named(form="one", labels="healthy\nill\n")
    assert [(it.index, it.label) for it in answer.predictions] == [(0, "healthy"), (1, "ill")]
    np.testing.assert_allclose([it.probability for it in answer.predictions], [1 - ONE, ONE], atol=1e-6)
    assert labels(named(form="one", labels="ill")) == ["ill"]


def test_a_file_that_went_away_takes_no_answer_with_it(named: Callable[..., Answer], ask: Asker) -> None:
    named()
    answer = ask(Classify("coffee", way=AnswerWay(labels="/nowhere/labels.txt")))
    assert labels(answer)[0] == "class 0" and "labels.txt cannot be read: No such file" in answer.names


def test_imagenets_names_are_said_to_be_assumed_where_no_source_names_them(
    named: Callable[..., Answer], ask: Asker
) -> None:
    answer = named("self.head = nn.Linear(3, 1000)")
    assert not labels(answer)[0].startswith("class ") and "assumed of 1,000 classes" in answer.names
    ask(LoadModel("torchvision:squeezenet1_1", "random", seed=0))
    assert ask(Classify("coffee")).names == "names: ImageNet-1k"


def test_maps_of_named_classes_are_segments_unless_a_row_has_those_classes(
    named: Callable[..., Answer],
) -> None:
    """A classifier may return the maps that it averaged beside its scores."""
    own = "self.classes = ['cat', 'dog', 'owl', 'bee']"
    assert isinstance(named(own, "maps").finding, Segments)
    answer = named(own, "maps_beside")
    assert answer.finding is None and labels(answer) == ANIMALS
    assert answer.said == "softmax of output.logits" and answer.outputs == ("output.logits",)


@pytest.mark.parametrize(
    ("task", "reading"),
    [("multi_label_classification", Reading.SIGMOID), ("regression", Reading.VALUES), ("x", Reading.SOFTMAX)],
)
def test_what_a_configuration_says_of_the_task(
    named: Callable[..., Answer], task: str, reading: Reading
) -> None:
    assert named(f"self.config = {{'problem_type': {task!r}}}").reading is reading


@pytest.mark.parametrize(
    ("ending", "beside"),
    [
        (".pt", {"class_to_idx": {"bee": 3, "owl": 2, "dog": 1, "cat": 0}}),
        (".pt", {"meta": {"CLASSES": ("cat", "dog", "owl", "bee")}}),
        (".safetensors", {"id2label": json.dumps(dict(enumerate(ANIMALS)))}),
    ],
)
def test_names_that_came_with_the_weights(
    ask: Asker, tmp_path: Path, ending: str, beside: dict[str, Any]
) -> None:
    state, path = answer_networks.Fixed(lambda z: z).state_dict(), tmp_path / f"mine{ending}"
    if ending == ".pt":
        torch.save({"state_dict": state, **beside}, path)
    else:
        save_file(state, path, metadata=beside)
    ask(LoadModel(f"{answer_networks.__file__}:plain", str(path), trusted=True))
    ask.open("coffee")
    answer = ask(Classify("coffee"))
    assert labels(answer) == ANIMALS and answer.names == f"names: the weights mine{ending}"


def test_names_that_came_with_the_weights_and_say_a_class_twice_are_not_used(
    ask: Asker, tmp_path: Path
) -> None:
    path, twice = (
        tmp_path / "mine.safetensors",
        '{"0": "cat", "1": "dog", "2": "owl", "3": "bee", "0": "ape"}',
    )
    save_file(answer_networks.Fixed(lambda z: z).state_dict(), path, metadata={"id2label": twice})
    loaded = ask(LoadModel(f"{answer_networks.__file__}:plain", str(path), trusted=True))
    assert loaded.notes == ("mine.safetensors says the class '0' twice: its names of classes are not used",)
    ask.open("coffee")
    answer = ask(Classify("coffee"))
    assert labels(answer) == [f"class {k}" for k in range(4)] and answer.names == ""
