"""What staff of the OPD report, what the office finds and does about it, and what is said meanwhile.

`{opd}` and `{slug}` stand for the reporter's OPD, so that one fault reads well for each of them.
"""

from dataclasses import dataclass

#: Kinds of stories: what causes a fault of the website, a fault of SPJ Online, or why a report is not taken up.
CODING, INFRASTRUKTUR, KEDUANYA, TANPA_PERBAIKAN = "coding", "infrastruktur", "keduanya", "tanpa_perbaikan"
SPJ, WEB_REFUSED, SPJ_REFUSED = "spj", "web_ditolak", "spj_ditolak"


@dataclass(frozen=True)
class Story:
    """A fault from its report to its repair.

    `scene` and `shows` are its screenshot. `coding` and `network` tell the repair by either side (SPJ Online: `coding`
    alone); `remains` what is still wrong after a repair that did not hold; `reason` why nothing is repaired.
    """

    kind: str
    title: str
    description: str
    page: str
    scene: str
    shows: str
    analysis: str = ""
    coding: str = ""
    network: str = ""
    remains: str = ""
    reason: str = ""


STORIES = (
    # ------------------------------------------------------------------ Website: coding
    Story(
        CODING,
        title="Halaman PPID {opd} menampilkan galat 500",
        description="Sejak pagi halaman Informasi Berkala pada PPID {opd} tidak dapat dibuka dan hanya menampilkan "
        "“500 Internal Server Error”. Halaman lain normal. Masyarakat yang meminta informasi sudah bertanya melalui "
        "telepon.",
        page="https://{slug}.sumbarprov.go.id/ppid/informasi-berkala",
        scene="server_error",
        shows="500 Internal Server Error",
        analysis="Galat muncul sejak dokumen tanpa tanggal terbit dimasukkan. Kueri daftar dokumen gagal mengurutkan "
        "nilai kosong. Server dan basis data normal.",
        coding="Kueri daftar dokumen diperbaiki agar menerima dokumen tanpa tanggal; formulir dokumen kini mewajibkan "
        "tanggal terbit.",
        remains="Halaman Informasi Serta-merta masih menampilkan galat 500.",
    ),
    Story(
        CODING,
        title="Gambar berita {opd} tidak tampil",
        description="Gambar pada berita yang terbit minggu ini tidak tampil; yang terlihat hanya kotak kosong. Berita "
        "lama tidak bermasalah. Sudah dicoba dari dua komputer dan satu telepon.",
        page="https://{slug}.sumbarprov.go.id/berita",
        scene="broken_images",
        shows="Berita terbaru",
        analysis="Nama berkas yang mengandung spasi dan tanda kurung tidak diubah saat diunggah sehingga alamat "
        "gambarnya terpotong.",
        coding="Nama berkas kini dinormalkan saat diunggah. Alamat 14 gambar yang terlanjur rusak sudah diperbaiki.",
        remains="Gambar pada dua berita tanggal terakhir masih kosong.",
    ),
    Story(
        CODING,
        title="Slider beranda {opd} terpotong pada ponsel",
        description="Bila dibuka dari telepon, gambar bergeser pada beranda {opd} melebar keluar layar dan tulisannya "
        "terpotong. Pada komputer tampilannya baik.",
        page="https://{slug}.sumbarprov.go.id/",
        scene="phone_slider",
        shows="Berita terbaru",
        analysis="Lebar slider ditetapkan 1.280 piksel pada berkas gaya tema baru, tanpa aturan untuk layar sempit.",
        coding="Lebar slider dibuat mengikuti layar dan diuji pada lebar 360, 390, dan 768 piksel.",
        remains="Pada telepon dengan layar kecil tombol slider masih keluar dari layar.",
    ),
    Story(
        CODING,
        title="Tautan unduhan Renstra {opd} mati",
        description="Dokumen Rencana Strategis {opd} tidak dapat diunduh. Setiap tautan pada daftar dokumen "
        "perencanaan menuju halaman 404, padahal dokumennya sudah kami unggah.",
        page="https://{slug}.sumbarprov.go.id/dokumen/perencanaan",
        scene="missing_page",
        shows="/unduh/renstra-2021-2026.pdf",
        analysis="Pola alamat unduhan berubah pada pembaruan terakhir, sedangkan tautan pada daftar masih memakai pola "
        "lama.",
        coding="Daftar dokumen memakai alamat baru dan alamat lama dialihkan secara otomatis.",
        remains="Dokumen tahun 2023 masih menuju halaman 404.",
    ),
    Story(
        CODING,
        title="Pencarian berita {opd} selalu kosong",
        description="Kolom pencarian tidak pernah menemukan apa pun, termasuk judul yang jelas ada. Sudah terjadi "
        "sejak situs diperbarui.",
        page="https://{slug}.sumbarprov.go.id/cari?q=pengumuman",
        scene="blank_list",
        shows="Hasil pencarian",
        analysis="Indeks pencarian tidak dibangun kembali setelah struktur tabel berita berubah.",
        coding="Indeks dibangun kembali dan pembaruannya dijalankan setiap kali berita disimpan.",
        remains="Pencarian dengan dua kata atau lebih masih kosong.",
    ),
    Story(
        CODING,
        title="Jadwal layanan {opd} tidak berubah setelah diperbarui",
        description="Jadwal pelayanan sudah kami ubah pada halaman pengelolaan, tetapi halaman publik masih "
        "menampilkan jadwal lama. Masyarakat datang pada hari yang salah.",
        page="https://{slug}.sumbarprov.go.id/layanan/jadwal",
        scene="wrong_figures",
        shows="Jadwal dan biaya layanan",
        analysis="Cache halaman jadwal tidak dihapus ketika jadwal disimpan; masa simpannya tiga puluh hari.",
        coding="Cache halaman kini dihapus setiap kali jadwal disimpan. Cache lama sudah dibersihkan.",
        remains="Jadwal pada halaman beranda masih menampilkan data lama.",
    ),
    Story(
        CODING,
        title="Formulir pengaduan {opd} tidak dapat dikirim",
        description="Setelah tombol Kirim ditekan, formulir pengaduan kembali dengan pesan kesalahan walaupun semua "
        "isian sudah lengkap. Dua warga melaporkan hal yang sama.",
        page="https://{slug}.sumbarprov.go.id/pengaduan",
        scene="phone_error",
        shows="Token formulir tidak berlaku. Silakan ulangi.",
        analysis="Token formulir ikut tersimpan dalam cache halaman sehingga kedaluwarsa bagi pengunjung berikutnya.",
        coding="Halaman formulir dikeluarkan dari cache. Pengiriman diuji dari tiga peramban.",
        remains="Dari Safari pada iPhone formulir masih ditolak.",
    ),
    Story(
        CODING,
        title="Menu menutupi judul halaman profil {opd}",
        description="Menu Profil terbuka terus dan menutupi judul serta paragraf pertama. Terjadi pada semua halaman "
        "di bawah menu Profil.",
        page="https://{slug}.sumbarprov.go.id/profil/maklumat",
        scene="overlapping",
        shows="Maklumat",
        analysis="Skrip menu gagal dimuat karena galat JavaScript pada berkas pihak ketiga, sehingga menu tidak "
        "tertutup.",
        coding="Skrip pihak ketiga diperbarui dan menu tetap tertutup walaupun JavaScript gagal dimuat.",
        remains="Pada peramban Firefox menu masih menutupi judul.",
    ),
    Story(
        CODING,
        title="Tanggal agenda {opd} mundur satu hari",
        description="Agenda yang dimasukkan untuk hari Selasa tampil sebagai Senin. Hanya terjadi pada agenda pagi "
        "hari.",
        page="https://{slug}.sumbarprov.go.id/agenda",
        scene="wrong_figures",
        shows="Agenda kegiatan",
        analysis="Waktu agenda diubah ke UTC saat ditampilkan; kegiatan sebelum pukul 07.00 WIB jatuh pada hari "
        "sebelumnya.",
        coding="Tampilan agenda memakai zona waktu Asia/Jakarta dan diuji dengan agenda pukul 00.00 sampai 07.00.",
        remains="Berkas kalender yang diunduh masih mundur satu hari.",
    ),
    Story(
        CODING,
        title="Profil pejabat {opd} tidak dapat disimpan",
        description="Saat memperbarui profil pejabat muncul pesan “Terjadi kesalahan, data gagal disimpan”. Perubahan "
        "jabatan harus tampil sebelum pelantikan.",
        page="https://{slug}.sumbarprov.go.id/kelola/pejabat/12",
        scene="form_error",
        shows="Terjadi kesalahan: data gagal disimpan (kode E-214).",
        analysis="Kolom gelar dibatasi 20 karakter, sedangkan gelar yang dimasukkan lebih panjang. Pesan galat tidak "
        "menyebutkan kolomnya.",
        coding="Kolom gelar diperpanjang menjadi 100 karakter dan pesan galat kini menyebutkan kolomnya.",
        remains="Penyimpanan berhasil, tetapi foto pejabat hilang.",
    ),
    Story(
        CODING,
        title="Grafik statistik {opd} tidak tampil",
        description="Grafik pada halaman data sektoral kosong dan bertuliskan NaN. Tabel di bawahnya berisi angka yang "
        "benar.",
        page="https://{slug}.sumbarprov.go.id/data/sektoral",
        scene="empty_chart",
        shows="Capaian per triwulan",
        analysis="Angka dengan koma desimal tidak terbaca oleh pustaka grafik.",
        coding="Angka diubah ke format yang dikenal grafik; tampilan kepada pengguna tetap memakai koma.",
        remains="Grafik triwulan IV masih kosong.",
    ),
    Story(
        CODING,
        title="Galeri foto {opd} tidak dapat dibuka",
        description="Halaman galeri berputar terus dan tidak selesai dimuat. Album dengan sedikit foto dapat dibuka.",
        page="https://{slug}.sumbarprov.go.id/galeri/kegiatan",
        scene="waiting",
        shows="album “Kegiatan”, 486 foto",
        analysis="Semua foto album dimuat sekaligus dalam ukuran asli.",
        coding="Album dibagi 24 foto per halaman dan memakai gambar kecil.",
        remains="Album dengan video masih berputar terus.",
    ),
    Story(
        CODING,
        title="Halaman pengumuman {opd} menampilkan galat setelah diterbitkan",
        description="Pengumuman yang baru kami terbitkan tidak dapat dibuka oleh masyarakat. Pada halaman pengelolaan "
        "pengumuman itu tampil wajar.",
        page="https://{slug}.sumbarprov.go.id/pengumuman/seleksi",
        scene="server_error",
        shows="500 Internal Server Error",
        analysis="Judul dengan tanda petik miring membuat alamat halaman kosong, lalu halaman gagal dirangkai.",
        coding="Pembentukan alamat dari judul diperbaiki; pengumuman lama dengan alamat kosong diberi alamat baru.",
        remains="Pengumuman dengan lampiran lebih dari satu masih galat.",
    ),
    # ------------------------------------------------------------------ Website: infrastruktur
    Story(
        INFRASTRUKTUR,
        title="Sertifikat situs {opd} kedaluwarsa",
        description="Peramban memperingatkan bahwa koneksi tidak pribadi sejak tadi malam. Pengunjung tidak berani "
        "melanjutkan.",
        page="https://{slug}.sumbarprov.go.id/",
        scene="certificate",
        shows="Sertifikat keamanan situs ini kedaluwarsa kemarin. Jam komputer Anda sudah benar.",
        analysis="Sertifikat TLS subdomain kedaluwarsa; pembaruan otomatis gagal sejak alamat server dipindahkan.",
        network="Sertifikat diperbarui sampai 90 hari ke depan, pembaruan otomatis diperbaiki, dan pemantauan masa "
        "berlaku ditambahkan.",
        remains="Peringatan masih muncul pada alamat dengan awalan www.",
    ),
    Story(
        INFRASTRUKTUR,
        title="Situs {opd} tidak dapat dijangkau",
        description="Situs {opd} tidak dapat dibuka sama sekali sejak pukul 08.00, baik dari kantor maupun dari "
        "jaringan seluler.",
        page="https://{slug}.sumbarprov.go.id/",
        scene="unreachable",
        shows="ERR_CONNECTION_TIMED_OUT",
        analysis="Permintaan berhenti pada firewall; server aplikasi sendiri menjawab dari jaringan dalam.",
        network="Aturan firewall yang terhapus saat pemeliharaan dipasang kembali. Akses diuji dari dua penyedia.",
        remains="Dari jaringan seluler situs masih tidak terjangkau.",
    ),
    Story(
        INFRASTRUKTUR,
        title="Situs {opd} sangat lambat pada jam kerja",
        description="Antara pukul 09.00 dan 11.00 setiap halaman memerlukan hampir satu menit. Di luar jam itu normal.",
        page="https://{slug}.sumbarprov.go.id/layanan",
        scene="waiting",
        shows="58 detik",
        analysis="Pemakaian memori server mencapai 96% pada jam tersebut karena pencadangan dijadwalkan pada jam "
        "kerja.",
        network="Pencadangan dipindahkan ke pukul 01.00 dan memori server ditambah menjadi 8 GB.",
        remains="Pada pukul 10.00 situs masih lambat.",
    ),
    Story(
        INFRASTRUKTUR,
        title="Unggah berita {opd} gagal karena ruang penyimpanan",
        description="Berita dengan gambar tidak dapat disimpan; muncul pesan bahwa berkas gagal ditulis. Berita tanpa "
        "gambar berhasil.",
        page="https://{slug}.sumbarprov.go.id/kelola/berita/baru",
        scene="form_error",
        shows="Berkas gagal ditulis: ruang penyimpanan tidak mencukupi.",
        analysis="Partisi unggahan penuh oleh catatan log yang tidak dirotasi.",
        network="Log lama dipindahkan, rotasi log diaktifkan, dan partisi diperluas 40 GB.",
        remains="Unggahan di atas 5 MB masih gagal ditulis.",
    ),
    Story(
        INFRASTRUKTUR,
        title="Subdomain {opd} tidak ditemukan",
        description="Alamat situs {opd} tidak dikenal dari jaringan rumah, sedangkan dari kantor masih terbuka.",
        page="https://{slug}.sumbarprov.go.id/",
        scene="unreachable",
        shows="DNS_PROBE_FINISHED_NXDOMAIN",
        analysis="Rekaman DNS publik subdomain terhapus; DNS internal masih menyimpannya.",
        network="Rekaman DNS publik dipulihkan dan kedua server nama disamakan.",
        remains="Salah satu server nama masih menjawab tidak dikenal.",
    ),
    Story(
        INFRASTRUKTUR,
        title="Situs {opd} menampilkan 502 Bad Gateway",
        description="Situs berganti-ganti antara tampil normal dan 502 Bad Gateway. Harus dimuat ulang beberapa kali.",
        page="https://{slug}.sumbarprov.go.id/beranda",
        scene="server_error",
        shows="502 Bad Gateway",
        analysis="Satu dari dua server aplikasi di belakang penyeimbang beban berhenti, tetapi masih menerima "
        "permintaan.",
        network="Server aplikasi dijalankan kembali dan pemeriksaan kesehatan pada penyeimbang beban diaktifkan.",
        remains="Galat 502 masih muncul sekali dalam beberapa menit.",
    ),
    Story(
        INFRASTRUKTUR,
        title="Situs {opd} tidak terbuka dari jaringan kantor",
        description="Dari jaringan kantor {opd} situs kami sendiri tidak terbuka; dari jaringan lain terbuka.",
        page="https://{slug}.sumbarprov.go.id/berita",
        scene="unreachable",
        shows="ERR_CONNECTION_RESET",
        analysis="Alamat IP kantor masuk daftar blokir karena percobaan masuk berulang dari satu komputer.",
        network="Alamat IP kantor dikeluarkan dari daftar blokir dan batas percobaan disesuaikan. Komputer asal sudah "
        "diberitahukan kepada pengelola jaringan OPD.",
        remains="Dari lantai dua kantor situs masih tidak terbuka.",
    ),
    Story(
        INFRASTRUKTUR,
        title="Surel dari formulir kontak {opd} tidak terkirim",
        description="Formulir kontak menyatakan berhasil, tetapi surelnya tidak pernah kami terima sejak minggu lalu.",
        page="https://{slug}.sumbarprov.go.id/kontak",
        scene="phone_error",
        shows="Pesan Anda belum dapat dikirim. Silakan coba lagi.",
        analysis="Server surel menolak pengirim karena rekaman SPF tidak memuat alamat server web yang baru.",
        network="Rekaman SPF diperbarui dan 23 pesan yang tertahan sudah dikirim ulang.",
        remains="Pesan dengan lampiran masih tidak diterima.",
    ),
    # ------------------------------------------------------------------ Website: keduanya
    Story(
        KEDUANYA,
        title="Unggah PDF di atas 2 MB ditolak pada situs {opd}",
        description="Dokumen LKjIP sebesar 6 MB ditolak dengan pesan “berkas terlalu besar”. Tahun lalu dokumen "
        "sebesar itu masih diterima.",
        page="https://{slug}.sumbarprov.go.id/kelola/dokumen/baru",
        scene="form_error",
        shows="Berkas terlalu besar: batas unggahan 2 MB.",
        analysis="Batas 2 MB ditetapkan di dua tempat: pada formulir unggahan dan pada server web. Keduanya perlu "
        "diubah.",
        coding="Batas pada formulir dinaikkan menjadi 20 MB dan pesan galat menyebutkan batasnya.",
        network="Batas unggahan server web dinaikkan menjadi 25 MB dan server dimuat ulang.",
        remains="Berkas 12 MB masih ditolak oleh formulir.",
    ),
    Story(
        KEDUANYA,
        title="Situs {opd} galat 503 saat pengumuman ramai dibuka",
        description="Ketika hasil seleksi diumumkan, situs menampilkan 503 selama dua jam. Pengumuman berikutnya "
        "minggu depan.",
        page="https://{slug}.sumbarprov.go.id/pengumuman/hasil",
        scene="server_error",
        shows="503 Service Unavailable",
        analysis="Halaman pengumuman menjalankan 60 kueri untuk setiap pengunjung, dan server hanya mempunyai dua "
        "proses pekerja.",
        coding="Halaman pengumuman disimpan dalam cache satu menit; jumlah kueri turun menjadi tiga.",
        network="Proses pekerja ditambah menjadi delapan dan pembatasan laju dipasang pada penyeimbang beban.",
        remains="Uji beban dengan 500 pengunjung masih menghasilkan 503.",
    ),
    Story(
        KEDUANYA,
        title="Peta sebaran layanan {opd} tidak tampil",
        description="Peta pada halaman layanan kosong. Pada sebagian komputer muncul peringatan keamanan.",
        page="https://{slug}.sumbarprov.go.id/layanan/peta",
        scene="empty_chart",
        shows="Sebaran unit layanan",
        analysis="Peta dipanggil melalui http dari halaman https, dan sertifikat server peta tidak lengkap rantainya.",
        coding="Alamat peta diganti menjadi https dan galat pemuatan ditampilkan kepada pengguna.",
        network="Rantai sertifikat server peta dilengkapi.",
        remains="Lapisan batas kecamatan masih kosong.",
    ),
    Story(
        KEDUANYA,
        title="Unduhan dokumen besar {opd} selalu terputus",
        description="Berkas di atas 100 MB berhenti pada sekitar 60%. Sudah dicoba dari jaringan yang berbeda.",
        page="https://{slug}.sumbarprov.go.id/dokumen/peta-rencana",
        scene="waiting",
        shows="61,4 MB dari 128 MB · gagal, jaringan terputus",
        analysis="Berkas dilayani melalui aplikasi, bukan langsung oleh server web, dan waktunya dibatasi 60 detik.",
        coding="Unduhan diserahkan kepada server web sehingga tidak membebani aplikasi.",
        network="Batas waktu server web untuk folder unduhan dinaikkan dan unduhan lanjutan diaktifkan.",
        remains="Unduhan melalui ponsel masih terputus.",
    ),
    # ------------------------------------------------------------------ Website: tanpa perbaikan
    Story(
        TANPA_PERBAIKAN,
        title="Tampilan lama situs {opd} masih muncul",
        description="Di komputer kami situs masih menampilkan warna dan menu lama, sedangkan di telepon sudah baru.",
        page="https://{slug}.sumbarprov.go.id/",
        scene="overlapping",
        shows="Beranda",
        analysis="Server mengirim tampilan terbaru. Tampilan lama berasal dari cache peramban pelapor.",
        coding="Tidak ada perubahan pada situs. Pelapor dipandu mengosongkan cache peramban dan tampilan sudah benar.",
        reason="Situs berfungsi; penyebabnya cache pada peramban pelapor.",
        remains="Setelah cache dikosongkan, tampilan lama muncul kembali.",
    ),
    Story(
        TANPA_PERBAIKAN,
        title="Menu Unduhan {opd} hilang",
        description="Menu Unduhan tidak ada lagi pada bilah menu. Masyarakat menanyakan formulir yang biasa diunduh.",
        page="https://{slug}.sumbarprov.go.id/",
        scene="healthy",
        shows="Berita terbaru",
        analysis="Menu Unduhan dipindahkan ke Informasi Publik > Dokumen sesuai permintaan pengelola konten bulan "
        "lalu.",
        coding="Tidak ada perbaikan. Letak menu yang baru sudah dijelaskan kepada pelapor beserta tautannya.",
        reason="Perubahan menu disengaja; seluruh dokumen tetap tersedia.",
        remains="Formulir permohonan informasi belum ditemukan pada menu yang baru.",
    ),
    Story(
        TANPA_PERBAIKAN,
        title="Jumlah pengunjung situs {opd} kembali ke nol",
        description="Angka pengunjung pada kaki halaman kembali ke nol, padahal bulan lalu sudah ribuan.",
        page="https://{slug}.sumbarprov.go.id/statistik",
        scene="wrong_figures",
        shows="Statistik pengunjung",
        analysis="Penghitung menampilkan bulan berjalan dan memang mulai dari nol setiap tanggal 1.",
        coding="Tidak ada perbaikan. Rekap bulanan sudah dikirimkan kepada pelapor.",
        reason="Penghitung bekerja sesuai rancangan: angkanya untuk bulan berjalan.",
        remains="Rekap bulan lalu tidak sesuai dengan catatan kami.",
    ),
    # ------------------------------------------------------------------ Website: tidak diproses
    Story(
        WEB_REFUSED,
        title="Permintaan subdomain baru untuk {opd}",
        description="Mohon dibuatkan subdomain untuk kegiatan pameran bulan depan beserta halamannya.",
        page="https://{slug}.sumbarprov.go.id/",
        scene="healthy",
        shows="Berita terbaru",
        reason="Bukan gangguan. Permohonan subdomain diajukan dengan surat kepada Kepala Dinas Kominfotik.",
    ),
    Story(
        WEB_REFUSED,
        title="Situs {opd} galat (laporan kedua)",
        description="Menyampaikan kembali bahwa situs menampilkan galat sejak pagi.",
        page="https://{slug}.sumbarprov.go.id/ppid/informasi-berkala",
        scene="server_error",
        shows="500 Internal Server Error",
        reason="Laporan ganda. Gangguan ini sudah ditangani pada laporan Anda sebelumnya.",
    ),
    Story(
        WEB_REFUSED,
        title="Wi-Fi ruang rapat {opd} lambat",
        description="Situs-situs lambat dibuka melalui Wi-Fi ruang rapat. Melalui kabel lancar.",
        page="https://sumbarprov.go.id/",
        scene="waiting",
        shows="31 detik",
        reason="Di luar kewenangan layanan ini: jaringan di dalam gedung OPD dikelola oleh OPD masing-masing.",
    ),
    Story(
        WEB_REFUSED,
        title="Mohon warna tema situs {opd} diganti",
        description="Pimpinan meminta warna tema situs disesuaikan dengan logo baru.",
        page="https://{slug}.sumbarprov.go.id/",
        scene="healthy",
        shows="Berita terbaru",
        reason="Bukan gangguan. Perubahan tampilan diajukan melalui permohonan pengembangan.",
    ),
    # ------------------------------------------------------------------ SPJ Online
    Story(
        SPJ,
        title="Kuitansi gagal diunggah",
        description="Kuitansi PDF sebesar 1,8 MB ditolak dengan pesan kesalahan. Kuitansi bulan lalu dengan ukuran "
        "sama berhasil. Batas pengajuan tinggal dua hari.",
        page="https://spj.sumbarprov.go.id/kuitansi/unggah",
        scene="form_error",
        shows="Berkas gagal diunggah: tipe berkas tidak dikenal.",
        coding="Pemeriksaan tipe berkas menolak PDF versi 1.7. Pemeriksaan kini membaca isi berkas; diuji dengan 20 "
        "kuitansi dari pemindai yang berbeda.",
        remains="Kuitansi dari pemindai lama masih ditolak.",
    ),
    Story(
        SPJ,
        title="Nominal belanja tidak tersimpan",
        description="Nominal pada dua rincian belanja menjadi 0 setelah disimpan, sehingga jumlah SPJ salah. Sudah "
        "kami masukkan tiga kali.",
        page="https://spj.sumbarprov.go.id/rincian/4471",
        scene="wrong_figures",
        shows="Rincian belanja",
        coding="Nominal dengan titik ribuan ganda terbaca sebagai teks kosong. Pembacaan angka diperbaiki dan nilai "
        "yang tidak terbaca kini ditolak dengan pesan.",
        remains="Nominal di atas satu miliar masih menjadi 0.",
    ),
    Story(
        SPJ,
        title="Tidak bisa masuk setelah mengganti kata sandi",
        description="Setelah kata sandi diganti, akun bendahara {opd} selalu ditolak. Kata sandi baru sudah dipastikan "
        "benar.",
        page="https://spj.sumbarprov.go.id/masuk",
        scene="sign_in",
        shows="Nama pengguna atau kata sandi salah.",
        coding="Kata sandi yang memuat tanda plus disimpan dalam bentuk yang berbeda dari yang diperiksa. Keduanya "
        "disamakan; tidak ada kata sandi yang perlu diganti.",
        remains="Akun pengguna kedua masih ditolak.",
    ),
    Story(
        SPJ,
        title="Cetak SPJ menghasilkan halaman kosong",
        description="Pratinjau cetak kosong dan PDF yang disimpan juga kosong. Verifikasi menunggu berkas cetaknya.",
        page="https://spj.sumbarprov.go.id/spj/1182/cetak",
        scene="print_preview",
        shows="SPJ-1182",
        coding="Aturan cetak menyembunyikan seluruh isi pada peramban versi baru. Aturan cetak ditulis ulang dan diuji "
        "pada Chrome, Firefox, dan Edge.",
        remains="Lembar kedua pada SPJ yang panjang masih kosong.",
    ),
    Story(
        SPJ,
        title="Sesi terputus saat mengisi rincian",
        description="Setiap beberapa menit kami dikembalikan ke halaman masuk dan isian hilang. Mengisi satu SPJ harus "
        "diulang empat kali.",
        page="https://spj.sumbarprov.go.id/rincian/baru",
        scene="sign_in",
        shows="Sesi Anda berakhir. Silakan masuk kembali.",
        coding="Masa sesi terhitung dari saat masuk, bukan dari tindakan terakhir. Perhitungan diperbaiki dan isian "
        "kini disimpan sebagai draf.",
        remains="Sesi masih terputus bila dua tab dibuka.",
    ),
    Story(
        SPJ,
        title="Data pengguna SPJ gagal ditarik aplikasi lain",
        description="Aplikasi kinerja tidak dapat menarik data pengguna dari SPJ Online sejak kemarin; pegawai baru "
        "{opd} tidak dapat masuk.",
        page="https://spj.sumbarprov.go.id/api/pengguna",
        scene="server_error",
        shows="500 Internal Server Error",
        coding="Layanan data pengguna gagal pada pegawai tanpa unit kerja. Data dilengkapi dan layanan kini melewati "
        "baris yang tidak lengkap dengan catatan.",
        remains="Pegawai pindahan masih tidak terbawa.",
    ),
    Story(
        SPJ,
        title="Rekap bulanan tidak sesuai rincian",
        description="Jumlah pada rekap bulan lalu lebih kecil daripada jumlah rincian yang sudah diverifikasi.",
        page="https://spj.sumbarprov.go.id/laporan/rekap",
        scene="wrong_figures",
        shows="Rekap bulanan",
        coding="Rincian yang diverifikasi pada hari terakhir bulan tidak ikut terhitung. Batas tanggal rekap "
        "diperbaiki dan rekap tiga bulan terakhir dihitung ulang.",
        remains="Rekap triwulan masih berbeda dengan rekap bulanan.",
    ),
    Story(
        SPJ,
        title="SPJ Online tidak dapat diakses",
        description="Aplikasi tidak dapat dibuka sejak pukul 07.45. Rekan di OPD lain mengalami hal yang sama.",
        page="https://spj.sumbarprov.go.id/",
        scene="unreachable",
        shows="ERR_CONNECTION_TIMED_OUT",
        coding="Sambungan basis data tidak dilepas oleh tugas rekap sehingga habis terpakai. Tugas rekap diperbaiki "
        "dan jumlah sambungan dibatasi.",
        remains="Aplikasi terbuka, tetapi halaman laporan masih tidak dapat diakses.",
    ),
    Story(
        SPJ,
        title="Kode rekening tidak muncul pada pilihan",
        description="Kode rekening perjalanan dinas luar daerah tidak ada pada daftar pilihan, padahal tersedia pada "
        "DPA {opd}.",
        page="https://spj.sumbarprov.go.id/rincian/baru",
        scene="blank_list",
        shows="Pilih kode rekening",
        coding="Daftar hanya memuat 500 rekening pertama. Daftar kini dicari di server dan memuat semua rekening DPA.",
        remains="Rekening hasil pergeseran anggaran belum muncul.",
    ),
    Story(
        SPJ,
        title="Tombol Kirim ke verifikator tidak berfungsi",
        description="Tombol Kirim dapat ditekan tetapi tidak terjadi apa-apa; status SPJ tetap draf.",
        page="https://spj.sumbarprov.go.id/spj/1207",
        scene="waiting",
        shows="mengirim SPJ-1207",
        coding="Pengiriman gagal bila nama kegiatan memuat tanda petik. Galat kini ditampilkan dan tanda petik "
        "diterima.",
        remains="SPJ dengan lebih dari 50 rincian masih tidak terkirim.",
    ),
    Story(
        SPJ,
        title="Tanggal perjalanan dinas berubah saat disimpan",
        description="Tanggal berangkat dan kembali bertukar hari dan bulannya setelah disimpan.",
        page="https://spj.sumbarprov.go.id/perjalanan/ubah/318",
        scene="wrong_figures",
        shows="Rincian perjalanan dinas",
        coding="Tanggal dibaca dalam urutan bulan/hari pada peramban berbahasa Inggris. Format tanggal ditetapkan "
        "hari/bulan/tahun.",
        remains="Tanggal pada cetakan masih bertukar.",
    ),
    Story(
        SPJ,
        title="Nama bendahara lama masih tercetak",
        description="Cetakan SPJ masih memuat nama bendahara lama walaupun data pejabat sudah diperbarui.",
        page="https://spj.sumbarprov.go.id/spj/1190/cetak",
        scene="print_preview",
        shows="SPJ-1190",
        coding="Nama pejabat diambil saat SPJ dibuat. Kini diambil menurut tanggal SPJ dari riwayat pejabat.",
        remains="Pada kuitansi nama bendahara lama masih tercetak.",
    ),
    Story(
        SPJ,
        title="SPJ bulan lalu hilang dari daftar",
        description="Sebelas SPJ bulan lalu tidak tampil pada daftar {opd}. Nomornya masih dapat dibuka melalui tautan "
        "lama.",
        page="https://spj.sumbarprov.go.id/spj",
        scene="blank_list",
        shows="Daftar SPJ",
        coding="Saringan daftar memakai unit kerja baru setelah perubahan nomenklatur. Data lama dipetakan ke unit "
        "baru.",
        remains="Dua SPJ masih belum tampil.",
    ),
    Story(
        SPJ,
        title="Ekspor Excel gagal dibuka",
        description="Berkas hasil ekspor dinyatakan rusak oleh Excel. Laporan realisasi harus diserahkan besok.",
        page="https://spj.sumbarprov.go.id/laporan/ekspor",
        scene="form_error",
        shows="Ekspor gagal: berkas tidak lengkap.",
        coding="Ekspor berhenti pada uraian yang memuat karakter kendali dari hasil salin-tempel. Karakter itu kini "
        "dibersihkan.",
        remains="Ekspor setahun penuh masih gagal.",
    ),
    Story(
        SPJ,
        title="PPh 21 terhitung dua kali",
        description="Honorarium narasumber dipotong PPh 21 dua kali sehingga jumlah yang diterima terlalu kecil.",
        page="https://spj.sumbarprov.go.id/rincian/4510",
        scene="wrong_figures",
        shows="Rincian honorarium",
        coding="Pajak dihitung pada rincian dan sekali lagi pada rekap. Perhitungan dipindahkan ke satu tempat dan 37 "
        "rincian dihitung ulang.",
        remains="Honorarium non-ASN masih terpotong dua kali.",
    ),
    # ------------------------------------------------------------------ SPJ Online: tidak diproses
    Story(
        SPJ_REFUSED,
        title="Permintaan akun SPJ untuk pegawai baru",
        description="Mohon dibuatkan akun untuk dua pegawai baru {opd}.",
        page="https://spj.sumbarprov.go.id/masuk",
        scene="sign_in",
        shows="Nama pengguna tidak terdaftar.",
        reason="Bukan gangguan. Permintaan akun diajukan oleh admin OPD melalui formulir akun.",
    ),
    Story(
        SPJ_REFUSED,
        title="Pagu kegiatan pada SPJ terlalu kecil",
        description="Pagu kegiatan pada aplikasi lebih kecil daripada kebutuhan sehingga SPJ tidak dapat diajukan.",
        page="https://spj.sumbarprov.go.id/kegiatan/88",
        scene="wrong_figures",
        shows="Pagu kegiatan",
        reason="Di luar kewenangan layanan ini: pagu mengikuti DPA dan diubah melalui BPKAD.",
    ),
    Story(
        SPJ_REFUSED,
        title="SPJ Online tidak bisa dibuka (laporan ulang)",
        description="Melaporkan kembali bahwa aplikasi tidak dapat dibuka.",
        page="https://spj.sumbarprov.go.id/",
        scene="unreachable",
        shows="ERR_CONNECTION_TIMED_OUT",
        reason="Laporan ganda. Gangguan yang sama sedang ditangani pada laporan sebelumnya.",
    ),
)

