"""Embeddings of open images at a layer, what they cost, and the files of weights and vectors."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from engine_asks import Asker, crossed
from safetensors import safe_open
from torch import Tensor, nn

from explorer import weights, zoo
from explorer.engine.messages import CloseImage, LoadModel, OpenImage, Record, ViewValue
from explorer.features.embeddings import backbone
from explorer.features.embeddings.messages import EmbedImages, SaveBackbone, SaveEmbeddings
from explorer.records.embeddings import FailedImage, Pooling
from explorer.records.errors import CancelledError
from explorer.records.images import ImageSource

LITE0 = "zoo:efficientnet_lite0"
PHOTOS = ("coffee", "chelsea", "rocket")
NETWORK = '''
import torch
from torch import nn

class Two(nn.Module):
    """Its first convolution leads to `act`, its second does not."""

    def __init__(self):
        super().__init__()
        self.first, self.act, self.second = nn.Conv2d(3, 4, 8, stride=8), nn.ReLU(), nn.Conv2d(4, 5, 1)

    def forward(self, x):
        return self.second(self.act(self.first(x))).mean((2, 3))

class Dark(Two):
    """Zero where its ReLU cuts, broken behind a logarithm."""

    def forward(self, x):
        return torch.log(self.act(-self.first(x).abs()))
'''


@pytest.fixture
def opened(ask: Asker, tmp_path: Path) -> Asker:
    """An engine with a small network and three photos, the first of them recorded."""
    (tmp_path / "two.py").write_text(NETWORK, encoding="utf-8")
    ask(LoadModel(f"{tmp_path / 'two.py'}:Two", seed=0, trusted=True))
    for photo in PHOTOS:
        ask.open(photo)
    ask(Record(1, "coffee"))
    return ask


@pytest.fixture
def forwards(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The number of the operation at which each forward of a backbone was ended."""
    ended: list[int] = []
    run = backbone.run_until

    def counted(model: nn.Module, image: Tensor, nodes: tuple, *rest: object) -> object:
        ended.append(nodes[-1].id)
        return run(model, image, nodes, *rest)

    monkeypatch.setattr(backbone, "run_until", counted)
    yield ended


def node(ask: Asker, name: str) -> int:
    return ask(Record(1, "coffee")).trace.by_name[name].id


# ---- embeddings ----


def test_embedding_is_the_mean_of_what_the_recording_shows(opened: Asker) -> None:
    act = node(opened, "act")
    got = crossed(opened(EmbedImages(1, PHOTOS, act)))
    assert (got.layer, got.shape, got.keys) == ("act", (1, 4, 28, 28), PHOTOS)
    assert got.names == ("coffee.png", "chelsea.png", "rocket.jpg")
    assert got.note == "4 numbers: mean over 28×28 positions" and got.weights == "random (seed 0)"
    assert len(got.remarks) == 1 and "The weights are random" in got.remarks[0]
    assert got.vectors.shape == (3, 4) and got.vectors.dtype == np.float32
    for row, photo in enumerate(PHOTOS):
        opened(Record(1, photo))
        values = opened(ViewValue(1, act)).values
        np.testing.assert_allclose(got.vectors[row], values.mean((1, 2), dtype=np.float64), rtol=1e-6)
    np.testing.assert_array_equal(got.similarity, backbone.similarities(got.vectors))


def test_flattened_embedding_is_every_number_that_the_recording_shows(opened: Asker) -> None:
    act = node(opened, "act")
    got = opened(EmbedImages(1, ("coffee",), act, Pooling.FLATTEN))
    assert np.array_equal(got.vectors[0], opened(ViewValue(1, act)).values.ravel())
    assert got.note == "3,136 numbers: all of 1×4×28×28"


def test_a_trained_network_tells_the_photos_apart(ask: Asker) -> None:
    ask(LoadModel(LITE0))
    for photo in PHOTOS:
        ask.open(photo)
    recording = ask(Record(1, "coffee"))
    (layer,) = (n for n in recording.trace.nodes if n.name == "global_pool")
    got = ask(EmbedImages(1, PHOTOS, layer.id))
    assert (
        got.remarks == ()
        and got.vectors.shape == (3, 1280)
        and got.note == "1,280 numbers: all of its output"
    )
    assert np.allclose(np.diag(got.similarity), 1) and (got.similarity - np.eye(3) < 0.99).all()


