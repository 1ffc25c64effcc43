"""Which operations see more than the input has, and from which input on each sees something new."""

import csv
import io

import torch
from torch import nn

import explorer
from explorer.features.field.reach import first_beyond, reaches, table


class Deep(nn.Sequential):
    def __init__(self) -> None:
        # Fields 3, 3 (pointwise), 5, 7, 7: of an input with six rows the fourth sees more than there is.
        super().__init__(
            nn.Conv2d(3, 4, 3, padding=1),
            nn.Conv2d(4, 4, 1),
            nn.Conv2d(4, 4, 3, padding=1),
            nn.Conv2d(4, 4, 3, padding=1),
            nn.ReLU(),
        )


def test_a_layer_sees_something_new_from_one_pixel_more_than_the_largest_field_before_it() -> None:
    trace = explorer.record(Deep(), torch.randn(1, 3, 6, 9)).trace
    found = [(it.node.op, it.size, it.exceeds, it.new_from) for it in reaches(trace) if it.node.is_operation]
    assert found == [
        ("conv2d", (3, 3), False, (2, 2)),
        ("conv2d", (3, 3), False, None),
        ("conv2d", (5, 5), False, (4, 4)),
        ("conv2d", (7, 7), True, (6, 6)),
        ("relu", (7, 7), True, None),
    ]
    beyond = first_beyond(trace)
    assert beyond is not None and beyond.name == "3"
    # An input of that size tells the layer from the one before it; one pixel less, and both see the whole of it.
    assert first_beyond(explorer.record(Deep(), torch.randn(1, 3, 7, 9)).trace) is None


def test_the_table_has_headings_and_plain_numbers() -> None:
    trace = explorer.record(Deep(), torch.randn(1, 3, 6, 9)).trace
    rows = list(csv.DictReader(io.StringIO(table(trace))))
    row = next(row for row in rows if row["operation"].startswith("3"))
    assert (row["field rows"], row["larger than the input"], row["new from rows"]) == ("7", "yes", "6")


def test_words_have_no_fields_to_list() -> None:
    trace = explorer.record(nn.Linear(4, 2), torch.randn(1, 4)).trace
    assert list(reaches(trace)) == [] and first_beyond(trace) is None
