"""Pictures that look like screenshots of the faults in `tickets.demo.stories`, and a scanned report. Pillow only.

A scene draws what is inside the page; the browser, phone, site header and menu around it are drawn here once.
"""

import io
from collections.abc import Callable
from functools import cache, lru_cache
from textwrap import wrap

from PIL import Image, ImageDraw, ImageFont

WINDOW = (1200, 720)
PHONE = (400, 800)
COLOURS = 96  # as many as keep the edges of the letters smooth

INK, SOFT, LINE, PAPER, SHADE = "#1f2933", "#6b7280", "#d5d9de", "#ffffff", "#e9ecf0"
NAVY, TEAL, RED, PINK, BLUE = "#1d3f72", "#0f766e", "#b91c1c", "#fee2e2", "#1a73e8"

NEWS = (
    "Gubernur membuka rapat koordinasi pelayanan publik tingkat provinsi di Padang",
    "Pelayanan keliling hadir di enam kecamatan sepanjang bulan ini",
    "Hasil evaluasi kinerja perangkat daerah triwulan III diumumkan",
)
SENTENCE = (
    "Kegiatan ini diikuti oleh perwakilan kabupaten dan kota se-Sumatera Barat. Masyarakat dapat memperoleh informasi "
    "lebih lanjut melalui layanan informasi pada jam kerja."
)


@cache
def font(size: float) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)


class Page:
    """A drawing surface: text, boxes and rules, with the part of it (`left`, `top`, `width`) that a scene fills."""

    def __init__(self, size: tuple[int, int], *, url: str, heading: str, text: str) -> None:
        self.image = Image.new("RGB", size, PAPER)
        self.pen = ImageDraw.Draw(self.image)
        self.url, self.heading, self.shows = url, heading, text
        self.left, self.top, self.width = 0, 0, size[0]

    def text(self, x, y, words, size=15, fill=INK, *, bold=False, columns=0, anchor="la") -> int:
        """Write words, broken after so many columns if any are given; returns the y below them."""
        for line in wrap(words, columns) if columns else [words]:
            self.pen.text((x, y), line, fill, font(size), anchor=anchor, stroke_width=0.4 if bold else 0)
            y += round(size * 1.5)
        return y

    def box(self, x, y, width, height, fill=PAPER, outline=None, radius=4) -> None:
        self.pen.rounded_rectangle((x, y, x + width, y + height), radius, fill, outline)

    def button(self, x, y, words, fill=BLUE) -> None:
        self.box(x, y, 20 + round(font(14).getlength(words)), 34, fill)
        self.text(x + 10, y + 8, words, 14, PAPER, bold=True)

    def png(self) -> bytes:
        return _encoded(
            self.image.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE), "PNG", compress_level=1
        )


@lru_cache(maxsize=256)
def screenshot(scene: str, *, url: str, heading: str, text: str = "") -> bytes:
    """A PNG of a page on which the fault of a scene shows; `heading` names the site, `text` is what the page says."""
    draw = SCENES[scene]
    if draw in ON_A_PHONE:
        page = Page(PHONE, url=url, heading=heading, text=text)
        _phone(page)
    else:
        page = Page(WINDOW, url=url, heading=heading, text=text)
        _browser(page, is_safe=draw is not certificate)
        if draw not in WITHOUT_SITE:
            (_application if "//spj." in url else _portal)(page)
    draw(page)
    return page.png()