def test_a_further_image_costs_one_forward_that_ends_at_the_layer(opened: Asker, forwards: list[int]) -> None:
    act = node(opened, "act")
    opened(EmbedImages(1, ("coffee", "chelsea"), act))
    assert forwards == [act, act]
    opened.progress.clear()
    got = opened(EmbedImages(1, PHOTOS, act))
    assert forwards == [act, act, act] and got.keys == PHOTOS
    assert [text for _, _, text in opened.progress] == [f"embedding {name}" for name in got.names]
    assert [(done, total) for done, total, _ in opened.progress] == [(0, 3), (1, 3), (2, 3)]
    opened(EmbedImages(1, PHOTOS, act, Pooling.FLATTEN))
    opened(Record(1, "chelsea"))
    opened(EmbedImages(1, PHOTOS, act))
    assert forwards == [act, act, act]


def test_what_is_known_is_forgotten_with_its_image_its_layer_and_its_model(
    opened: Asker, forwards: list[int], tmp_path: Path
) -> None:
    act = node(opened, "act")
    first = opened(EmbedImages(1, ("coffee", "chelsea"), act)).vectors
    opened(CloseImage("chelsea"))
    opened(EmbedImages(1, ("coffee",), act))
    opened.open("chelsea")
    opened(EmbedImages(1, ("coffee", "chelsea"), act))
    assert len(forwards) == 3
    opened(EmbedImages(1, ("coffee",), act + 1))
    assert len(forwards) == 4
    opened(LoadModel(f"{tmp_path / 'two.py'}:Two", seed=1, trusted=True))
    opened(Record(1, "coffee"))
    assert not np.array_equal(opened(EmbedImages(1, ("coffee", "chelsea"), act)).vectors, first)


def test_an_image_that_fails_is_listed_and_the_others_stay(opened: Asker) -> None:
    act = node(opened, "act")
    got = crossed(opened(EmbedImages(1, ("coffee", "gone", "rocket"), act)))
    assert got.keys == ("coffee", "rocket") and got.vectors.shape == (2, 4)
    assert got.failed == (FailedImage("gone", "gone", "That image is not open any more; open it again."),)
    assert "nothing to embed: gone: That image" in opened.complaint(EmbedImages(1, ("gone",), act))
    assert "open an image first" in opened.complaint(EmbedImages(1, (), act))


def test_cancelled_embedding_keeps_what_it_has(opened: Asker, forwards: list[int]) -> None:
    act = node(opened, "act")
    opened(EmbedImages(1, ("coffee",), act))
    with pytest.raises(CancelledError):
        opened(EmbedImages(1, PHOTOS, act), cancel_after=1)
    opened(EmbedImages(1, ("coffee",), act))
    assert len(forwards) == 2


def test_embedding_refuses_what_is_not_there(opened: Asker) -> None:
    act = node(opened, "act")
    assert "no operation 99" in opened.complaint(EmbedImages(1, PHOTOS, 99))
    assert "Another forward" in opened.complaint(EmbedImages(77, PHOTOS, act))


def test_a_vector_that_would_be_too_long_is_refused(opened: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backbone, "LONGEST", 100)
    act = node(opened, "act")
    assert "average over positions" in opened.complaint(EmbedImages(1, ("coffee",), act, Pooling.FLATTEN))
    assert opened(EmbedImages(1, ("coffee",), act)).vectors.shape == (1, 4)


def test_zero_and_broken_vectors_are_remarked(opened: Asker, tmp_path: Path) -> None:
    opened(LoadModel(f"{tmp_path / 'two.py'}:Dark", seed=0, trusted=True))
    zero = opened(EmbedImages(1, ("coffee", "rocket"), node(opened, "act")))
    assert not zero.similarity.any()
    assert zero.remarks[0].startswith("The embedding of coffee.png is zero")
    broken = opened(EmbedImages(1, ("coffee",), node(opened, "log")))
    assert "coffee.png is not finite" in broken.remarks[0] and np.isnan(broken.similarity).all()


def test_words_of_any_length_are_embedded_alike(ask: Asker) -> None:
    ask(LoadModel("zoo:char_cnn", seed=0))
    for word in ("cat", "concatenate"):
        ask(OpenImage(word, ImageSource(word, text=word)))
    recording = ask(Record(1, "cat"))
    convolution = next(n for n in recording.trace.nodes if n.op.startswith("conv"))
    got = ask(EmbedImages(1, ("cat", "concatenate"), convolution.id))
    assert got.names == ("cat", "concatenate") and got.failed == ()
    for row, word in enumerate(got.names):
        ask(Record(1, word))
        values = ask(ViewValue(1, convolution.id)).values
        np.testing.assert_allclose(got.vectors[row], values.mean(-1, dtype=np.float64).ravel(), rtol=1e-5)


# ---- files ----