#: A performer asks, the reporter answers.
TALKS = (
    (
        "Mohon informasi peramban dan versinya yang Bapak/Ibu gunakan.",
        "Kami memakai Chrome versi terbaru pada Windows 11; pada Firefox hasilnya sama.",
    ),
    (
        "Apakah gangguan terjadi pada semua pengguna atau pada satu akun saja?",
        "Sudah dicoba oleh tiga orang dengan akun berbeda, semuanya mengalami hal yang sama.",
    ),
    (
        "Kapan terakhir kali fungsi ini masih berjalan dengan baik?",
        "Sehari sebelum kami laporkan masih normal; sejak itu tidak pernah berhasil.",
    ),
    (
        "Mohon dicoba kembali dan kirimkan tangkapan layar bila masih terjadi.",
        "Baru saja kami coba, gangguannya masih ada. Tangkapan layar terlampir.",
    ),
)

#: What performers tell each other.
NOTES = (
    "Dapat ditiru di server uji; penyebabnya sudah terlihat. Perkiraan selesai hari ini.",
    "Perlu akses baca ke log server aplikasi; sudah diminta kepada Tim Infrastruktur.",
    "Serupa dengan gangguan bulan lalu. Perbaikan sebelumnya belum dipasang pada subdomain ini.",
    "Menunggu salinan basis data untuk pengujian sebelum perubahan dipasang.",
    "OPD meminta agar perbaikan dipasang sesudah jam layanan.",
)

