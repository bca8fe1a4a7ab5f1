"""Uploads on a real server, said byte by byte: lengths that are too large, missing, or not true."""

import os
import re
import socket
from pathlib import Path

import pytest

BOUNDARY = "b0undary"


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture
def site(make_site, places):
    return make_site("demo", EVIDENCE_MEGABYTES="1", TMPDIR=str(places))


def raw(site, head, body=b"", *, seconds=20):
    """The status of the first answer, and whether the server was still there to give one."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=seconds) as wire:
        wire.sendall(head)
        try:
            wire.sendall(body)
            wire.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused before it was read
        answer = b""
        try:
            while piece := wire.recv(65536):
                answer += piece
                if len(answer) > 20_000:
                    break
        except ConnectionResetError:
            pass
    found = re.match(rb"HTTP/1\.1 ([0-9]{3})", answer)
    return int(found[1]) if found else None


def head(site, visitor, *lines, code):
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in visitor.cookies.items())
    said = [
        f"POST /en/desk/indicators/{code}/enter/ HTTP/1.1", f"Host: {site.url.split('//')[1]}", f"Cookie: {cookies}",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}", "Connection: close", *lines, "", "",
    ]  # fmt: skip
    return "\r\n".join(said).encode()


def upload(token, size):
    fields = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n'
    file = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="evidence_files"; filename="a.csv"\r\n\r\n'
    return (fields + file).encode() + b"a,b\n" * (size // 4) + f"\r\n--{BOUNDARY}--\r\n".encode()


def test_I14_lengths_that_are_too_large_missing_or_untrue(site, places):
    visitor = site.sign_in("official")
    code = re.search(r"/desk/indicators/([\w-]+)/enter/", visitor.get("/en/desk/").text)[1]
    page = visitor.get(f"/en/desk/indicators/{code}/enter/").text
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    fair, large = upload(token, 400_000), upload(token, 3_000_000)
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(fair), fair)

    def ask(length, body):
        return raw(site, head(site, visitor, length, code=code), body)

    answers = {
        "fair": ask(f"Content-Length: {len(fair)}", fair),
        "one file too large": ask(f"Content-Length: {len(large)}", large),
        "beyond all bounds": ask("Content-Length: 99999999999", fair),
        "chunked": ask("Transfer-Encoding: chunked", chunked),
        "no length": ask("X-Nothing: 1", fair),
        "shorter than said": ask(f"Content-Length: {len(fair) + 1000}", fair),
        "cut off in the file": ask(f"Content-Length: {len(fair)}", fair[:300_000]),
        "longer than said": ask("Content-Length: 100", fair),
        "no number": ask("Content-Length: many", fair),
        "two lengths": ask(f"Content-Length: 5\r\nContent-Length: {len(fair)}", fair),
    }

    assert answers.pop("fair") == 200
    # The form again, which says that the file is too large.
    assert answers.pop("one file too large") == 200
    assert answers.pop("beyond all bounds") == 413
    assert set(answers.values()) <= {400, 403, 413}, answers
    assert list(left_in(places)) == []
    assert len(list((site.folder / "evidence" / "private").glob("*/*"))) == 1
    assert visitor.get("/en/desk/").status == 200


def left_in(folder):
    return (
        path
        for path in Path(folder).rglob("*")
        if path.is_file() and os.access(path, os.R_OK) and "upload" in path.name
    )
