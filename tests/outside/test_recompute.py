"""What an outsider does: download the files, and judge every line of them without our code."""

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.outside.recompute import FILES
from tests.reading import content, rows

pytestmark = pytest.mark.django_db

SCRIPT = Path(__file__).with_name("recompute.py")
# Before any target; before and after the changes of a target, a method and an office; the day of the worked examples.
DAYS = ["2020-06-30", "2023-01-15", "2024-06-30", "2025-12-31", "2026-10-01", "2026-11-22"]


def download(client, folder, day):
    for name in FILES:
        (folder / f"{name}.csv").write_bytes(content(client.get(f"/data/{name}.csv", {"as_at": day})))


def recompute(folder, day):
    done = subprocess.run(
        [sys.executable, "-I", SCRIPT, folder, day], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


@pytest.fixture
def downloaded(client, real_plan, tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    download(client, folder, "2026-11-22")
    return folder


@pytest.mark.parametrize("day", DAYS)
def test_every_status_follows_from_the_downloaded_files(client, real_plan, tmp_path, day):
    download(client, tmp_path, day)
    judged = len(rows(client.get("/data/assessments.csv", {"as_at": day})))

    assert recompute(tmp_path, day) == (0, [f"{judged} lines recomputed, 0 differences."])


def test_every_status_of_today_follows_from_the_downloaded_files(client, real_plan, tmp_path):
    for name in FILES:
        (tmp_path / f"{name}.csv").write_bytes(content(client.get(f"/data/{name}.csv")))
    lines = rows(client.get("/data/assessments.csv"))
    [day] = {line["as_at"] for line in lines}

    assert recompute(tmp_path, day) == (0, [f"{len(lines)} lines recomputed, 0 differences."])


def alter(folder, name, line, column, text):
    """Write another text into one cell; `line` names the row by its first cells."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        found = list(csv.DictReader(lines))
    [row] = [row for row in found if line.items() <= row.items()]
    row[column] = text
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(row))
        writer.writeheader()
        writer.writerows(found)


LATEST = {"indicator": "startups-number", "breakdown": "total", "period": "2024"}
PROMISE = {"indicator": "startups-number", "stage": "second"}


@pytest.mark.parametrize(
    ("name", "line", "column", "text", "said"),
    [
        ("observations", LATEST, "value", "4200", "status: the file says 'on_track', the method 'far_behind'"),
        ("observations", LATEST, "value", "4693", "latest: the file says '4694', the method '4693'"),
        ("observations", LATEST, "qualifier", "over", "caveats: the file says 'reference', the method 'bound reference'"),
        ("observations", LATEST, "obs_status", "P", "caveats: the file says 'reference', the method 'provisional reference'"),
        ("observations", LATEST, "break_before", "yes", "status: the file says 'on_track', the method 'not_comparable'"),
        ("targets", PROMISE, "value", "9000", "target: the file says '7000', the method '9000'"),
        ("indicators", {"indicator": "startups-number"}, "polarity", "decrease", "status: the file says 'on_track', the method 'reached_early'"),
        ("assessments", PROMISE, "ratio", "1.18", "ratio: the file says '1.18', the method '1.17'"),
        ("assessments", PROMISE, "baseline", "3900", "share_of_way: the file says '0.2351', the method '0.2561'"),
        ("assessments", PROMISE, "status", "behind", "status: the file says 'behind', the method 'on_track'"),
    ],
)  # fmt: skip
def test_altered_cell_is_named(client, downloaded, tmp_path, name, line, column, text, said):
    shutil.copytree(downloaded, tmp_path, dirs_exist_ok=True)
    alter(tmp_path, name, line, column, text)

    failed, lines = recompute(tmp_path, "2026-11-22")

    assert failed
    assert said in [line.removeprefix("startups-number second 2032 1 ") for line in lines]


def test_line_that_was_left_out_is_named(client, downloaded, tmp_path):
    shutil.copytree(downloaded, tmp_path, dirs_exist_ok=True)
    lines = (tmp_path / "assessments.csv").read_text().splitlines()
    (tmp_path / "assessments.csv").write_text(
        "\n".join(each for each in lines if "startups-number,second" not in each)
    )

    failed, said = recompute(tmp_path, "2026-11-22")

    assert failed
    assert "startups-number second 2032 1 line: the file says '', the method 'missing'" in said
