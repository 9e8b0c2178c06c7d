"""Pictures people send, drawn anew: what is stored was encoded here, upright, and carries nothing but its pixels.

What a picture is, its content says, not its name. Its size is read from the header before anything is decoded, and one
picture at a time is decoded per process, so that many at once cannot exhaust the memory (RELIABILITY 0, T19).
"""

import io
import threading
import warnings
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from PIL import Image, ImageOps

MAX_PIXELS = 25_000_000
THUMBNAIL_SIDE = 480
#: A progressive JPEG needs about ten scans; each costs the time of the whole picture, whatever its length in bytes.
MAX_SCANS = 100
#: Beyond this a lossless WebP is written with loss: its encoder would take 13 bytes of memory for each pixel.
MAX_LOSSLESS_PIXELS = 10_000_000

#: By Pillow's name of the format: content type, file ending, how it is written, and the modes it is written in.
FORMATS = {
    "PNG": ("image/png", "png", {"compress_level": 3}, ("1", "L", "LA", "P", "RGB", "RGBA")),
    "JPEG": ("image/jpeg", "jpg", {"quality": 85, "optimize": True}, ("L", "RGB")),
    "WEBP": ("image/webp", "webp", {"quality": 80, "method": 2}, ("RGB", "RGBA")),
}
THUMBNAIL_TYPE, THUMBNAIL_ENDING = "image/webp", "webp"

# Pillow's own guard, for what opens a picture inside a picture; `clean_image` asks the header itself.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)

_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class CleanImage:
    """A picture ready to be stored, and its thumbnail."""

    content: bytes
    thumbnail: bytes
    content_type: str
    ending: str
    width: int
    height: int


def format_of(content: bytes) -> str | None:
    """Which of `FORMATS` these bytes begin like, or None."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    return None


def clean_image(content: bytes, *, name: str) -> CleanImage:
    """Decode and re-encode a picture whose format `format_of` knows.

    Raises ValidationError, a sentence that calls the file by `name`, when it is broken, too large or moves.
    """
    kind = format_of(content)
    try:
        if kind is None:
            raise ValueError("none of FORMATS")
        with _one_at_a_time:
            return _drawn_anew(_decoded(content, kind, name), kind, lossless=b"VP8L" in content)
    except ValidationError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(
            f"“{name}” terlalu besar: paling banyak {MAX_PIXELS // 1_000_000} megapiksel. Silakan perkecil gambarnya."
        ) from error
    except Exception as error:  # a broken picture makes Pillow raise nearly anything, from EOFError to struct.error
        raise ValidationError(
            f"“{name}” rusak atau tidak lengkap. Silakan ambil tangkapan layarnya sekali lagi."
        ) from error


def _decoded(content: bytes, kind: str, name: str) -> Image.Image:
    """The upright picture by itself: the decoder and its buffers are gone before an encoder takes its own."""
    with Image.open(io.BytesIO(content), formats=(kind,)) as image:
        if image.width * image.height > MAX_PIXELS:
            raise Image.DecompressionBombError
        # Kept whole or refused: in a picture that moves, any frame may be the one that shows the fault.
        # (A phone's JPEG may hold a second picture, a depth map or preview; its first is the photo.)
        if kind != "JPEG" and getattr(image, "is_animated", False):
            raise ValidationError(f"“{name}” adalah gambar bergerak. Silakan kirim tangkapan layar yang diam.")
        if kind == "JPEG" and content.count(b"\xff\xda") > MAX_SCANS:
            raise ValueError("too many scans")
        image.load()
        try:
            return ImageOps.exif_transpose(image)
        except Exception:  # a broken EXIF block says nothing of which way is up; the picture is still good
            return image.copy()


def _drawn_anew(image: Image.Image, kind: str, *, lossless: bool) -> CleanImage:
    content_type, ending, how, modes = FORMATS[kind]
    plain = _in_mode(image, modes)
    # Encoders copy profiles, comments and more from `info`; only a transparent colour belongs to the pixels.
    kept = plain.info.get("transparency") if plain is image else None
    plain.info = {} if kept is None else {"transparency": kept}
    if kind == "WEBP" and lossless and plain.width * plain.height <= MAX_LOSSLESS_PIXELS:
        how = {"lossless": True, "quality": 20, "method": 1}  # `quality` is effort here
    return CleanImage(
        content=_encoded(plain, kind, **how),
        thumbnail=_encoded(_thumbnail(plain), "WEBP", quality=75),
        content_type=content_type,
        ending=ending,
        width=plain.width,
        height=plain.height,
    )


def _in_mode(image: Image.Image, modes: tuple[str, ...]) -> Image.Image:
    """The picture in a mode its format is written in: 16 bits become 8, CMYK and the like become RGB."""
    if image.mode in modes:
        return image
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 256).convert("L")
    elif image.mode in ("F", "CMYK", "YCbCr", "LAB", "HSV"):
        image = image.convert("RGB")
    return image if image.mode in modes else image.convert("RGBA" if "RGBA" in modes else "RGB")


def _thumbnail(image: Image.Image) -> Image.Image:
    if image.width > THUMBNAIL_SIDE or image.height > THUMBNAIL_SIDE:
        if image.mode in ("1", "P"):  # these cannot be averaged
            image = image.convert("RGBA" if "transparency" in image.info else "RGB")
        scale = THUMBNAIL_SIDE / max(image.size)
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    small = _in_mode(image, FORMATS["WEBP"][3])
    small.info = {}
    return small


def _encoded(image: Image.Image, kind: str, **how) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **how)
    return target.getvalue()
