"""Files and links with a figure: from the form to the approver, to the public, and away again."""

import datetime
import io
import json
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from blueprint import ledger
from blueprint.actions import publish_release
from blueprint.clock import database_now
from blueprint.models import Event, Publication, Release
from blueprint.outsider import verify as outsider
from blueprint.permissions import Role
from blueprint.publishing import Refused, rehearsed, tree_nodes
from blueprint.verifying import differences
from indicators.evidence import storing
from indicators.evidence.keeping import forget_files, keep_file
from indicators.models import Evidence, EvidenceEntry, PrivateEvidence, StoredFile
from tests.factories import (
    UserFactory,
    approved_release,
    change,
    publish_changes,
    publish_indicator,
    publish_observation,
    publish_office,
    submitted_release,
)
from tests.indicators.sent_files import GIF_JS, HTML, SVG, TABLE, archive, document, picture, workbook

pytestmark = pytest.mark.django_db
ENTER = "/en/desk/indicators/I1/enter/"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """A store of its own for each test."""
    settings.STORAGES = settings.STORAGES | {
        "evidence": {
            "BACKEND": "indicators.evidence.storing.Folder",
            "OPTIONS": {"location": str(tmp_path / "evidence")},
        }
    }
    return tmp_path / "evidence"


@pytest.fixture
def series():
    publish_office()
    publish_indicator()
    publish_observation(period="2024", value="1.4")


@pytest.fixture
def official(client, series):
    person = UserFactory(role=Role.OFFICIAL)
    client.force_login(person)
    return person


def sent(name, content, media_type="application/octet-stream"):
    return SimpleUploadedFile(name, content, media_type)


def typed(*files, **fields):
    start = {
        "version": "0", "token": str(uuid.uuid4()), "period": "2025", "value": "1.5", "status": "A",
        "qualifier": "exact", "evidence_files": list(files), "evidence_files_for": "public",
    }  # fmt: skip
    return start | fields


def kept(content=TABLE, name="table.csv", indicator="I1"):
    return keep_file(sent(name, content), indicator=indicator, by=UserFactory(role=Role.OFFICIAL))


def of_file(stored, **more):
    columns = ("sha256", "file_name", "media_type", "size")
    own = {column: getattr(stored, column) for column in columns}
    return change("evidence", indicator="I1", period="2025", url=stored.address, **own, **more)


