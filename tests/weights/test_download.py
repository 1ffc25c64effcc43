"""Downloading from a server that does what real ones do."""

import shutil
import subprocess
import sys
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest
from file_server import CONTENT, Server

from explorer import weights
from explorer.records.errors import CancelledError
from explorer.records.models import WeightsSpec
from explorer.weights.lock import LockedError, lock


def fetch(spec: WeightsSpec, stop_after: int | None = None) -> list[tuple[int, int]]:
    """Download and return the progress that was told; cancel once `stop_after` bytes are there."""
    told: list[tuple[int, int]] = []

    def cancelled() -> bool:
        return stop_after is not None and told[-1][0] >= stop_after

    path = weights.download(spec, lambda done, total: told.append((done, total)), cancelled)
    assert path == weights.find(spec)
    return told


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_whole_file_arrives_with_progress_and_leaves_nothing_else(server: Server, folder: Path) -> None:
    spec = server.spec()
    told = fetch(spec)
    assert (folder / spec.filename).read_bytes() == CONTENT
    assert names(folder) == [spec.filename]
    assert told[0] == (0, len(CONTENT)) and told[-1] == (len(CONTENT), len(CONTENT))
    assert told == sorted(told) and len(told) > 3


def test_cancelled_download_keeps_its_part_and_goes_on_there(server: Server, folder: Path) -> None:
    spec = server.spec()
    with pytest.raises(CancelledError):
        fetch(spec, stop_after=1)
    part = folder / f"{spec.filename}.part"
    have = part.stat().st_size
    assert 0 < have < len(CONTENT)
    assert names(folder) == [part.name]

    told = fetch(spec)
    assert told[0] == (have, len(CONTENT))
    assert server.seen == [None, f"bytes={have}-"]
    assert (folder / spec.filename).read_bytes() == CONTENT
    assert names(folder) == [spec.filename]


@pytest.mark.parametrize("habit", [{"ranges": False}, {"shift": 7}])
def test_server_that_cannot_resume_is_read_from_the_start(
    server: Server, folder: Path, habit: dict[str, int]
) -> None:
    spec = server.spec()
    write_part(folder, spec, CONTENT[:1000])
    for name, value in habit.items():
        setattr(server, name, value)
    assert fetch(spec)[0] == (0, len(CONTENT))
    assert (folder / spec.filename).read_bytes() == CONTENT


def test_complete_part_is_not_fetched_again(server: Server, folder: Path) -> None:
    spec = server.spec()
    write_part(folder, spec, CONTENT)
    assert fetch(spec) == []
    assert (folder / spec.filename).read_bytes() == CONTENT


def test_part_longer_than_the_file_is_begun_anew(server: Server, folder: Path) -> None:
    spec = server.spec()
    write_part(folder, spec, CONTENT + b"more")
    fetch(spec)
    assert (folder / spec.filename).read_bytes() == CONTENT


def test_wrong_content_is_thrown_away_and_said(server: Server, folder: Path) -> None:
    spec = server.spec()
    server.content = CONTENT[::-1]
    with pytest.raises(weights.DownloadError, match="another content than was published"):
        fetch(spec)
    assert names(folder) == []


def test_file_changed_since_the_part_is_caught(server: Server, folder: Path) -> None:
    spec = server.spec()
    write_part(folder, spec, b"\0" * 1000)
    with pytest.raises(weights.DownloadError, match="another content"):
        fetch(spec)
    assert names(folder) == []
    fetch(spec)
    assert (folder / spec.filename).read_bytes() == CONTENT


def test_answer_that_breaks_off_is_said_and_resumed(server: Server, folder: Path) -> None:
    spec = server.spec()
    server.send = 100_000
    with pytest.raises(weights.DownloadError, match="broke off after 100,000 of 2,097,152 bytes"):
        fetch(spec)
    assert names(folder) == [f"{spec.filename}.part"]
    server.send = None
    assert fetch(spec)[0] == (100_000, len(CONTENT))


def test_answer_of_unknown_length_that_is_cut_is_resumed(server: Server, folder: Path) -> None:
    spec = server.spec()
    server.length, server.send = False, 100_000
    with pytest.raises(
        weights.DownloadError, match=r"ended after 100,000 bytes .* it may have broken off; start"
    ):
        fetch(spec)
    assert names(folder) == [f"{spec.filename}.part"]
    server.send = None
    assert fetch(spec)[0] == (100_000, len(CONTENT))
    assert (folder / spec.filename).read_bytes() == CONTENT


def test_answer_of_unknown_length_arrives(server: Server, folder: Path) -> None:
    server.length = False
    spec = server.spec()
    fetch(spec)
    assert names(folder) == [spec.filename]


@pytest.mark.parametrize("ranges", [True, False])
def test_wrong_content_of_unknown_length_is_thrown_away_the_second_time(
    server: Server, folder: Path, ranges: bool
) -> None:
    spec = server.spec()
    server.length, server.ranges, server.content = False, ranges, CONTENT[::-1]
    with pytest.raises(weights.DownloadError, match="may have broken off"):
        fetch(spec)
    with pytest.raises(weights.DownloadError, match="another content than was published"):
        fetch(spec)
    assert names(folder) == []


