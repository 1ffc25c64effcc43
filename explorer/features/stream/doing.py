"""What a person does with a stream; all of it stands in the scene, and the player follows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from explorer.records.images import ImageSource
from explorer.records.video_files import VIDEO_SUFFIXES
from explorer.window.live import Live
from explorer.window.scene import Scene
from explorer.window.spec import DeskLike, Level, NoticeAction
from explorer.window.stream import CAMERA, Slides, Stream, clock


def why_none(scene: Scene) -> str:
    """Say why there is no video to play; empty if there is one."""
    return "" if is_shown(scene) else "No video is open."


def why_no_slides(scene: Scene) -> str:
    """Say why there are no slides to stop; empty if there are."""
    return "" if is_sliding(scene) and not is_shown(scene) else "No slides are played."


def is_open(scene: Scene) -> bool:
    """Tell whether a video or a camera is open."""
    return scene.choice(Stream).is_open


def is_shown(scene: Scene) -> bool:
    """Tell whether the stream's input is the one that is shown."""
    return is_open(scene) and scene.choice(Stream).key == scene.image


def can_play(scene: Scene) -> bool:
    """Tell whether its pictures can be followed."""
    return is_shown(scene) and not scene.choice(Stream).why_not


def can_step(scene: Scene) -> bool:
    """Tell whether one can go to and fro in it."""
    return can_play(scene) and scene.choice(Stream).length > 0


def can_freeze(scene: Scene) -> bool:
    """Tell whether a picture of it is shown."""
    return is_shown(scene) and scene.choice(Live).frame is not None


def is_playing(scene: Scene) -> bool:
    """Tell whether its pictures come by themselves."""
    return scene.choice(Stream).playing


def can_slide(scene: Scene) -> bool:
    """Tell whether there is more than one image to show."""
    return sum(map(scene.can_record, scene.images)) > 1


def is_sliding(scene: Scene) -> bool:
    """Tell whether the open images follow each other."""
    return scene.choice(Slides).on


def offers(desk: DeskLike) -> Sequence[NoticeAction]:
    """Return the three kinds of what follows itself."""
    slides = "Stop the slides" if is_sliding(desk.scene) else "The open images as slides"
    made = [
        NoticeAction("Video file…", lambda: choose_video(desk)),
        NoticeAction("Camera", lambda: open_camera(desk)),
    ]
    if can_slide(desk.scene) or is_sliding(desk.scene):
        made.append(NoticeAction(slides, lambda: toggle_slides(desk)))
    return made


def choose_video(desk: Any) -> None:
    """Let the person choose a video file."""
    from PySide6.QtWidgets import QApplication, QFileDialog  # here: the start has no use of it

    endings = " ".join(f"*{ending}" for ending in sorted(VIDEO_SUFFIXES))
    kinds = f"Videos ({endings} {endings.upper()});;All files (*)"
    short = QFileDialog.Option.HideNameFilterDetails  # the names of the kinds; their endings are many
    path, _ = QFileDialog.getOpenFileName(
        QApplication.activeWindow(), "Open a video", "", kinds, options=short
    )
    if path:
        _want(desk, path)


def open_camera(desk: DeskLike) -> None:
    """Open the camera."""
    _want(desk, CAMERA)


def _want(desk: DeskLike, wanted: str) -> None:
    desk.choose(replace(desk.scene.choice(Stream), wanted=wanted))


def plays_slides(scene: Scene) -> bool:
    """Tell whether what is played and stopped is the slides: where they go on, or no video is shown."""
    return is_sliding(scene) or (can_slide(scene) and not is_shown(scene))


def playing(scene: Scene) -> str:
    """Return what playing and stopping does now, in a few words."""
    if plays_slides(scene):
        return "Stop the slides" if is_sliding(scene) else "Play the slides"
    return "Pause the video" if is_playing(scene) else "Play the video"


def toggle(desk: DeskLike) -> None:
    """Play the video or the slides, or stay at the picture that is shown."""
    if plays_slides(desk.scene):
        toggle_slides(desk)
        return
    choice = desk.scene.choice(Stream)
    is_over = bool(choice.length) and not choice.playing and choice.at >= choice.length - 0.1
    desk.choose(replace(choice, playing=not choice.playing, at=0.0 if is_over else choice.at))


def step(desk: DeskLike, count: int) -> None:
    """Go on by pictures; what plays stops."""
    choice = desk.scene.choice(Stream)
    desk.choose(replace(choice, playing=False, at=choice.within(choice.at + count * choice.step)))


def skip(desk: DeskLike, seconds: float) -> None:
    """Go on by seconds."""
    seek(desk, desk.scene.choice(Stream).at + seconds)


def seek(desk: DeskLike, at: float) -> None:
    """Go to a time, in seconds."""
    choice = desk.scene.choice(Stream)
    desk.choose(replace(choice, at=choice.within(at)))


def freeze(desk: DeskLike) -> None:
    """Open the picture that is shown as an image of its own, and show that."""
    scene = desk.scene
    choice, frame = scene.choice(Stream), scene.choice(Live).frame
    if frame is None:
        return
    source = ImageSource(f"{choice.name} at {clock(choice.at)}", pixels=frame.pixels)
    desk.put(scene.with_choice(replace(choice, playing=False)).with_inputs(source))
    desk.tell(Level.INFO, f"{source.name} is an image of its own now.", about="stream")


def why_not_followed(scene: Scene) -> str:
    """Say why the network does not follow the pictures; empty if it does."""
    model, forward = scene.model, scene.forward
    if model is not None and (count := getattr(model.preprocess, "frames", 0)):
        return f"This network reads several frames at once: {count} of the whole video."
    if model is not None and len(model.inputs) > 1:
        return "This network takes more than one input: only the first picture is shown."
    if forward is not None and forward.trace.error is not None:
        return "The forward stopped: choose another input size first."
    return ""


def close(desk: DeskLike) -> None:
    """End the stream."""
    desk.choose(Stream())


def toggle_slides(desk: DeskLike) -> None:
    """Let the open images follow each other, or stay at one."""
    desk.choose(Slides(not desk.scene.choice(Slides).on))
