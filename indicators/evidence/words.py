"""What is said of a file that cannot be taken: what is wrong with it, and how to mend that."""

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FAULTS = {
    "empty": gettext_lazy("The file is empty."),
    "broken": gettext_lazy("The file cannot be opened. Open it in the program it comes from, save it anew, and send that."),
    "more": gettext_lazy("Something else is hidden behind the end of the file. Save it anew from the program it comes from."),
    "locked": gettext_lazy("The file is protected with a password. Save it without one."),
    "active": gettext_lazy("The document would run a program or a form. Print it to PDF and send that."),
    "carries": gettext_lazy("The document carries other files in it. Print it to PDF and send that, and the others by themselves."),
    "large": gettext_lazy("The file takes too much to open. Make it smaller: fewer pages, sheets or pixels."),
    "macros": gettext_lazy("The workbook has macros. Save it as an Excel workbook without macros (XLSX)."),
    "links": gettext_lazy("The workbook is tied to other files. Break these links, keep the values, and save it anew."),
    "markup": gettext_lazy("Web pages, SVG and XML are not taken: they can run programs. Print the page to PDF, or save the picture as PNG."),
    "encoding": gettext_lazy("The text is not in Unicode. Save the file as “CSV UTF-8”."),
    "columns": gettext_lazy("A CSV file has columns, parted by commas, semicolons or tabs. This file has none. Print a text to PDF."),
    "other": gettext_lazy("This kind of file is not taken. Print it to PDF, or save it in one of these kinds."),
}  # fmt: skip


def largest() -> str:
    whole, rest = divmod(settings.EVIDENCE_LARGEST, 1024 * 1024)
    return filesizeformat(settings.EVIDENCE_LARGEST) if rest else f"{whole} MB"


def accepted_words() -> str:
    return _("PDF, Excel workbooks (XLSX), CSV, PNG and JPEG, up to %(size)s each.") % {"size": largest()}


def files_hint() -> str:
    """Above the field for files: what is taken, and what happens to it."""
    scanned = "" if settings.SCAN_COMMAND else _("This site has no virus scanner: files are not scanned.")
    redrawn = _(
        "Pictures are drawn anew, without what cameras note in them; documents stay as they are, with the names in them."
    )
    return " ".join(filter(None, [accepted_words(), redrawn, scanned]))


def refused_words(name: str, fault: str) -> str:
    said = {"name": name, "fault": FAULTS.get(fault, FAULTS["broken"]), "accepted": accepted_words()}
    return _("“%(name)s” was not taken. %(fault)s Accepted are: %(accepted)s") % said


def dropped_words(name: str) -> str:
    said = {"name": name, "size": largest()}
    return (
        _(
            "“%(name)s” is larger than %(size)s. Make it smaller, or put it on a page of yours and give its link."
        )
        % said
    )


def infected_words(name: str) -> str:
    return _(
        "“%(name)s” was not taken: the virus scanner found something in it. Do not send it on. Tell those who look after your computer."
    ) % {"name": name}


def unscanned_words(name: str) -> str:
    return _(
        "“%(name)s” could not be scanned for viruses, so it was not taken. Please try again in a few minutes."
    ) % {"name": name}


def unkept_words(name: str) -> str:
    return _(
        "“%(name)s” could not be kept: the place for files is full or away. Nothing else is lost. Send it again later."
    ) % {"name": name}
