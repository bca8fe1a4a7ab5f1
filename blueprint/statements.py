"""What the site says of itself: whose it is, what it keeps of its readers, whom it can be used by."""

import datetime

from django.shortcuts import render

from .moment import public

# When the accessibility statement was last held against the site and its tests. Whoever changes either sets it.
ACCESSIBILITY_REVIEWED_ON = datetime.date(2026, 11, 22)


@public
def notices(request):
    return render(request, "blueprint/notices.html", {"page": "notices"})


@public
def privacy(request):
    return render(request, "blueprint/privacy.html", {"page": "privacy"})


@public
def accessibility(request):
    return render(
        request,
        "blueprint/accessibility.html",
        {"page": "accessibility", "reviewed_on": ACCESSIBILITY_REVIEWED_ON},
    )
