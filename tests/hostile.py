"""Hostile and awkward files, made in code: what each is called, what it holds, and whether it may be kept."""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

from PIL import Image, PngImagePlugin

#: Stands in every piece of metadata below; nothing that is stored may hold it.
SECRET = b"RAHASIA-GPS-0.9471S"
PNG_START = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Hostile:
    """One file. `accepted` is None where either answer is right, so long as it is an answer."""

    label: str
    name: str
    content: bytes
    accepted: bool | None


def corpus() -> list[Hostile]:
    """All files, those of one kind together; labels are unique."""
    return [
        *wrong_types(),
        *polyglots(),
        *bombs(),
        *cut_short(),
        *broken(),
        *with_metadata(),
        *odd_modes(),
        *moving(),
        *odd_names(),
    ]


def wrong_types():
    contents = {
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        "html": b"<!doctype html><script>alert(1)</script>",
        "gif": encoded("GIF", mode="P"),
        "bmp": encoded("BMP"),
        "tiff": encoded("TIFF"),
        "ico": encoded("ICO"),
        "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200),
        "avif": b"\0\0\0\x18ftypavif\0\0\0\0mif1avif" + bytes(200),
        "exe": b"MZ" + bytes(500),
        "zip": zipped(),
        "docx": zipped("word/document.xml"),
        "pdf": b"%PDF-1.7\n1 0 obj<</JS(app.alert(1))>>endobj\n%%EOF",
        "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (w) file\n",
        "text": b"hanya teks",
        "nothing": b"",
    }
    # Named as pictures all the same: what a file is, its content says.
    return [Hostile(f"{kind} called png", f"{kind}.png", content, False) for kind, content in contents.items()]


def polyglots():
    script = b"<script>alert(document.domain)</script>"
    return [
        Hostile("gif that is javascript", "a.png", b"GIF89a=1;alert(1)//" + encoded("GIF", mode="P"), False),
        Hostile("html before a png", "a.png", script + encoded("PNG"), False),
        Hostile("png with html behind", "a.html", encoded("PNG") + script + SECRET, True),
        Hostile("png with a zip behind", "a.zip", encoded("PNG") + zipped(), True),
        Hostile("png with a pdf behind", "a.pdf", encoded("PNG") + b"%PDF-1.7\n" + SECRET + b"\n%%EOF", True),
        Hostile("png with php behind", "a.php.png", encoded("PNG") + b"<?php system($_GET[0]); " + SECRET, True),
        Hostile(
            "jpeg with javascript in a comment", "a.jpg", encoded("JPEG", comment=b"*/=1;alert(1)/*" + SECRET), True
        ),
        Hostile("jpeg with a zip behind", "a.jpg", encoded("JPEG") + zipped(), True),
        Hostile("jpeg with html behind", "a.svg", encoded("JPEG") + script + SECRET, True),
        Hostile("webp with html behind", "a.webp", encoded("WEBP") + script + SECRET, None),
        Hostile("png start and nothing more", "a.png", PNG_START + script, False),
        Hostile("jpeg start and a zip", "a.jpg", b"\xff\xd8\xff" + zipped(), False),
        Hostile("riff that is a sound", "a.webp", b"RIFF\x24\0\0\0WAVEfmt " + bytes(200), False),
        Hostile("webp start and nothing more", "a.webp", b"RIFF\xff\xff\xff\x7fWEBPVP8 " + bytes(100), False),
    ]