def scanned_report(title: str, number: str, text: str) -> bytes:
    """A PDF of one typed page, as a scanner makes it."""
    page = Page((827, 1169), url="", heading="", text="")
    page.text(413, 70, "PEMERINTAH PROVINSI SUMATERA BARAT", 20, bold=True, anchor="ma")
    page.text(413, 100, "DINAS KOMUNIKASI, INFORMATIKA DAN STATISTIK", 22, bold=True, anchor="ma")
    page.pen.line((80, 145, 747, 145), INK, 3)
    page.text(413, 190, "LAPORAN HASIL PERBAIKAN", 18, bold=True, anchor="ma")
    page.text(413, 218, f"Tiket {number}", 15, SOFT, anchor="ma")
    y = page.text(90, 280, title, 16, bold=True, columns=70)
    page.text(90, y + 16, text, 16, columns=76)
    page.text(560, 900, "Programmer,", 16)
    page.pen.line([(565, 985), (590, 950), (604, 990), (632, 945), (650, 985), (700, 962)], "#27408b", 3, joint="curve")
    return _encoded(page.image.convert("L"), "PDF", resolution=100)


# Around the page


def _browser(page: Page, *, is_safe: bool) -> None:
    width = page.width
    page.box(0, 0, width, 42, "#dee1e6", radius=0)
    page.box(10, 8, 250, 50, PAPER, radius=9)
    page.box(22, 19, 14, 14, TEAL if "//spj." in page.url else NAVY, radius=7)
    page.text(44, 18, page.heading[:24], 13)
    _cross(page, 240, 22)
    page.text(276, 14, "+", 18, SOFT)
    page.pen.line((width - 120, 25, width - 109, 25), SOFT, 1)
    page.pen.rectangle((width - 76, 19, width - 66, 29), None, SOFT)
    _cross(page, width - 34, 19)
    page.box(0, 42, width, 42, PAPER, radius=0)
    for x, points in ((18, ((12, 0), (4, 8), (12, 16))), (50, ((4, 0), (12, 8), (4, 16)))):
        page.pen.line([(x + dx, 54 + dy) for dx, dy in points], SOFT, 2)
    page.pen.arc((84, 54, 100, 70), 30, 330, SOFT, 2)
    page.box(116, 48, width - 190, 30, SHADE, radius=15)
    colour = SOFT if is_safe else RED
    page.box(132, 61, 10, 8, colour, radius=1)
    page.pen.arc((133, 54, 141, 68), 180, 360, colour, 2)
    x = 152
    if not is_safe:
        page.text(x, 55, "Tidak aman", 14, RED)
        x += 88
    page.text(x, 55, page.url, 14)
    page.box(width - 56, 50, 26, 26, "#c7d2fe", radius=13)
    page.pen.line((0, 84, width, 84), LINE)
    page.top = 84


def _portal(page: Page) -> None:
    page.box(0, 85, page.width, 66, NAVY, radius=0)
    _emblem(page, 90, 97)
    page.text(146, 98, page.heading, 20, PAPER, bold=True)
    page.text(146, 125, "Provinsi Sumatera Barat", 13, "#c9d6ea")
    page.box(0, 151, page.width, 40, "#f8fafc", radius=0)
    for number, word in enumerate(("Beranda", "Profil", "Berita", "Layanan", "PPID", "Data", "Kontak")):
        page.text(90 + 104 * number, 163, word, 14, INK)
    page.pen.line((0, 191, page.width, 191), LINE)
    page.left, page.top, page.width = 90, 216, page.width - 180


def _application(page: Page) -> None:
    page.box(0, 85, page.width, 48, TEAL, radius=0)
    page.text(24, 97, "SPJ Online", 18, PAPER, bold=True)
    page.text(page.width - 24, 101, page.heading, 14, PAPER, anchor="ra")
    page.box(0, 133, 200, 600, "#f0f4f4", radius=0)
    for number, word in enumerate(("Dasbor", "Kegiatan", "Rincian belanja", "Kuitansi", "Verifikasi", "Laporan")):
        if number == 2:
            page.box(0, 213, 200, 36, "#d7e5e4", radius=0)
        page.text(24, 150 + 36 * number, word, 14, TEAL if number == 2 else INK)
    page.left, page.top, page.width = 230, 158, page.width - 270


