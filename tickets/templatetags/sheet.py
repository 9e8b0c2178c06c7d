"""{{ text|breakable }}: words of the official sheet that may turn to a new line after a slash."""

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

SLASH = mark_safe("/<wbr>")


@register.filter
def breakable(text: str) -> SafeString:
    """The text with a place to break behind every slash between words: narrow columns hold `hari/sesuai kebutuhan`."""
    return format_html_join(SLASH, "{}", ((part,) for part in text.split("/")))