def bombs():
    text = zlib.compress(bytes(60_000_000), 9)
    return [
        Hostile("30000 x 30000 in a small png", "bom.png", png(30_000, 30_000, zlib.compress(bytes(9_000_000))), False),
        Hostile("26 megapixels", "bom.png", png_of_zeros(5_200, 5_001), False),
        Hostile("25 megapixels, all there", "besar.png", png_of_zeros(5_000, 5_000), True),
        Hostile("header claims the largest png", "bom.png", png(2**31 - 1, 2**31 - 1, b""), False),
        Hostile("header claims no width", "bom.png", png(0, 100, b""), False),
        Hostile("one row of 25 million", "bom.png", png(25_000_000, 1, zlib.compress(bytes(25_000_001))), None),
        Hostile("header claims a 65535 square jpeg", "bom.jpg", jpeg_claiming(65_535, 65_535), False),
        Hostile("header claims 25 megapixels of jpeg", "bom.jpg", jpeg_claiming(5_000, 5_000), None),
        Hostile("header claims the largest webp", "bom.webp", webp_claiming(16_384, 16_384), False),
        Hostile("thousands of jpeg scans", "bom.jpg", jpeg_of_many_scans(), False),
        Hostile("png text that unpacks to 60 MB", "bom.png", png_with(b"zTXt", b"Comment\0\0" + text), None),
        Hostile("png profile that unpacks to 60 MB", "bom.png", png_with(b"iCCP", b"icc\0\0" + text), None),
        Hostile("10 MB of an unknown chunk", "bom.png", png_with(b"juNk", bytes(9_900_000)), True),
        Hostile("a hundred thousand empty chunks", "bom.png", png_with(b"juNk", b"", times=100_000), True),
        Hostile("more than 10 MB", "bom.png", png_with(b"juNk", bytes(11_000_000)), False),
        Hostile(
            "pixels that unpack far beyond the header", "bom.png", png(10, 10, zlib.compress(bytes(50_000_000))), None
        ),
    ]


def cut_short():
    for kind in ("PNG", "JPEG", "WEBP"):
        whole = encoded(kind, width=300, height=200)
        for share in (0.02, 0.1, 0.5, 0.9, 0.99):
            cut = whole[: max(4, int(len(whole) * share))]
            # The last hundredth of a PNG is its end mark: every pixel is there.
            accepted = None if (kind, share) == ("PNG", 0.99) else False
            yield Hostile(f"{kind} cut at {share:.0%}", f"potong.{kind.lower()}", cut, accepted)


def broken():
    whole = encoded("PNG", width=300, height=200)
    wrong_sum = bytearray(whole)
    wrong_sum[whole.index(b"IDAT") + 12] ^= 0xFF
    lying_length = bytearray(whole)
    at = whole.index(b"IDAT") - 4
    lying_length[at : at + 4] = b"\x7f\xff\xff\xff"
    noise = bytearray(encoded("JPEG", width=300, height=200))
    for position in range(400, len(noise), 37):
        noise[position] ^= 0x55
    return [
        Hostile("png whose checksum is wrong", "rusak.png", bytes(wrong_sum), False),
        Hostile("png chunk that claims 2 GB", "rusak.png", bytes(lying_length), None),
        Hostile("png without pixels", "rusak.png", png(20, 20, b""), False),
        Hostile("png of an unknown colour type", "rusak.png", png(20, 20, b"", colour=5), False),
        Hostile(
            "png that is palette without palette", "rusak.png", png(20, 20, zlib.compress(bytes(420)), colour=3), None
        ),
        Hostile("jpeg full of noise", "rusak.jpg", bytes(noise), None),
        Hostile(
            "jpeg with a broken exif", "rusak.jpg", encoded("JPEG", exif=b"Exif\0\0MM\0\x2a\xff\xff\xff\xff"), True
        ),
    ]


def with_metadata():
    exif = Image.Exif()
    exif[0x010E] = exif[0x9286] = SECRET.decode()
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825)[29] = SECRET.decode()
    exif = exif.tobytes()
    profile = b"\0\0\2\0" + bytes(508) + SECRET
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", SECRET.decode())
    text.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta>{SECRET.decode()}</x:xmpmeta>")
    text.add_text("Software", SECRET.decode(), zip=True)
    xmp = b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    return [
        Hostile("jpeg with exif and position", "foto.jpg", encoded("JPEG", exif=exif), True),
        Hostile("jpeg with xmp", "foto.jpg", encoded("JPEG", xmp=xmp), True),
        Hostile("jpeg with profile", "foto.jpg", encoded("JPEG", icc_profile=profile), True),
        Hostile("jpeg with comment", "foto.jpg", encoded("JPEG", comment=SECRET), True),
        Hostile("jpeg with a second picture inside", "foto.jpg", phone_photo(), True),
        Hostile("png with exif", "foto.png", encoded("PNG", exif=exif), True),
        Hostile("png with text chunks", "foto.png", encoded("PNG", pnginfo=text), True),
        Hostile("png with profile", "foto.png", encoded("PNG", icc_profile=profile), True),
        Hostile("png with a time and a resolution", "foto.png", png_with(b"tIME", b"\x07\xea\1\1\1\1\1"), True),
        Hostile("png with a private chunk", "foto.png", png_with(b"prVt", SECRET), True),
        Hostile("webp with exif", "foto.webp", encoded("WEBP", exif=exif), True),
        Hostile("webp with xmp and profile", "foto.webp", encoded("WEBP", xmp=xmp, icc_profile=profile), True),
        Hostile("lossless webp with exif", "foto.webp", encoded("WEBP", lossless=True, exif=exif), True),
    ]


