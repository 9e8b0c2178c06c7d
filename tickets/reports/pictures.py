"""Pictures as large as paper needs them: more would only make a PDF slow and heavy."""

from __future__ import annotations

import io

from PIL import Image

#: The longer side in pixels: 170 mm at about 240 dots per inch.
LONGEST_SIDE = 1_600
HOW = {"PNG": {"compress_level": 6}, "JPEG": {"quality": 88}, "WEBP": {"quality": 85}}


def for_print(content: bytes) -> bytes:
    """The picture, smaller if it is larger than paper shows. What cannot be read stays as it is: typst will judge."""
    try:
        with Image.open(io.BytesIO(content), formats=list(HOW)) as image:
            if max(image.size) <= LONGEST_SIDE:
                return content
            kind = image.format or ""
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG need not be decoded whole
            small = image if image.mode in ("L", "RGB", "RGBA") else image.convert("RGBA" if kind != "JPEG" else "RGB")
            small.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=2.0)
            target = io.BytesIO()
            small.save(target, kind, **HOW[kind])
            return target.getvalue()
    except Exception:  # a broken picture makes Pillow raise nearly anything
        return content
