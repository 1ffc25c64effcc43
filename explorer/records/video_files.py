"""Files of videos, by their names and by their first bytes."""

VIDEO_SUFFIXES = frozenset((".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".ogv"))
"""Endings that videos bear."""
HEAD = 32
"""How many of a file's first bytes `is_video` looks at."""
_PICTURE_BRANDS = (
    b"heic",
    b"heix",
    b"heim",
    b"heis",
    b"hevc",
    b"hevx",
    b"mif1",
    b"msf1",
    b"avif",
    b"avis",
    b"crx ",
)


def is_video(head: bytes) -> bool:
    """Tell whether a file is a video of a common kind by its first bytes: MP4 and MOV, Matroska and WebM, AVI."""
    if head[4:8] == b"ftyp":
        return head[8:12] not in _PICTURE_BRANDS
    return head.startswith(b"\x1a\x45\xdf\xa3") or (head.startswith(b"RIFF") and head[8:12] == b"AVI ")
