"""The network that reads words: any length, the strongest n-gram wherever it stands."""

import pytest
import torch

from explorer import zoo
from explorer.forward.recorder import record
from explorer.records.models import TextInput

WIDTHS = {"width2": 2, "width3": 3, "width4": 4}


def word(text: str) -> torch.Tensor:
    preprocess = zoo.resolve("zoo:char_cnn").preprocess
    assert isinstance(preprocess, TextInput)
    return torch.from_numpy(preprocess.numbers(text))


@pytest.mark.parametrize("text", ["", "a", "it's", "re-read", "Größe", "antidisestablishmentarianism"])
def test_any_word_can_be_read(text: str) -> None:
    model = zoo.resolve("zoo:char_cnn").build().eval()
    with torch.no_grad():
        assert model(word(text)).isfinite().all()


def test_too_few_characters_fail_at_the_widest_filter() -> None:
    model = zoo.resolve("zoo:char_cnn").build().eval()
    recording = record(model, (torch.zeros(1, 3, dtype=torch.int64),))
    assert recording.failure is not None
    assert recording.failure.module == "width4"


def test_a_filter_answers_with_its_best_n_gram_of_the_word() -> None:
    torch.manual_seed(0)
    model = zoo.resolve("zoo:char_cnn").build().eval()
    numbers = word("character")
    recording = record(model, (numbers,))
    peaks = [index for index, operation in enumerate(recording.operations) if operation.op == "amax"]
    assert len(peaks) == len(WIDTHS)
    for peak, (path, width) in zip(peaks, WIDTHS.items(), strict=True):
        conv = model.get_submodule(path)
        letters = model.embedding(numbers)[0]  # (L, 16)
        grams = letters.unfold(0, width, 1).flatten(1)  # (places, 16 * width), channel by channel
        scores = torch.tanh(grams @ conv.weight.flatten(1).T + conv.bias)  # (places, filters)
        torch.testing.assert_close(recording.value(peak), scores.amax(dim=0)[None])


def test_padding_says_nothing() -> None:
    model = zoo.resolve("zoo:char_cnn").build()
    assert not model.embedding.weight[0].any()
    assert model.embedding.weight[1:].any(dim=1).all()
