"""The sample photos that come with the program."""

from explorer.imaging import decode, read, samples
from explorer.records.images import ImageSource


def test_every_sample_opens_and_says_whose_it_is():
    titles = [sample.title for sample in samples()]
    assert len(titles) == len(set(titles)) >= 4
    for sample in samples():
        source = ImageSource(sample.path.name, path=str(sample.path))
        image = decode(read(source), source.name)
        assert min(image.pixels.shape[:2]) >= 224
        assert sample.credit
        assert sample.licence
