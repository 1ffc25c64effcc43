"""What can be done with a second network, from anywhere in the window."""

from dataclasses import replace

from explorer.window import loading
from explorer.window.spec import DeskLike


def choose(desk: DeskLike) -> None:
    """Open the list of all networks for the second seat, and the page."""
    desk.set(page="compare")
    desk.choose(loading.Picking(beside=True))


def turn(desk: DeskLike) -> None:
    """Show the layers of both networks as graphs, or as a table if they are graphs already."""
    from explorer.features.compare.choice import LAYERS, Comparing  # here: the window starts without them

    chosen, page = desk.scene.choice(Comparing), desk.scene.page
    are_seen = page == "compare" and chosen.view == LAYERS
    desk.set(page="compare")
    desk.choose(replace(chosen, view=LAYERS, graphs=not (chosen.graphs and are_seen)))
    desk.settle()


def close(desk: DeskLike) -> None:
    """Let go of the second network."""
    loading.close_beside(desk)


def swap(desk: DeskLike) -> None:
    """Let both take each other's place; the operation that is looked at of the second is then the scene's."""
    from explorer.features.compare import choice as ask  # here: the window starts without them
    from explorer.features.compare.messages import Matching

    scene = desk.scene
    now = ask.two(scene)
    matching = desk.known(ask.match(scene, now)) if now is not None else None
    known = matching if isinstance(matching, Matching) else None
    partner = ask.shown_pair(scene, now, known)[1] if now is not None else None
    loading.swap(
        desk,
        partner.name if partner is not None else None,
        lambda: desk.choose(desk.scene.choice(ask.Mended).swapped()),
    )
