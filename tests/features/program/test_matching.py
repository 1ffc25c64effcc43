"""What is found by a few words, and in which order."""

import time

import pytest

from explorer.features.program.entries import of_models
from explorer.features.program.matching import Entry, find
from explorer.records.models import Catalogue, ModelEntry
from explorer.window.desk import Desk


def nothing() -> None:
    """What none of these entries does."""


def entry(kind: str, title: str, detail: str = "") -> Entry:
    return Entry(kind, title, nothing, detail)


ACTIONS = [
    entry("action", "Measure time", "Measure the forward and every operation again"),
    entry("action", "Light or dark", "Change between light and dark"),
    entry("action", "Next model", "Load the model after this one"),
]
OPERATIONS = [
    entry("operation", "blocks.4.1.conv_dw", "conv2d, 1×240×14×14"),
    entry("operation", "blocks.4.1.bn1", "batch_norm, 1×240×14×14"),
    entry("operation", "layer1.0.conv1", "conv2d, 1×64×56×56"),
]
MODELS = [
    entry("model", "torchvision:resnet50", "ResNet, 2015"),
    entry("model", "timm:wide_resnet50_2", "ResNet, 2016"),
    entry("model", "timm:resnet50.a1_in1k", "ResNet, 2015"),
    entry("model", "zoo:mnasnet1_0", "MnasNet, 2018"),
]
ALL = [*ACTIONS, *OPERATIONS, *MODELS]


def titles(query: str) -> list[str]:
    return [it.title for it in find(query, ALL)]


def test_nothing_typed_shows_all_in_their_order():
    assert find("  ", ALL) == ALL


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("measure", "Measure time"),
        ("dark", "Light or dark"),
        ("resnet50", "torchvision:resnet50"),  # the whole name before a part of one
        ("conv dw 4.1", "blocks.4.1.conv_dw"),  # words in any order
        ("time meas", "Measure time"),
        ("rsn50", "torchvision:resnet50"),  # letters of a word, from its beginning
        ("RESNET", "torchvision:resnet50"),
        ("batch_norm", "blocks.4.1.bn1"),  # by what it is
        ("2018", "zoo:mnasnet1_0"),
    ],
)
def test_the_likeliest_comes_first(query: str, first: str):
    assert titles(query)[0] == first


def test_other_words_for_an_action_find_it_before_models():
    theme = Entry("action", "Light or dark", nothing, "Change between both", words="theme night")
    models = [entry("model", "timm:the_model"), entry("model", "timm:other", "a theme of its own")]
    assert [it.title for it in find("theme", [*models, theme])] == [
        theme.title,
        "timm:other",
        "timm:the_model",
    ]
    assert find("them", [theme]) and find("night", [theme]) and not find("ight o", [entry("action", "x")])


def test_every_word_must_be_found():
    assert titles("conv 240") == ["blocks.4.1.conv_dw"]
    assert titles("resnet 2016") == ["timm:wide_resnet50_2"]
    assert titles("conv nowhere") == []


def test_a_name_comes_before_what_is_said_of_it():
    assert titles("model") == [
        "Next model",
        *(it.title for it in sorted(MODELS, key=lambda it: len(it.title))),
    ]


def test_the_beginning_of_a_word_comes_before_its_middle():
    middle, beginning = entry("action", "Sideways"), entry("action", "Two ways")
    assert find("ways", [middle, beginning]) == [beginning, middle]


def test_a_kind_can_be_typed_too():
    assert set(titles("operation conv")) == {"blocks.4.1.conv_dw", "layer1.0.conv1"}


def test_signs_that_mean_something_to_patterns_are_only_letters():
    assert titles("(.*") == []
    assert titles("blocks.4") == ["blocks.4.1.bn1", "blocks.4.1.conv_dw"]


def test_all_models_and_a_large_trace_are_searched_within_a_frame():
    models = [
        entry("model", f"timm:some_network{n}_patch16_224.in{n}k", "Family, 2021, 22 M parameters")
        for n in range(1500)
    ]
    operations = [
        entry("operation", f"blocks.{n}.attn.proj.conv_dw", "conv2d, 1×240×14×14") for n in range(500)
    ]
    everything = [*ACTIONS, *operations, *models]
    for query in ("s", "conv dw 4", "smnt224", "network 15 patch", "zzz"):
        spent = []
        for _ in range(5):
            start = time.process_time()
            find(query, everything)
            spent.append(time.process_time() - start)
        assert min(spent) < 0.016, query


def test_a_model_says_what_its_parameters_are_counted_with(desk: Desk):
    catalogue = Catalogue((ModelEntry("googlenet", "zoo", "GoogLeNet", 2014, 13_004_888),))
    (found,) = of_models(catalogue, desk)
    assert found.detail == "GoogLeNet, 2014, 13.0 M parameters with the auxiliary heads"


def test_of_models_the_exact_name_comes_first_then_zoo_then_torchvision_then_the_others(desk: Desk) -> None:
    names = ("transformers:resnet", "timm:resnet10t", "timm:resnet50", "torchvision:resnet18", "torchvision:resnet50",
             "zoo:resnet50", "zoo:resnet101")  # fmt: skip
    known = tuple(ModelEntry(name, source, "ResNet") for source, name in (it.split(":") for it in names))
    entries = of_models(Catalogue(known), desk)

    def found(query: str) -> list[str]:
        return [it.words for it in find(query, entries)]

    assert found("resnet50")[:3] == ["zoo:resnet50", "torchvision:resnet50", "timm:resnet50"]
    assert [it.partition(":")[0] for it in found("resnet")] == [
        *("zoo", "zoo", "torchvision", "torchvision", "timm", "timm", "transformers")
    ]
    assert found("transformers:resnet")[0] == "transformers:resnet"