def files_below(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def body(answer):
    return b"".join(answer) if answer.streaming else answer.content


# Into the draft


def test_files_and_links_go_into_the_draft_each_as_was_said(client, official):
    fields = typed(sent("a.csv", TABLE), evidence_url="https://example.org/1", save="1")
    client.post(ENTER, fields)
    draft = client.get(ENTER, {"period": "2025"}).context["form"]
    again = {name: draft[name].value() for name in ("version", "release", "was", "pieces")}
    secret = sent("secret.pdf", document())
    client.post(
        ENTER,
        typed(secret, **again, evidence_files_for="private", evidence_url="https://example.org/1", save="1"),
    )

    public = EvidenceEntry.objects.order_by("pk").values_list("url", "file_name", "media_type")
    assert set(public) == {
        ("https://example.org/1", "", ""),
        (f"/data/evidence/{storing.digest(TABLE)}", "a.csv", "text/csv"),
    }
    assert list(PrivateEvidence.objects.values_list("file_name", "period")) == [("secret.pdf", "2025")]


def test_a_file_outlives_the_other_faults_of_its_form(client, official):
    answer = client.post(ENTER, typed(sent("a.csv", TABLE), value="not a figure", save="1"))

    form = answer.context["form"]
    assert ("value" in form.errors, Release.objects.exists()) == (True, False)
    again = client.post(ENTER, typed(pieces=form["pieces"].value(), save="1"))
    assert (again.status_code, EvidenceEntry.objects.get().file_name) == (302, "a.csv")


def test_a_piece_is_taken_out_or_kept_from_the_public_by_its_box(client, official):
    form = client.post(ENTER, typed(sent("a.csv", TABLE), sent("b.png", picture()), attach="1")).context[
        "form"
    ]
    first, second = form.fields["pieces"].widget.listed(form["pieces"].value())
    boxes = {"pieces": form["pieces"].value(), "pieces_out": first.key, f"pieces_for_{second.key}": "private"}

    client.post(ENTER, typed(**boxes, save="1"))

    assert (EvidenceEntry.objects.count(), PrivateEvidence.objects.get().file_name) == (0, "b.png")


def test_adding_a_link_makes_room_for_the_next(client, official):
    answer = client.post(ENTER, typed(evidence_url="https://example.org/1", evidence_title="One", attach="1"))
    form = answer.context["form"]

    client.post(ENTER, typed(pieces=form["pieces"].value(), evidence_url="https://example.org/2", save="1"))

    assert (form["evidence_url"].value(), form.errors) == ("", {})
    assert set(EvidenceEntry.objects.values_list("url", "title")) == {
        ("https://example.org/1", "One"),
        ("https://example.org/2", ""),
    }


def test_the_same_file_twice_is_one(client, official, folder):
    client.post(ENTER, typed(sent("a.csv", TABLE), sent("b.csv", TABLE), save="1"))

    assert (StoredFile.objects.count(), EvidenceEntry.objects.count(), len(files_below(folder))) == (1, 1, 1)


def test_a_file_sent_again_is_seen_by_whom_was_said_last(client, official):
    file = {"evidence_files_for": "private", "attach": "1"}
    form = client.post(ENTER, typed(sent("a.csv", TABLE), **file)).context["form"]

    client.post(ENTER, typed(sent("a.csv", TABLE), pieces=form["pieces"].value(), save="1"))

    assert (EvidenceEntry.objects.count(), PrivateEvidence.objects.count()) == (1, 0)


def test_a_form_with_a_file_sent_twice_is_saved_once(client, official):
    fields = typed(save="1")

    answers = [
        client.post(ENTER, fields | {"evidence_files": [sent("a.csv", TABLE)]}).status_code for _ in range(2)
    ]

    assert (answers, Release.objects.get().version, EvidenceEntry.objects.count()) == ([302, 302], 1, 1)


def test_a_form_sent_again_with_another_file_is_another_form(client, official):
    fields = typed(save="1")
    client.post(ENTER, fields | {"evidence_files": [sent("a.csv", TABLE)]})

    answer = client.post(ENTER, fields | {"evidence_files": [sent("b.png", picture())]})

    assert (answer.status_code, EvidenceEntry.objects.get().file_name) == (422, "a.csv")


def test_more_pieces_than_a_figure_takes_are_refused(client, official, settings):
    settings.EVIDENCE_MOST = 1
    files = [sent("a.csv", TABLE), sent("b.png", picture())]

    answer = client.post(ENTER, typed(*files, save="1"))

    assert answer.context["form"].errors == {
        "pieces": ["A figure takes 1 piece of evidence at most. Take some out."]
    }


@pytest.mark.parametrize(
    "pieces",
    ["x", "[1]", '{"a": 1}', '[{"url": "javascript:alert(1)", "title": "", "public": true}]', "[" * 5000,
     '[{"sha256": "%s", "title": "", "public": true}]' % ("0" * 64), '[{"url": ["https://a.b"], "title": "", "public": true}]',
     '[{"url": "https://a.example", "title": "\\ud800", "public": true}]', '["\\ud800"]',
     "[1" + "0" * 5000 + "]", "[] x", "{" + ",".join(f'"{n}":1' for n in range(20_000)) + "}", '[{"url": "x", "url": "y"}]'],
    ids=range(13),
)  # fmt: skip
def test_I25_a_list_that_no_form_wrote_is_refused_in_words(client, official, pieces):
    answer = client.post(ENTER, typed(pieces=pieces, save="1"))

    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["pieces"])
    # What was typed is kept, and does not stand in the way of the page.
    assert client.get(ENTER).status_code == 200