def odd_modes():
    modes = {"PNG": ("1", "L", "LA", "P", "RGBA", "I;16"), "JPEG": ("L", "CMYK"), "WEBP": ("RGBA",)}
    for kind, names in modes.items():
        for mode in names:
            yield Hostile(f"{kind} in {mode}", f"mode.{kind.lower()}", encoded(kind, mode=mode), True)
    yield Hostile("png with a see-through palette colour", "mode.png", encoded("PNG", mode="P", transparency=3), True)
    yield Hostile("progressive jpeg", "mode.jpg", encoded("JPEG", progressive=True), True)
    yield Hostile("a single pixel", "mode.png", encoded("PNG", width=1, height=1), True)
    yield Hostile("very wide and one pixel high", "mode.png", encoded("PNG", width=20_000, height=1), True)


def moving():
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    for kind in ("PNG", "WEBP"):
        target = io.BytesIO()
        frames[0].save(target, kind, save_all=True, append_images=frames[1:], duration=100)
        yield Hostile(f"{kind} that moves", f"gerak.{kind.lower()}", target.getvalue(), False)


def odd_names():
    picture = encoded("PNG")
    names = {
        "climbing folders": "../../../etc/passwd.png",
        "windows folders": "C:\\Windows\\..\\layar.png",
        "a zero byte": "layar\0.php.png",
        "a line break and a header": "layar.png\r\nSet-Cookie: a=b",
        "text turned round": "layar\u202egnp.exe",
        "five hundred signs": "a" * 500 + ".png",
        "emoji": "😀" * 200 + ".png",
        "two endings": "layar.html.png",
        "another ending": "layar.html",
        "no ending": "layar",
        "markup": "<img src=x onerror=alert(1)>.png",
        "quotes": 'layar"; filename="jahat.html',
        "only dots": "....",
    }
    return [Hostile(f"name with {label}", name, picture, True) for label, name in names.items()]


# Pieces


def encoded(kind: str, *, width=64, height=48, mode="RGB", **options) -> bytes:
    """A picture that is not all one colour, in a format and mode."""
    image = Image.linear_gradient("L").resize((width, height))
    image = (
        image.convert("I").point(lambda value: value * 256).convert("I;16") if mode == "I;16" else image.convert(mode)
    )
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def png(width: int, height: int, pixels: bytes, *, colour: int = 0, extra: bytes = b"") -> bytes:
    """A PNG with this header and these compressed pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return PNG_START + chunk(b"IHDR", header) + extra + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def png_of_zeros(width: int, height: int) -> bytes:
    """A black PNG whose pixels are really there, packed row by row to spare the memory."""
    packer, row = zlib.compressobj(1), bytes(width + 1)
    return png(width, height, b"".join(packer.compress(row) for _ in range(height)) + packer.flush())


def png_with(kind: bytes, data: bytes, *, times: int = 1) -> bytes:
    return png(8, 8, zlib.compress(bytes(72)), extra=chunk(kind, data) * times)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def jpeg_claiming(width: int, height: int) -> bytes:
    """A small JPEG whose header was overwritten with another size."""
    whole = bytearray(encoded("JPEG"))
    at = whole.index(b"\xff\xc0") + 5
    whole[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(whole)


def jpeg_of_many_scans() -> bytes:
    """A progressive JPEG whose last scan is there ten thousand times: little to read, very much to decode."""
    whole = encoded("JPEG", width=2_000, height=2_000, progressive=True, quality=10)
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * 10_000 if len(last) < 900 else whole[:-2] + last * (9_000_000 // len(last))


def webp_claiming(width: int, height: int) -> bytes:
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0"
    body += struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3] + encoded("WEBP")[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def phone_photo() -> bytes:
    """Two JPEGs in one, as phones write them (MPO)."""
    target = io.BytesIO()
    photo, preview = Image.new("RGB", (80, 60), "teal"), Image.new("RGB", (40, 30), "grey")
    photo.save(target, "MPO", save_all=True, append_images=[preview])
    return target.getvalue()


def zipped(name: str = "isi.txt") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, SECRET)
    return target.getvalue()
