"""SOP Penanganan Gangguan pada Aplikasi SPJ Online.

Number and dates are not in the text in hand (S-1). Seven rows, four performers.

Words with a `source` were misspelt in the document: the first reading is shown and printed, the source is kept.
Where the document leaves a question open, the row names it (S-1, S-2, …) and `open_points` at the end answers it.
"""

from collections.abc import Mapping
from typing import Any

from workflows.inputs import documents, images, line, long_text, moment
from workflows.record import Record
from workflows.roles import Party, Role
from workflows.sop import (
    END,
    NOT_PROCESSED,
    Annex,
    Arrow,
    Artefact,
    Column,
    Days,
    Identity,
    Kind,
    OpenPoint,
    Origin,
    Qualification,
    Shape,
    Sop,
    Step,
    Text,
)

# ------------------------------------------------------------------ Kelengkapan and Output: what the rows ask for


def needs_image(given: Mapping[str, Any]) -> str:
    return "" if given.get("tangkapan_layar") else "Sertakan sedikitnya satu tangkapan layar."


def report_on_record(record: Record) -> dict[str, Any]:
    return {"laporan": record.headline}


def list_of_reports(record: Record) -> dict[str, Any]:
    return {"daftar_laporan": [record.headline, *record.tied]}


def report_as_document(record: Record) -> dict[str, Any]:
    return {"laporan": record.value("laporan_hasil", "laporan")}


BUKTI_MASALAH = Artefact(
    key="bukti_masalah",
    label="Tangkapan layar permasalahan",
    rule="Sedikitnya satu tangkapan layar",
    fields={"tangkapan_layar": images("Tangkapan layar")},
    enough=needs_image,
)

DATA_LAPORAN = Artefact(
    key="data_laporan",
    label="Data laporan permasalahan",
    rule="Diambil dari tiket",
    generate=report_on_record,
)

DOKUMEN_REKAP = Artefact(
    key="dokumen_rekap",
    label="Dokumen rekap laporan",
    rule="Daftar laporan yang diteruskan, dibuat dari catatan",
    fields={"catatan": long_text("Catatan untuk Programmer", required=False)},
    generate=list_of_reports,
)

RUJUKAN_SUMBER = Artefact(
    key="rujukan_sumber",
    label="Source aplikasi",
    rule="Rujukan saja; kode dan kata sandi tidak pernah diunggah",
    fields={
        "rujukan": line(
            "Repositori, cabang, revisi, atau versi",
            help_text="Cukup rujukannya. Jangan menuliskan atau mengunggah kode program dan kata sandi.",
        ),
    },
)

APLIKASI_DIPERBAIKI = Artefact(
    key="aplikasi_diperbaiki",
    label="Aplikasi yang sudah diperbaiki",
    rule="Versi atau revisi, beserta uraian pengecekan dan perbaikan",
    fields={
        "versi": line("Versi atau revisi"),
        "uraian": long_text("Uraian pengecekan dan perbaikan"),
    },
)

LAPORAN_HASIL = Artefact(
    key="laporan_hasil",
    label="Laporan hasil perbaikan",
    rule="Laporan tertulis",
    fields={"laporan": long_text("Laporan hasil perbaikan")},
)

DOKUMEN_LAPORAN = Artefact(
    key="dokumen_laporan",
    label="Dokumen laporan",
    rule="Dibuat dari laporan tertulis; berkas bila perlu",
    fields={"berkas": documents("Berkas pendukung")},
    generate=report_as_document,
)

KETERSEDIAAN_INFRASTRUKTUR = Artefact(
    key="ketersediaan_infrastruktur",
    label="Ketersediaan infrastruktur",
    rule="Server, kapasitas, dan jadwal disebutkan",
    fields={
        "server": line("Server"),
        "kapasitas": line("Kapasitas"),
        "jadwal": line("Jadwal pengunggahan"),
    },
)

HASIL_PERBAIKAN = Artefact(
    key="hasil_perbaikan",
    label="Hasil perbaikan",
    rule="Versi yang diunggah ke server, waktunya, dan hasil pemeriksaan sesudahnya",
    fields={
        "versi": line("Versi yang diunggah"),
        "waktu_unggah": moment("Waktu pengunggahan"),
        "hasil_pemeriksaan": long_text("Hasil pemeriksaan setelah diunggah"),
    },
)