def test_a_file_of_another_indicator_cannot_be_named(client, official):
    publish_indicator("other", office="fstb")
    stored = kept(indicator="other")
    pieces = json.dumps([{"sha256": stored.sha256, "title": "", "public": True}])

    answer = client.post(ENTER, typed(pieces=pieces, save="1"))

    assert (list(answer.context["form"].errors), EvidenceEntry.objects.count()) == (["pieces"], 0)


# What is refused


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", SVG),
        ("a.png", SVG),
        ("a.pdf", HTML),
        ("a.csv", GIF_JS),
        ("a.pdf", document() + archive(a=b"1")),
    ],
    ids=["svg", "svg as png", "html as pdf", "gif and script", "pdf and zip"],
)
def test_I16_what_is_not_accepted_is_refused_with_words_and_leaves_nothing(
    client, official, folder, name, content
):
    answer = client.post(ENTER, typed(sent(name, content, "image/png"), save="1"))

    (said,) = answer.context["form"].errors["pieces"]
    assert said.startswith(f"“{name}” was not taken.")
    assert said.endswith("Accepted are: PDF, Excel workbooks (XLSX), CSV, PNG and JPEG, up to 10 MB each.")
    assert (StoredFile.objects.count(), files_below(folder), Release.objects.count()) == (0, [], 0)


def test_I16_the_claimed_kind_and_name_count_for_nothing(client, official):
    client.post(ENTER, typed(sent("page.html", picture(), "text/html"), save="1"))

    stored = StoredFile.objects.get()
    assert (stored.file_name, stored.media_type) == ("page.png", "image/png")
    assert "page" not in stored.stored_as


@pytest.mark.parametrize(
    "name",
    [
        "../../x",
        "C:\\x\\y.csv",
        "a\0.csv",
        "\u202efdp.csv",
        "n" * 400 + ".csv",
        "CON",
        ".htaccess",
        "a\nb.csv",
        'a"b.csv',
        "年.csv",
    ],
    ids=range(10),
)
def test_I13_I17_a_name_is_cleaned_and_the_file_stored_under_another(client, official, folder, name):
    answer = post_raw(client, name, TABLE)

    assert answer.status_code in (302, 400)
    for row in StoredFile.objects.all():
        assert re.fullmatch(r"[^\x00-\x1f/\\\u202e]{1,100}\.csv", row.file_name)
        assert re.fullmatch(r"private/[0-9a-f]{2}/[0-9a-f]{48}", row.stored_as)
    assert all(folder in path.resolve().parents for path in files_below(folder))


def post_raw(client, name, content):
    """The name exactly as given: Django's own client would clean it first."""
    fields = {k: v for k, v in typed(save="1").items() if k != "evidence_files"}
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode()
        for n, v in fields.items()
    ]
    head = f'--b\r\nContent-Disposition: form-data; name="evidence_files"; filename="{name}"\r\n\r\n'.encode()
    data = b"".join(parts) + head + content + b"\r\n--b--\r\n"
    return client.post(ENTER, data, content_type="multipart/form-data; boundary=b")


def test_a_file_that_is_too_large_is_dropped_while_it_comes(client, official, settings, folder):
    settings.EVIDENCE_LARGEST = 1000

    answer = client.post(ENTER, typed(sent("big.csv", TABLE * 100), sent("a.csv", TABLE), save="1"))

    (said,) = answer.context["form"].errors["pieces"]
    assert said.startswith("“big.csv” is larger than 1000\xa0bytes.")
    assert (StoredFile.objects.get().file_name, len(files_below(folder))) == ("a.csv", 1)


def test_a_request_that_is_too_large_is_refused_unread(client, official, settings):
    settings.UPLOAD_LARGEST = 2000

    answer = client.post(ENTER, typed(sent("big.csv", TABLE * 100), save="1"))

    assert (answer.status_code, StoredFile.objects.count()) == (413, 0)


