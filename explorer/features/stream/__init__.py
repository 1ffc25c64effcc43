"""Video, camera and slides: pictures that follow each other, each answered as it comes."""

from explorer.features.stream import doing
from explorer.window.spec import ActionSpec, Feature, PaneSpec, Place

FEATURE = Feature(
    panes=(
        PaneSpec("stream", "Video", "What plays on the input, and how fast it is followed", Place.SIDE,
                 "explorer.features.stream.pane:StreamPane", misfit=doing.why_none),
        PaneSpec("slides", "Slides", "The open images, one after the other", Place.SIDE,
                 "explorer.features.stream.pane:StreamPane", misfit=doing.why_no_slides),
    ),
    actions=(
        ActionSpec("openVideo", "Video, camera, slides", "Open a video file; the network follows it as it plays",
                   doing.choose_video, menu="File", offers=doing.offers, words="movie film clip mp4 open"),
        ActionSpec("openCamera", "Open the camera", "The network follows what the camera sees", doing.open_camera,
                   words="webcam video stream live"),
        ActionSpec("playSlides", "Play the open images as slides", "Show one open image after the other",
                   doing.toggle_slides, enabled=doing.can_slide, checked=doing.is_sliding,
                   needs="two open images", words="slideshow folder play"),
        ActionSpec("playStream", doing.playing,
                   "Let the pictures follow each other, or stay at one", doing.toggle, ("Shift+Space",),
                   lambda scene: "pause" if doing.is_playing(scene) else "play",
                   enabled=lambda scene: doing.plays_slides(scene) or doing.can_play(scene),
                   needs="a video, a camera or two open images", words="pause stop camera slides"),
        ActionSpec("streamBack", "The picture before", "Go back by one picture of the video",
                   lambda desk: doing.step(desk, -1), ("Alt+,",), "back", enabled=doing.can_step,
                   needs="a video", words="frame step previous"),
        ActionSpec("streamOn", "The next picture", "Go on by one picture of the video",
                   lambda desk: doing.step(desk, 1), ("Alt+.",), "forward", enabled=doing.can_step,
                   needs="a video", words="frame step next"),
        ActionSpec("streamFarBack", "5 seconds back", "Go back in the video by 5 seconds",
                   lambda desk: doing.skip(desk, -5), ("Alt+PgUp",), enabled=doing.can_step,
                   needs="a video", words="seek rewind"),
        ActionSpec("streamFarOn", "5 seconds on", "Go on in the video by 5 seconds",
                   lambda desk: doing.skip(desk, 5), ("Alt+PgDown",), enabled=doing.can_step,
                   needs="a video", words="seek forward"),
        ActionSpec("freezeFrame", "Freeze", "Open the picture that is shown as an image of its own, recorded whole",
                   doing.freeze, ("Ctrl+Alt+F",), enabled=doing.can_freeze, needs="a picture of a video or a camera",
                   words="keep still image record snapshot"),
        ActionSpec("closeStream", "Close the video", "End it; its first picture stays open as an image",
                   doing.close, enabled=doing.is_open, needs="a video or a camera", words="camera stop end"),
    ),
    followers=("explorer.features.stream.player:Player", "explorer.features.stream.slides:SlideShow"),
)  # fmt: skip
