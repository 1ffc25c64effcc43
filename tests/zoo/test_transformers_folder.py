"""Folders with a network of transformers: configuration, weights, and how pictures are prepared."""

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from engine_asks import Asker
from hub_networks import LABELS, TINY, classifier, save
from PIL import Image

from explorer import zoo
from explorer.engine.messages import Classify, LoadModel, OpenImage
from explorer.records.errors import ExplorerError
from explorer.records.images import ImageSource
from explorer.records.samples import samples

VIT = {"image_processor_type": "ViTImageProcessor", "size": {"height": 32, "width": 32}, "resample": 3}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(classifier("vit"), tmp_path, VIT)
    return tmp_path


def edit(folder: Path, file: str = "config.json", **said: Any) -> None:
    """Change entries of a file of JSON; None takes one out."""
    content = json.loads((folder / file).read_text(encoding="utf-8")) | said
    kept = {key: value for key, value in content.items() if value is not None}
    (folder / file).write_text(json.dumps(kept), encoding="utf-8")


def assert_has_weights(ask: Asker, network: torch.nn.Module) -> None:
    found, expected = ask.engine._bench.model(0).module.state_dict(), network.state_dict()
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[key], tensor) for key, tensor in expected.items())


def test_a_folder_is_a_network_with_its_weights_classes_and_preparation(ask: Asker, folder: Path) -> None:
    loaded = ask(LoadModel(str(folder)))
    assert (loaded.entry.full_name, loaded.weights, loaded.pretrained) == (
        str(folder),
        "model.safetensors",
        False,
    )
    assert loaded.notes == () and not loaded.is_random
    assert_has_weights(ask, classifier("vit"))
    photo = next(each.path for each in samples() if each.path.stem == "coffee")
    ask(OpenImage("coffee", ImageSource(photo.name, str(photo))))
    answer = ask(Classify("coffee", top=3))
    assert {each.label for each in answer.predictions} == set(LABELS.values())
    # The library's own way from the folder to the probabilities.
    theirs = transformers.AutoModelForImageClassification.from_pretrained(
        folder, local_files_only=True
    ).eval()
    processor = transformers.AutoImageProcessor.from_pretrained(folder, local_files_only=True)
    with torch.no_grad():
        inputs = processor(Image.open(photo).convert("RGB"), return_tensors="pt")
        expected = theirs(**inputs).logits.softmax(-1)[0]
    for each in answer.predictions:
        assert each.probability == pytest.approx(float(expected[each.index]), abs=1e-6)


@pytest.mark.parametrize("name", ["vit_msn", "beit", "dinov2", "segformer", "swin"])
def test_layers_that_were_renamed_since_are_found(ask: Asker, tmp_path: Path, name: str) -> None:
    """Files keep the names of long ago; of dinov2 here two tensors of the network are one of the file."""
    network = classifier(name)
    loaded = ask(LoadModel(save(network, tmp_path, VIT)))
    assert loaded.notes == ()
    assert_has_weights(ask, network)


def test_shards_are_put_together(ask: Asker, tmp_path: Path) -> None:
    network = classifier("vit")
    ask(LoadModel(save(network, tmp_path, VIT, max_shard_size="10KB")))
    assert len(list(tmp_path.glob("model-*.safetensors"))) > 1
    assert_has_weights(ask, network)


class Canary:
    def __reduce__(self) -> Any:
        return Path.touch, (Path("canary"),)


def test_a_pickle_is_read_and_never_run(ask: Asker, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (folder / "model.safetensors").unlink()
    network = classifier("vit")
    torch.save({"state_dict": network.state_dict(), "notes": Canary()}, folder / "pytorch_model.bin")
    ask(LoadModel(str(folder)))
    assert_has_weights(ask, network)
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Canary()))
    assert "which was not run" in ask.complaint(LoadModel(str(folder)))
    assert not (folder / "canary").exists()


