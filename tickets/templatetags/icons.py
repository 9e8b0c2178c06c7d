"""{% icon "clock" %}: one glyph of Font Awesome Free's solid set, inlined, so that it takes the colour of its text.

Font Awesome Free 6 by @fontawesome, https://fontawesome.com. Icons: CC BY 4.0. The package is read from where pip put
it and kept out of INSTALLED_APPS, whose static files would add 25 MB for a few hundred bytes of paths.
"""

import functools
import re
from pathlib import Path

import fontawesomefree
from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

SOLID = Path(fontawesomefree.__file__).parent / "static/fontawesomefree/svgs/solid"
SVG = re.compile(r'<svg [^>]*viewBox="(?P<box>[\d .]+)">(?:<!--.*?-->)?(?P<shape>.*)</svg>', re.DOTALL)


@register.simple_tag
@functools.cache
def icon(name: str) -> SafeString:
    """The icon as decoration, hidden from screen readers: a word stands beside it. An unknown name is an error."""
    source = _source(name)
    return mark_safe(  # noqa: S308 -- our own constant around the package's own file, nothing a person typed
        f'<svg class="icon" viewBox="{source["box"]}" aria-hidden="true" focusable="false">{source["shape"]}</svg>'
    )


@register.simple_tag
@functools.cache
def icon_of_sheet(name: str) -> SafeString:
    """The same for long lists: a reference to an icon that the page has drawn once with `icon_sheet`."""
    _source(name)
    return mark_safe(f'<svg class="icon" aria-hidden="true"><use href="#i-{name}"/></svg>')  # noqa: S308 -- checked


@register.simple_tag
@functools.cache
def icon_sheet(*names: str) -> SafeString:
    """What `icon_of_sheet` refers to."""
    drawn = ((name, _source(name)) for name in names)
    symbols = (f'<symbol id="i-{name}" viewBox="{found["box"]}">{found["shape"]}</symbol>' for name, found in drawn)
    return mark_safe(f'<svg hidden aria-hidden="true">{"".join(symbols)}</svg>')  # noqa: S308 -- the package's own


def _source(name: str) -> re.Match[str]:
    source = SVG.search((SOLID / f"{name}.svg").read_text(encoding="utf-8"))
    if source is None:
        raise template.TemplateSyntaxError(f"the icon {name} is not drawn as expected")
    return source