def test_a_store_that_is_away_costs_the_file_and_nothing_else(client, official, folder):
    folder.write_text("No folder.")

    answer = client.post(ENTER, typed(sent("a.csv", TABLE), save="1"))

    (said,) = answer.context["form"].errors["pieces"]
    assert said.startswith("“a.csv” could not be kept")
    assert (answer.status_code, answer.context["form"]["value"].value()) == (200, "1.5")
    assert not StoredFile.objects.exists()


# The scanner


@pytest.mark.parametrize(
    ("command", "scanned", "fault"),
    [
        ("", False, None),
        ("true", True, None),
        ("sh -c 'cat >/dev/null; echo Eicar FOUND; exit 1'", None, "the virus scanner found something in it"),
        ("sh -c 'exit 2'", None, "could not be scanned"),
        ("no-such-scanner", None, "could not be scanned"),
        ("sleep 5", None, "could not be scanned"),
    ],
    ids=["none", "clean", "infected", "error", "absent", "hangs"],
)
def test_a_file_is_kept_only_when_the_scanner_lets_it(
    client, official, settings, folder, command, scanned, fault
):
    settings.SCAN_COMMAND, settings.SCAN_SECONDS = command, 0.3

    answer = client.post(ENTER, typed(sent("a.csv", TABLE), save="1"))

    assert list(StoredFile.objects.values_list("scanned", flat=True)) == ([] if fault else [scanned])
    assert (fault is None) == (answer.status_code == 302)
    assert fault is None or fault in answer.context["form"].errors["pieces"][0]
    assert len(files_below(folder)) == (0 if fault else 1)


def test_an_infected_file_is_recorded(client, official, settings):
    settings.SCAN_COMMAND = "sh -c 'cat >/dev/null; echo Eicar FOUND; exit 1'"

    client.post(ENTER, typed(sent("a.csv", TABLE), save="1"))

    event = Event.objects.get(verb="keep_file")
    assert (event.refused, event.actor, event.subject, event.detail["reason"]) == (
        True,
        official,
        "I1",
        "a.csv: Eicar FOUND",
    )


# Who sees it before it is public


def test_a_private_file_is_for_those_who_decide(client, series, folder):
    stored = kept()
    release = submitted_release(entries=[change("observation", period="2025")])
    own = {name: getattr(stored, name) for name in ("sha256", "file_name", "media_type", "size")}
    PrivateEvidence.objects.create(
        release=release, indicator_id="I1", period="2025", url=stored.address, saved_by=release.created_by,
        saved_at=database_now(), **own,
    )  # fmt: skip
    address = reverse("desk:release-evidence", args=[release.pk, stored.sha256])
    answers = {}
    for role in (Role.OFFICIAL, Role.APPROVER, Role.PUBLISHER, Role.AUDITOR, Role.MEMBER, Role.ADMINISTRATOR):
        client.force_login(UserFactory(role=role))
        answers[role.value] = client.get(address).status_code
    client.force_login(UserFactory(role=Role.APPROVER))
    answer, page = client.get(address), client.get(release.get_absolute_url())
    client.force_login(UserFactory(role=Role.OFFICIAL, office_id=publish_other_office()))

    assert answers == {
        "official": 200,
        "approver": 200,
        "publisher": 200,
        "auditor": 200,
        "member": 404,
        "administrator": 404,
    }
    assert (answer.content, answer["Cache-Control"], answer["Content-Security-Policy"]) == (
        TABLE, "no-store", "default-src 'none'; sandbox",
    )  # fmt: skip
    assert answer["Content-Disposition"] == f'attachment; filename="table.{stored.sha256[:8]}.csv"'
    assert list(page.context["private_evidence"].values_list("file_name", flat=True)) == ["table.csv"]
    assert client.get(address).status_code == 404


def publish_other_office():
    publish_office("fstb")
    return "fstb"


# Publication


def published(*changes):
    return publish_changes(change("observation", period="2025"), *changes)


