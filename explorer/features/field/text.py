"""What is said of a receptive field."""

from explorer.records.describe import extent_of, more_than
from explorer.records.units import size_of
from explorer.records.values import FieldOfUnit, UnitsOfPixel
from explorer.window import format as fmt
from explorer.window.widgets.elided import FACTS

Size = tuple[int, int]
THE_MIDDLE = "the middle unit"


def lies_on(field: FieldOfUnit, shown: Size | None) -> bool:
    """Tell whether the values that are shown, (H, W), lie on the grid of the units; true where none are shown."""
    return shown is None or field.grid is None or field.grid == shown


def sees_all(field: FieldOfUnit, picture: Size | None) -> bool:
    """Tell whether the field of a unit, as far as it lies on the input of (height, width), is all of that."""
    return picture is not None and field.box == (0, 0, *picture)


def field_caption(
    field: FieldOfUnit, shown: Size | None = None, unit: str = "", picture: Size | None = None
) -> str:
    """Return the receptive field of a unit in a few words; of all units where a place would tell nothing.

    Args:
        field: The field.
        shown: Height and width of the map that the person sees; None for none.
        unit: What the unit is called; empty for its row and column.
        picture: Height and width of the input in pixels; None if they are not known.
    """
    if field.status == "global":
        return "every value of this map sees the whole input"
    if not lies_on(field, shown):
        return _without_unit(field)
    unit = unit or fmt.place(field.unit)
    if field.status == "unknown":
        return f"what {unit} sees is unknown"
    if field.box is None:
        return f"{unit} sees nothing of the input"
    if sees_all(field, picture):
        return f"{unit} sees {_at_most(field)}the whole input"
    size = fmt.shape(size_of(field.box))
    return (
        f"the field of {unit}: {size}, exact"
        if field.status == "exact"
        else f"the field of {unit}: at most {size}"
    )


def field_in_short(field: FieldOfUnit, shown: Size | None = None, picture: Size | None = None) -> str:
    """Return the receptive field of a unit where there is little room: `sees 7×7 pixels`; arguments as above."""
    if not lies_on(field, shown):
        return field_caption(field, shown)
    if field.status == "global":
        return "sees the whole input"
    if field.status == "unknown":
        return "sees an unknown part"
    if field.box is None:
        return "sees nothing of it"
    if sees_all(field, picture):
        return f"sees {_at_most(field)}the whole input"
    return f"sees {_at_most(field)}{extent_of(size_of(field.box))}"


def units_caption(units: UnitsOfPixel, pixel: str = "") -> str:
    """Return how many units see a pixel in a few words; `pixel` is what it is called in place of its numbers."""
    pixel = pixel or fmt.place(units.pixel)
    if units.mask is None:
        return f"which units see {pixel} is unknown"
    if units.status == "global":
        return f"every value of this map sees {pixel}"
    verb = "may see" if units.status == "bound" else "see"
    return f"{int(units.mask.sum()):,} of {units.mask.size:,} units {verb} {pixel}"


def describe_field(
    field: FieldOfUnit, picture: Size | None, shown: Size | None = None, unit: str = ""
) -> tuple[str, ...]:
    """Return the receptive field of a unit in two lines: a sentence, and facts, the weightiest first, then in short.

    Args:
        field: The field.
        picture: (height, width) of the input in pixels; None leaves out the share of the input.
        shown: (height, width) of the map that the person sees; None for none.
        unit: What the unit is called; empty for its row and column.
    """
    if not lies_on(field, shown):
        said = field_caption(field, shown)
        return f"{said[:1].upper()}{said[1:]}", ""
    said = _sees(field, unit or f"the unit at {fmt.place(field.unit)}", picture)
    if unit and field.status not in ("global", "unknown"):
        said = FACTS.join((said, fmt.place(field.unit)))
    facts = (*_of_box(field, picture), _of_layer(field, picture))
    stride = "" if field.stride is None else f"stride {_each(field.stride)}"
    first = ("", "") if field.start is None else (_beginning(field.start), _begins(field.start))
    both = ((*(pair[k] for pair in facts), stride, first[k]) for k in (0, 1))
    return said, *(FACTS.join(filter(None, it)) for it in both)