sop = Sop(
    key="spj-online",
    procedure="spj_online",
    service=Text("Aplikasi SPJ Online", source=""),
    tagline="Aplikasi tidak dapat diakses, data tidak bisa diinput, atau data pengguna gagal ditarik.",
    prefix="SPJ",
    identity=Identity(
        unit=Text("Bidang Aplikasi Informatika", source=""),
        organisation=Text("Dinas Komunikasi, Informatika dan Statistik", source=""),
        title=Text(
            "SOP Penanganan Gangguan pada Aplikasi SPJ Online",
            source="Penanganan Gangguan Pada Aplikasi SPJ Online",
        ),
        number=Text(""),  # S-1: never the website SOP's number
    ),
    legal_basis=(
        # Amended since (2016, 2024).
        Text(
            "Undang-Undang Nomor 11 Tahun 2008 tentang Informasi dan Transaksi Elektronik (ITE)",
            source="Undang-undang Nomor 11 Tahun 2008 tentang ITE;",
        ),
        Text(
            "Undang-Undang Nomor 14 Tahun 2008 tentang Keterbukaan Informasi Publik",
            source="Undang-undang Nomor 14 Tahun 2008 tentang Keterbukaan Informasi Publik",
        ),
        # Believed replaced by PP 13/2019; to be checked by the office at the next revision.
        Text(
            "Peraturan Pemerintah Nomor 6 Tahun 2008 tentang Pedoman Evaluasi Penyelenggaraan Pemerintahan Daerah",
            source="PP 6 Tahun 2008 Tentang Pedoman Evaluasi Penyelenggaraan Pemerintahan Daerah.",
        ),
        Text(
            "Peraturan Presiden Nomor 95 Tahun 2018 tentang Sistem Pemerintahan Berbasis Elektronik",
            source="Peraturan Presiden No. 95 Tahun 2018 tentang Sistem Pemerintahan Berbasis Elektronik",
        ),
        Text(
            "Peraturan Presiden Nomor 39 Tahun 2019 tentang Satu Data Indonesia",
            source="Peraturan Presiden No. 39 Tahun 2019 tentang Satu Data Indonesia",
        ),
        Text(
            "Peraturan Daerah Provinsi Sumatera Barat Nomor 20 Tahun 2018 tentang Pengelolaan Sistem Pemerintahan "
            "Berbasis Elektronik",
            source="Peraturan Daerah Provinsi Sumatera Barat No. 20 Tahun 2018 tentang Pengelolaan Sistem Pemerintahan "
            "Berbasis Elektronik",
        ),
    ),
    # The table has four performers; only two have qualifications (S-4).
    qualifications=(
        Qualification(
            role=Role.SUBKOORDINATOR_APLIKASI,
            name=Text("Subkoordinator Aplikasi"),
            items=(
                Text(
                    "Mampu menganalisis kebutuhan pengguna terhadap kemudahan akses aplikasi.",
                    source="Mampu menganalisa kebutuhan pengguna terhadap kemudahan akses aplikasi.",
                ),
                Text("Mampu mengoordinasi pengembangan aplikasi.", source="Mampu mengkoordinir pengembangan aplikasi."),
                Text("Mampu berkoordinasi dengan pihak lain."),
            ),
        ),
        Qualification(
            role=Role.PROGRAMMER,
            name=Text("Programmer"),
            items=(
                Text("Mampu bertanggung jawab dalam pengembangan aplikasi."),
                Text(
                    "Mampu menyelesaikan permasalahan aplikasi jika terjadi bug atau hal lainnya.",
                    source="Mampu menyelesaikan permasalahan aplikasi jika terjadi bug atau hal lainnya",
                ),
                Text(
                    "Mampu berkoordinasi dengan Tim Network Administrator untuk menjaga kestabilan aplikasi.",
                ),
            ),
        ),
    ),
    summary=Text(
        "Prosedur ini memuat dan mengatur tata cara penanganan gangguan pada aplikasi SPJ Online.",
        source="Prosedur ini memuat dan mengatur mengenai tata cara penanganan gangguan pada aplikasi SPJ Online",
    ),
    equipment=(
        Text("Komputer/laptop", source="Komputer / Laptop"),
        Text("Bandwidth internet", source="Bandwith Internet"),
        Text("Mozilla/Chrome/Opera", source="Mozilla/Crome/Opera"),
    ),
    warnings_intro=Text(
        "Apabila SOP tidak dijalankan, maka akan terjadi:",
        source="Apabila SOP tidak dijalankan maka akan terjadi adalah :",
    ),
    warnings=(
        Text("Aplikasi SPJ Online tidak dapat diakses.", source="Aplikasi SPJ Online tidak dapat diakses"),
        Text(
            "Terjadinya kendala saat melakukan proses penginputan data.",
            source="Terjadinya kendala saat melakukan proses penginputan data",
        ),
        # Other applications take their user accounts from SPJ Online: an outage of it is wider than one application.
        Text(
            "Terjadinya kendala penarikan data pengguna oleh aplikasi lain yang menggunakan data pengguna dari SPJ "
            "Online.",
            source="Terjadinya kendala penarikan data user terhadap aplikasi lainnya yang menggunakan user dari SPJ "
            "Online",
        ),
        Text(
            "Hilangnya kepercayaan pengguna: ketidakstabilan akses dapat menyebabkan hilangnya kepercayaan pengguna "
            "terhadap sistem yang dikembangkan.",
            source="Hilangnya kepercayaan pengguna : Ketidakstabilan akses dapat menyebabkan hilangnya kepercayaan "
            "pengguna terhadap sistem yang dikembangkan",
        ),
    ),
    record_keeping=Text("Laporan Penyelesaian Masalah"),
    reports_on_closing=True,  # one for each closed ticket (S-12)
    columns=(
        Column(role=Role.SUBKOORDINATOR_APLIKASI, name=Text("Subkoordinator Aplikasi"), kind=Kind.PERSON),
        Column(role=Role.SUBKOORDINATOR_INFRASTRUKTUR, name=Text("Subkoordinator Infrastruktur"), kind=Kind.PERSON),
        Column(role=Role.PROGRAMMER, name=Text("Programmer"), kind=Kind.TEAM),
        Column(role=Role.NETWORK_ADMINISTRATOR, name=Text("Network Administrator"), kind=Kind.TEAM),
    ),
    table_title=Text(
        "Tabel 1. Standar Operasional Prosedur Pengelolaan Aplikasi SPJ Online",
        source="TABEL 1. STANDAR OPERASIONAL PROSEDUR PENGELOLAAN APLIKASI SPJ ONLINE",
    ),
    table_section=Text(
        "Penanganan Gangguan pada Aplikasi SPJ Online", source="Pengelolaan Aplikasi Absensi Online"
    ),  # S-2
    evidence=BUKTI_MASALAH,
    steps=(
        Step(
            no=1,  # No
            activity=Text(  # Aktivitas
                "Subkoordinator menemukan dan/atau menerima laporan terkait permasalahan yang terjadi pada aplikasi",
                source="Subkoordinator menemukan dan/atau menerima laporan terkait permasalah yang terjadi pada "
                "aplikasi",
            ),
            performer=Role.SUBKOORDINATOR_APLIKASI,  # Pelaksana
            kelengkapan=Text(  # Mutu Baku: Kelengkapan
                "Tangkapan layar permasalahan", source="Screenshot Permasalahan"
            ),
            requires=(BUKTI_MASALAH,),
            waktu=Text("1 hari", source="1 Hari"),  # Mutu Baku: Waktu
            limit=Days(1),
            output=Text("Tangkapan layar", source="Screenshot"),  # Mutu Baku: Output
            produces=(BUKTI_MASALAH,),
            keterangan=Text("Dilaporkan ke Kepala Bidang Aptika"),  # Keterangan
            arrows=(  # where the flowchart leads
                Arrow("Terima", to=2),
                Arrow(
                    "Tidak diproses",
                    to=NOT_PROCESSED,
                    when="bukan gangguan / di luar kewenangan / laporan ganda",
                    reason_required=True,
                    origin=Origin.PROPOSED,
                ),
            ),
            report_to=(Role.KEPALA_BIDANG_APTIKA,),
            report_to_origin="keterangan",
            counterpart=Party.PELAPOR,
            shape=Shape.START,
            basis='"Subkoordinator" without more; annex item 1 has the Subkoordinator receive the report from the OPD, '
            "and the matching column is Subkoordinator Aplikasi",
            open_points=("S-3", "S-5", "S-6"),
        ),
        Step(
            no=2,
            activity=Text(
                "Subkoordinator merekap dan meneruskan laporan yang diterima kepada tim Programmer",
                source="Subkoordinator merekap dan meneruskan laporan yang diterima kepada tim programmer",
            ),
            performer=Role.SUBKOORDINATOR_APLIKASI,
            kelengkapan=Text("Data laporan permasalahan", source="Data Laporan Permasalahan"),
            requires=(DATA_LAPORAN,),
            waktu=Text("1 hari", source="1 Hari"),
            limit=Days(1),
            output=Text("Dokumen"),
            produces=(DOKUMEN_REKAP,),
            keterangan=Text("Dilaporkan ke Kepala Bidang Aptika"),
            arrows=(Arrow("Teruskan", to=3),),
            report_to=(Role.KEPALA_BIDANG_APTIKA,),
            report_to_origin="keterangan",
            counterpart=Role.PROGRAMMER,
            recaps=True,
            basis="subject of the sentence, as in step 1; annex item 2",
            open_points=("S-5", "S-6", "S-7"),
        ),
        Step(
            no=3,
            activity=Text(
                "Programmer melakukan pengecekan serta perbaikan terhadap laporan permasalahan yang diterima"
            ),
            performer=Role.PROGRAMMER,
            kelengkapan=Text("Source aplikasi", source="Source Aplikasi"),
            requires=(RUJUKAN_SUMBER,),
            brings=(RUJUKAN_SUMBER,),
            waktu=Text("3 hari/sesuai kebutuhan", source="3 Hari/Sesuai Kebutuhan"),
            limit=Days(3, extendable=True),
            output=Text("Aplikasi"),
            produces=(APLIKASI_DIPERBAIKI,),
            keterangan=Text("Dilaporkan ke Subkoordinator Aplikasi"),
            arrows=(Arrow("Selesai diperbaiki", to=4),),
            report_to=(Role.SUBKOORDINATOR_APLIKASI,),
            report_to_origin="keterangan",
            basis="named in the activity",
            open_points=("S-5", "S-6", "S-8", "S-9"),
        ),
        Step(
            no=4,
            activity=Text(
                "Programmer melaporkan hasil perbaikan permasalahan kepada Subkoordinator",
                source="Programmer melaporkan hasil perbaikan permasalahan kepada subkoordinator",
            ),
            performer=Role.PROGRAMMER,
            kelengkapan=Text("Laporan"),
            requires=(LAPORAN_HASIL,),
            brings=(LAPORAN_HASIL,),
            waktu=Text("1 hari", source="1 Hari"),
            limit=Days(1),
            output=Text("Dokumen"),
            produces=(DOKUMEN_LAPORAN,),
            keterangan=Text("Dilaporkan ke Subkoordinator Infrastruktur"),
            arrows=(Arrow("Laporkan", to=5),),
            report_to=(Role.SUBKOORDINATOR_INFRASTRUKTUR,),
            report_to_origin="keterangan",
            also_inform=(Role.SUBKOORDINATOR_APLIKASI,),
            counterpart=Role.SUBKOORDINATOR_APLIKASI,
            basis="named in the activity",
            open_points=("S-6", "S-10"),
        ),
        Step(
            no=5,
            activity=Text(
                "Subkoordinator Aplikasi berkoordinasi dengan Subkoordinator Infrastruktur menindaklanjuti hasil "
                "perbaikan dari Programmer",
                source="Subkoordinator aplikasi berkoordinasi dengan subkoordinator infrastruktur menindaklanjuti "
                "hasil perbaikan dari programmer",
            ),
            performer=Role.SUBKOORDINATOR_APLIKASI,
            kelengkapan=Text("Laporan"),
            requires=(LAPORAN_HASIL,),
            waktu=Text("1 hari", source="1 Hari"),
            limit=Days(1),
            output=Text("Dokumen"),
            produces=(DOKUMEN_LAPORAN,),
            keterangan=Text("Dilaporkan ke Kepala Bidang Aptika"),
            arrows=(
                Arrow("Teruskan ke infrastruktur", to=6),
                Arrow("Hasil belum sesuai", to=3, reason_required=True, new_round=True, origin=Origin.PROPOSED),
                Arrow(
                    "Tuntas tanpa unggah", to=END, reason_required=True, enabled=False, origin=Origin.PROPOSED
                ),  # a setting, off at first (S-9)
            ),
            report_to=(Role.KEPALA_BIDANG_APTIKA,),
            report_to_origin="keterangan",
            counterpart=Role.SUBKOORDINATOR_INFRASTRUKTUR,
            decides=True,
            basis='subject of the sentence; step 6 speaks of "permintaan dari subkoordinator aplikasi"',
            open_points=("S-6", "S-9", "S-11"),
        ),
        Step(
            no=6,
            activity=Text(
                "Subkoordinator Infrastruktur meneruskan permintaan dari Subkoordinator Aplikasi ke tim Network "
                "Administrator",
                # Cut by a page break in the document; its two halves stand before and after the other cells of the row.
                source="Subkoordinator infrastruktur meneruskan permintaan dari subkoordinator aplikasi ke tim Network "
                "Administrator",
            ),
            performer=Role.SUBKOORDINATOR_INFRASTRUKTUR,
            kelengkapan=Text("Source aplikasi", source="Source Aplikasi"),
            requires=(RUJUKAN_SUMBER,),
            waktu=Text("1 hari", source="1 Hari"),
            limit=Days(1),
            output=Text("Ketersediaan infrastruktur", source="Ketersedian Infrastruktur"),
            produces=(KETERSEDIAAN_INFRASTRUKTUR,),
            keterangan=Text("Dilaporkan ke Kepala Bidang Aptika"),
            arrows=(Arrow("Teruskan", to=7),),
            report_to=(Role.KEPALA_BIDANG_APTIKA,),
            report_to_origin="keterangan",
            counterpart=Role.NETWORK_ADMINISTRATOR,
            basis="named in the activity",
            open_points=("S-6",),
        ),
        Step(
            no=7,
            activity=Text(
                "Network Administrator berkoordinasi dengan Programmer untuk mengunggah perbaikan permasalahan "
                "aplikasi ke server",
                source="Network Administrator berkoordinasi dengan programmer untuk mengupload perbaikan permasalahan "
                "aplikasi ke server",
            ),
            performer=Role.NETWORK_ADMINISTRATOR,
            kelengkapan=Text("Source aplikasi", source="Source Aplikasi"),
            requires=(RUJUKAN_SUMBER,),
            waktu=Text("1 hari", source="1 Hari"),
            limit=Days(1),
            output=Text("Hasil perbaikan", source="Hasil Perbaikan"),
            produces=(HASIL_PERBAIKAN,),
            keterangan=Text("Dilaporkan ke Subkoordinator dan Kepala Bidang Aptika"),
            arrows=(
                Arrow("Selesai diunggah", to=END),
                Arrow(
                    "Belum berhasil setelah diunggah",
                    to=3,
                    reason_required=True,
                    new_round=True,
                    origin=Origin.PROPOSED,
                ),
            ),
            report_to=(Role.SUBKOORDINATOR_APLIKASI, Role.KEPALA_BIDANG_APTIKA),
            report_to_origin="keterangan",
            also_inform=(Role.SUBKOORDINATOR_INFRASTRUKTUR,),
            counterpart=Role.PROGRAMMER,
            shape=Shape.END,
            basis="subject of the sentence",
            open_points=("S-6", "S-9", "S-10", "S-12"),
        ),
    ),
    reopen=Arrow(
        "Buka kembali",
        to=2,
        reason_required=True,
        new_round=True,
        origin=Origin.PROPOSED,
        decided_by=(Party.PELAPOR, Role.SUBKOORDINATOR_APLIKASI),
    ),
    annex=Annex(
        title=Text(
            "Lampiran I. Penjelasan Standar Operasional Prosedur Penanganan Gangguan pada Aplikasi SPJ Online",
            source="Lampiran I. Penjelasan Standar Operasional Prosedur Penanganan Gangguan Pada Aplikasi SPJ Online",
        ),
        section=Text(
            "Penanganan Gangguan pada Aplikasi SPJ Online", source="Penanganan Gangguan Pada Aplikasi SPJ Online"
        ),
        items=(
            Text("Subkoordinator menerima laporan gangguan aplikasi SPJ Online dari OPD."),
            Text(
                "Subkoordinator meneruskan laporan gangguan aplikasi SPJ Online ke Programmer.",
                source="Subkoordinator meneruskan laporan gangguan aplikasi SPJ Online ke Programmer",
            ),
            Text(
                "Programmer menindaklanjuti laporan terkait permasalahan gangguan aplikasi SPJ Online.",
                source="Programmer menindaklanjuti laporan terkait permasalahan gangguan Aplikasi SPJ Online.",
            ),
            Text(
                "Tim Infrastruktur mampu melakukan perbaikan dari sisi infrastruktur dan jaringan.",
                source="Tim Infrastruktur mampu melakukan perbaikan dari sisi infrastruktur dan jaringan",
            ),  # S-4
        ),
    ),
    open_points=(
        OpenPoint(
            key="S-1",
            question="Bagian identitas (nomor, tanggal, pengesahan) tidak ada dalam naskah yang diterima.",
            reading="Dibiarkan kosong dan dicetak dengan tanda “Salinan kerja – belum memuat pengesahan” sampai "
            "administrator mengisinya dari salinan yang ditandatangani. Nomor SOP website tidak boleh dipakai ulang.",
            alternatives=("tidak mencetak sebelum terisi",),
        ),
        OpenPoint(
            key="S-2",
            question="Tiga nama: “Penanganan Gangguan pada Aplikasi SPJ Online” (ringkasan, lampiran), “Pengelolaan "
            "Aplikasi SPJ Online” (judul tabel), “Pengelolaan Aplikasi Absensi Online” (baris bagian).",
            reading="Nama pertama adalah judulnya. Judul tabel dicetak seperti dalam dokumen. Baris bagian adalah sisa "
            "SOP lain; yang ditampilkan adalah kata yang diperbaiki, sedangkan aslinya tetap disimpan.",
            alternatives=("mencetak baris bagian apa adanya", "Absensi Online ikut tercakup"),
        ),
        OpenPoint(
            key="S-3",
            question="“Menemukan dan/atau menerima”: dua jalan masuk.",
            reading="Laporan OPD menunggu Subkoordinator Aplikasi dan memulai hitungan satu hari langkah 1; gangguan "
            "yang ditemukan Subkoordinator dicatat langsung dan langkah 1 seketika selesai.",
            alternatives=("satu jalan masuk saja",),
        ),
        OpenPoint(
            key="S-4",
            question="Pelaksana berbeda antarbagian: tabel (empat kolom), kualifikasi (dua), lampiran (“Tim "
            "Infrastruktur”).",
            reading="Tabel yang berlaku. Tim Infrastruktur dalam lampiran berarti Subkoordinator Infrastruktur bersama "
            "Network Administrator. Kalimat lampiran itu sama dengan yang ada pada SOP website.",
            alternatives=("menambah pelaksana kelima",),
        ),
        OpenPoint(
            key="S-5",
            question="Apa arti “1 Hari”?",
            reading="Satu hari kerja; hari penerimaan tidak dihitung; batasnya akhir jam kerja hari kerja berikutnya. "
            "Penerimaan di luar jam kerja dihitung sejak jam kerja berikutnya.",
            alternatives=(
                "jam kerja sepanjang satu hari, berjalan terus",
                "jam yang sama pada hari kerja berikutnya",
                "24 jam",
            ),
        ),
        OpenPoint(
            key="S-6",
            question="“Dilaporkan ke …”: pemberitahuan, tanda tangan, atau syarat untuk lanjut?",
            reading="Pemberitahuan dan satu catatan di daftar orang itu, dengan tanda “Diketahui” yang tidak wajib; "
            "pekerjaan tidak pernah tertahan karenanya. Waktunya dicatat untuk laporan.",
            alternatives=("langkah belum selesai sebelum ditandai Diketahui", "memerlukan persetujuan"),
        ),
        OpenPoint(
            key="S-7",
            question="“Merekap”: satu laporan atau banyak?",
            reading="Laporan tentang gangguan yang sama boleh diikat pada satu tiket utama; rekapnya adalah daftar "
            "laporan yang terikat, dibuat oleh sistem. Rekap berkala adalah laporan tersendiri.",
            alternatives=("satu tiket untuk setiap laporan", "kumpulan harian"),
        ),
        OpenPoint(
            key="S-8",
            question="Apa yang diikat oleh “3 Hari/Sesuai Kebutuhan”?",
            reading="Standarnya tiga hari kerja; boleh diperpanjang sebelum habis, dengan alasan dan tanggal baru, dan "
            "Subkoordinator Aplikasi diberi tahu. Tiga golongan dalam laporan: tepat waktu, diperpanjang (sesuai "
            "kebutuhan), terlambat. Perpanjangan yang terlambat tidak menghapus keterlambatan.",
            alternatives=("batas mati", "tanpa batas", "perpanjangan hanya dengan persetujuan"),
        ),
        OpenPoint(
            key="S-9",
            question="Tidak ada cabang untuk penyebab infrastruktur, untuk perbaikan yang tidak perlu diunggah, maupun "
            "untuk kegagalan.",
            reading="Lurus dari 1 sampai 7. Penyebab infrastruktur yang ditemukan pada langkah 3 dilaporkan pada "
            "langkah 4 dan diperbaiki melalui langkah 5–7. Kembali (5 ke 3, 7 ke 3) boleh dengan alasan, sebagai "
            "putaran baru. Berakhir di langkah 5 tanpa unggah adalah pengaturan, awalnya tidak aktif.",
            alternatives=("selalu ketujuh langkah", "cabang infrastruktur tersendiri seperti pada SOP website"),
        ),
        OpenPoint(
            key="S-10",
            question="“Subkoordinator” tanpa keterangan: pada langkah 4 kegiatan melapor kepada “subkoordinator” "
            "sedangkan keterangannya menyebut Subkoordinator Infrastruktur; pada langkah 7 keterangannya hanya "
            "“Subkoordinator”.",
            reading="Tanpa keterangan berarti Subkoordinator Aplikasi, seperti pada langkah 1 dan 2. Setelah langkah 4 "
            "pekerjaan menuju Subkoordinator Aplikasi (pelaksana langkah 5) dan keduanya diberi tahu. Setelah "
            "langkah 7 hasilnya dilaporkan ke Subkoordinator Aplikasi dan Kepala Bidang, dan Subkoordinator "
            "Infrastruktur diberi tahu.",
            alternatives=("langkah 4 menuju Subkoordinator Infrastruktur", "langkah 7 dilaporkan ke keduanya"),
        ),
        OpenPoint(
            key="S-11",
            question="Langkah 5 menyebut dua Subkoordinator. Siapa yang menyelesaikannya?",
            reading="Subkoordinator Aplikasi; Subkoordinator Infrastruktur diberi tahu dan digambar sebagai simbol "
            "kedua dengan panah dua arah.",
            alternatives=("keduanya mengonfirmasi",),
        ),
        OpenPoint(
            key="S-12",
            question="Siapa yang menutup, siapa yang memberi tahu OPD, dan siapa yang menandatangani Laporan "
            "Penyelesaian Masalah?",
            reading="Langkah 7 mengakhiri SOP. OPD diberi tahu dan memiliki tiga hari kerja (pengaturan) untuk "
            "mengonfirmasi atau membuka kembali. Laporan dibuat dari catatan, ditandatangani Subkoordinator Aplikasi "
            "dan diketahui (Mengetahui) Kepala Bidang Aptika; tanda tangan yang belum ada tidak pernah membuka "
            "kembali tiket.",
            alternatives=("Kepala Bidang yang menutup", "tanpa konfirmasi pelapor"),
        ),
    ),
)
