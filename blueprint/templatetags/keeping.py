"""What a page needs so that nothing typed on it is lost: the script, its words, and the notice before sign-out."""

from django import template
from django.utils.crypto import salted_hmac

from ..draft_views import seconds_left

register = template.Library()


@register.inclusion_tag("components/_keep_script.html", takes_context=True)
def keep_script(context):
    """The browser keeps under a name of the person's own, so that it brings it back to nobody else."""
    request = context["request"]
    idle, in_any_case = seconds_left(request.session)
    owner = salted_hmac("kept in this browser", str(request.user.pk)).hexdigest()[:20]
    return {"owner": owner, "idle": idle, "in_any_case": in_any_case}
