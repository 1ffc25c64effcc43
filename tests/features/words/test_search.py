"""Winning n-grams: networks whose filters are written by hand to find known ones."""

import pytest
import torch
from torch import Tensor, nn

from explorer.features.words import search as ngrams
from explorer.fields.receptive_field import ReceptiveFields
from explorer.forward.recorder import record
from explorer.records.models import TextInput
from explorer.records.ngrams import NGram

TEXT = TextInput("abcdefghijklmnopqrstuvwxyz", shortest=5, usual=8)


def detector(grams: list[str]) -> Tensor:
    """Weights (F, vocabulary, width): each filter counts the letters of its n-gram that are in place."""
    weight = torch.zeros(len(grams), TEXT.vocabulary, len(grams[0]))
    for k, gram in enumerate(grams):
        for place, number in enumerate(TEXT.numbers(gram)[0, 1 : 1 + len(gram)]):
            weight[k, number, place] = 1.0
    return weight


class Detector(nn.Module):
    """One-hot characters, filters of two widths for known n-grams, the strongest of each."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(torch.eye(TEXT.vocabulary))
        self.width2 = nn.Conv1d(TEXT.vocabulary, 2, 2, bias=False)
        self.width3 = nn.Conv1d(TEXT.vocabulary, 2, 3, padding=1, bias=False)
        self.wider = nn.Conv1d(2, 1, 2, bias=False)
        self.width2.weight.data = detector(["ch", "ur"])
        self.width3.weight.data = detector(["tec", "arc"])
        self.wider.weight.data = torch.tensor([[[1.0, 0.0], [0.0, 0.0]]])

    def forward(self, x: Tensor) -> Tensor:
        letters = self.embedding(x).transpose(1, 2)
        trigrams = self.width3(letters)
        strongest = [self.width2(letters).amax(2), trigrams.amax(2), self.wider(trigrams).amax(2)]
        return torch.cat(strongest, 1)


def found_in(module: nn.Module, word: str) -> dict[tuple[str, int], NGram]:
    forward = record(module.eval(), (torch.from_numpy(TEXT.numbers(word)),))
    assert forward.failure is None
    found = ngrams.find(forward, ReceptiveFields(forward), TEXT.characters(word), forward.value)
    return {(gram.layer, gram.filter): gram for gram in found}


@pytest.mark.parametrize("word", ["architecture", "Architecture", "church tectonic"])
def test_each_filter_finds_its_ngram(word: str) -> None:
    found = found_in(Detector(), word)
    read = TEXT.characters(word)
    for (layer, k), gram in {("width2", 0): "ch", ("width2", 1): "ur", ("width3", 0): "tec"}.items():
        winner = found[layer, k]
        assert (winner.text, winner.start, winner.activation) == (gram, read.index(gram), len(gram))
        assert read[winner.start : winner.stop] == gram


def test_a_convolution_over_another_one_sees_the_wider_stretch() -> None:
    # Its first tap passes the detector of "tec" on; its second, of weight zero, reaches one letter further.
    assert found_in(Detector(), "architecture")["wider", 0].text == "tect"


def test_padding_is_no_part_of_an_ngram() -> None:
    class Start(Detector):
        def __init__(self) -> None:
            super().__init__()
            self.width3.weight.data = torch.zeros(2, TEXT.vocabulary, 3)
            self.width3.weight.data[0, 2, 1] = 1.0  # the mark of the start in the middle: padding before it

    assert found_in(Start(), "word")["width3", 0] == NGram(3, "width3", 0, 0, "‹w", 1.0)


def test_filters_as_wide_as_the_embedding_count_as_well() -> None:
    class Kim(nn.Module):
        """The same filters as a convolution over (characters, embedding)."""

        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding.from_pretrained(torch.eye(TEXT.vocabulary))
            self.conv = nn.Conv2d(1, 2, (2, TEXT.vocabulary), bias=False)
            self.conv.weight.data = detector(["ch", "ur"]).transpose(1, 2).unsqueeze(1)

        def forward(self, x: Tensor) -> Tensor:
            return self.conv(self.embedding(x).unsqueeze(1)).amax((2, 3))

    found = found_in(Kim(), "architecture")
    assert [found["conv", k].text for k in range(2)] == ["ch", "ur"]


def test_an_image_has_none() -> None:
    forward = record(nn.Conv2d(3, 2, 3).eval(), (torch.zeros(1, 3, 8, 8),))
    assert ngrams.find(forward, ReceptiveFields(forward), "", forward.value) == ()
