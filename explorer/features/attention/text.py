"""How tokens, heads and attentions are called."""

from explorer.features.attention.messages import Side


def token_name(side: Side, token: int, place: int | None) -> str:
    """Return what a token is: `patch (7, 5)` by row and column, `class token`, `token 12`.

    Args:
        side: Among which tokens it is.
        token: Its number.
        place: The patch that it is, counted row by row; None if it is none.
    """
    if place is not None and side.grid is not None:
        row, column = divmod(place, side.grid[1])
        return f"patch ({row}, {column})"
    if side.grid is not None:
        return "class token" if token == 0 else f"extra token {token}"
    return f"token {token}"