def test_a_published_file_is_in_the_ledger_and_at_its_address(client, series, folder):
    stored = kept()

    publication = published(of_file(stored))

    leaf = json.loads(bytes(publication.leaf))
    assert leaf["files"] == [
        {"sha256": stored.sha256, "name": "table.csv", "type": "text/csv", "size": str(len(TABLE))}
    ]
    answer = client.get(stored.address, headers={"accept-encoding": "gzip"})
    named = (
        "Content-Type",
        "Content-Length",
        "ETag",
        "X-Content-Type-Options",
        "Content-Security-Policy",
        "Cache-Control",
    )
    assert body(answer) == TABLE
    assert [answer[name] for name in named] == [
        "text/csv", str(len(TABLE)), f'"{stored.sha256}"', "nosniff", "default-src 'none'; sandbox",
        "public, max-age=0, must-revalidate",
    ]  # fmt: skip
    assert (answer["Content-Disposition"], answer.cookies) == (
        f'attachment; filename="table.{stored.sha256[:8]}.csv"',
        {},
    )
    assert client.get(stored.address, headers={"if-none-match": f'"{stored.sha256}"'}).status_code == 304
    assert list(differences(whole_history=True)) == []
    page = client.get("/en/indicators/I1/").content.decode()
    assert f'<a href="{stored.address}">table.csv</a> <span class="soft">CSV, 29\xa0bytes</span>' in page


def test_the_outsiders_script_reads_a_leaf_with_files(series):
    published(of_file(kept()))
    lines = [
        bytes(leaf) + b"\n" for leaf in Publication.objects.order_by("number").values_list("leaf", flat=True)
    ]

    assert outsider.check_ledger(lines).size == len(lines)


