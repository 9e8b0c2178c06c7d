"""Whether a text looks as if it held a password, so that the person who typed it is asked before it is kept for years.

A guess: it warns, it never refuses. Talk *about* passwords ("lupa kata sandi") is what half of all reports are made of.
"""

import re

_WORDS = r"kata[ \t]?sandi|sandi|pass?[ \t]?wor[dt]|passwd|passphrase|pwd|pass"
_NUMBERS = r"pin|kode[ \t]otp|otp|kode[ \t]verifikasi"
_TOKENS = r"token|api[ _-]?key|kunci[ \t]api|secret(?:[ _-]?key)?"
#: Whose or which it is, between the word and its value.
_OF = (
    r"saya|kami|beliau|akun|user|username|admin|operator|bendahara|surel|e-?mail|wi-?fi|baru|lama|sementara|default|"
    r"login|masuk|website|aplikasi|sistem|server|database|db|root|ftp|ssh|vpn|cpanel|hosting|router|laptop|komputer|"
    r"spj|dinas|untuk|di|ke|saat[ \t]ini|sekarang|web|ruang|rapat|kantor|yang|terima|pakai|dipakai|gunakan|digunakan|"
    r"akses|tetap|masih|tadi|dulu|ya|ini|itu|tanggal|lahir"
)
_IS = r"[ \t]*(?:[:=]|adalah\b|yaitu\b|ialah\b|menjadi\b|jadi\b)[ \t]*"


def _said(word: str) -> re.Pattern[str]:
    """The word, whose it is, perhaps "is", and what follows to the next space."""
    asked = rf"(?<![a-z])(?:{word})(?:-?nya)?(?:[ \t]+(?:{_OF}))*"
    return re.compile(rf"{asked}(?:(?P<is>{_IS})|[ \t]+)(?P<value>\S{{3,}})(?=(?P<after>[^\n]{{0,40}}))", re.IGNORECASE)


#: The same with any few words in between: "password akun Bu Ani: …".
_FAR = re.compile(
    rf"(?<![a-z])(?:{_WORDS})(?:-?nya)?(?:[ \t]+[^\W\d]+){{1,4}}[ \t]*[:=][ \t]*(?P<value>\S{{5,}})", re.IGNORECASE
)
_PASSWORD, _NUMBER, _TOKEN = _said(_WORDS), _said(_NUMBERS), _said(_TOKENS)

#: What is a secret by its form alone. Where a part is long without end, no match begins within it: a text without
#: spaces would be read anew from each of its signs.
_BY_FORM = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|[a-z0-9+.-]://[^\s/:@]*:[^\s/@]+@"
    r"|\bbearer[ \t]+[\w.~+/-]{20,}"
    r"|(?<![\w-])eyJ[\w-]{10,}\.[\w-]{10,}\."
    r"|\b(?:gh[pousr]_|github_pat_|glpat-|AKIA|AIza|xox[abprs]-)[\w-]{16,}",
    re.IGNORECASE,
)

#: An address, a file, a ticket's number, or what somebody wrote in the place of a password.
_HARMLESS = re.compile(
    r"https?://\S*|www\.\S*|[^@\s]+@[\w-]+(?:\.[\w-]+)+|\S+\.(?:png|jpe?g|pdf|php|html?|docx?|xlsx?|txt)"
    r"|[A-Z]{2,5}-\d{4}-\d+|[x*•.\-_#?]+|[<\[({].*|\d{1,2}[./:-]\d{1,2}(?:[./:-]\d{2,4})?",
    re.IGNORECASE,
)
#: "ERR_401", "HTTP500".
_CODE = re.compile(r"[A-Z]{2,}[_-]?\d{1,4}")
_QUOTES = "\"'`“”‘’"
_YEAR = re.compile(r"(?:19|20)\d\d")
_COUNTED = re.compile(
    r"[ \t]*(?:karakter|huruf|angka|digit|kali|menit|detik|jam|hari|orang|pengguna|akun)\b", re.IGNORECASE
)
_ENDS = re.compile(r"[ \t]*(?:$|[,;/|]|dan\b|user|login\b|e-?mail\b|surel\b)", re.IGNORECASE)
#: How a sentence about a password goes on.
_TALK = re.compile(
    r"ada|aktif|akan|aman|apa|apakah|atau|bagaimana|baru|belum|benar|berbeda|berhasil|bermasalah|berubah|bisa|"
    r"boleh|cocok|dapat|dari|dengan|di|dibuat|dibagikan|diganti|digunakan|diisi|dikirim|diketahui|diminta|"
    r"diperbarui|diperiksa|direset|diterima|ditolak|diubah|diblokir|error|expired|gagal|hanya|harus|hilang|"
    r"incorrect|ini|invalid|itu|jangan|kadaluarsa|kedaluwarsa|kembali|kosong|kuat|lama|lemah|lupa|mengapa|milik|"
    r"minimal|mohon|nonaktif|null|none|oleh|pada|perlu|pernah|pengguna|required|rusak|saat|saja|salah|sama|"
    r"sangat|saya|sebelum|secara|selalu|sementara|sering|sesuai|sudah|supaya|tapi|telah|terbaru|terkunci|"
    r"terlalu|terlihat|tersebut|tersimpan|tetap|tetapi|tidak|true|undefined|ulang|unknown|untuk|valid|wajib|"
    r"wrong|yang",
    re.IGNORECASE,
)


def looks_like_a_secret(text: str) -> bool:
    """Whether the text seems to hold a password, PIN, one-time code, access token or private key."""
    return bool(
        _BY_FORM.search(text)
        or any(_is_password(found) for found in _PASSWORD.finditer(text))
        or any(_is_far_password(found) for found in _FAR.finditer(text))
        or any(_is_number(found) for found in _NUMBER.finditer(text))
        or any(_is_token(found) for found in _TOKEN.finditer(text))
    )


def _is_password(found: re.Match[str]) -> bool:
    value = _value(found)
    if len(value) < 4 or _TALK.fullmatch(value) or _HARMLESS.fullmatch(value):
        return False
    if value.isdigit():
        is_count = _YEAR.fullmatch(value) or _COUNTED.match(found["after"])
        return bool(found["is"] or not is_count) and len(value) <= 12  # more is a NIP or NIK
    if _is_mixed(value):
        return True
    return bool(found["is"]) and value.isalpha() and bool(_ENDS.match(found["after"]))


def _is_far_password(found: re.Match[str]) -> bool:
    value = _value(found)
    is_plain = _HARMLESS.fullmatch(value) or _CODE.fullmatch(value)
    return not is_plain and _is_mixed(value) and any(sign.isdigit() for sign in value)


def _is_number(found: re.Match[str]) -> bool:
    value = _value(found)
    return value.isdigit() and 4 <= len(value) <= 8 and not _COUNTED.match(found["after"])


def _is_token(found: re.Match[str]) -> bool:
    value = _value(found)
    has_digit = any(sign.isdigit() for sign in value)
    return len(value) >= 8 and has_digit and _is_mixed(value) and not _HARMLESS.fullmatch(value)


def _value(found: re.Match[str]) -> str:
    """What was said, without the quotes around it and the full stop behind it."""
    return found["value"].strip(_QUOTES).rstrip(".,;:)" + _QUOTES)


def _is_mixed(value: str) -> bool:
    """Letters together with digits or with signs that words do not hold; a word's own end ("masuk?") is none."""
    inside = value.rstrip("!?")
    return any(sign.isalpha() for sign in inside) and any(sign.isdigit() or sign in "@#$!%&*+=^~_" for sign in inside)
