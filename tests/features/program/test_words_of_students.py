"""What a student would type finds the lens, page or action that is meant, whatever the window calls it."""

import pytest

from explorer.features import features
from explorer.features.program.matching import Entry, find
from explorer.window.scene import Scene
from explorer.window.ways import ways


def nothing() -> None:
    """What none of these entries does."""


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    """All that the features declare, as the search gets it."""
    actions = [action for feature in features() for action in feature.actions]
    actions += ways(pane for feature in features() for pane in feature.panes)
    return [
        Entry(
            "action",
            (it.text if isinstance(it.text, str) else it.text(Scene())).replace("&", "").rstrip("…"),
            nothing,
            it.tip,
            words=it.words,
        )
        for it in actions
    ]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *((it, "Field") for it in ("recept", "receptive field", "rf")),
        *((it, "Kernels") for it in ("kernel", "filter", "conv", "bias")),
        *((it, "Maps") for it in ("feature map", "activation", "neuron", "histogram")),
        *((it, "Why") for it in ("heatmap", "saliency", "grad-cam", "gradcam", "explain", "occlusion")),
        *((it, "What if") for it in ("ablat", "prune", "lesion")),
        *((it, "Cost") for it in ("FLOPs", "MACs", "parameters", "RAM", "speed", "latency")),
        *((it, "Details") for it in ("stride", "padding", "dilation")),
        *((it, "Attention") for it in ("transformer", "rollout", "token")),
        *((it, "Likes") for it in ("deepdream", "dream", "activation maximization")),
        *((it, "Images") for it in ("embedding", "nearest", "similar")),
        *((it, "Compare") for it in ("cka", "difference")),
        *((it, "Labs") for it in ("vanishing",)),
        *((it, "History") for it in ("timeline",)),
        *((it, "Light or dark") for it in ("theme", "dark", "night", "preferences")),
        *((it, "Save what is shown") for it in ("save", "csv", "png", "screenshot", "svg")),
        ("webcam", "Open the camera"),
        ("licence", "About Architecture Explorer"),
        ("help", "Keyboard shortcuts"),
        ("softmax", "Read the answer as"),
        ("labels", "Class names from a file"),
    ],
)
def test_a_students_word_finds_what_is_meant(entries: list[Entry], typed: str, meant: str) -> None:
    assert find(typed, entries)[0].title == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("heat map", "Why"),
        ("memory", "Cost"),
        ("parameters", "Kernels"),
        ("occlude", "Why"),
        ("occlude", "What if"),
        ("export", "Save what is shown"),
        ("card", "Panel on the right"),
        ("camera", "Open the camera"),
        ("compare", "Compare"),
    ],
)
def test_among_several_that_may_be_meant_it_is_one_of_the_first(
    entries: list[Entry], typed: str, meant: str
) -> None:
    assert meant in [it.title for it in find(typed, entries)[:4]]


def test_what_works_stands_before_its_equals_that_do_not() -> None:
    off = Entry("action", "Open it", nothing, works=False)
    on = Entry("action", "Open that", nothing)
    assert find("open", [off, on]) == [on, off]