def test_code_in_the_folder_is_named_and_never_run(
    ask: Asker, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    for name in ("modeling_own", "image_processing_own"):
        (folder / f"{name}.py").write_text("open('canary', 'w')\n", encoding="utf-8")
    edit(folder, auto_map={"AutoModelForImageClassification": "modeling_own.Own"})
    edit(folder, "preprocessor_config.json", auto_map={"AutoImageProcessor": "image_processing_own.Own"})
    of_network, of_pictures = ask(LoadModel(str(folder))).notes
    assert (
        "code of its own (modeling_own.py), which was not run: the network is transformers' ViTFor"
        in of_network
    )
    assert "image_processing_own.py" in of_pictures
    edit(folder, model_type="own_net")
    told = ask.complaint(LoadModel(str(folder)))
    assert (
        "its network is code in the folder (modeling_own.py), which is not run; if you trust it, write a .py"
        in told
    )
    assert not (folder / "canary").exists()


WRAPPED = {"model_type": "timm_wrapper", "architecture": "hf-hub:someone/net", "label_names": ["a", "b"]}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a newer type": (
        {"model_type": "vit9", "transformers_version": "99.0.0"},
        "does not know; it was written by transformers 99.0.0: install that one or a newer one",
    ),
    "an odd type": ({"model_type": ["vit"]}, "does not know"),
    "text": (
        {"model_type": "bert", "architectures": ["BertForMaskedLM"]},
        "holds BertForMaskedLM, which reads text; choose a folder with a network for pictures",
    ),
    "pictures and text": ({"model_type": "clip", "architectures": ["CLIPModel"]}, "reads image and text"),
    "video": ({"model_type": "videomae", "architectures": ["VideoMAEModel"]}, "reads video"),
    "numbers of colours": (
        {"model_type": "imagegpt", "architectures": ["ImageGPTForImageClassification"]},
        "reads numbers of colours",
    ),
    "another class": ({"architectures": ["ViTForFlying"]}, "names ViTForFlying, which transformers"),
    "no class": ({"architectures": ["__class__"]}, "names __class__, which transformers"),
    "a wrong value": ({"hidden_size": "x"}, "transformers refuses its config.json"),
    "an activation that is none": (
        {"hidden_act": "os.system"},
        "its config.json names the activation os.system, which transformers does not have; install a newer",
    ),
    "an activation of a part": (
        {"text_config": {"projector_hidden_act": "flying"}},
        "names the activation flying, which",
    ),
    "boxes in boxes": (
        {"stages": json.loads("[" * 900 + "]" * 900)},
        "its config.json is nested deeper than 40 levels; fetch the folder again",
    ),
    "backbones in backbones": (
        {"stages": json.loads('{"a":' * 300 + "1" + "}" * 300)},
        "its config.json is nested deeper than 40 levels; fetch the folder again",
    ),
    "a backbone of timm's elsewhere": (
        {"backbone_config": {"model_type": "timm_backbone", "backbone": "hf-hub:someone/net"}},
        "names the backbone hf-hub:someone/net of another place; nothing is fetched",
    ),
    "a backbone of timm's elsewhere, wrapped": (
        {"model_type": "sam2_vision_model", "architectures": None, "backbone_config": WRAPPED},
        "names the backbone hf-hub:someone/net of another place; nothing is fetched",
    ),
    "a backbone of timm's elsewhere, by default": (
        {"model_type": "edgetam_vision_model", "architectures": [], "backbone_config": {"architecture": "hf-hub:x/y"}},
        "names the backbone hf-hub:x/y of another place; nothing is fetched",
    ),
    "a backbone of timm's that is unknown": (
        {"backbone_config": {"model_type": "timm_wrapper", "architecture": "no_such_net"}},
        "names the backbone no_such_net of another place; nothing is fetched",
    ),
    "a backbone in a list": (
        {"stages": [{"parts": [{"backbone": "someone/net"}]}]},
        "names the backbone someone/net of another place; nothing is fetched",
    ),
    "another folder": ({"stages": ["Local-Dir:/tmp"]}, "names the backbone Local-Dir:/tmp of another place"),
    "a backbone elsewhere": ({"backbone": "someone/net"}, "names the backbone someone/net of another place; nothing"),
}  # fmt: skip


