import numpy as np
import pytest
from PySide6.QtGui import QTextDocument

from explorer.window import format as fmt


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (0, "0"),
        (7, "7"),
        (999, "999"),
        (1000, "1.00 k"),
        (999_999, "1.00 M"),
        (1_234_567, "1.23 M"),
        (None, "–"),
    ],
)
def test_count(n, text):
    assert fmt.count(n) == text


def test_bytes_and_macs():
    assert fmt.bytes_(512) == "512 B"
    assert fmt.bytes_(999.7) == "1.00 kB"
    assert fmt.bytes_(42e6) == "42.0 MB"
    assert fmt.bytes_(None) == "–"
    assert fmt.macs(1.82e9) == "1.82 G"
    assert fmt.macs(None) == "–"


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0, "0 ms"),
        (0.0423, "42.3 µs"),
        (0.0999, "0.0999 ms"),
        (31.23, "31.2 ms"),
        (999.7, "1.00 s"),
        (None, "–"),
        (float("nan"), "–"),
    ],
)
def test_milliseconds(x, text):
    assert fmt.milliseconds(x) == text


def test_shape():
    assert fmt.shape((1, 3, 224, 224)) == "1×3×224×224"
    assert fmt.shape(()) == "scalar"
    assert fmt.shape(None) == "–"


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.42131, "0.421"),
        (1234.5, "1234"),
        (6.003, "6.00"),
        (6.0, "6"),
        (100.3, "100"),
        (np.float32(0.1), "0.1"),
        (999.7, "1000"),
        (-123456.7, "−123457"),
        (1.5e7, "1.5e+07"),
        (0.0001234, "0.000123"),
        (np.float32(-1.5), "−1.5"),
        (np.int64(-1234567), "−1234567"),
        (np.bool_(True), "1"),
        (np.float16("inf"), "+∞"),
        (float("-inf"), "−∞"),
        (np.float32("nan"), "NaN"),
        (complex(1, -2), "1−2j"),
        (None, "–"),
    ],
)
def test_number(x, text):
    assert fmt.number(x) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 9, "0 %"),
        (1, 10**6, "<0.01 %"),
        (5, 1000, "0.50 %"),
        (37, 1000, "3.7 %"),
        (42, 100, "42 %"),
        (996, 1000, "99.6 %"),
        (10**6 - 1, 10**6, ">99.9 %"),
        (3, 3, "100 %"),
        (1, 0, "–"),
        (None, 3, "–"),
    ],
)
def test_percent_says_none_and_all_only_where_it_is_true(part, whole, text):
    assert fmt.percent(part, whole) == text


@pytest.mark.parametrize("text", ["cat.png", "<b>cat</b> & dog.png", "&lt;cat.png: 1 < 2", "<b>a</b>\nb"])
def test_a_tooltip_shows_a_name_as_it_is_called(text):
    shown = QTextDocument()
    tip = fmt.tip(text)
    shown.setHtml(tip) if tip.startswith("<qt>") else shown.setPlainText(tip)
    assert shown.toPlainText() == text


def test_exact_tells_numbers_of_32_bits_from_each_other():
    x = np.float32(-0.2251)
    assert fmt.exact(x) != fmt.exact(np.nextafter(x, np.float32(1)))
    assert np.float32(fmt.exact(x).replace("−", "-")) == x
    assert (fmt.exact(6.0), fmt.exact(7), fmt.exact(float("nan"))) == ("6", "7", "NaN")
    assert fmt.exact(1.5 - 2j) == "1.5−2j"


def test_the_numbers_of_a_column_have_the_same_decimals():
    column = [-0.537, -0.4264, 0.02, 0.0, float("nan")]
    decimals = fmt.decimals(column)
    assert [fmt.fixed(it, decimals) for it in column] == ["−0.537", "−0.426", "0.020", "0.000", "NaN"]
    assert (fmt.decimals([]), fmt.decimals([0.0]), fmt.decimals([12.3]), fmt.decimals([31234.0])) == (
        0,
        0,
        1,
        0,
    )
    assert fmt.fixed(-1e-9, 2) == "0.00"