#: Whom a performer waits for, what is still to be delivered, why a row needs more time, why an estimate changed.
THIRD_PARTIES = (
    "Menunggu jawaban penyedia hosting atas permintaan akses log server.",
    "Menunggu penyedia aplikasi mengirimkan pembaruan pustaka.",
    "Menunggu BPKAD menyamakan data rekening pada sisi mereka.",
)
DELIVERIES = (
    "Menunggu penambahan media penyimpanan yang sedang diadakan.",
    "Menunggu pembaruan lisensi sertifikat melalui pengadaan langsung.",
)
MORE_TIME = (
    "Perbaikan menyentuh modul yang juga dipakai OPD lain sehingga perlu diuji ulang di semua OPD.",
    "Data lama perlu diperbaiki satu per satu setelah perbaikan program dipasang.",
    "Perubahan dipasang sesudah masa pengajuan SPJ agar tidak mengganggu bendahara.",
)
NEW_ESTIMATES = (
    "Suku cadang datang lebih lambat daripada janji penyedia.",
    "Ditemukan kerusakan lain pada server yang sama; pemulihan memerlukan waktu tambahan.",
)

#: People without an account, for whom a subkoordinator files: name, OPD, contact, channel.
CALLERS = (
    ("Yenni Marlis", "Dinkes", "0812-0000-1174", "whatsapp"),
    ("Rahmat Hidayat", "Bapenda", "0751-000-221", "telepon"),
    ("Desi Ratnasari", "Disdik", "0813-0000-4416", "whatsapp"),
    ("Syafrizal", "Bapenda", "Surat Nomor 045/118/Bapenda", "surat"),
    ("Gusmawati", "Disdik", "datang ke ruang layanan Aptika", "langsung"),
)
