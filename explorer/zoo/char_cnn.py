"""A convolutional network that reads a word letter by letter, each filter a detector of one n-gram.

After Kim, Jernite, Sontag and Rush, "Character-Aware Neural Language Models", AAAI 2016 (first published in 2015).
Each character becomes a short vector. Filters two, three and four characters wide slide over the word, and of each
filter only its strongest answer is kept, wherever in the word it was: so a filter learns an n-gram that matters -
an ending, a prefix - and the word becomes a list of how strongly each n-gram occurs in it. The paper feeds that list
to a language model; here one linear layer sorts words into classes. It has not been trained: its n-grams are those
of random filters.
"""

from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn

from explorer.records.models import TextInput
from explorer.zoo.registry import register


class Filters(NamedTuple):
    """How many filters there are of each width, in characters."""

    width2: int
    width3: int
    width4: int


EMBEDDING = 16
FILTERS = Filters(width2=24, width3=32, width4=40)
# The widest filter needs four characters, marks for start and end included.
TEXT = TextInput("abcdefghijklmnopqrstuvwxyz0123456789-'", shortest=4, usual=12)


class CharCNN(nn.Module):
    """Embedding, filters of three widths side by side, maximum over the word, one linear layer.

    Args:
        vocabulary: How many numbers of characters there are; 0 is padding.
        filters: How many filters there are of each width.
        num_classes: Number of logits.
    """

    def __init__(self, vocabulary: int, filters: Filters, num_classes: int = 2) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, EMBEDDING, padding_idx=0)
        self.width2 = nn.Conv1d(EMBEDDING, filters.width2, 2)
        self.width3 = nn.Conv1d(EMBEDDING, filters.width3, 3)
        self.width4 = nn.Conv1d(EMBEDDING, filters.width4, 4)
        self.fc = nn.Linear(sum(filters), num_classes)

    def forward(self, characters: Tensor) -> Tensor:
        """Map numbers of characters (N, L), L at least 4, to logits (N, num_classes)."""
        x = self.embedding(characters).transpose(1, 2)  # (N, 16, L)
        bigrams = torch.tanh(self.width2(x)).amax(dim=2)  # (N, 24, L - 1) -> (N, 24)
        trigrams = torch.tanh(self.width3(x)).amax(dim=2)  # (N, 32, L - 2) -> (N, 32)
        fourgrams = torch.tanh(self.width4(x)).amax(dim=2)  # (N, 40, L - 3) -> (N, 40)
        word = torch.cat([bigrams, trigrams, fourgrams], dim=1)  # (N, 96)
        logits: Tensor = self.fc(word)  # (N, num_classes)
        return logits


register(
    "char_cnn",
    partial(CharCNN, TEXT.vocabulary, FILTERS),
    family="Character CNN",
    year=2015,
    params=5_826,
    macs=47_040,
    preprocess=TEXT,
)
