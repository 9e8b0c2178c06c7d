"""`/metrics` for Prometheus, behind a token; without one in the settings there is no such page."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tickets.metrics import exposition


@require_safe
@never_cache
def metrics(request):
    told = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not constant_time_compare(told, f"Bearer {settings.METRICS_TOKEN}"):
        raise Http404
    return HttpResponse(exposition(timezone.now()), content_type="text/plain; version=0.0.4; charset=utf-8")
