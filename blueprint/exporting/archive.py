"""From addresses to files: find every public page, write it down, then turn its links into links between files."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import override

from ..models import Checkpoint
from ..moment import Moment, head_moment
from ..wording import TAGS
from .addresses import LANGUAGES, Address, relative
from .checking import faults
from .folder import Folder
from .rewriting import links, restyled, rewritten, style_links
from .site import Answer, ExportFailed, Site, kept_connections

ROOT = Address("/")
VARIABLE = set("<(")
# So many forms of one list are an archive; more would be links that multiply without end.
MOST_OF_ONE_PATH = 1000
# Told after each address: how many are done, how many are known, and which it was.
Progress = Callable[[int, int, str], None]


def export_site(target: Path, *, progress: Progress = lambda done, known, address: None) -> "Archive":
    """Write the archive of now to a folder. Raises ExportFailed, and leaves nothing, if it would not be whole."""
    with Folder(target) as folder, kept_connections():
        archive = Archive(folder, head_moment(), progress)
        archive.crawl()
        archive.relink()
        archive.add_entrance()
        if found := list(faults(folder)):
            raise ExportFailed("\n".join(["The archive does not hang together.", *found[:20]]))
        archive.count = folder.finish()
    return archive


class Archive:
    def __init__(self, folder: Folder, moment: Moment, progress: Progress):
        self.folder, self.moment, self.progress = folder, moment, progress
        self.site = Site(moment)
        # Address -> its file; of an address that redirects, the file it leads to.
        self.files: dict[Address, str] = {ROOT: "index.html"}
        self.taken: dict[str, Address] = {}
        self.seen_on: dict[Address, str] = {}
        self.mapped = mapped_addresses()
        self.absent: list[Address] = []
        self.count = 0

    def crawl(self) -> None:
        """Every address that the map of the site has, and every one that a page leads to."""
        waiting = list(self.mapped)
        self.seen_on = dict.fromkeys(waiting, "the map of the site")
        done, forms = 0, Counter()
        while waiting:
            address = waiting.pop()
            forms[address.path] += 1
            if forms[address.path] > MOST_OF_ONE_PATH:
                raise ExportFailed(
                    f"{address.path} leads to more and more forms of itself, such as {address}."
                )
            if address not in self.files:
                for found in self.take(address):
                    if found not in self.seen_on and found not in self.files:
                        self.seen_on[found] = str(address)
                        waiting.append(found)
            done += 1
            self.progress(done, done + len(waiting), str(address))

    def take(self, address: Address, via: tuple[Address, ...] = ()) -> list[Address]:
        """Write down what the site answers, and say which addresses it leads to."""
        answer = self.site.get(address)
        if answer.location is not None:
            return self.follow(address, answer, via)
        if answer.status == 404 and address in self.mapped:
            # Such as a checkpoint that was not signed yet: links to it lead to the living site.
            self.absent.append(address)
            return []
        if answer.status != 200:
            raise ExportFailed(
                f"{address} answers {answer.status}. It is linked from {self.seen_on[address]}."
            )
        file = address.file(answer.media_type)
        self.folder.write(file, answer.body, of=str(address))
        self.files[address], self.taken[file] = file, address
        return [found for found in leading_to(address, answer) if found.archived]

    def follow(self, address: Address, answer: Answer, via: tuple[Address, ...]) -> list[Address]:
        target = Address.of(answer.location.removeprefix(settings.SITE_URL), seen_on=address.path)
        if target is None or not target.archived or target in via or len(via) > 5:
            raise ExportFailed(f"{address} leads to {answer.location}, which no archive can hold.")
        self.seen_on.setdefault(target, str(address))
        found = [] if target in self.files else self.take(target, (*via, address))
        self.files[address] = self.files[target]
        return found

    def relink(self) -> None:
        for file, address in self.taken.items():
            if file.endswith(".html"):
                change = self.relinked_page
            elif file.endswith(".css"):
                change = self.relinked_style
            else:
                continue
            text = change(address, file, self.folder.read(file).decode())
            self.folder.write(file, text.encode(), of=str(address))

    def relinked_page(self, address: Address, file: str, html: str) -> str:
        context = {"moment": self.moment, "living": f"{settings.SITE_URL}{address}"}
        with override(address.language):
            banner = render_to_string("archive/_banner.html", context)
            form = render_to_string("archive/_form.html", context)
        relink = partial(self.link, address=address, file=file)
        return rewritten(html, relink, banner=banner, instead_of_form=form)

    def relinked_style(self, address: Address, file: str, css: str) -> str:
        return restyled(css, partial(self.link, address=address, file=file))

    def link(self, link: str, address: Address, file: str) -> str:
        """A link of a page as it stands in the page's file. What is not in the archive is on the living site."""
        target = Address.of(link, seen_on=address.path)
        if target is None:
            return link
        if target in self.files:
            _, mark, fragment = link.partition("#")
            return relative(self.files[target], seen_in=file) + mark + fragment
        return f"{settings.SITE_URL}{target}"

    def add_entrance(self) -> None:
        """The first page, which leads to the languages, and the signed checkpoint by which all can be checked."""
        checkpoints = self.add_checkpoints()
        entrances = [
            {"code": code, "tag": TAGS[code.replace("-", "_")], "file": self.files[Address(f"/{code}/")]}
            for code, _name in settings.LANGUAGES
        ]
        context = {
            "entrances": entrances,
            "checkpoints": checkpoints,
            "moment": self.moment,
            "site_url": settings.SITE_URL,
            "style": self.files[Address(static("blueprint.css"))],
        }
        page = render_to_string("archive/entrance.html", context)
        self.folder.write(self.files[ROOT], page.encode(), of=str(ROOT))

    def add_checkpoints(self) -> list[str]:
        signed = Checkpoint.objects.filter(publication=self.moment.number).order_by("key_id")
        names = {checkpoint: f"checkpoint.{checkpoint.key_id}.txt" for checkpoint in signed}
        for checkpoint, name in names.items():
            self.folder.write(name, checkpoint.note.encode(), of=name)
        return list(names.values())


def mapped_addresses() -> list[Address]:
    """Addresses without a variable part, in three languages, from the map of the site."""
    found = set()
    for language in LANGUAGES:
        with override(language):
            found |= {Address(f"/{route}") for route in routes(get_resolver()) if not VARIABLE & set(route)}
    return sorted(address for address in found if address.archived and address != ROOT)


def routes(resolver: URLResolver) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        start = str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield start
        else:
            yield from (start + route for route in routes(pattern))


def leading_to(address: Address, answer: Answer) -> Iterator[Address]:
    if answer.media_type not in ("text/html", "text/css"):
        return
    read = links if answer.media_type == "text/html" else style_links
    for link in read(answer.body.decode()):
        found = Address.of(link, seen_on=address.path)
        if found is not None:
            yield found
