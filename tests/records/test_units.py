"""Sizes of memory as a person types them."""

import pytest

from explorer.records.errors import UsageError
from explorer.records.units import place, read_bytes


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("2G", 2_000_000_000), ("1.5 GB", 1_500_000_000), ("512 MiB", 512 << 20), ("3000000000", 3_000_000_000),
        ("0", 0), (" 7k ", 7000), ("4KiB", 4096), ("1T", 10**12), ("0.1G", 10**8), ("12b", 12), ("60.0 MB", 60_000_000),
    ],
)  # fmt: skip
def test_sizes_of_memory(text, size):
    assert read_bytes(text) == size


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lots",
        "-1",
        "1e9",
        "2 G B",
        "1,5G",
        "inf",
        "nan",
        "2X",
        "2Gi B",
        "iB",
        "9" * 40,
        "2G\n3G",
        "²G",
        "\x1b",
    ],
)
def test_nonsense_is_one_line(text):
    with pytest.raises(UsageError, match="is not a size of memory such as 2G") as caught:
        read_bytes(text)
    assert "\n" not in str(caught.value) and "\x1b" not in str(caught.value) and len(str(caught.value)) < 160


def test_a_place_reads_the_same_everywhere() -> None:
    assert place((2, 5)) == "row 2, column 5"
    assert place((7,)) == "(7)" and place((1, 2, 3)) == "(1, 2, 3)"
