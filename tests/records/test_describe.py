"""Sentences, names, kernels, facts and words of operations, for modules and functions that torch ran."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from toy_models import Forward

from explorer.forward import trace
from explorer.forward.recorder import record
from explorer.records import describe
from explorer.records.trace import Node, ReceptiveField, Trace, TraceError


def last(model: nn.Module, *shape: int) -> tuple[Node, Trace]:
    built = trace.build(record(model.eval(), (torch.randn(shape),)), model, "toy")
    return built.computed[-1], built


def of_module(module: nn.Module, *shape: int) -> tuple[Node, Trace]:
    return last(nn.Sequential(module), *shape)


def of_function(function, *shape: int) -> tuple[Node, Trace]:
    return last(Forward(lambda _, x: function(x)), *shape)


MAPS = (1, 8, 6, 6)
SENTENCES = {
    "3×3 depthwise convolution, stride 2: 8 → 8 channels": of_module(nn.Conv2d(8, 8, 3, 2, 1, groups=8), *MAPS),
    "1×1 convolution: 8 → 4 channels": of_module(nn.Conv2d(8, 4, 1), *MAPS),
    "3×1 convolution, stride 2×1, dilation 2×1, 4 groups: 8 → 16 channels": of_module(
        nn.Conv2d(8, 16, (3, 1), (2, 1), dilation=(2, 1), groups=4), *MAPS
    ),
    "2×2 transposed convolution, stride 2: 8 → 3 channels": of_module(nn.ConvTranspose2d(8, 3, 2, 2), *MAPS),
    "3-wide convolution: 8 → 3 channels": of_module(nn.Conv1d(8, 3, 3), 1, 8, 9),
    "ReLU6 on 8 channels, 6×6": of_module(nn.ReLU6(), *MAPS),
    "ReLU on 5 values": of_function(F.relu, 1, 5),
    "Sum of 2 inputs, 8×6×6": of_function(lambda x: x + x.relu(), *MAPS),
    "Sum with 1, 8×6×6": of_function(lambda x: x + 1, *MAPS),
    "Product of 2 inputs, 8×6×6": of_function(lambda x: x * x.sigmoid(), *MAPS),
    "Batch normalisation of 8 channels, 6×6": of_module(nn.BatchNorm2d(8), *MAPS),
    "Group normalisation of 8 channels, 6×6, 2 groups": of_module(nn.GroupNorm(2, 8), *MAPS),
    "Group normalisation of 8 channels, 6×6, 1 group": of_module(nn.GroupNorm(1, 8), *MAPS),
    "Layer normalisation over 6 features: 8×6": of_module(nn.LayerNorm(6), 1, 8, 6),
    "3×3 max pooling, stride 2: 8 channels, 6×6 → 2×2": of_module(nn.MaxPool2d(3, 2), *MAPS),
    "Global average pooling: 8 channels, 6×6 → 1×1": of_module(nn.AdaptiveAvgPool2d(1), *MAPS),
    "Adaptive average pooling: 8 channels, 6×6 → 2×3": of_module(nn.AdaptiveAvgPool2d((2, 3)), *MAPS),
    "Linear layer: 1,200 → 10 features": of_module(nn.Linear(1200, 10), 1, 1200),
    "Linear layer: 6 → 10 features": of_module(nn.Linear(6, 10), 1, 6),
    "Linear layer: 6 → 10 features, at 8 positions": of_module(nn.Linear(6, 10), 1, 8, 6),
    "Softmax over the last dimension: 10 values": of_module(nn.Softmax(-1), 1, 10),
    "Concatenation of 2 inputs along the channels: 16×6×6": of_function(
        lambda x: torch.cat([F.max_pool2d(x, 1), F.avg_pool2d(x, 1)], 1), *MAPS
    ),
    "Flatten: 1×8×6×6 → 1×288": of_module(nn.Flatten(), *MAPS),
    "Repeated without copying: 1×1 → 1×6": of_function(lambda x: x.expand(1, 6), 1, 1),
    "Another order of dimensions: 1×8×6×6 → 1×6×6×8": of_function(lambda x: x.permute(0, 2, 3, 1), *MAPS),
    "Dropout, p = 0.2, switched off: 6 values": of_module(nn.Dropout(0.2), 1, 6),
    "Identity, what it reads unchanged: 6 values": of_module(nn.Identity(), 1, 6),
    "Attention, 8 heads of 6: 6 queries, 6 keys": of_function(
        lambda x: F.scaled_dot_product_attention(x, x, x), *MAPS
    ),
    "Resizing, nearest: 8 channels, 6×6 → 12×12": of_module(nn.Upsample(scale_factor=2), *MAPS),
    "Padding (zeros): 1×8×6×6 → 1×8×8×7": of_function(lambda x: F.pad(x, (0, 1, 1, 1)), *MAPS),
    "True where not equal to 0: 8 channels, 6×6": of_function(lambda x: x != 0, *MAPS),
    "True where equal to 0: 8 channels, 6×6": of_function(lambda x: x == 0, *MAPS),
    "True where greater than 0.5: 8 channels, 6×6": of_function(lambda x: x > 0.5, *MAPS),
    "True where at most −1: 8 channels, 6×6": of_function(lambda x: x <= -1, *MAPS),
    "True where the first input is less than the second: 6 values": of_function(lambda x: x < x.exp(), 1, 6),
    "Chosen by a mask, value by value: 6 values": of_function(lambda x: torch.where(x > 0, x, 0.0), 1, 6),
    "Chosen by a mask, value by value: 5 values": of_function(lambda x: torch.where(x > 0, 1, 0), 1, 5),
    "Places that are not zero: 6 values": of_function(lambda x: torch.where(x.flatten() * 0 == 0)[0], 1, 6),
    "The 3 largest over one dimension: 3 values": of_function(lambda x: torch.topk(x, 3), 1, 6),
    "The smallest over one dimension: 1 value": of_function(lambda x: torch.topk(x, 1, largest=False), 1, 6),
    "True where it is not: 6 values": of_function(torch.logical_not, 1, 6),
    "The greater of two inputs, value by value: 6 values": of_function(lambda x: torch.maximum(x, x.exp()), 1, 6),
    "Sorted: 6 values": of_function(torch.sort, 1, 6),
}  # fmt: skip


def test_a_second_call_has_one_name_for_people() -> None:
    node = Node(1, "relu", "layer1.0.relu:1", "layer1.0.relu", 1, (), (), (), 0, 0)
    assert node.person_name == "layer1.0.relu (call 2)"
    again = replace(node, name="attention.matmul:2", module="attention", call=0)
    assert again.person_name == "attention.matmul (no. 3)"
    assert replace(node, name="layer1.0.relu").person_name == "layer1.0.relu"


class Stem(nn.Conv2d):
    def forward(self, x):
        return super().forward(F.pad(x, (0, 1, 0, 1))).mul(2).mul(3)


def test_all_operations_of_a_module_are_called_in_one_way():
    stem = Stem(3, 4, 2)
    _, built = last(nn.Sequential(stem, nn.ReLU(), nn.Conv2d(4, 3, 1), stem), 1, 3, 8, 8)
    names = [it.person_name for it in built.computed]
    assert names == [
        "input", "0.pad", "0.conv2d", "0.mul", "0.mul (its output)", "1", "2",
        "0.pad (no. 2)", "0.conv2d (no. 2)", "0.mul (no. 2)", "0.mul (its output, call 2)",
    ]  # fmt: skip
    assert all(built.find(name) is it for it in built.nodes for name in (it.name, it.person_name))
    assert built.computed[4].name == "0"  # what scripts and files name stays
    assert dict(describe.details(built.computed[4], built))["Name"] == "0.mul (its output)"


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_says_what_an_operation_does(sentence):
    assert describe.sentence(*SENTENCES[sentence]) == sentence


def test_channels_are_claimed_only_where_they_surely_are():
    as_rows = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU())
    assert describe.sentence(*last(as_rows, 1, 3, 5, 5)) == "ReLU on 4 channels, 5×5"
    last_channel = Forward(lambda _, x: x.permute(0, 2, 3, 1).relu())
    assert describe.sentence(*last(last_channel, 1, 3, 5, 5)) == "ReLU on 5×5×3"


class Swish(nn.Module):
    def forward(self, x):
        return x * x.sigmoid()


def test_operations_bear_the_name_that_their_author_used():
    assert describe.author_name(*of_module(nn.ReLU6(), 1, 4)) == "ReLU6"
    assert describe.author_name(*of_module(nn.Conv2d(3, 4, 1), 1, 3, 2, 2)) == "Conv2d"
    assert describe.author_name(*of_function(lambda x: F.hardtanh(x, 0, 6), 1, 4)) == "hardtanh"
    assert describe.author_name(*of_module(Swish(), 1, 4)) == "mul"  # one of the two that make a Swish
    twice = nn.ReLU()
    assert describe.author_name(*last(nn.Sequential(twice, twice), 1, 4)) == "ReLU"


KERNELS = {
    "3×3 /2": nn.Conv2d(8, 4, 3, 2),
    "3×3 dw": nn.Conv2d(8, 8, 3, groups=8),
    "5×5 /2 dw d2": nn.Conv2d(8, 16, 5, 2, 4, dilation=2, groups=8),
    "1×1 g2": nn.Conv2d(8, 4, 1, groups=2),
    "3×1 /2×1": nn.Conv2d(8, 4, (3, 1), (2, 1)),
    "2×2 /2": nn.MaxPool2d(2),
    "→2×3": nn.AdaptiveAvgPool2d((2, 3)),
    "": nn.BatchNorm2d(8),
}


@pytest.mark.parametrize("text", KERNELS)
def test_the_kernel_is_written_shortly(text):
    assert describe.kernel_text(of_module(KERNELS[text], *MAPS)[0]) == text


def test_what_an_operation_does_to_the_values_is_said_in_a_few_words():
    assert describe.summary(of_module(nn.ReLU6(), 1, 4)[0]) == "values cut to 0 … 6"
    assert describe.summary(of_module(nn.LeakyReLU(0.1), 1, 4)[0]) == "negative values times 0.1"
    assert (
        describe.summary(of_module(nn.Conv2d(8, 8, 3, groups=8), *MAPS)[0])
        == "weighted sums in each channel by itself"
    )
    assert describe.summary(of_function(torch.logical_not, 1, 4)[0]) == ""


def test_details_say_every_fact_with_its_unit():
    node, built = of_module(nn.Conv2d(8, 16, 3, 2, 1), *MAPS)
    facts = dict(describe.details(node, built))
    assert facts["Operation"] == "Conv2d (computed by conv2d)"
    assert facts["Kernel size"] == "3 rows, 3 columns"
    assert (
        facts["Padding"] == "1 row above and below, 1 column left and right"
        and facts["Dilation"] == "1 row, 1 column"
    )
    assert [heading for heading, _ in describe.grouped(node, built)] == [
        "What it is", "In and out", "Settings", "Learned values", "What a value sees", "Cost",
    ]  # fmt: skip
    assert facts["Stride"] == "2 rows, 2 columns"
    assert facts["Input"] == "1×8×6×6 from input"
    assert facts["Output"] == "1×16×3×3 float32, 576 B"
    assert facts["Parameters"] == "1,168 values"
    assert facts["MACs"] == "10,368 multiply-accumulates"
    assert facts["Bias"] == "yes"
    assert [value for term, value in describe.details(node, built) if term == "Parameter"] == [
        "0.weight, 1,152 values",
        "0.bias, 16 values",
    ]
    assert {key for key, _ in node.attributes} <= {
        "in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (
            of_module(nn.Conv1d(8, 4, 1), 1, 8, 9),
            {"Kernel size": "1 position", "Stride": "1 position", "Padding": "none", "Dilation": "1 position"},
        ),
        (of_module(nn.Conv1d(8, 4, 3, padding=2), 1, 8, 9), {"Kernel size": "3 positions", "Padding": "2 positions"}),
        (of_module(nn.Conv1d(8, 4, 3, padding="same"), 1, 8, 9), {"Padding": "same"}),
        (of_module(nn.Conv3d(8, 4, 1), 1, 8, 3, 3, 3), {"Kernel size": "1×1×1 position", "Padding": "none"}),
        (of_module(nn.Unfold(3), *MAPS), {"Kernel size": "3 positions", "Padding": "none", "Stride": "1 position"}),
        (of_module(nn.AdaptiveAvgPool1d(1), 1, 8, 9), {"Output size": "1 position"}),
        (of_module(nn.LayerNorm(1), 1, 8, 1), {"Normalised over": "1 feature"}),
        (
            of_function(lambda x: F.scaled_dot_product_attention(x, x, x), 1, 8, 6, 1),
            {"Width of a head": "1 feature"},
        ),
    ],
)  # fmt: skip
def test_one_is_said_as_one_and_no_padding_as_none(made, told):
    facts = dict(describe.details(*made))
    assert {term: facts[term] for term in told} == told


def test_numbers_that_commas_part_have_none_within():
    node, built = of_function(lambda x: x.view(1, 2048, -1), 2, 1024, 4)
    assert dict(describe.details(node, built))["Shape asked for"] == "1, 2048, −1"
    node, built = of_function(lambda x: x.clamp(-1000, 2000), 2, 3)
    assert dict(describe.details(node, built))["Min"] == "−1,000"


def test_what_is_not_known_of_the_work_is_a_dash():
    node, built = of_module(nn.ReLU(), 1, 4)
    object.__setattr__(node, "macs", None)
    assert dict(describe.details(node, built))["MACs"] == "–"


@pytest.mark.parametrize(
    "field, text",
    [
        (ReceptiveField("exact", (15, 15), (2.0, 2.0), (-3.0, -3.0)), "15×15 pixels"),
        (ReceptiveField("exact", (1, 1)), "1×1 pixel"),
        (ReceptiveField("exact", (2,)), "2 characters"),
        (ReceptiveField("exact", (1,)), "1 character"),
        (ReceptiveField("bound", (9, 7)), "at most 9×7 pixels"),
        (ReceptiveField("global"), "the whole input"),
        (ReceptiveField("unknown"), "an unknown part of the input"),
        (None, "nothing of the input"),
    ],
)
def test_what_one_value_sees(field, text):
    assert describe.field_text(field) == text


def test_of_a_field_that_is_larger_than_the_input_so_much_is_said():
    field = ReceptiveField("exact", (851, 31))
    assert describe.field_text(field, (1, 3, 224, 224)) == "851×31 pixels"
    assert describe.field_text(field, (1, 3, 224, 30)) == "851×31, more than the input"
    assert describe.field_text(ReceptiveField("bound", (851, 31)), (1, 3, 224, 30)) == "at most 851×31 pixels"
    assert describe.field_text(field, (1, 3, 851, 31)) == "851×31 pixels"
    assert describe.field_text(ReceptiveField("exact", (9,)), (1, 70, 5)) == "9 characters"
    assert describe.field_text(ReceptiveField("exact", (4, 4), each=False)) == "at most 4×4 pixels"


def test_the_steps_of_a_field_are_counted_in_what_the_network_reads():
    for axes, step, start in ((1, "1 character", "character 0"), (2, "1×1 pixel", "pixel 0, 0")):
        node, built = of_module(nn.ReLU(), 1, 4)
        field = ReceptiveField("exact", (3,) * axes, (1.0,) * axes, (0.0,) * axes)
        said = dict(describe.details(replace(node, receptive_field=field), built))
        assert (said["Step of the field"], said["Start of the field"]) == (step, start)


def test_a_parameter_that_is_repeated_is_named():
    model = Forward(lambda m, x: torch.cat([m.class_token.expand(len(x), -1, -1), x], 1))
    model.class_token = nn.Parameter(torch.zeros(1, 1, 6))
    built = trace.build(record(model.eval(), (torch.randn(2, 3, 6),)), model, "toy")
    node = next(it for it in built.nodes if it.op == "expand")
    assert describe.sentence(node, built) == "The learned class_token, repeated: 2×1×6"


def test_words_to_search_by():
    found = describe.words(*of_module(nn.Conv2d(8, 8, 3, 2, 1, groups=8), *MAPS)).split()
    assert {"conv2d", "3x3", "depthwise", "stride=2", "groups=8", "convolution,"} <= set(found)


def test_every_operation_of_a_network_has_a_sentence_and_details():
    import torchvision

    for name in ("mobilenet_v3_small", "swin_t", "vit_b_32"):
        model = torchvision.models.get_model(name, weights=None)
        built = trace.build(record(model.eval(), (torch.randn(1, 3, 224, 224),)), model, name)
        for node in built.nodes:
            sentence = describe.sentence(node, built)
            assert sentence and "None" not in sentence, f"{node.name}: {sentence}"
            assert all(value for _, value in describe.details(node, built))


def test_the_last_operation_before_an_error_tells_of_it_in_full():
    node, built = of_module(nn.ReLU(), 1, 4)
    error = TraceError("fc", "linear", "fc", "mat1 and mat2 shapes cannot be multiplied " * 3)
    failed = replace(built, nodes=(*built.nodes[: node.id], node), error=error)
    assert dict(describe.details(node, failed))["Then stopped"] == f"fc: {error.message}"
    assert describe.stopped_after(built.nodes[0], failed) == ""
