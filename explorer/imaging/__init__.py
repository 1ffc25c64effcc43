"""From any file a person drops to the input of a model: decode safely, preprocess, name the classes."""

from explorer.imaging.arrays import read_array
from explorer.imaging.class_names import class_names_in, read_class_names, repeated_class
from explorer.imaging.decode import decode, decode_pixels, read
from explorer.imaging.errors import ImageError
from explorer.imaging.frames import further_frames, is_animated
from explorer.imaging.labels import imagenet_labels
from explorer.imaging.preprocess import prepare, thumbnail, with_picture
from explorer.imaging.words import prepare_word, word_thumbnail
from explorer.records.samples import Sample, samples

__all__ = [
    "ImageError",
    "Sample",
    "class_names_in",
    "decode",
    "decode_pixels",
    "further_frames",
    "imagenet_labels",
    "is_animated",
    "prepare",
    "prepare_word",
    "read",
    "read_array",
    "read_class_names",
    "repeated_class",
    "samples",
    "thumbnail",
    "with_picture",
    "word_thumbnail",
]