def test_answer_without_an_end_is_cut_at_what_was_published(server: Server, folder: Path) -> None:
    spec = server.spec()
    server.length, server.content = False, CONTENT * 3
    with pytest.raises(weights.DownloadError, match="another content than was published"):
        fetch(spec)
    assert names(folder) == []


@pytest.mark.parametrize("have", [0, 1000])
def test_server_that_lies_about_ranges_is_asked_three_times(server: Server, folder: Path, have: int) -> None:
    spec = server.spec()
    write_part(folder, spec, CONTENT[:have])
    server.lies = True
    with pytest.raises(
        weights.DownloadError, match="does not send the bytes that it is asked for; try again"
    ):
        fetch(spec)
    assert len(server.seen) == 3


@pytest.mark.parametrize(("status", "reason"), [(404, "Not Found"), (503, "Service Unavailable")])
def test_refusal_of_the_server_is_one_line(server: Server, folder: Path, status: int, reason: str) -> None:
    server.error = status
    with pytest.raises(weights.DownloadError, match=f"answered {status} {reason}") as caught:
        fetch(server.spec())
    assert "\n" not in str(caught.value)
    assert names(folder) == []


def test_no_server_is_one_line() -> None:
    with Server() as gone:
        spec = gone.spec()
    with pytest.raises(weights.DownloadError, match="check the network") as caught:
        fetch(spec)
    assert "\n" not in str(caught.value) and "Errno" not in str(caught.value)


def test_file_url_is_copied(folder: Path, tmp_path: Path, server: Server) -> None:
    (tmp_path / "source.pth").write_bytes(CONTENT)
    spec = replace(server.spec(), url=(tmp_path / "source.pth").as_uri())
    assert fetch(spec)[-1] == (len(CONTENT), len(CONTENT))
    assert server.seen == []
    assert (folder / spec.filename).read_bytes() == CONTENT


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/net.pth", "data:,abc", "net.pth"])
def test_other_schemes_are_refused(server: Server, url: str) -> None:
    with pytest.raises(weights.DownloadError, match="cannot be downloaded"):
        fetch(replace(server.spec(), url=url))


def test_redirection_to_another_scheme_is_refused(server: Server) -> None:
    server.location = "ftp://127.0.0.1/net.pth"
    with pytest.raises(weights.DownloadError, match="unknown url type: ftp"):
        fetch(server.spec())


def test_weights_that_are_not_published_cannot_be_downloaded(server: Server) -> None:
    with pytest.raises(weights.DownloadError, match="not published for download"):
        fetch(replace(server.spec(), url=None))


def test_verified_file_is_not_fetched_again(server: Server) -> None:
    fetch(server.spec())
    assert fetch(server.spec()) == []
    assert len(server.seen) == 1


def test_broken_file_under_the_final_name_is_replaced(server: Server, folder: Path) -> None:
    spec = server.spec()
    folder.mkdir(parents=True)
    (folder / spec.filename).write_bytes(b"half")
    fetch(spec)
    assert (folder / spec.filename).read_bytes() == CONTENT


def test_without_a_hash_the_size_is_the_proof(server: Server, folder: Path) -> None:
    spec = replace(server.spec(), sha256_prefix="")
    server.content = CONTENT[:-1]
    with pytest.raises(weights.DownloadError, match="another content"):
        fetch(spec)
    server.content = CONTENT
    fetch(spec)
    assert (folder / spec.filename).read_bytes() == CONTENT


def test_full_disk_is_said_before_anything_is_written(
    server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 10, 1000))
    with pytest.raises(weights.DownloadError, match="needs 2 MB more"):
        fetch(server.spec())
    assert names(folder) == []


def test_folder_that_cannot_be_made_is_one_line(server: Server, tmp_path: Path) -> None:
    (tmp_path / "torch").write_text("a file in the way", encoding="utf-8")
    with pytest.raises(weights.DownloadError, match="set TORCH_HOME"):
        fetch(server.spec())


def test_second_download_of_a_file_is_refused_while_the_first_runs(server: Server, folder: Path) -> None:
    spec = server.spec()
    refused: list[str] = []

    def try_again() -> bool:
        with pytest.raises(weights.DownloadError, match="being downloaded already") as caught:
            fetch(spec)
        refused.append(str(caught.value))
        return False

    weights.download(spec, lambda done, total: None, try_again)
    assert refused
    assert (folder / spec.filename).read_bytes() == CONTENT


def test_lock_of_a_dead_process_does_not_block(tmp_path: Path) -> None:
    path = tmp_path / "net.lock"
    program = (
        "import os, sys; from pathlib import Path; from explorer.weights.lock import lock\n"
        "with lock(Path(sys.argv[1])): os._exit(1)"
    )
    assert subprocess.run([sys.executable, "-c", program, str(path)], check=False).returncode == 1
    assert path.exists()
    with lock(path), pytest.raises(LockedError), lock(path):
        pass
    assert not path.exists()


def write_part(folder: Path, spec: WeightsSpec, content: bytes) -> None:
    folder.mkdir(parents=True)
    (folder / f"{spec.filename}.part").write_bytes(content)