def _phone(page: Page) -> None:
    page.box(0, 0, page.width, 28, NAVY, radius=0)
    page.text(18, 6, "09.41", 13, PAPER)
    page.text(page.width - 18, 6, "4G  78%", 13, PAPER, anchor="ra")
    page.box(0, 28, page.width, 50, "#e8eaed", radius=0)
    page.box(14, 36, page.width - 70, 34, PAPER, radius=17)
    page.text(30, 45, page.url.removeprefix("https://")[:38], 13)
    page.text(page.width - 30, 40, "···", 18, SOFT, anchor="ma")
    page.box(0, 78, page.width, 60, NAVY, radius=0)
    _emblem(page, 14, 88)
    page.text(64, 90, page.heading[:30], 16, PAPER, bold=True)
    page.text(64, 113, "Provinsi Sumatera Barat", 12, "#c9d6ea")
    page.top = 138


def _cross(page: Page, x: int, y: int) -> None:
    page.pen.line((x, y, x + 9, y + 9), SOFT, 1)
    page.pen.line((x, y + 9, x + 9, y), SOFT, 1)


def _emblem(page: Page, x: int, y: int) -> None:
    page.pen.ellipse((x, y, x + 40, y + 40), "#f5c542", PAPER, 2)
    page.pen.polygon([(x + 6, y + 30), (x + 12, y + 14), (x + 20, y + 24), (x + 28, y + 14), (x + 34, y + 30)], RED)


# Scenes


def server_error(page: Page) -> None:
    """Nothing but what a web server says when a program broke."""
    y = page.text(90, 130, page.shows, 34, bold=True)
    y = page.text(90, y + 16, "The server encountered an error and could not complete your request.", 17, columns=80)
    page.pen.line((90, y + 24, 1110, y + 24), LINE)
    page.text(90, y + 38, "nginx/1.24.0", 14, SOFT)


def certificate(page: Page) -> None:
    _warning_triangle(page, 300, 160)
    page.text(300, 240, "Koneksi Anda tidak pribadi", 28, bold=True)
    host = page.url.split("/")[2]
    words = f"Penyerang mungkin mencoba mencuri informasi Anda dari {host} (misalnya sandi, pesan, atau kartu kredit)."
    y = page.text(300, 296, words, 16, SOFT, columns=76)
    page.text(300, y + 10, "NET::ERR_CERT_DATE_INVALID", 14, SOFT)
    y = page.text(300, y + 50, page.shows, 15, columns=80)
    page.button(760, y + 40, "Kembali ke situs aman")


def unreachable(page: Page) -> None:
    page.box(300, 160, 44, 56, PAPER, SOFT)
    page.pen.line((314, 196, 330, 196), SOFT, 2)
    page.text(300, 246, "Situs ini tidak dapat dijangkau", 28, bold=True)
    host = page.url.split("/")[2]
    y = page.text(300, 300, f"{host} tidak memberi jawaban tepat waktu. Coba:", 16, SOFT, columns=80)
    for words in ("Memeriksa koneksi", "Memeriksa proxy dan firewall"):
        page.pen.ellipse((308, y + 12, 313, y + 17), SOFT)
        y = page.text(322, y + 4, words, 16, SOFT)
    page.text(300, y + 20, page.shows, 14, SOFT)
    page.button(820, y + 60, "Muat ulang")


def missing_page(page: Page) -> None:
    middle = page.left + page.width // 2
    page.text(middle, page.top + 60, "404", 96, "#c3cad3", bold=True, anchor="ma")
    page.text(middle, page.top + 190, "Halaman atau berkas tidak ditemukan", 24, bold=True, anchor="ma")
    page.text(middle, page.top + 240, page.shows, 15, SOFT, anchor="ma")