def test_private_and_unknown_files_answer_alike(client, series):
    """The same status, heads and bytes: nobody who knows a hash learns that the file is here."""
    waiting = kept()
    approved_release(entries=[change("observation", period="2025"), of_file(waiting)])
    unknown = f"/data/evidence/{'0' * 64}"

    answers = [client.get(address) for address in (waiting.address, unknown)]

    heads = [{n: v for n, v in answer.headers.items() if n != "X-Request-ID"} for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert (answers[0].content, heads[0]) == (answers[1].content, heads[1])


def test_embargoed_file_is_nowhere_before_its_moment(client, series, folder):
    """A preview that was looked at leaves nothing behind, neither at the address nor in the store."""
    canary = kept(b"canary,1\n2025,7319\n")
    release = approved_release(entries=[change("observation", period="2025"), of_file(canary)])
    client.force_login(UserFactory(role=Role.PUBLISHER))
    assert client.get(reverse("desk:release-preview", args=[release.pk, "I1"])).status_code == 200
    client.logout()

    before = client.get(canary.address).status_code
    public = (folder / "public").exists()
    publish_release(release, by=UserFactory(role=Role.PUBLISHER))

    assert (before, public, client.get(canary.address).status_code) == (404, False, 200)
    assert client.get(canary.address, {"as_at": release.publication_id - 1}).status_code == 404


def test_a_rehearsal_copies_nothing(series, folder):
    stored = kept()

    with rehearsed(
        [change("observation", period="2025"), of_file(stored)], kind="figures", title={"en": "x"}
    ):
        assert Evidence.objects.get().file_name == "table.csv"

    assert not (folder / "public").exists()


@pytest.mark.parametrize("damage", ["missing", "altered"])
def test_nothing_is_published_without_its_file(series, damage):
    stored = kept()
    release = approved_release(entries=[change("observation", period="2025"), of_file(stored)])
    damage_file(stored.stored_as, damage)

    with pytest.raises(Refused, match="is not in the store as it was approved"):
        publish_release(release, by=UserFactory(role=Role.PUBLISHER))

    assert (Evidence.objects.count(), Release.objects.get(pk=release.pk).state) == (0, "approved")


def damage_file(name, damage):
    path = storing.store().path(name)
    if damage == "missing":
        storing.store().delete(name)
    else:
        with open(path, "ab") as file:
            file.write(b"x")


@pytest.mark.parametrize(
    ("damage", "words"),
    [("missing", "is missing from the store"), ("altered", "is not the one that was published")],
)
def test_a_damaged_public_file_is_found_in_words_and_not_served(client, series, damage, words):
    stored = kept()
    published(of_file(stored))
    damage_file(storing.public_name(stored.sha256), damage)

    (found,) = differences()

    assert str(found).endswith(f"its file “table.csv” {words}")
    assert client.get(stored.address).status_code == 503


def test_a_copy_that_was_cut_off_gives_way_to_a_whole_one(client, series, folder):
    """As a process leaves it that dies while it copies."""
    stored = kept()
    storing.store().save(storing.public_name(stored.sha256), io.BytesIO(TABLE[:5]))

    published(of_file(stored))

    assert (body(client.get(stored.address)), list(differences())) == (TABLE, [])


def test_a_leaf_that_lists_other_files_is_found(series, by_hand):
    number = published(of_file(kept())).number
    publication = Publication.objects.get(number=number)
    said = json.loads(bytes(publication.leaf))
    said["files"][0]["name"] = "other.csv"
    leaf = ledger.leaf_bytes(said)
    hashed = ledger.leaf_hash(leaf)
    own = (leaf, hashed, tree_nodes(number, hashed), number)
    by_hand(
        "blueprint_publication",
        "UPDATE blueprint_publication SET leaf = %s, leaf_hash = %s, tree_nodes = %s WHERE number = %s",
        *own,
    )

    assert [str(found) for found in differences()] == [
        f"blueprint_publication {number}: the files that its leaf lists are not those of its changes"
    ]


# Away again


def test_a_takedown_leaves_no_copy_at_any_moment(client, series, folder, django_capture_on_commit_callbacks):
    stored = kept()
    number = published(of_file(stored)).number

    with django_capture_on_commit_callbacks(execute=True):
        publish_changes(of_file(stored, withdrawn=True), reason="Holds a name")

    answers = [client.get(stored.address, asked).status_code for asked in ({}, {"as_at": number})]
    assert (answers, files_below(folder), list(differences())) == ([404, 404], [], [])


def test_a_file_that_still_stands_for_another_figure_stays(
    client, series, django_capture_on_commit_callbacks
):
    stored = kept()
    other = of_file(stored)
    other.content["period"] = "2024"
    published(of_file(stored), other)

    with django_capture_on_commit_callbacks(execute=True):
        publish_changes(of_file(stored, withdrawn=True), reason="Belongs to 2024")

    assert body(client.get(stored.address)) == TABLE


def test_files_that_no_release_needs_go_after_thirty_days(series, folder):
    names = ["unused", "waiting", "public", "fresh"]
    _unused, waiting, public, fresh = (kept(f"{name},1\n".encode()) for name in names)
    submitted_release(entries=[of_file(waiting)])
    published(of_file(public))
    storing.store().save("private/00/orphan", io.BytesIO(b"x"))
    later = database_now() + datetime.timedelta(days=31)
    StoredFile.objects.filter(pk=fresh.pk).update(kept_at=later)

    early, late = forget_files(now=database_now()), forget_files(now=later)

    assert early == 0
    assert set(StoredFile.objects.values_list("pk", flat=True)) == {waiting.pk, fresh.pk}
    assert (late, list(differences())) == (3, [])


# Beside the site


def test_checksums_name_every_public_file(client, series):
    stored = kept()
    published(of_file(stored))

    lines = body(client.get("/data/checksums.txt")).decode().splitlines()

    assert lines[-1] == f"{stored.sha256}  table.{stored.sha256[:8]}.csv"


def test_forget_files_says_how_many(series, capsys):
    call_command("forget_files")

    assert capsys.readouterr().out == "Files removed: 0.\n"


def test_a_workbook_is_kept_as_it_is(series):
    content = workbook()

    assert kept(content, "b.xlsx").sha256 == storing.digest(content)