def _of_box(field: FieldOfUnit, picture: Size | None) -> list[tuple[str, str]]:
    """Return where on the input the field lies, and how much of it that is, each with the same in short."""
    if field.box is None or len(field.box) != 4 or sees_all(field, picture):
        return []
    top, left, bottom, right = field.box
    where = f"rows {top} to {bottom - 1}, columns {left} to {right - 1}"
    is_same = (top, bottom) == (left, right)
    facts = [(where, f"rows and columns {top} to {bottom - 1}" if is_same else where)]
    if picture is not None:
        share = fmt.percent((bottom - top) * (right - left), picture[0] * picture[1])
        facts.append((f"{share} of the input",) * 2)
    return facts


def _of_layer(field: FieldOfUnit, picture: Size | None) -> tuple[str, str]:
    """Return the size of the layer's fields, and in short, where this unit sees less: it lies at a border."""
    if field.status in ("global", "unknown") or field.size is None or field.box is None:
        return "", ""
    if field.size == size_of(field.box):
        return "", ""
    size = extent_of(field.size) if field.status == "bound" else more_than(field.size, picture or ())
    said = f"{_at_most(field)}{size}"
    return f"field of the layer {said}", f"layer {said.removesuffix(' pixels')}"


def _at_most(field: FieldOfUnit) -> str:
    return "at most " if field.status == "bound" else ""


def _sees(field: FieldOfUnit, unit: str, picture: Size | None) -> str:
    """Return what a unit sees in a sentence."""
    if field.status == "global":
        return "Every unit sees the whole input"
    if field.status == "unknown":
        return "What a unit sees cannot be derived for this operation"
    who = f"{unit[:1].upper()}{unit[1:]}"
    if field.box is None:
        return f"{who} sees nothing of the input"
    extent = extent_of(size_of(field.box))
    if sees_all(field, picture):
        return f"{who} sees {_at_most(field)}all {extent} of the input"
    return f"{who} sees {_at_most(field) or 'exactly '}{extent}"


def describe_units(units: UnitsOfPixel) -> str:
    """Return which units see a pixel in one line."""
    pixel = f"the pixel at {fmt.place(units.pixel)}"
    if units.mask is None:
        return f"Which units see {pixel} cannot be derived"
    if units.status == "global":
        return f"Every unit sees {pixel}"
    marked, total = int(units.mask.sum()), units.mask.size
    verb = "may see" if units.status == "bound" else "see"
    return FACTS.join((f"{marked:,} of {total:,} units {verb} {pixel}", fmt.percent(marked, total)))


def _without_unit(field: FieldOfUnit) -> str:
    """Return what is true of all values where they do not lie on the grid of the units."""
    if field.status == "unknown" or field.size is None:
        return "what each value sees is unknown"
    return f"each value sees at most {extent_of(field.size)}"


def _beginning(start: tuple[float, ...]) -> str:
    """Return where the field of the first unit begins: a negative place lies in the padding around the input."""
    if len(set(start)) > 1:
        places = [
            f"{name} {fmt.number(place)}" for name, place in zip(("row", "column"), start, strict=False)
        ]
        return f"the first field begins at {', '.join(places)}"
    if start[0] < 0:
        return f"the first field begins {fmt.number(-start[0])} pixel{'' if start[0] == -1 else 's'} before the edge"
    return f"the first field begins at pixel {fmt.number(start[0])}"


def _begins(start: tuple[float, ...]) -> str:
    """Return the same in short: `first field begins at −17`, or a number an axis."""
    return f"first field begins at {', '.join(fmt.number(it) for it in dict.fromkeys(start))}"


def _each(numbers: tuple[float, ...]) -> str:
    """Return one number if all axes agree, else one an axis."""
    texts = [fmt.number(number) for number in numbers]
    return texts[0] if len(set(texts)) == 1 else "×".join(texts)
