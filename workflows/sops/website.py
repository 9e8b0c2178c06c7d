"""SOP Penanganan Gangguan pada Website sumbarprov.go.id.

No. 555/385/Diskominfotik/2024, 10 Juni 2024. Nine rows, four performers. The copy in hand carries no approval (W-12).

Words with a `source` were misspelt in the document: the first reading is shown and printed, the source is kept.
Where the document leaves a question open, the row names it (W-1, W-2, …) and `open_points` at the end answers it.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from workflows.inputs import choice, documents, images, link, long_text
from workflows.record import Record
from workflows.roles import Party, Role
from workflows.sop import (
    END,
    NOT_PROCESSED,
    Annex,
    Arrow,
    Artefact,
    Automatic,
    Column,
    Days,
    Given,
    Identity,
    Kind,
    Minutes,
    NoLimit,
    OpenPoint,
    Origin,
    Qualification,
    Shape,
    Sop,
    Step,
    Tentative,
    Text,
)

# ------------------------------------------------------------------ Kelengkapan and Output: what the rows ask for


def needs_image_or_link(given: Mapping[str, Any]) -> str:
    if given.get("tangkapan_layar") or given.get("tautan"):
        return ""
    return "Sertakan sedikitnya satu tangkapan layar atau satu tautan."


BUKTI_MASALAH = Artefact(
    key="bukti_masalah",
    label="Tangkapan layar / tautan permasalahan",
    rule="Sedikitnya satu tangkapan layar atau satu tautan",
    fields={
        "tangkapan_layar": images("Tangkapan layar"),
        "tautan": link("Tautan halaman yang bermasalah"),
    },
    enough=needs_image_or_link,
)

ANALISIS = Artefact(
    key="analisis",
    label="Analisis / kesimpulan permasalahan",
    rule="Analisis tertulis dan satu penyebab",
    fields={
        "analisis": long_text("Analisis permasalahan"),
        "penyebab": choice(
            "Penyebab",
            (
                ("coding", "Coding"),
                ("infrastruktur", "Infrastruktur"),
                ("keduanya", "Keduanya"),
                ("tanpa_perbaikan", "Tidak memerlukan perbaikan"),
            ),
        ),
    },
)

HASIL_PERBAIKAN = Artefact(
    key="hasil_perbaikan",
    label="Hasil perbaikan",
    rule="Hasil tertulis; berkas dan tautan bila perlu",
    fields={
        "hasil": long_text("Hasil perbaikan"),
        "berkas": documents("Berkas pendukung"),
        "tautan": link("Tautan hasil"),
    },
)


# ------------------------------------------------------------------ What leads where, once the cause is on record


def cause_is(*causes: str) -> Given:
    return Given(artefact="analisis", question="penyebab", answers=causes)


def infrastructure_is_still_to_do(record: Record) -> bool:
    return record.value("analisis", "penyebab") == "keduanya" and not record.has_done_any({7})


sop = Sop(
    key="website-2024",
    procedure="website",
    service=Text("Website sumbarprov.go.id", source=""),
    tagline="Halaman tidak bisa dibuka, tampilan rusak, atau isi tidak dapat diperbarui.",
    prefix="WEB",
    identity=Identity(
        unit=Text("Bidang Aplikasi Informatika", source="BIDANG APLIKASI INFORMATIKA"),
        organisation=Text(
            "Dinas Komunikasi, Informatika dan Statistik", source="Dinas Komunikasi Informatika dan Statistik"
        ),
        title=Text(
            "SOP Penanganan Gangguan pada Website sumbarprov.go.id",
            source="SOP PENANGANAN GANGGUAN PADA WEBSITE SUMBARPROV.GO.ID",
        ),
        number=Text("555/385/Diskominfotik/2024", source="555 / 385 /Diskominfotik/2024"),
        created=date(2024, 6, 10),
        title_label="Nama Standar Operasional Prosedur",
    ),
    legal_basis=(
        # Amended since (2016, 2024); a new issue of the SOP may name the amendments.
        Text(
            "Undang-Undang Nomor 11 Tahun 2008 tentang Informasi dan Transaksi Elektronik (ITE)",
            source="Undang- undangn Nomor 11 Tahun 2008 tentang ITE",
        ),
        Text(
            "Undang-Undang Nomor 14 Tahun 2008 tentang Keterbukaan Informasi Publik",
            source="Undang – undangan Nomor 14 Tahun 2008 tentang keterbukaan Informasi Publik",
        ),
        # Believed replaced by PP 13/2019; to be checked by the office at the next revision.
        Text(
            "Peraturan Pemerintah Nomor 6 Tahun 2008 tentang Pedoman Evaluasi Penyelenggaraan Pemerintahan Daerah",
            source="PP 6 Tahun 2008 Tentang Pedoman Evaluasi Penyelenggaraan Pemerintah Daerah",
        ),
        # "Pengelolaan" belongs to the title of Perda Sumatera Barat 20/2018, not to this Perpres.
        Text(
            "Peraturan Presiden Nomor 95 Tahun 2018 tentang Sistem Pemerintahan Berbasis Elektronik",
            source="Peraturan Presiden No, 95 Tahun 2018 tentang Pengelolaan Sistem Pemerintah Berbasis Elektronik",
        ),
    ),
    qualifications=(
        Qualification(
            role=Role.SUB_KOORDINATOR,
            name=Text("Sub Koordinator", source="Subkoordinator"),
            items=(Text("Mampu memantau website Diskominfotik", source="Mampu memantau website diskominfotik"),),
        ),
        Qualification(
            role=Role.WEB_DEVELOPER,
            name=Text("Web Developer"),
            items=(
                # The one sentence of the document that says who tells a coding fault from an infrastructure fault.
                Text(
                    "Mampu menganalisis permasalahan dari sisi coding dan dari sisi infrastruktur",
                    source="Mampu menganalisa permasalah dari sisi coding dan dari sisi infrastruktut",
                ),
            ),
        ),
        Qualification(
            role=Role.PROGRAMMER,
            name=Text("Programmer"),
            items=(Text("Mampu dalam pemrograman website", source="Mampu dalam programmer website"),),
        ),
        Qualification(
            role=Role.TIM_INFRASTRUKTUR,
            name=Text("Tim Infrastruktur"),
            items=(Text("Mampu dan mengerti tentang infrastruktur dan jaringan"),),
        ),
    ),
    summary=Text(
        "Prosedur ini mengelola kendala teknis pada website sumbarprov.go.id.",
        source="Prosedur ini mengelola kendala teknis pada website Sumbarprov.go.id",
    ),
    equipment=(),  # The cell is empty in the document.
    warnings=(
        Text(
            "Jika tidak sesuai dengan standar operasional, maka website tidak dapat diakses.",
            source="Jika tidak sesuai dengan standar operasional, maka website tidak dapat diakses",
        ),
        Text(
            "Jika tidak sesuai dengan standar operasional, maka akan terjadi kendala dalam memperbarui website.",
            source="Jika tidak sesuai dengan Standar operasional, maka akan terjadi kendala dalam meng-update website",
        ),
        Text(
            "Jika tidak dilakukan dengan standar operasional, kepercayaan pengguna berkurang.",
            source="Jika tidak dilakukan dengan standar operasional, berkurangnya kepercayaan pengguna",
        ),
    ),
    record_keeping=Text(
        "Sebagai acuan pada pengelolaan teknis website Dinas Komunikasi, Informatika dan Statistik.",
        source="sebagai acuan pada Pengelolaan teknis website Dinas Komunikasi Informatika dan Statistik",
    ),
    columns=(
        Column(role=Role.SUB_KOORDINATOR, name=Text("Sub Koordinator"), kind=Kind.PERSON),  # W-10
        Column(role=Role.WEB_DEVELOPER, name=Text("Web Developer"), kind=Kind.PERSON),
        Column(role=Role.PROGRAMMER, name=Text("Programmer"), kind=Kind.TEAM),
        Column(role=Role.TIM_INFRASTRUKTUR, name=Text("Tim Infrastruktur"), kind=Kind.TEAM),
    ),
    column_numbers=True,
    evidence=BUKTI_MASALAH,
    steps=(
        Step(
            no=1,  # No
            activity=Text(  # Aktivitas
                "Sub Koordinator menyampaikan permasalahan pada website",
                source="Sub koordinator menyampainkan permasalahan pada website",
            ),
            performer=Role.SUB_KOORDINATOR,  # Pelaksana
            kelengkapan=Text(  # Mutu Baku: Kelengkapan
                "Tangkapan layar / tautan permasalahan", source="Screen shoot / link Permasalahan"
            ),
            requires=(BUKTI_MASALAH,),
            waktu=Text(""),  # Mutu Baku: Waktu
            limit=NoLimit(),
            output=Text(  # Mutu Baku: Output
                "Tangkapan layar / tautan permasalahan", source="Screen shoot / link Permasalahan"
            ),
            produces=(BUKTI_MASALAH,),
            keterangan=Text(""),  # Keterangan
            arrows=(  # where the flowchart leads
                Arrow("Teruskan", to=2),
                Arrow(
                    "Tidak diproses",
                    to=NOT_PROCESSED,
                    when="bukan gangguan / di luar kewenangan / laporan ganda",
                    reason_required=True,
                    origin=Origin.PROPOSED,
                ),
            ),
            counterpart=Role.WEB_DEVELOPER,
            shape=Shape.START,
            basis="named in the activity",
            open_points=("W-1", "W-2"),
        ),
        Step(
            no=2,
            activity=Text(
                "Web Developer mencatat dan menganalisis permasalahan pada website",
                source="Web developer mencatat dan menganalisa permasalahan pada website",
            ),
            performer=Role.WEB_DEVELOPER,
            kelengkapan=Text("Tangkapan layar / tautan permasalahan", source="Screen shoot / link Permasalahan"),
            requires=(BUKTI_MASALAH,),
            waktu=Text("15 menit"),
            limit=Minutes(15),
            output=Text("Analisis permasalahan", source="Analisa permasalahan"),
            produces=(ANALISIS,),
            keterangan=Text(""),
            arrows=(
                Arrow(
                    "Coding",
                    to=3,
                    when="penyebab coding atau keduanya",
                    only_if=cause_is("coding", "keduanya"),
                    button="Lanjut ke perbaikan coding",
                ),
                Arrow(
                    "Infrastruktur",
                    to=6,
                    when="penyebab infrastruktur",
                    only_if=cause_is("infrastruktur"),
                    origin=Origin.IMPLIED,
                    button="Lanjut ke perbaikan infrastruktur",
                ),
                Arrow(
                    "Tanpa perbaikan",
                    to=9,
                    when="tidak memerlukan perbaikan",
                    only_if=cause_is("tanpa_perbaikan"),
                    reason_required=True,
                    origin=Origin.PROPOSED,
                    button="Selesaikan tanpa perbaikan",
                ),
            ),
            decides=True,
            basis="named in the activity",
            open_points=("W-3", "W-4"),
        ),
        Step(
            no=3,
            activity=Text(
                "Web Developer berkoordinasi dengan Programmer",
                source="Web developer berkoordinasi dengan programmer",
            ),
            performer=Role.WEB_DEVELOPER,
            kelengkapan=Text("Analisis/kesimpulan permasalahan", source="Analisa/ kesimpulan permasalahan"),
            requires=(ANALISIS,),
            waktu=Text("15 menit"),
            limit=Minutes(15),
            output=Text("Analisis/kesimpulan permasalahan", source="Analisa/ kesimpulan permasalahan"),
            produces=(ANALISIS,),
            keterangan=Text(""),
            arrows=(Arrow("Teruskan", to=4),),
            counterpart=Role.PROGRAMMER,
            branch="coding",
            basis="subject of the sentence",
            open_points=("W-3", "W-5"),
        ),
        Step(
            no=4,
            activity=Text("Perbaikan dari sisi coding"),
            performer=Role.PROGRAMMER,
            kelengkapan=Text("Analisis/kesimpulan permasalahan", source="Analisa/ kesimpulan permasalahan"),
            requires=(ANALISIS,),
            waktu=Text("2 hari/sesuai kebutuhan"),
            limit=Days(2, extendable=True),
            output=Text("Hasil perbaikan"),
            produces=(HASIL_PERBAIKAN,),
            keterangan=Text(""),
            arrows=(Arrow("Selesai diperbaiki", to=5),),
            branch="coding",
            basis="not named; step 5 has the Programmer report this result, and annex item 3 gives repair on the "
            "programming side to the Programmer",
            open_points=("W-6",),
        ),
        Step(
            no=5,
            activity=Text(
                "Programmer melaporkan hasil perbaikan ke Web Developer",
                source="Programmer melaporkan hasil perbaikan ke web developer",
            ),
            performer=Role.PROGRAMMER,
            kelengkapan=Text("Hasil perbaikan"),
            requires=(HASIL_PERBAIKAN,),
            waktu=Text("15 menit"),
            limit=Minutes(15),
            output=Text("Hasil perbaikan", source="Hasil perbiakan"),
            produces=(HASIL_PERBAIKAN,),
            keterangan=Text(""),
            arrows=(
                Arrow(
                    "Laporkan",
                    to=6,
                    automatic=Automatic(
                        "penyebab yang dicatat adalah keduanya dan infrastruktur belum dikerjakan pada putaran ini",
                        rule=infrastructure_is_still_to_do,
                    ),
                ),
                Arrow("Laporkan", to=9, automatic=Automatic("selain itu"), origin=Origin.IMPLIED),
            ),
            report_to=(Role.WEB_DEVELOPER,),
            report_to_origin="activity",
            counterpart=Role.WEB_DEVELOPER,
            branch="coding",
            basis="named in the activity",
            open_points=("W-3", "W-4"),
        ),
        Step(
            no=6,
            activity=Text(
                "Web Developer melakukan koordinasi dengan Tim Infrastruktur",
                source="Web developer melakukan koordinasi dengan tim infrastruktur",
            ),
            performer=Role.WEB_DEVELOPER,
            kelengkapan=Text("Analisis/kesimpulan permasalahan", source="Analisa/ kesimpulan permasalahan"),
            requires=(ANALISIS,),
            waktu=Text("2 hari/sesuai kebutuhan"),
            limit=Days(2, extendable=True),
            output=Text("Analisis/kesimpulan permasalahan", source="Analisa/ kesimpulan permasalahan"),
            produces=(ANALISIS,),
            keterangan=Text(""),
            arrows=(
                Arrow("Teruskan", to=7),
                Arrow("Tuntas tanpa infrastruktur", to=9, reason_required=True, origin=Origin.PROPOSED),
                Arrow(
                    "Perbaikan coding belum berhasil",
                    to=3,
                    reason_required=True,
                    new_round=True,
                    origin=Origin.PROPOSED,
                ),
            ),
            counterpart=Role.TIM_INFRASTRUKTUR,
            branch="infrastruktur",
            basis="subject of the sentence",
            open_points=("W-3", "W-5", "W-6", "W-8"),
        ),
        Step(
            no=7,
            activity=Text("Perbaikan dari sisi infrastruktur"),
            performer=Role.TIM_INFRASTRUKTUR,
            kelengkapan=Text("Analisis/kesimpulan permasalahan", source="Analisa/ kesimpulan permasalahan"),
            requires=(ANALISIS,),
            waktu=Text("Tentatif", source="tentative"),
            limit=Tentative(),
            output=Text("Hasil perbaikan"),
            produces=(HASIL_PERBAIKAN,),
            keterangan=Text(""),
            arrows=(Arrow("Selesai diperbaiki", to=8),),
            branch="infrastruktur",
            basis="not named; step 8 has the Tim Infrastruktur report this result, and annex item 4 gives "
            "infrastructure repair to it",
            open_points=("W-7", "W-8"),
        ),
        Step(
            no=8,
            activity=Text(
                "Tim Infrastruktur melaporkan hasil perbaikan ke Web Developer",
                source="Tim infrastruktur melaporkan hasil perbaikan ke web developer",
            ),
            performer=Role.TIM_INFRASTRUKTUR,
            kelengkapan=Text("Hasil perbaikan"),
            requires=(HASIL_PERBAIKAN,),
            waktu=Text("15 menit"),
            limit=Minutes(15),
            output=Text("Hasil perbaikan"),
            produces=(HASIL_PERBAIKAN,),
            keterangan=Text(""),
            arrows=(Arrow("Laporkan", to=9),),
            report_to=(Role.WEB_DEVELOPER,),
            report_to_origin="activity",
            counterpart=Role.WEB_DEVELOPER,
            branch="infrastruktur",
            basis="named in the activity",
            open_points=("W-3", "W-4"),
        ),
        Step(
            no=9,
            activity=Text(
                "Web Developer menginformasikan ke Sub Koordinator",
                source="Web developer menginformasikan ke sub koordinator",
            ),
            performer=Role.WEB_DEVELOPER,
            kelengkapan=Text("Hasil perbaikan"),
            requires=(HASIL_PERBAIKAN,),
            waktu=Text("15 menit"),
            limit=Minutes(15),
            output=Text("Hasil perbaikan"),
            produces=(HASIL_PERBAIKAN,),
            keterangan=Text(""),
            arrows=(
                Arrow("Informasikan dan selesai", to=END),
                Arrow("Perlu perbaikan coding", to=3, reason_required=True, new_round=True, origin=Origin.PROPOSED),
                Arrow(
                    "Perlu perbaikan infrastruktur",
                    to=6,
                    reason_required=True,
                    new_round=True,
                    origin=Origin.PROPOSED,
                ),
            ),
            report_to=(Role.SUB_KOORDINATOR,),
            report_to_origin="activity",
            counterpart=Role.SUB_KOORDINATOR,
            shape=Shape.END,
            basis="named in the activity",
            open_points=("W-9",),
        ),
    ),
    reopen=Arrow(
        "Buka kembali",
        to=2,
        reason_required=True,
        new_round=True,
        origin=Origin.PROPOSED,
        decided_by=(Party.PELAPOR, Role.SUB_KOORDINATOR),
    ),
    annex=Annex(
        title=Text(
            "Lampiran I. Penjelasan Standar Operasional Prosedur (SOP) Penanganan Gangguan pada Website "
            "sumbarprov.go.id",
            source="Lampiran I. Penjelasan Standar Operasional Prosedur (SOP) SOP PENANGANAN GANGGUAN PADA WEBSITE "
            "SUMBARPROV.GO.ID",
        ),
        items=(
            Text(
                "Sub Koordinator menetapkan konten dan memantau website sumbarprov.go.id.",
                source="Sub Koordinator menetapkan konten dan memantau website Sumbarprov.go.id.",
            ),
            Text(
                "Web Developer menganalisis kendala yang ada pada website sumbarprov.go.id.",
                source="Web Developer menganalisa kendala yang ada pada website Sumbarprov.go.id.",
            ),
            Text(
                "Programmer mampu melakukan perbaikan dari sisi pemrograman.",
                source="Programmer mampu melakukan perbaikan dari sisi programmer",
            ),
            Text(
                "Tim Infrastruktur mampu melakukan perbaikan dari sisi infrastruktur dan jaringan.",
                source="Tim infrastruktur mampu melakukan perbaikan dari sisi infrastruktur dan jaringan",
            ),
        ),
    ),
    open_points=(
        OpenPoint(
            key="W-1",
            question="Siapa yang boleh melaporkan gangguan? Tabel dimulai dari Sub Koordinator; pelapor dari perangkat "
            "daerah tidak disebut.",
            reading="Laporan dari siapa pun yang memiliki akun (atau temuan Sub Koordinator) menunggu di daftar masuk "
            "sebelum SOP; langkah 1 selesai ketika Sub Koordinator meneruskannya.",
            alternatives=("hanya Sub Koordinator yang boleh membuka tiket", "laporan langsung memulai langkah 1"),
        ),
        OpenPoint(
            key="W-2",
            question="Langkah 1 tidak memiliki waktu.",
            reading="Tanpa batas waktu SOP dan tidak pernah terlambat; waktu kerja yang terpakai tetap diukur dan "
            "dilaporkan. Target internal boleh ditetapkan, dengan tanda bahwa target itu bukan dari SOP.",
            alternatives=("15 menit seperti baris lain", "1 hari seperti SOP SPJ Online"),
        ),
        OpenPoint(
            key="W-3",
            question="Baris 3–5 (coding) dan 6–8 (infrastruktur): selalu keduanya, salah satu, atau sesuai temuan?",
            reading="Sesuai temuan. Langkah 3, 6, dan 9 milik Web Developer, dan langkah 2, 5, dan 8 berakhir pada Web "
            "Developer, jadi Web Developer yang memutuskan. Penyebab dicatat pada langkah 2; laporan (5 atau 8) menuju "
            "langkah Web Developer berikutnya menurut penyebab itu, dan pada langkah yang kemudian dipegang (6 atau 9) "
            "Web Developer boleh memilih lain dengan alasan. “Keduanya” mendahulukan coding, lalu infrastruktur, "
            "sesuai urutan baris. Dengan begitu setiap panah dipilih oleh pelaksana langkah yang ditinggalkan.",
            alternatives=(
                "selalu berurutan dari 1 sampai 9",
                "pilihan salah satu hanya pada langkah 2",
                "kedua cabang sekaligus",
            ),
        ),
        OpenPoint(
            key="W-4",
            question="Adakah pengulangan bila perbaikan tidak bertahan?",
            reading="Ada, dengan alasan tertulis; setiap pengulangan adalah putaran bernomor dan semua putaran tetap "
            "tercatat.",
            alternatives=("tanpa pengulangan: tiket ditutup dan tiket baru dibuka",),
        ),
        OpenPoint(
            key="W-5",
            question="Pada baris “berkoordinasi”, siapa yang memegang simbol: satu peran atau keduanya?",
            reading="Web Developer mengerjakan dan menyelesaikan baris itu; mitranya diberi tahu dan pada lembar cetak "
            "digambar sebagai simbol kedua dengan panah dua arah.",
            alternatives=("keduanya harus mengonfirmasi", "mitra yang menyelesaikan baris itu"),
        ),
        OpenPoint(
            key="W-6",
            question="Apa yang diikat oleh “2 hari/sesuai kebutuhan”?",
            reading="Standarnya dua hari kerja. Sebelum habis, pelaksana boleh memperpanjang dengan alasan dan tanggal "
            "baru; Sub Koordinator diberi tahu. Dilaporkan dalam tiga golongan: tepat waktu, diperpanjang (sesuai "
            "kebutuhan), terlambat. Perpanjangan setelah batas waktu tidak menghapus keterlambatan.",
            alternatives=(
                "batas mati dua hari",
                "tanpa batas sama sekali",
                "perpanjangan hanya dengan persetujuan Sub Koordinator",
            ),
        ),
        OpenPoint(
            key="W-7",
            question="Apa yang diikat oleh “tentative”?",
            reading="Tanpa batas waktu SOP. Saat memulai, Tim Infrastruktur wajib mengisi perkiraan selesai; perubahan "
            "memerlukan alasan; lewat dari perkiraan tampil sebagai “melewati perkiraan”, tidak pernah “terlambat”. "
            "Sub Koordinator diingatkan setiap beberapa hari kerja (pengaturan, awalnya 5).",
            alternatives=("tanpa perkiraan", "dua hari seperti langkah 4"),
        ),
        OpenPoint(
            key="W-8",
            question="Langkah 6 (koordinasi) dua hari, padahal kembarannya, langkah 3, hanya 15 menit dan langkah 7 "
            "(perbaikan) tanpa batas: barisnya tergeser?",
            reading="Tetap seperti tertulis; keraguan ini diperlihatkan kepada administrator dan hanya diperbaiki "
            "dalam SOP terbitan baru (mungkin langkah 6 = 15 menit, langkah 7 = 2 hari/sesuai kebutuhan).",
            alternatives=("memindahkan batas waktu ke langkah 7 tanpa pemberitahuan",),
        ),
        OpenPoint(
            key="W-9",
            question="Apakah SOP berakhir ketika Sub Koordinator diberi tahu, dan apakah pelapor diberi tahu?",
            reading="SOP berakhir ketika langkah 9 selesai. Pelapor kemudian diberi tahu dan memiliki tiga hari kerja "
            "(pengaturan) untuk mengonfirmasi atau membuka kembali, di luar hitungan waktu SOP; tanpa jawaban, tiket "
            "ditutup.",
            alternatives=("Sub Koordinator harus mengonfirmasi sebelum ditutup", "tanpa konfirmasi"),
        ),
        OpenPoint(
            key="W-10",
            question="Apakah “Sub Koordinator” di sini orang yang sama dengan “Subkoordinator Aplikasi” pada SOP SPJ "
            "Online? Ejaannya pun berbeda-beda di dalam dokumen.",
            reading="Peran terpisah untuk setiap SOP; satu orang boleh memegang keduanya. Sebutannya adalah "
            "pengaturan, sehingga dapat menjadi “Ketua Tim” tanpa SOP baru.",
            alternatives=("satu peran bersama",),
        ),
        OpenPoint(
            key="W-11",
            question="Cakupan: “website diskominfotik” (kualifikasi), “sumbarprov.go.id” (judul), “website Dinas …” "
            "(pencatatan).",
            reading="Layanannya adalah sumbarprov.go.id beserta subdomainnya; setiap tiket menyebut alamat halaman. "
            "Daftar situs yang tercakup dikelola oleh administrator.",
            alternatives=("hanya portal utama",),
        ),
        OpenPoint(
            key="W-12",
            question="Pengesahan, tanggal efektif, dan peralatan kosong; salinan ini mungkin masih rancangan.",
            reading="Dicetak dengan bagian itu kosong dan tanda “Salinan kerja – belum memuat pengesahan” sampai "
            "administrator mengisinya dari salinan yang ditandatangani.",
            alternatives=("diisi menurut tanggal pembuatan",),
        ),
    ),
)
