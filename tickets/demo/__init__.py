"""A made-up office for demo installs: its people here, what they report in `stories`, how it fares in `office`.

Nothing of it exists in production: `manage.py seed_demo` refuses there, and a check looks for these accounts.
"""

from dataclasses import dataclass

from django.conf import settings

from workflows.roles import Role

#: Every demo account has it, and the sign-in page tells it: whoever reaches a demo install may be anybody in it.
PASSWORD = "ranah-minang-2026"  # noqa: S105  # published on purpose


@dataclass(frozen=True)
class Account:
    """A made-up person. `title` is what they do, `unit` the short name of their OPD, `group` where they are listed."""

    who: str
    name: str
    title: str
    group: str
    unit: str = "Diskominfotik"
    role: Role | None = None
    procedure: str = ""

    @property
    def email(self) -> str:
        return self.who + settings.DEMO_DOMAIN


#: Short name and name of each OPD.
UNITS = {
    "Diskominfotik": "Dinas Komunikasi, Informatika dan Statistik",
    "Dinkes": "Dinas Kesehatan",
    "Bapenda": "Badan Pendapatan Daerah",
    "Disdik": "Dinas Pendidikan",
}

#: The OPD that report only in an archive (`tickets.demo.bulk`), those that report most first.
MORE_UNITS = {
    "BPKAD": "Badan Pengelolaan Keuangan dan Aset Daerah",
    "Setda": "Sekretariat Daerah",
    "BKD": "Badan Kepegawaian Daerah",
    "Bappeda": "Badan Perencanaan Pembangunan Daerah",
    "BMCKTR": "Dinas Bina Marga, Cipta Karya dan Tata Ruang",
    "DPMPTSP": "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu",
    "Setwan": "Sekretariat Dewan Perwakilan Rakyat Daerah",
    "Inspektorat": "Inspektorat Daerah",
    "Dinsos": "Dinas Sosial",
    "Dishut": "Dinas Kehutanan",
    "DKP": "Dinas Kelautan dan Perikanan",
    "Disbuntanhor": "Dinas Perkebunan, Tanaman Pangan dan Hortikultura",
    "SDABK": "Dinas Sumber Daya Air dan Bina Konstruksi",
    "Disperindag": "Dinas Perindustrian dan Perdagangan",
    "Dispar": "Dinas Pariwisata",
    "Dishub": "Dinas Perhubungan",
    "BPSDM": "Badan Pengembangan Sumber Daya Manusia",
    "Disnakertrans": "Dinas Tenaga Kerja dan Transmigrasi",
    "BPBD": "Badan Penanggulangan Bencana Daerah",
    "DLH": "Dinas Lingkungan Hidup",
    "RSAM": "RSUD Dr. Achmad Mochtar",
    "Perkimtan": "Dinas Perumahan Rakyat, Kawasan Permukiman dan Pertanahan",
    "Disnakkeswan": "Dinas Peternakan dan Kesehatan Hewan",
    "Disbud": "Dinas Kebudayaan",
    "Dispora": "Dinas Pemuda dan Olahraga",
    "Diskop": "Dinas Koperasi, Usaha Kecil dan Menengah",
    "ESDM": "Dinas Energi dan Sumber Daya Mineral",
    "DPMD": "Dinas Pemberdayaan Masyarakat dan Desa",
    "Dispangan": "Dinas Pangan",
    "Disarpus": "Dinas Kearsipan dan Perpustakaan",
    "DP3AP2KB": "Dinas Pemberdayaan Perempuan dan Perlindungan Anak, Pengendalian Penduduk dan Keluarga Berencana",
    "Satpol-PP": "Satuan Polisi Pamong Praja",
    "Kesbangpol": "Badan Kesatuan Bangsa dan Politik",
    "RSUD-Natsir": "RSUD Mohammad Natsir",
    "RSJ-Saanin": "Rumah Sakit Jiwa Prof. HB. Saanin",
    "RSUD-Pariaman": "RSUD Pariaman",
    "Balitbang": "Badan Penelitian dan Pengembangan",
    "Penghubung": "Badan Penghubung",
}

ACCOUNTS = (
    Account("siti", "Siti Rahmah, S.K.M.", "Pelapor, Dinas Kesehatan", "pelapor", "Dinkes"),
    Account("andi", "Andi Putra Caniago, S.E.", "Pelapor, Badan Pendapatan Daerah", "pelapor", "Bapenda"),
    Account("meri", "Meri Yulianti, S.Pd.", "Pelapor, Dinas Pendidikan", "pelapor", "Disdik"),
    Account(
        "budi", "Budi Hendrawan, S.Kom., M.T.", "Sub Koordinator", "pimpinan",
        role=Role.SUB_KOORDINATOR, procedure="website",
    ),
    Account(
        "rina", "Rina Marlina, S.Kom.", "Web Developer", "pelaksana",
        role=Role.WEB_DEVELOPER, procedure="website",
    ),
    Account("fajar", "Fajar Ramadhan, S.Kom.", "Programmer", "pelaksana", role=Role.PROGRAMMER),
    Account("nadia", "Nadia Putri Sikumbang, S.T.", "Programmer", "pelaksana", role=Role.PROGRAMMER),
    Account(
        "yusuf", "Yusuf Hakim, A.Md.Kom.", "Tim Infrastruktur", "pelaksana",
        role=Role.TIM_INFRASTRUKTUR, procedure="website",
    ),
    Account(
        "lina", "Lina Kartika Koto, S.Si., M.Kom.", "Subkoordinator Aplikasi", "pimpinan",
        role=Role.SUBKOORDINATOR_APLIKASI, procedure="spj_online",
    ),
    Account(
        "hendra", "Hendra Gunawan Piliang, S.T.", "Subkoordinator Infrastruktur", "pimpinan",
        role=Role.SUBKOORDINATOR_INFRASTRUKTUR, procedure="spj_online",
    ),
    Account(
        "tomi", "Tomi Saputra Jambak, A.Md.", "Network Administrator", "pelaksana",
        role=Role.NETWORK_ADMINISTRATOR, procedure="spj_online",
    ),
    Account(
        "zulkifli", "Ir. Zulkifli Tanjung, M.Si.", "Kepala Bidang Aptika", "pimpinan",
        role=Role.KEPALA_BIDANG_APTIKA,
    ),
    Account("dewi", "Dewi Anggraini, S.Kom.", "Administrator", "administrator"),
)  # fmt: skip
