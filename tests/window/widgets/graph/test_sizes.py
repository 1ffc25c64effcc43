"""What the bars in the boxes tell."""

from dataclasses import replace

from drawings import drawing
from window_fakes import measurement, trace

from explorer.window.widgets.graph.sizes import SIZES, bars_of, size_of


def test_a_group_has_the_sum_of_its_operations_and_the_largest_fills_its_bar() -> None:
    bars = bars_of(size_of("macs"), drawing(), trace(), None)
    assert {key: bar.share for key, bar in bars.by_key.items()} == {
        "0": 0.5,
        "stem": 1.0,
        "body": 1.0,
        "5": 0.5,
    }
    assert bars.by_key["stem"].text == "200" and bars.scale == "MACs: a whole bar is 200"
    opened = bars_of(size_of("macs"), drawing("stem"), trace(), None)
    assert "stem" not in opened.by_key and opened.by_key["1"].text == "100"


def test_parameters_that_several_read_count_once_in_a_group() -> None:
    network = trace()
    shared = tuple(replace(it, parameters=("stem.conv.weight",)) for it in network.nodes)
    bars = bars_of(size_of("params"), drawing(), replace(network, nodes=shared), None)
    assert {bar.text for bar in bars.by_key.values()} == {"9"}


def test_what_is_not_known_has_no_bar_and_says_so() -> None:
    untimed = bars_of(size_of("time"), drawing(), trace(), None)
    assert {bar.share for bar in untimed.by_key.values()} == {None} and untimed.scale == "Time: not known yet"
    timed = bars_of(size_of("time"), drawing(), trace(), measurement().timing)
    assert timed.by_key["stem"].text == "4.00 ms" and timed.by_key["0"].share is None
    nodes = tuple(replace(it, macs=None) if it.id == 5 else it for it in trace().nodes)
    assert bars_of(size_of("macs"), drawing(), replace(trace(), nodes=nodes), None).by_key["5"].share is None


def test_every_size_has_an_amount_of_each_box_of_a_measured_forward() -> None:
    for size in SIZES:
        bars = bars_of(size, drawing("body"), trace(), measurement().timing)
        assert set(bars.by_key) == {"0", "stem", "3", "4", "5"}, size.id
