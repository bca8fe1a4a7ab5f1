import hashlib
import io
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction

from blueprint.checkpoints import key_file, make_key
from blueprint.exporting import ExportFailed, export_site
from blueprint.exporting.addresses import Address, encoded, relative
from blueprint.exporting.archive import mapped_addresses
from blueprint.exporting.checking import broken
from blueprint.exporting.folder import MANIFEST, Folder, files_in
from blueprint.exporting.rewriting import links, restyled, rewritten
from indicators.evidence.keeping import keep_file
from indicators.models import Indicator
from tests.factories import (
    UserFactory,
    change,
    publish_changes,
    publish_indicator,
    publish_observation,
    publish_one_of_each,
)
from tests.reading import LANGUAGES, content

pytestmark = pytest.mark.django_db
FILE = b"year,value\n2024,1.5\n"


@pytest.fixture(scope="module")
def tiny_plan(django_db_setup, django_db_blocker):
    """One of each thing, a figure that was revised, and a second indicator."""
    with django_db_blocker.unblock(), transaction.atomic():
        publish_one_of_each()
        publish_observation("I1", value=Decimal("1.6"), kind="revision", reason="late reports")
        publish_indicator("I2", frequency="quarterly")
        stored = keep_file(SimpleUploadedFile("t.csv", FILE), indicator="I1", by=UserFactory())
        own = {name: getattr(stored, name) for name in ("sha256", "file_name", "media_type", "size")}
        publish_changes(change("evidence", url=stored.address, **own))
        make_key()
        yield
        key_file().unlink()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def archive(tiny_plan, tmp_path_factory):
    """The archive of the tiny plan, written once for this module."""
    folder = tmp_path_factory.mktemp("archive") / "site"
    export_site(folder)
    return folder


def pages(folder):
    return {name: (folder / name).read_text() for name in files_in(folder) if name.endswith(".html")}


def digests(folder):
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in files_in(folder)}


# What is in an archive


def test_archive_has_the_public_files_and_leads_to_them(archive):
    (file,) = (archive / "data" / "evidence").iterdir()

    assert (file.name, file.read_bytes()) == (f"{hashlib.sha256(FILE).hexdigest()}.csv", FILE)
    assert f"data/evidence/{file.name}" in (archive / "en" / "indicators" / "I1" / "index.html").read_text()


