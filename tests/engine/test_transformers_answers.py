"""What networks of transformers answer, whatever their head returns."""

from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from engine_asks import Asker
from hub_networks import LABELS, TINY, classifier, save

from explorer.engine.messages import Classify, LoadModel, Record
from explorer.records.answers import Answer, Reading
from explorer.records.findings import Segments

PREPARATION = {"image_processor_type": "ViTImageProcessor", "size": {"height": 32, "width": 32}}


def answer(ask: Asker, network: Any, folder: Path) -> Answer:
    """Return the answer of a network in a folder, which a recorded forward gives as well."""
    ask(LoadModel(save(network.eval(), folder, PREPARATION)))
    ask.open("coffee")
    plain: Answer = ask(Classify("coffee", top=3))
    recorded = ask(Record(1, "coffee", top=3)).answer
    assert (recorded.said, recorded.predictions) == (plain.said, plain.predictions)
    return plain


def other(kind: str, model_type: str, **options: Any) -> Any:
    config = transformers.CONFIG_MAPPING[model_type](**{**TINY[model_type], **options})
    torch.manual_seed(1)
    return getattr(transformers, kind)(config)


@pytest.mark.parametrize(
    ("name", "options", "said", "reading"),
    [
        ("vit", {}, "softmax of output.logits", Reading.SOFTMAX),
        ("convnext", {"output_hidden_states": True}, "softmax of output.logits", Reading.SOFTMAX),
        (
            "vit",
            {"problem_type": "multi_label_classification"},
            "sigmoid, each on its own of output.logits",
            Reading.SIGMOID,
        ),
        ("pp_lcnet", {}, "softmax of output.last_hidden_state", Reading.SOFTMAX),
    ],
)
def test_a_classifier_names_its_classes(
    ask: Asker, tmp_path: Path, name: str, options: dict[str, Any], said: str, reading: Reading
) -> None:
    found = answer(ask, classifier(name, **options), tmp_path)
    assert (found.said, found.reading) == (said, reading)
    assert {each.label for each in found.predictions} == set(LABELS.values())


def test_two_heads_that_are_averaged_are_told_apart(ask: Asker, tmp_path: Path) -> None:
    found = answer(ask, other("DeiTForImageClassificationWithTeacher", "deit", id2label=LABELS), tmp_path)
    assert found.said == "softmax of output.logits"
    assert found.outputs == ("output.logits", "output.cls_logits", "output.distillation_logits")


@pytest.mark.parametrize(
    ("kind", "model_type", "options", "reason"),
    [
        (
            "ViTForMaskedImageModeling",
            "vit",
            {"encoder_stride": 8},
            "output.reconstruction is 1×3×32×32 float32",
        ),
        ("Dinov2Backbone", "dinov2", {}, "output.feature_maps[0] is 1×16×4×4 float32"),
        ("ViTModel", "vit", {}, "output.pooler_output could be read so"),
    ],
)
def test_what_names_no_classes_says_so(
    ask: Asker, tmp_path: Path, kind: str, model_type: str, options: dict[str, Any], reason: str
) -> None:
    found = answer(ask, other(kind, model_type, **options), tmp_path)
    assert (found.said, found.predictions) == ("no classes", ()) and reason in found.reason


def test_the_classes_of_pixels_have_the_names_of_the_configuration(ask: Asker, tmp_path: Path) -> None:
    found = answer(ask, other("SegformerForSemanticSegmentation", "segformer", id2label=LABELS), tmp_path)
    assert found.said == "the class of each pixel of output.logits" and found.predictions == ()
    assert isinstance(found.finding, Segments)
    assert {it.label for it in found.finding.parts} <= set(LABELS.values())
