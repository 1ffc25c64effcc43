"""How models are named."""

from explorer.records.names import split_file


def test_name_is_split_at_the_callable() -> None:
    assert split_file("C:\\nets\\net.py:Net") == ("C:\\nets\\net.py", "Net")
    assert split_file("net.py") == ("net.py", "")
    assert split_file("timm:resnet50") is None
