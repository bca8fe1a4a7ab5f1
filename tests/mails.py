"""What tests of mail share: time that passes, and all that is ready written and sent."""

import datetime

from blueprint.clock import database_now
from blueprint.models import Mail
from blueprint.sending import send_due
from indicators.letters import write_letters

DAY = datetime.timedelta(days=1)


def post_all(*, later=2 * DAY):
    """Every letter that anybody waits for, as it is by then; sent now."""
    write_letters(now=database_now() + later)
    Mail.objects.waiting().update(next_at=database_now())
    send_due()


def make_due(**columns):
    """As if the time had passed after which another try is made."""
    Mail.objects.waiting().filter(**columns).update(next_at=database_now())