def test_saved_weights_are_those_that_lead_to_the_layer(opened: Asker, tmp_path: Path) -> None:
    act = node(opened, "act")
    path = tmp_path / "cut.safetensors"
    assert opened(SaveBackbone(1, act, str(path))) == str(path)
    assert set(weights.load(path).parts[0].tensors) == {"first.weight", "first.bias"}
    with safe_open(path, "pt") as file:
        told = file.metadata()
    assert (told["layer"], told["weights"], told["input"]) == ("act", "random (seed 0)", "1×3×224×224")
    assert (
        told["model"].endswith("two.py:Two")
        and told["pooling"] == "mean"
        and '"crop": 224' in told["preprocessing"]
    )
    assert sorted(it.name for it in tmp_path.iterdir() if "cut" in it.name) == ["cut.safetensors"]


@pytest.mark.parametrize("suffix", [".safetensors", ".pt"])
def test_saved_weights_make_a_fresh_network_embed_alike(ask: Asker, tmp_path: Path, suffix: str) -> None:
    ask(LoadModel(LITE0))
    ask.open("chelsea")
    recording = ask(Record(1, "chelsea"))
    layer = recording.trace.by_name["blocks.3.0.bn2"]
    path = tmp_path / f"cut{suffix}"
    ask(SaveBackbone(1, layer.id, str(path)))
    torch.manual_seed(5)
    fresh = zoo.resolve(LITE0).build().eval()
    state = {key: tensor.read() for key, tensor in weights.load(path).parts[0].tensors.items()}
    assert fresh.load_state_dict(state, strict=False).unexpected_keys == []
    assert not any(key.startswith(("blocks.4", "classifier", "conv_head")) for key in state)
    seen: list[Tensor] = []
    fresh.get_submodule("blocks.3.0.bn2").register_forward_hook(lambda *it: seen.append(it[2].clone()))
    picture = torch.from_numpy(ask(ViewValue(1, 0)).values)[None]
    with torch.no_grad():
        fresh(picture)
    got = ask(EmbedImages(1, ("chelsea",), layer.id))
    assert np.array_equal(got.vectors[0], seen[0].double().mean((2, 3)).float().numpy()[0])


def test_saved_embeddings_load_without_pickle(opened: Asker, tmp_path: Path) -> None:
    act, path = node(opened, "act"), tmp_path / "vectors.npz"
    got = opened(EmbedImages(1, PHOTOS, act))
    assert opened(SaveEmbeddings(1, PHOTOS, act, str(path))) == str(path)
    with np.load(path, allow_pickle=False) as file:
        assert np.array_equal(file["embeddings"], got.vectors) and file["embeddings"].dtype == np.float32
        assert tuple(file["names"]) == got.names
        told = [str(file[name]) for name in ("layer", "model", "weights", "pooling", "note")]
    assert told == ["act", got.model, "random (seed 0)", "mean", got.note]


def test_a_file_that_cannot_be_written_is_one_line_and_leaves_nothing(opened: Asker, tmp_path: Path) -> None:
    act = node(opened, "act")
    for suffix in (".safetensors", ".pt"):
        nowhere = str(tmp_path / "absent" / f"cut{suffix}")
        assert "cannot be written (No such file" in opened.complaint(SaveBackbone(1, act, nowhere))
    nowhere = str(tmp_path / "absent" / "vectors.npz")
    assert "cannot be written (No such file" in opened.complaint(SaveEmbeddings(1, PHOTOS, act, nowhere))
    (tmp_path / "folder.npz").mkdir()
    complaint = opened.complaint(SaveEmbeddings(1, PHOTOS, act, str(tmp_path / "folder.npz")))
    assert "cannot be written" in complaint
    assert not [it for it in tmp_path.iterdir() if it.suffix == ".part"]


def test_a_file_that_was_there_stays_whole_if_the_new_one_fails(
    opened: Asker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    act, path = node(opened, "act"), tmp_path / "vectors.npz"
    opened(SaveEmbeddings(1, ("coffee",), act, str(path)))
    before = path.read_bytes()

    def full(file: object, **_: object) -> None:
        file.write(b"half")  # type: ignore[attr-defined]
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    assert "No space left" in opened.complaint(SaveEmbeddings(1, PHOTOS, act, str(path)))
    assert path.read_bytes() == before
    assert [it.name for it in tmp_path.iterdir() if "vectors" in it.name] == ["vectors.npz"]


def test_other_suffixes_and_layers_without_weights_are_refused(opened: Asker, tmp_path: Path) -> None:
    act = node(opened, "act")
    assert "choose .safetensors or .pt" in opened.complaint(SaveBackbone(1, act, str(tmp_path / "cut.txt")))
    assert "choose .npz" in opened.complaint(SaveEmbeddings(1, PHOTOS, act, str(tmp_path / "a.txt")))
    assert "No weights lead to input" in opened.complaint(SaveBackbone(1, 0, str(tmp_path / "cut.pt")))