@pytest.mark.parametrize(("said", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_loaded_is_one_line_with_the_way_out(
    folder: Path, said: dict[str, Any], message: str
) -> None:
    edit(folder, **said)
    with pytest.raises(ExplorerError) as caught:
        zoo.resolve(str(folder))
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_transformers_is_kept_from_the_hub_meanwhile(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import HfApi, constants

    def fetches(*_: Any) -> Any:
        return HfApi().repo_exists("someone/net")

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(transformers.ViTForImageClassification, "__init__", fetches)
    with pytest.raises(
        ExplorerError, match="configuration names something of another place; nothing is fetched"
    ):
        zoo.resolve(str(folder)).build()
    assert constants.HF_HUB_OFFLINE is False


@pytest.mark.parametrize("named", ["resnet18", "resnet18.a1_in1k"])
def test_a_backbone_that_timm_has_is_built_and_reads_no_file(folder: Path, named: str) -> None:
    backbone = {
        "model_type": "timm_wrapper", "architecture": named, "num_classes": 2, "label_names": ["a", "b"],
        "model_args": {"features_only": True, "checkpoint_path": "no such file"},
    }  # fmt: skip
    edit(folder, model_type="edgetam_vision_model", architectures=None, backbone_config=backbone)
    assert "EdgeTam" in type(zoo.resolve(str(folder)).build()).__name__


def test_without_transformers_one_line_says_how_to_have_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zoo.transformers_source, "is_installed", lambda: False)
    with pytest.raises(ExplorerError, match=r"install architecture-explorer\[transformers\] to load it"):
        zoo.resolve(str(folder))


@pytest.mark.parametrize(
    "said",
    [
        {"attn_implementation": "someone/kernels"},
        {"_attn_implementation": "flash_attention_2"},
        {"quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": True}},
        {"dtype": "float16"},
        {"torch_dtype": "no such"},
    ],
)
def test_what_would_fetch_or_need_something_else_is_left_out(
    ask: Asker, folder: Path, said: dict[str, Any]
) -> None:
    edit(folder, **said)
    ask(LoadModel(str(folder)))
    assert_has_weights(ask, classifier("vit"))


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_plain_ways_of_attention_are_kept(folder: Path, attention: str) -> None:
    edit(folder, attn_implementation=attention)
    assert zoo.resolve(str(folder)).build().config._attn_implementation == attention


def test_a_folder_without_preparation_says_how_pictures_are_prepared(ask: Asker, folder: Path) -> None:
    (folder / "preprocessor_config.json").unlink()
    loaded = ask(LoadModel(str(folder)))
    assert loaded.notes == (
        "the folder has no preprocessor_config.json: pictures are prepared as ViTImageProcessor does it by default",
    )
    assert loaded.preprocess.size == (32, 32)


def test_preparation_inside_a_configuration_of_several_goes_first(folder: Path) -> None:
    nested = {"image_processor": VIT | {"size": {"height": 16, "width": 16}}}
    (folder / "processor_config.json").write_text(json.dumps(nested), encoding="utf-8")
    assert zoo.resolve(str(folder)).preprocess.size == (16, 16)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (
            {"image_processor_type": "OwnProcessor"},
            "transformers has no OwnProcessor: pictures are prepared as ViT",
        ),
        (
            {"size": {"shortest_edge": 32}},
            "its own image processor prepares pictures in another way than is done here",
        ),
    ],
)
def test_preparation_that_is_not_followed_is_said(
    ask: Asker, folder: Path, said: dict[str, Any], message: str
) -> None:
    edit(folder, "preprocessor_config.json", **said)
    assert message in "".join(ask(LoadModel(str(folder))).notes)


@pytest.mark.parametrize(
    ("file", "old", "new", "key"),
    [
        ("config.json", '"0": "cat"', '"0": "cat", "0": "dog"', "0"),
        ("config.json", '"image_size": 32', '"image_size": 64, "image_size": 32', "image_size"),
        ("preprocessor_config.json", '"height": 32', '"height": 48, "height": 32', "height"),
    ],
)
def test_what_a_file_says_twice_is_refused(folder: Path, file: str, old: str, new: str, key: str) -> None:
    """Python would keep the last without a word: another name of a class, another size."""
    content = (folder / file).read_text(encoding="utf-8")
    assert old in content
    (folder / file).write_text(content.replace(old, new), encoding="utf-8")
    with pytest.raises(ExplorerError) as caught:
        zoo.resolve(str(folder))
    assert str(caught.value).endswith(f"{file} says {key!r} twice, with different values; keep the right one")
    (folder / file).write_text(content.replace(old, f"{old}, {old}"), encoding="utf-8")
    zoo.resolve(str(folder))


def test_settings_that_cannot_be_name_the_folder(folder: Path) -> None:
    edit(folder, "preprocessor_config.json", size={"height": 10**9, "width": 10**9})
    with pytest.raises(ExplorerError, match=rf"^{folder.name}: the preprocessor_config.json asks for"):
        zoo.resolve(str(folder))


SIDES: dict[str, tuple[Any, bool, str]] = {
    "too long": (100_000, False, "its config.json asks for 100000 pixels a side; give 1 to 4,096"),
    "too long, and taken as it is": (100_000, True, "its config.json asks for 100000 pixels a side"),
    "below none": (-5, False, "its config.json asks for -5 pixels a side"),
    "two": ([0, -7], False, "its config.json does not name the length"),
    "the second": ([32, 10**12], True, "its config.json asks for 1000000000000 pixels a side"),
}


@pytest.mark.parametrize(("size", "is_said", "message"), SIDES.values(), ids=SIDES)
def test_pictures_of_a_size_that_cannot_be_are_refused_and_the_file_is_named(
    folder: Path, size: Any, is_said: bool, message: str
) -> None:
    """Where pictures are not resized, the network's own size is theirs."""
    edit(folder, image_size=size)
    edit(folder, "preprocessor_config.json", do_resize=False, do_center_crop=False)
    if not is_said:
        (folder / "preprocessor_config.json").unlink()
    with pytest.raises(ExplorerError, match=f"^{folder.name}: {message}"):
        zoo.resolve(str(folder))


def test_a_size_that_grows_by_the_crops_share_names_the_file_that_is_there(tmp_path: Path) -> None:
    config = {"model_type": "deit", "image_size": 4000}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ExplorerError) as caught:
        zoo.resolve(str(tmp_path))
    assert ": the config.json asks for 4571 pixels a side" in str(caught.value)


def test_the_smallest_networks_are_of_types_that_are_listed() -> None:
    listed = {entry.name for entry in zoo.entries("transformers").entries}
    assert listed - set(TINY) == {"dinat"}, "it needs kernels of its own"
