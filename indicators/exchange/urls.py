from django.urls import path

from ..evidence.views import evidence_file
from . import views
from .dictionary import TABLES
from .offered import OFFERS, WRITERS

urlpatterns = [
    *(path(offer.path, views.whole_file, {"offer": offer}, name=offer.path) for offer in OFFERS),
    *(
        path(
            f"indicators/<str:code>.{ending}",
            views.indicator_file,
            {"ending": ending},
            name=f"indicator.{ending}",
        )
        for ending in WRITERS
    ),
    *(
        path(
            f"{table.name}.csv-metadata.json",
            views.columns_file,
            {"table": table},
            name=f"{table.name}.csv-metadata.json",
        )
        for table in TABLES
    ),
    path("evidence/<str:sha256>", evidence_file, name="evidence.file"),
    path("catalog.jsonld", views.catalogue_file, name="catalog.jsonld"),
    path("checksums.txt", views.checksums_file, name="checksums.txt"),
]
