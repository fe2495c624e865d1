"""`ainotes.data.download` against a server on this machine that does what servers do."""

import hashlib
import os
import socket
import time

import pytest
from bad_server import GOOD, serving

from ainotes.data import download as module
from ainotes.data.download import DownloadError, download
from ainotes.data.files import DataFile, problem


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(module, "OPEN_SECONDS", 0.5)
    monkeypatch.setattr(module, "READ_SECONDS", 0.5)
    with serving() as address:
        yield address


def file_at(*urls):
    return DataFile("set/raw/file.gz", len(GOOD), hashlib.sha256(GOOD).hexdigest(), hashlib.md5(GOOD).hexdigest(), urls)


def left_behind(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_good_mirror_gives_the_file_where_it_belongs(server, tmp_path):
    file = file_at(f"{server}/good/file.gz")
    path = download(file, tmp_path, quiet=True)
    assert path == tmp_path / "set" / "raw" / "file.gz"
    assert path.read_bytes() == GOOD
    assert problem(file, path) is None
    assert left_behind(tmp_path) == [path]


def test_without_a_published_size_the_servers_word_is_taken_and_the_checksum_decides(server, tmp_path):
    prefix = hashlib.sha256(GOOD).hexdigest()[:8]
    path = download(DataFile("a.pth", None, prefix, urls=(f"{server}/good/a",)), tmp_path, quiet=True)
    assert path.read_bytes() == GOOD
    for kind, why in [("cut", "ended after|broke off"), ("other", "wrong checksum"), ("shorter", "wrong checksum")]:
        with pytest.raises(DownloadError, match=why):
            download(DataFile("b.pth", None, prefix, urls=(f"{server}/{kind}/b",)), tmp_path, quiet=True)
    with pytest.raises(DownloadError, match="wrong checksum"):
        download(DataFile("c.pth", None, "", urls=(f"{server}/good/c",)), tmp_path, quiet=True)
    assert left_behind(tmp_path) == [path]


BAD = {
    "forbidden": "answered 403",
    "other": "something other than file.gz",
    "page": "something other than file.gz",
    "longer": "more than the 102,400 bytes",
    "shorter": "ended after 1,000 of 102,400 bytes",
    "cut": "ended after 5,000 of 102,400 bytes|broke off",
    "silent": "did not answer in time",
    "stall": "did not answer in time",
    "drip": "was too slow|did not answer in time",
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_mirror_leaves_nothing_and_is_named_with_its_reason(kind, server, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SLOW_SECONDS", 0.3)
    with pytest.raises(DownloadError, match=BAD[kind]) as caught:
        download(file_at(f"{server}/{kind}/file.gz"), tmp_path, quiet=True)
    assert "127.0.0.1" in str(caught.value)
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("kind", ["forbidden", "other", "cut", "stall", "silent"])
def test_after_a_bad_mirror_comes_the_next(kind, server, tmp_path):
    path = download(file_at(f"{server}/{kind}/file.gz", f"{server}/good/file.gz"), tmp_path, quiet=True)
    assert path.read_bytes() == GOOD


def test_after_a_failure_the_next_call_succeeds(server, tmp_path):
    with pytest.raises(DownloadError):
        download(file_at(f"{server}/cut/file.gz"), tmp_path, quiet=True)
    assert download(file_at(f"{server}/good/file.gz"), tmp_path, quiet=True).read_bytes() == GOOD


def test_a_damaged_file_is_replaced_only_by_a_true_one(server, tmp_path):
    path = tmp_path / "set" / "raw" / "file.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"damaged")
    with pytest.raises(DownloadError):
        download(file_at(f"{server}/other/file.gz"), tmp_path, quiet=True)
    assert path.read_bytes() == b"damaged"
    download(file_at(f"{server}/good/file.gz"), tmp_path, quiet=True)
    assert path.read_bytes() == GOOD


def test_nobody_listening_is_told_at_once(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/file.gz"
        with pytest.raises(DownloadError, match=r"broke off|no connection|did not answer"):
            download(file_at(url), tmp_path, quiet=True)


def test_without_a_network_the_mirrors_share_one_reason(tmp_path, monkeypatch):
    def resolver(*args, **kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    monkeypatch.setenv("NO_PROXY", "*")
    with pytest.raises(DownloadError, match=r"^no connection to one\.invalid or two\.invalid$"):
        download(file_at("http://one.invalid/a", "http://two.invalid/a"), tmp_path, quiet=True)


def test_a_slow_look_up_of_the_name_is_not_waited_for(tmp_path, monkeypatch):
    def resolver(*args, **kwargs):
        time.sleep(1)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    monkeypatch.setattr(module, "OPEN_SECONDS", 0.1)
    monkeypatch.setenv("NO_PROXY", "*")
    with pytest.raises(DownloadError, match=r"mirror\.invalid did not answer in time"):
        download(file_at("http://mirror.invalid/file.gz"), tmp_path, quiet=True)


def test_a_folder_that_cannot_be_written_to_is_told_as_such(server, tmp_path):
    (tmp_path / "set").write_text("a file in the way")
    with pytest.raises(DownloadError, match="cannot be written to"):
        download(file_at(f"{server}/good/file.gz"), tmp_path, quiet=True)


def test_what_a_killed_download_left_is_swept_away_and_what_runs_is_not(server, tmp_path):
    raw = tmp_path / "set" / "raw"
    raw.mkdir(parents=True)
    old, new, other = raw / ".file.gz.1-ab.part", raw / ".file.gz.2-cd.part", raw / ".other.gz.1-ab.part"
    for part in (old, new, other):
        part.write_bytes(b"half")
    for part in (old, other):
        os.utime(part, (0, 0))
    path = download(file_at(f"{server}/good/file.gz"), tmp_path, quiet=True)
    assert sorted(left_behind(tmp_path)) == sorted([new, other, path])


def test_an_interrupt_leaves_nothing(server, tmp_path, monkeypatch):
    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "_progress", interrupted)
    with pytest.raises(KeyboardInterrupt):
        download(file_at(f"{server}/good/file.gz"), tmp_path, quiet=True)
    assert left_behind(tmp_path) == []


def test_the_progress_bar_is_silent_when_asked(server, tmp_path, capfd):
    download(file_at(f"{server}/good/file.gz"), tmp_path / "a", quiet=True)
    assert capfd.readouterr() == ("", "")
    download(file_at(f"{server}/good/file.gz"), tmp_path / "b")
    assert "file.gz" in capfd.readouterr().err


def test_a_file_without_mirrors_cannot_be_downloaded(tmp_path):
    with pytest.raises(DownloadError, match="no address"):
        download(file_at(), tmp_path)
