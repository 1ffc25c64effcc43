"""Networks of one name in several sources: what is said of each."""

from explorer.features.models.twins import twins
from explorer.records.models import ModelEntry


def entry(source: str, name: str, params: int) -> ModelEntry:
    return ModelEntry(name, source, "GoogLeNet", params=params)


def test_why_twins_count_another_number_of_parameters_is_said() -> None:
    said = twins([entry("zoo", "googlenet", 13_004_888), entry("torchvision", "googlenet", 6_624_904)])
    here, there = said["zoo:googlenet"].tip, said["torchvision:googlenet"].tip
    assert "It counts 13.0 M parameters with the auxiliary heads" in here
    assert "torchvision:googlenet 6.62 M" in here
    assert "It counts 6.62 M parameters without the auxiliary heads" in there


def test_of_twins_that_count_the_same_nothing_is_said_of_it() -> None:
    said = twins([entry("zoo", "alexnet", 61_100_840), entry("torchvision", "alexnet", 61_100_840)])
    assert all("counts" not in twin.tip for twin in said.values())
