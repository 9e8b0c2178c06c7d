"""What is told in a report's life: by its reporter, and on each row of its SOP. Used by all that live one."""

from datetime import timedelta

from django.utils.timezone import localtime

from tickets.demo import screenshots
from tickets.models.tickets import Impact
from workflows.forms import asked
from workflows.roles import Role


class Telling:
    """The words of a report's life. Whoever lives it has `number`, `life`, `story`, `chance`, `ticket`, the instant
    `now`, and in it the `unit` that reports and the `arrow` that is taken; `_screenshot` and `_upload` give keys.
    """

    def _what_is_reported(self):
        return {
            "title": self._tell(self.story.title),
            "description": self._tell(self.story.description),
            "page_url": self._tell(self.story.page),
            "noticed_at": self.now - timedelta(minutes=self.chance.randint(10, 180)),
            "impact": self.chance.choice(Impact.values),
        }

    def _evidence(self, by, page):
        """A screenshot; of a website, the address of the page and sometimes nothing else."""
        if self.life.procedure == "spj_online":
            return {"tangkapan_layar": [self._screenshot(by)]}
        is_link_enough = self.number % 9 == 8
        return {"tangkapan_layar": [] if is_link_enough else [self._screenshot(by)], "tautan": page}

    def _tell(self, words):
        short_name = self.unit.short_name
        return words.format(opd=short_name, slug=short_name.lower())

    def _answers(self, by):
        """What the row that is being left asks for and was not passed on to it."""
        step, record = self.ticket.step, self.ticket.record
        wanted = [a.key for a in asked(step, record) if a not in step.passes_on or not record.has(a.key)]
        return {key: getattr(self, f"_{key}")(by) for key in wanted}

    def _reason(self, to):
        if self.story.reason:
            return self.story.reason
        at = self.ticket.step.no
        if (at, to) == (9, "6"):
            return "Perbaikan coding sudah terpasang, tetapi server masih perlu disesuaikan oleh Tim Infrastruktur."
        if (at, to) == (6, "9"):
            return "Setelah diperiksa bersama Tim Infrastruktur, tidak ada yang perlu diubah pada server."
        return self.story.remains

    # What the rows ask for: one method per artefact, named after its key

    def _analisis(self, by):
        return {"analisis": self.story.analysis, "penyebab": self.story.kind}

    def _hasil_perbaikan(self, by):
        if self.life.procedure == "spj_online":
            return {
                "versi": self._version(),
                "waktu_unggah": (self.now - timedelta(minutes=25)).isoformat(timespec="minutes"),
                "hasil_pemeriksaan": self.story.remains
                if self.arrow.new_round
                else "Aplikasi berjalan setelah diunggah; fungsi ini diuji bersama Programmer.",
            }
        by_network = self.ticket.step.performer == Role.TIM_INFRASTRUKTUR
        told = self.story.network if by_network or not self.story.coding else self.story.coding
        told = told or "Konfigurasi server disesuaikan dengan perbaikan coding dan layanan dimuat ulang."
        proof = self.chance.random() < 0.3
        return {
            "hasil": self._repair(told),
            "berkas": [self._screenshot(by, repaired=True)] if proof else [],
            "tautan": "",
        }

    def _dokumen_rekap(self, by):
        return {"catatan": self.chance.choice(("", "Mohon didahulukan: batas pengajuan SPJ sudah dekat."))}

    def _rujukan_sumber(self, by):
        return {"rujukan": f"spj-online, cabang perbaikan/{self.ticket.number.lower()}, versi {self._version()}"}

    def _aplikasi_diperbaiki(self, by):
        return {"versi": self._version(), "uraian": self._repair(self.story.coding)}

    def _laporan_hasil(self, by):
        told = self._repair(self.story.coding)
        return {"laporan": f"{told} Perbaikan ada pada versi {self._version()} dan siap diunggah."}

    def _dokumen_laporan(self, by):
        if self.chance.random() > 0.3:
            return {"berkas": []}
        pdf = screenshots.scanned_report(self.ticket.title, self.ticket.number, self._repair(self.story.coding))
        return {"berkas": [self._upload(f"Laporan {self.ticket.number}.pdf", pdf, by)]}

    def _ketersediaan_infrastruktur(self, by):
        return {
            "server": f"spj-app-0{1 + self.number % 2}",
            "kapasitas": f"4 vCPU, memori 8 GB, sisa ruang {38 + self.number % 40} GB",
            "jadwal": f"{localtime(self.now):%d/%m/%Y}, sesudah pukul 15.30 WIB",
        }

    def _repair(self, told):
        """What was repaired; from the second round on, what the repair before had left."""
        if self.ticket.round == 1:
            return told
        return f"Sisa gangguan ditindaklanjuti: “{self.story.remains}” Penyebabnya diperbaiki dan sudah diuji ulang."

    def _version(self):
        """Grows with each round."""
        return f"3.{4 + self.number % 5}.{self.ticket.round}"
