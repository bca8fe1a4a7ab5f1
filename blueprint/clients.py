"""Who asks, as far as that may be known: a network address, for limits alone."""

import ipaddress

from django.conf import settings

# Where the page cache, which hands on nothing else of who asks, leaves the address.
CLIENT = "blueprint.client"


def client_of(environ: dict) -> str:
    """The network address that asks, as our own proxies tell it. Of IPv6 the part that one household has."""
    if CLIENT in environ:
        return environ[CLIENT]
    told = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    address = told[-proxies] if 0 < proxies <= len(told) else environ.get("REMOTE_ADDR", "")
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((read, 64), strict=False)) if read.version == 6 else str(read)