def broken_images(page: Page) -> None:
    """Three news cards, two of which lost their picture."""
    page.text(page.left, page.top, page.shows, 24, bold=True)
    for number, title in enumerate(NEWS):
        x, y = page.left + 345 * number, page.top + 52
        if number == 1:
            _photo(page, x, y, 325, 190)
        else:
            page.box(x, y, 325, 190, PAPER, LINE)
            page.box(x + 12, y + 12, 20, 22, PAPER, SOFT, 1)
            page.pen.line((x + 14, y + 28, x + 20, y + 20, x + 30, y + 31), TEAL, 2)
            page.text(x + 40, y + 15, "gambar berita", 13, SOFT)
        page.text(x, y + 206, f"{12 + number} Okt · Berita", 12, SOFT)
        below = page.text(x, y + 226, title, 15, bold=True, columns=40)
        page.text(x, below + 6, SENTENCE, 13, SOFT, columns=48)


def blank_list(page: Page) -> None:
    """A list or search that finds nothing."""
    page.text(page.left, page.top, page.shows, 24, bold=True)
    page.box(page.left, page.top + 50, page.width - 120, 38, PAPER, LINE)
    page.text(page.left + 12, page.top + 60, "pengumuman", 15)
    page.button(page.left + page.width - 106, page.top + 52, "Cari")
    _table_head(page, page.top + 116, ("Tanggal", "Judul", "Kategori", "Aksi"))
    page.text(page.left + page.width // 2, page.top + 190, "Tidak ada data yang ditemukan", 16, SOFT, anchor="ma")
    page.text(page.left, page.top + 260, "Menampilkan 0 sampai 0 dari 0 data", 13, SOFT)


def wrong_figures(page: Page) -> None:
    """A table in which one row cannot be right."""
    page.text(page.left, page.top, page.shows, 22, bold=True)
    _table_head(page, page.top + 48, ("No.", "Uraian", "Tanggal", "Jumlah (Rp)"))
    rows = (
        ("1", "Belanja alat tulis kantor", "03/10", "1.250.000"),
        ("2", "Belanja perjalanan dinas", "07/10", "0"),
        ("3", "Belanja makan dan minum rapat", "12/10", "2.175.000"),
        ("4", "Honorarium narasumber", "15/10", "0"),
        ("5", "Belanja cetak dan penggandaan", "21/10", "840.000"),
    )
    for number, row in enumerate(rows):
        y = page.top + 92 + 40 * number
        is_wrong = row[3] == "0"
        if is_wrong:
            page.box(page.left, y - 8, page.width, 38, PINK, radius=0)
        _table_row(page, y, row, RED if is_wrong else INK)
    page.text(page.left + page.width - 20, page.top + 306, "Jumlah: 4.265.000", 16, bold=True, anchor="ra")
    page.pen.ellipse(
        (page.left + page.width - 130, page.top + 122, page.left + page.width + 6, page.top + 172), None, RED, 3
    )


def form_error(page: Page) -> None:
    """A form that comes back with a red box."""
    page.box(page.left, page.top, page.width, 54, PINK, "#f3a7a7")
    page.text(page.left + 18, page.top + 17, page.shows, 16, RED, bold=True)
    for number, (label, value) in enumerate((("Judul", "Kegiatan bulan Oktober"), ("Keterangan", SENTENCE[:64]))):
        y = page.top + 82 + 84 * number
        page.text(page.left, y, label, 14, bold=True)
        page.box(page.left, y + 24, page.width, 40, PAPER, LINE)
        page.text(page.left + 12, y + 36, value, 14)
    page.text(page.left, page.top + 250, "Berkas", 14, bold=True)
    page.box(page.left, page.top + 274, page.width, 70, SHADE, "#e39a9a")
    page.text(page.left + 16, page.top + 299, "Pilih berkas …   kuitansi-oktober.pdf (1,8 MB)", 14, SOFT)
    page.button(page.left, page.top + 370, "Simpan", "#9ca3af")


def waiting(page: Page) -> None:
    """A page that only turns."""
    middle, y = page.left + page.width // 2, page.top + 110
    page.pen.ellipse((middle - 34, y, middle + 34, y + 68), None, LINE, 7)
    page.pen.arc((middle - 34, y, middle + 34, y + 68), 250, 350, BLUE, 7)
    page.text(middle, y + 100, "Memuat …", 18, SOFT, anchor="ma")
    page.text(middle, y + 140, page.shows, 14, SOFT, anchor="ma")


def overlapping(page: Page) -> None:
    """A menu that lies over the title and its text."""
    page.text(page.left, page.top, page.shows, 34, bold=True)
    y = page.text(page.left, page.top + 64, SENTENCE, 16, columns=100)
    page.text(page.left, y + 12, SENTENCE, 16, columns=100)
    page.box(page.left + 200, page.top - 22, 420, 190, "#eef2f7", LINE)
    for number, word in enumerate(("Struktur organisasi", "Tugas dan fungsi", "Visi dan misi", "Profil pimpinan")):
        page.text(page.left + 222, page.top - 4 + 42 * number, word, 16)
    page.text(page.left + 180, page.top + 10, "Maklumat pelayanan", 28, RED)


def empty_chart(page: Page) -> None:
    page.text(page.left, page.top, page.shows, 24, bold=True)
    page.box(page.left, page.top + 50, page.width, 330, PAPER, LINE)
    for number in range(5):
        y = page.top + 90 + 60 * number
        page.text(page.left + 20, y - 8, str(100 - 25 * number), 12, SOFT)
        page.pen.line((page.left + 56, y, page.left + page.width - 24, y), "#e8eaee")
    page.text(page.left + page.width // 2, page.top + 190, "NaN", 28, "#c3cad3", anchor="ma")


def print_preview(page: Page) -> None:
    """A print dialogue whose sheet is empty."""
    page.box(0, page.top - 74, WINDOW[0], 640, "#5f6368", radius=0)
    page.box(210, 150, 380, 520, PAPER, radius=0)
    page.text(230, 168, "1/1", 11, SOFT)
    page.box(760, 110, 400, 560, PAPER)
    page.text(784, 132, "Cetak", 22, bold=True)
    page.text(1136, 138, "1 lembar", 14, SOFT, anchor="ra")
    for number, (label, value) in enumerate((("Tujuan", "Simpan sebagai PDF"), ("Halaman", "Semua"), ("Ukuran", "A4"))):
        y = 196 + 56 * number
        page.text(784, y + 8, label, 14, SOFT)
        page.box(900, y, 236, 36, PAPER, LINE)
        page.text(912, y + 10, value, 14)
    page.text(784, 390, page.shows, 13, SOFT, columns=46)
    page.button(940, 616, "Simpan")
    page.text(1050, 624, "Batal", 14, BLUE)


def sign_in(page: Page) -> None:
    """A sign-in form that lets nobody in."""
    page.box(0, 85, page.width, 640, "#e8f1f0", radius=0)
    page.box(410, 140, 380, 440, PAPER, LINE, 10)
    page.text(600, 172, "SPJ Online", 26, TEAL, bold=True, anchor="ma")
    page.text(600, 210, "Provinsi Sumatera Barat", 14, SOFT, anchor="ma")
    page.box(440, 250, 320, 62, PINK, "#f3a7a7")
    page.text(454, 261, page.shows, 14, RED, columns=42)
    for y, label in ((332, "Nama pengguna"), (412, "Kata sandi")):
        page.text(440, y, label, 14, bold=True)
        page.box(440, y + 22, 320, 40, PAPER, LINE)
    page.text(452, 366, "bendahara", 14)
    for x in range(454, 544, 9):
        page.pen.ellipse((x, 451, x + 5, 456), INK)
    page.box(440, 510, 320, 40, TEAL)
    page.text(600, 521, "Masuk", 15, PAPER, bold=True, anchor="ma")


def phone_slider(page: Page) -> None:
    """A slider far too wide for the screen, its text cut off."""
    _photo(page, -60, page.top, 700, 250)
    page.text(210, page.top + 92, "Selamat datang di portal", 30, PAPER, bold=True)
    page.text(250, page.top + 136, "layanan masyarakat", 30, PAPER, bold=True)
    page.box(340, page.top + 192, 140, 40, BLUE)
    page.text(18, page.top + 276, page.shows, 20, bold=True)
    for number, title in enumerate(NEWS):
        y = page.top + 318 + 104 * number
        page.box(18, y, 560, 92, SHADE, LINE)
        page.text(34, y + 18, title, 17)
    page.box(0, 784, 220, 10, "#9aa1a9", radius=5)


def phone_error(page: Page) -> None:
    page.box(18, page.top + 24, page.width - 36, 92, PINK, "#f3a7a7")
    page.text(34, page.top + 40, page.shows, 16, RED, columns=38)
    page.text(18, page.top + 144, "Formulir", 22, bold=True)
    for number, label in enumerate(("Nama", "Uraian", "Lampiran")):
        y = page.top + 190 + 92 * number
        page.text(18, y, label, 14, bold=True)
        page.box(18, y + 24, page.width - 36, 46, PAPER, LINE)
    page.button(18, page.top + 480, "Kirim")


def healthy(page: Page) -> None:
    """The page as it should be: proof of a repair."""
    page.text(page.left, page.top, page.shows, 24, bold=True)
    for number, title in enumerate(NEWS):
        y = page.top + 48 + 128 * number
        _photo(page, page.left, y, 190, 110)
        page.text(page.left + 214, y + 6, title, 17, bold=True)
        page.text(page.left + 214, y + 38, SENTENCE, 14, SOFT, columns=88)


def _warning_triangle(page: Page, x: int, y: int) -> None:
    page.pen.polygon([(x + 30, y), (x + 60, y + 52), (x, y + 52)], PAPER, RED, 4)
    page.text(x + 30, y + 16, "!", 30, RED, bold=True, anchor="ma")


def _photo(page: Page, x: int, y: int, width: int, height: int) -> None:
    """Hills under a sky."""
    page.box(x, y, width, height, "#a9cbe8", radius=0)
    page.pen.ellipse((x + width * 0.7, y + height * 0.1, x + width * 0.8, y + height * 0.1 + width * 0.1), "#f7dc8b")
    foot = y + height
    for start, peak, end, colour in ((0, 0.3, 0.62, "#4d7c5a"), (0.34, 0.66, 1, "#356046")):
        points = ((x + width * start, foot), (x + width * peak, y + height * 0.35), (x + width * end, foot))
        page.pen.polygon(points, colour)
    page.box(x, foot - height // 5, width, height // 5, "#7fa65f", radius=0)


def _table_head(page: Page, y: int, words: tuple[str, ...]) -> None:
    page.box(page.left, y, page.width, 36, SHADE, LINE, 0)
    _table_row(page, y + 9, words, INK)


def _table_row(page: Page, y: int, words: tuple[str, ...], fill: str) -> None:
    for share, word in zip((0.02, 0.14, 0.62, 0.98), words, strict=True):
        page.text(page.left + page.width * share, y, word, 15, fill, anchor="ra" if share > 0.9 else "la")
    page.pen.line((page.left, y + 30, page.left + page.width, y + 30), LINE)


def _encoded(image: Image.Image, kind: str, **how) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **how)
    return target.getvalue()


SCENES: dict[str, Callable[[Page], None]] = {
    scene.__name__: scene
    for scene in (
        server_error, certificate, unreachable, missing_page, broken_images, blank_list, wrong_figures, form_error,
        waiting, overlapping, empty_chart, print_preview, sign_in, phone_slider, phone_error, healthy,
    )
}  # fmt: skip
WITHOUT_SITE = {server_error, certificate, unreachable, sign_in}
ON_A_PHONE = {phone_slider, phone_error}
