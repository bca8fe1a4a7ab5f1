"""The whole public site as static files, at one moment: for the archive, and for the day the database is down."""

from .archive import Archive, export_site
from .site import ExportFailed

__all__ = ["Archive", "ExportFailed", "export_site"]