def test_archive_has_every_address_of_the_map(archive):
    absent = [str(a) for a in mapped_addresses() if not archive.joinpath(*a.path.split("/")).exists()]

    # Data files, feeds and the like keep their names; what is told apart here has another ending as a file.
    assert [address for address in absent if not list(archive.glob(f"{address.strip('/')}.*"))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_archive_has_every_indicator_in_every_language(archive, language):
    codes = set(Indicator.objects.values_list("pk", flat=True))

    assert codes == {"I1", "I2"}
    assert {path.parent.name for path in archive.glob(f"{language}/indicators/*/index.html")} >= codes


@pytest.mark.parametrize("name", ["observations.csv", "targets.csv", "indicators/I1.csv"])
def test_data_files_are_those_of_the_site(archive, client, name):
    assert (archive / "data" / name).read_bytes() == content(client.get(f"/data/{name}"))


def test_manifest_lists_every_other_file_with_its_digest(archive):
    lines = (archive / MANIFEST).read_text().splitlines()

    listed = {name: digest for digest, name in (line.split("  ") for line in lines)}

    assert listed == {name: digest for name, digest in digests(archive).items() if name != MANIFEST}


def test_entrance_leads_to_the_three_languages(archive):
    found = [link for link in links((archive / "index.html").read_text()) if link.endswith("/index.html")]

    assert found == ["en/index.html", "zh-hant/index.html", "zh-hans/index.html"]


def test_every_link_leads_to_a_file_or_to_another_site(archive):
    names = set(files_in(archive))

    assert [
        fault for name, page in pages(archive).items() for fault in broken(name, links(page), names)
    ] == []


def test_pages_hold_no_form_and_no_link_into_the_signed_in_area(archive):
    for name, page in pages(archive).items():
        assert "<form" not in page, name
        assert not re.search(r'href="(?!https?:)[^"]*(accounts|admin|desk|room)/', page), name


def test_every_page_says_what_it_is_and_where_the_living_one_is(archive):
    for name, page in pages(archive).items():
        if name != "index.html":
            assert page.count('class="notice past" role="note"') == 1, name
            assert f'href="{settings.SITE_URL}/{name.split("/")[0]}/' in page, name


def test_checkpoint_of_the_moment_is_in_the_archive(archive, client):
    (name,) = [name for name in files_in(archive) if name.startswith("checkpoint.")]

    assert (archive / name).read_bytes() == client.get("/ledger/checkpoint").content


# One moment, and the same bytes


@pytest.mark.only_on("sqlite")
def test_two_archives_of_one_moment_are_the_same_bytes(archive, tmp_path):
    export_site(tmp_path / "again")

    assert digests(tmp_path / "again") == digests(archive)


@pytest.mark.only_on("sqlite")
def test_what_is_published_meanwhile_is_on_no_page(archive, tmp_path):
    def publish_once(done, known, address):
        if done == 3:
            publish_observation("I1", period="2022", value=Decimal(61))

    with transaction.atomic():
        export_site(tmp_path / "site", progress=publish_once)
        transaction.set_rollback(True)

    assert digests(tmp_path / "site") == digests(archive)


# Whole, or not at all


def test_page_that_leads_nowhere_fails_the_export_by_name(tiny_plan, tmp_path, settings):
    settings.ROOT_URLCONF = "tests.blueprint.dead_link_urls"

    with pytest.raises(CommandError) as failure:
        call_command("export_site", tmp_path / "site", stderr=io.StringIO())

    assert "/en/nowhere/ answers 404. It is linked from /en/page/." in str(failure.value)
    assert list(tmp_path.iterdir()) == []


def test_links_without_end_fail_the_export_by_name(tiny_plan, tmp_path, settings):
    settings.ROOT_URLCONF = "tests.blueprint.endless_urls"

    with pytest.raises(ExportFailed, match=r"^/zz/ leads to more and more forms of itself"):
        export_site(tmp_path / "site")


@pytest.mark.only_on("sqlite")
def test_earlier_archive_stays_when_the_next_one_fails(tiny_plan, tmp_path, settings):
    export_site(tmp_path / "site")
    before = digests(tmp_path / "site")
    settings.ROOT_URLCONF = "tests.blueprint.dead_link_urls"

    with pytest.raises(ExportFailed):
        export_site(tmp_path / "site")

    assert digests(tmp_path / "site") == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_archive_takes_the_place_of_an_earlier_one(tmp_path):
    write(tmp_path / "site", {"old.html": b"old"})

    write(tmp_path / "site", {"new.html": b"new"})

    assert files_in(tmp_path / "site") == [MANIFEST, "new.html"]


def test_folder_that_holds_anything_else_is_refused(tmp_path):
    write(tmp_path / "site", {"index.html": b"old"})
    (tmp_path / "site" / "thesis.txt").write_text("mine")

    with pytest.raises(ExportFailed, match=r"holds thesis\.txt, which no export put there"):
        write(tmp_path / "site", {"index.html": b"new"})

    assert (tmp_path / "site" / "index.html").read_bytes() == b"old"


@pytest.mark.parametrize("make", [Path.touch, lambda path: path.symlink_to("/tmp")])
def test_what_is_no_folder_is_refused(tmp_path, make):
    make(tmp_path / "site")

    with pytest.raises(ExportFailed, match="is not a folder"):
        write(tmp_path / "site", {})


def test_remains_of_a_killed_export_are_cleared(tmp_path):
    (tmp_path / "site.part").mkdir()
    (tmp_path / "site.part" / MANIFEST).touch()
    (tmp_path / "site.part" / "half.html").touch()

    write(tmp_path / "site", {"index.html": b"whole"})

    assert files_in(tmp_path) == [f"site/{MANIFEST}", "site/index.html"]


def test_folder_of_somebody_else_in_the_way_is_left_alone(tmp_path):
    (tmp_path / "site.part").mkdir()
    (tmp_path / "site.part" / "mine.txt").touch()

    with pytest.raises(ExportFailed, match="no export made it"):
        write(tmp_path / "site", {})

    assert files_in(tmp_path) == ["site.part/mine.txt"]


def test_two_exports_to_one_folder_do_not_mix(tmp_path):
    with Folder(tmp_path / "site"), pytest.raises(ExportFailed, match="Another export is writing"):
        write(tmp_path / "site", {})


def test_two_addresses_on_one_file_are_refused(tmp_path):
    with Folder(tmp_path / "site") as folder:
        folder.write("a.csv", b"", of="/a.csv")

        with pytest.raises(ExportFailed, match=r"/A\.csv would fall on the file of /a\.csv"):
            folder.write("A.csv", b"", of="/A.csv")


def write(target, files):
    with Folder(target) as folder:
        for name, data in files.items():
            folder.write(name, data, of=name)
        folder.finish()


# Addresses and their files


@pytest.mark.parametrize(
    ("link", "media_type", "file"),
    [
        ("/en/", "text/html", "en/index.html"),
        ("/en/indicators/?page=2&status=late", "text/html", "en/indicators/index.page-2.status-late.html"),
        ("/en/indicators/?status=late&page=2", "text/html", "en/indicators/index.page-2.status-late.html"),
        ("/data/observations.csv", "text/csv", "data/observations.csv"),
        ("/data/observations.csv?history=1", "text/csv", "data/observations.history-1.csv"),
        ("/en/publications/feed/", "application/atom+xml", "en/publications/feed.xml"),
        ("/ledger/checkpoint", "text/plain", "ledger/checkpoint.txt"),
        ("/en/calendar.ics", "text/calendar", "en/calendar.ics"),
    ],
)
def test_file_of_an_address(link, media_type, file):
    assert Address.of(link).file(media_type) == file


@pytest.mark.parametrize(
    "link",
    [
        "/en/?as_at=3",
        "/accounts/login/",
        "/en/desk/",
        "/en/search/?q=a",
        "/ledger/proof?leaf=1",
        "/en/?q=chips",
    ],
)
def test_what_asks_the_living_site_is_not_archived(link):
    assert not Address.of(link).archived


def test_different_parameters_never_share_a_file():
    queries = [
        (("a", "b.c-d"),), (("a", "b"), ("c", "d")), (("a", "b~2ec"),), (("a", "b.c"),), (("a", "創新"),),
        (("a", "x" * 500),), (("a", "x" * 501),),
    ]  # fmt: skip

    assert len({encoded(query) for query in queries}) == len(queries)


def test_relative_link_is_quoted():
    assert relative("data/a b.csv", seen_in="en/indicators/index.html") == "../../data/a%20b.csv"


# Rewriting


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_without_forms_is_handed_on_as_it_came(client, tiny_plan, language):
    page = client.get(f"/{language}/indicators/I1/").content.decode()
    formless = re.sub(r"<form.*?</form>", "", page, flags=re.DOTALL)

    assert rewritten(page, lambda link: link) == formless


def test_links_in_every_attribute_are_rewritten():
    page = """<a href="/a?b=1&amp;c=2">x</a><img src='/b' srcset="/c 1x, /d 2x"><use xlink:href="/e"/>"""

    assert rewritten(page, lambda link: f"<{link}>") == (
        '<a href="&lt;/a?b=1&amp;c=2&gt;">x</a>'
        '<img src="&lt;/b&gt;" srcset="&lt;/c&gt; 1x, &lt;/d&gt; 2x"><use xlink:href="&lt;/e&gt;"/>'
    )


def test_form_gives_way_to_a_sentence_except_in_the_head_of_the_page():
    page = "<header><form><input></form></header><main><form action='/x'><a href='/y'>y</a></form>z</main>"

    assert rewritten(page, str.upper, instead_of_form="(form)") == "<header></header><main>(form)z</main>"


@pytest.mark.parametrize("page", ["<main>a</main></body>", "<p>a</p></body>"])
def test_banner_stands_once_on_every_page(page):
    assert rewritten(page, str, banner="(banner)").count("(banner)") == 1


def test_links_in_style_sheets_are_rewritten():
    assert restyled("a{b:url(/x.svg)}c{d:url('y')}", lambda link: f"+{link}") == (
        "a{b:url(+/x.svg)}c{d:url('+y')}"
    )


@pytest.mark.parametrize("link", ["/en/", "c/", "../b.html", "//host/x", "?page=2", "javascript:x"])
def test_checker_names_links_that_lead_nowhere(link):
    assert list(broken("en/a.html", [link, "a.html#x", "#x", "https://x.example"], {"en/a.html"})) == [
        f"en/a.html: {link} leads nowhere"
    ]
