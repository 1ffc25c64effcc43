"""How tokens, heads and attentions are called."""

from explorer.features.attention.messages import GRADIENT, MEAN, MOST, ROLLOUT, AttentionView, Side
from explorer.records import units as fmt

_TOGETHER = {
    MEAN: "mean",
    MOST: "max",
    ROLLOUT: "rollout",
    GRADIENT: "gradient rollout",
}
_SHORT = {**_TOGETHER, GRADIENT: "gradient"}


def head_name(head: int) -> str:
    """Return `head 3`, `mean`, `max`, `gradient rollout`."""
    return _TOGETHER.get(head, f"head {head}")


def short_head(head: int) -> str:
    """Return `3`, `mean`, `max`, `rollout`."""
    return _SHORT.get(head, str(head))


def names_of(head: int) -> tuple[str, ...]:
    """Return what a head is called, the longest name first."""
    return head_name(head), short_head(head), *(("grad",) if head == GRADIENT else ())


def token_name(side: Side, token: int, place: int | None) -> str:
    """Return what a token is: `patch at row 7, column 5`, `class token`, `token 12`.

    Args:
        side: Among which tokens it is.
        token: Its number.
        place: The patch that it is, counted row by row; None if it is none.
    """
    if side.grid is None:
        return f"token {token}"
    if place is None or place < 0:
        return "padding" if place == -2 else "class token" if token == 0 else f"extra token {token}"
    return f"patch at {fmt.place(divmod(place, side.grid[1]))}"


def the(token: str) -> str:
    """Return the name of a token within a sentence: `the class token`, `token 12`."""
    return token if token.startswith(("token", "extra", "padding")) else f"the {token}"


def asked(view: AttentionView) -> str:
    """Return which token is asked about, and which way: `where the patch at row 7, column 5 looks`."""
    name = the(token_name(view.own, view.token, view.place))
    return f"who looks at {name}" if view.reverse else f"where {name} looks"


def facts(view: AttentionView) -> tuple[str, ...]:
    """Return what an attention is, in a few facts."""
    heads = f"{view.heads} heads" if view.heads > 1 else "one head"
    return f"Attention {view.number + 1} of {view.count} with {heads}", *_tokens(view)


def _tokens(view: AttentionView) -> tuple[str, ...]:
    q, k = view.shape
    queries, keys = _side(view.queries), _side(view.keys)
    who = queries if view.queries == view.keys else f"{queries} look at {keys}"
    if view.windows == 1:
        return (who,)
    within = f"{q:,}" if q == k else f"{q:,}×{k:,}"
    return who, f"{view.windows:,} windows of {within} tokens"


def _side(side: Side) -> str:
    if side.grid is None:
        return f"{side.count:,} tokens, places unknown"
    high, wide = side.grid
    patches = side.count - side.extra
    cells = f"{high}×{wide} patches" if patches == high * wide else f"{patches:,} patches of {high}×{wide}"
    beside = {0: "", 1: " and a class token"}.get(side.extra, f" and {side.extra} extra tokens")
    return f"{cells}{beside}"
