"""How far values and layers agree, as a person reads it."""

from math import inf, isnan

from explorer.window import format as fmt

_FAR = 1000.0  # times as large as what it is held against: how many more tells nobody more


def similarity(value: float, is_rough: bool = False) -> str:
    """Return a similarity; one that is rough with no more digits than it deserves. A dash where it is unknown."""
    digits = 2 if is_rough else 4
    return fmt.UNKNOWN if isnan(value) else f"{value:.{digits}f}".replace("-", "−")


def error(value: float) -> str:
    """Return a relative error: `0.917`, `> 1000` of any that is larger. A dash where it is unknown."""
    if isnan(value):
        return fmt.UNKNOWN
    return f"> {_FAR:.0f}" if value > _FAR else fmt.number(value)


def error_whole(value: float) -> str:
    """Return what a relative error that is not told in full comes from; empty for one that is."""
    if value == inf:
        return "B is 0 everywhere, or only one side is finite: the relative error has no bound"
    return f"‖A − B‖ is {fmt.number(value)} times ‖B‖: B is nearly 0 here" if value > _FAR else ""


def alike(value: float, over: str, is_rough: bool) -> str:
    """Return a CKA with what its examples were: `CKA over places about 0.93`."""
    about = "about " if is_rough and not isnan(value) else ""
    return f"CKA over {over} {about}{similarity(value, is_rough)}"
