"""The process that measures in the site itself: reads [verb, arguments…] line by line, answers in JSON."""

import json
import os
import sys
import threading
import time
from itertools import count

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "blueprint.settings"
django.setup()

from django.db import connections, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from blueprint.actions import publish_release  # noqa: E402
from blueprint.models import Publication  # noqa: E402
from blueprint.permissions import Role  # noqa: E402
from blueprint.publishing import publish  # noqa: E402
from indicators import assessing, invented  # noqa: E402
from indicators.models import (  # noqa: E402
    Assessment,
    Baseline,
    IndicatorVersion,
    Observation,
    StageVersion,
    Summary,
    TargetVersion,
)  # fmt: skip
from tests.factories import UserFactory, approved_release, change  # noqa: E402

CLIENT = Client(headers={"host": "127.0.0.1"})
RENDERINGS = 5
PARTS, YEARS = count(1), count(2100)


def page(address):
    """Seconds for which Django makes this page, with all its middleware and no page cache before it."""
    CLIENT.get(address)
    started = time.perf_counter()
    for _ in range(RENDERINGS):
        if CLIENT.get(address).status_code != 200:
            raise RuntimeError(f"{address} is not there")
    return (time.perf_counter() - started) / RENDERINGS


def queries(address):
    """How many statements a page takes, over all connections."""
    with (
        CaptureQueriesContext(connections["public"]) as public,
        CaptureQueriesContext(connections["default"]) as own,
    ):
        CLIENT.get(address)
    return len(public) + len(own)


def one_figure():
    """Publish a figure, as an official's release would: for a part that no indicator has."""
    number = next(PARTS)
    what = Observation.objects.order_by("pk").values_list("indicator", flat=True).first()
    figure = change("observation", indicator=what, breakdown=f"bench-{os.getpid()}-{number}", period="2024")
    return publish([figure], kind="figures", title={"en": "A figure"}).number


def stampede(address, clients):
    """How often Django is asked when so many ask one process for one page at once, just after a publication."""
    from blueprint import wsgi

    inner, asked = wsgi.application.application, []

    def counted(environ, start_response):
        asked.append(environ["PATH_INFO"])
        return inner(environ, start_response)

    wsgi.application.application = counted
    one_figure()
    time.sleep(5.5)
    gate = threading.Barrier(clients)
    threads = [threading.Thread(target=ask, args=(wsgi.application, address, gate)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wsgi.application.application = inner
    return len(asked)


def ask(application, address, gate):
    from django.test import RequestFactory

    environ = RequestFactory().get(address, headers={"host": "127.0.0.1"}).environ
    gate.wait()
    answer = application(environ, lambda *said: None)
    b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()


# Writing


def release_of(entries):
    """An approved release with one new figure of each of so many indicators (or parts of them)."""
    codes = list(
        IndicatorVersion.objects.order_by("indicator").values_list("indicator", flat=True).distinct()
    )
    period = str(next(YEARS))
    return approved_release(
        entries=[
            change(
                "observation",
                indicator=codes[n % len(codes)],
                period=period,
                breakdown="total" if n < len(codes) else f"b{n}",
            )
            for n in range(entries)
        ]
    )


def publish_once(entries):
    """[seconds to publish the release, seconds for bulk_create of the public rows it wrote]."""
    release, publisher = release_of(entries), UserFactory(role=Role.PUBLISHER)
    started = time.perf_counter()
    publication = publish_release(release, by=publisher)
    published = time.perf_counter() - started
    return [published, bulk_create_again(publication)]


def bulk_create_again(publication):
    """The same rows under another publication and for other periods, in one transaction of their own."""
    rows = {
        model: list(model.objects.filter(publication=publication))
        for model in (Observation, Assessment, Summary)
    }
    last = Publication.objects.get(pk=publication.pk)
    with transaction.atomic():
        last.number, last.leaf_hash = last.number + 1, "0" * 64
        for model, found in rows.items():
            for row in found:
                row.pk, row.publication_id = None, last.number
                if model is Observation:
                    row.period = f"X{row.period}"
        started = time.perf_counter()
        last.save(force_insert=True)
        for model, found in rows.items():
            model.objects.bulk_create(found)
        spent = time.perf_counter() - started
        transaction.set_rollback(True)
    return spent


def recompute():
    """[seconds to assess every invented indicator, seconds to read the same rows]."""
    number = Publication.objects.order_by("-number").values_list("number", flat=True).first()
    codes = list(
        IndicatorVersion.objects.filter(indicator__code__startswith=invented.PREFIX).values_list(
            "indicator", flat=True
        )
    )
    started = time.perf_counter()
    rows = assessing.assessments(Publication(number=number), codes)
    assessed = time.perf_counter() - started
    started = time.perf_counter()
    read_only(number, codes)
    return [assessed, time.perf_counter() - started, len(rows)]


def read_only(number, codes):
    rows = Observation.objects.filter(indicator__in=codes, breakdown="total", publication__lte=number)
    list(rows.values_list("indicator_id", "publication_id", *assessing.FIGURE_COLUMNS, "value"))
    list(IndicatorVersion.objects.filter(indicator__in=codes).as_at(number, or_first=True))
    list(StageVersion.objects.as_at(number, or_first=True))
    list(TargetVersion.objects.filter(indicator__in=codes, publication__lte=number))
    list(Baseline.objects.filter(indicator__in=codes).as_at(number))


def latest():
    return Publication.objects.order_by("-number").values_list("number", flat=True).first()


VERBS = {
    verb.__name__: verb for verb in (page, queries, one_figure, stampede, publish_once, recompute, latest)
}


def main():
    # What anybody prints must not stand between the answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    for asked in sys.stdin:
        verb, *arguments = json.loads(asked)
        print(json.dumps(VERBS[verb](*arguments)), file=answers, flush=True)


if __name__ == "__main__":
    main()
