// Files go up the moment they are pasted, dropped, picked or photographed; the form then carries only their keys. A weak
// link loses nothing: what did not arrive stays in view with "Coba lagi", and sending the form waits for what is on its way.
(() => {
  const SLOW = 2 * 60 * 1000; // ms without an answer before an upload is given up

  class Uploads {
    constructor(root) {
      this.root = root;
      this.form = root.closest("form");
      this.url = root.dataset.uploadUrl;
      this.documents = "documents" in root.dataset;
      this.maxFiles = Number(root.dataset.maxFiles);
      this.maxBytes = Number(root.dataset.maxBytes);
      this.zone = root.querySelector(".dropzone");
      this.thumbs = root.querySelector("[data-thumbs]");
      this.problems = root.querySelector("[data-problems]");
      this.status = root.querySelector("[data-status]");
      this.blank = root.querySelector("[data-blank]").content.firstElementChild;
      this.types = root.querySelector("[data-picker]").accept.split(",");
      this.queue = Promise.resolve();
      this.pending = 0;
      root.classList.add("is-live");
      this.listen();
    }

    listen() {
      for (const picker of this.root.querySelectorAll("[data-picker]")) {
        picker.addEventListener("change", () => {
          this.add(picker.files);
          picker.value = ""; // its bytes go up now, not with the form; and the same file may be picked again
        });
      }
      this.zone.addEventListener("dragenter", () => this.zone.classList.add("is-over"));
      this.zone.addEventListener("dragleave", (event) => {
        if (!this.zone.contains(event.relatedTarget)) this.zone.classList.remove("is-over");
      });
      this.thumbs.addEventListener("click", (event) => {
        const button = event.target.closest("[data-remove]");
        if (button) this.remove(button.closest("[data-thumb]"));
      });
      this.form.addEventListener("submit", (event) => this.holdBack(event));
    }

    add(files) {
      this.problems.replaceChildren();
      for (const file of files) {
        const objection = this.objection(file);
        if (objection) this.complain(objection);
        else this.show(file);
      }
    }

    // What the server would refuse is not sent over a weak link first. The server judges again, by content.
    objection(file) {
      if (this.thumbs.childElementCount >= this.maxFiles) {
        return `“${file.name}” tidak disertakan: paling banyak ${this.maxFiles} berkas sekali kirim.`;
      }
      if (file.size > this.maxBytes) {
        const size = (file.size / 1024 / 1024).toLocaleString("id", { maximumFractionDigits: 1 });
        return `“${file.name}” berukuran ${size} MB; paling besar ${this.maxBytes / 1024 / 1024} MB.`;
      }
      if (file.type && !this.types.includes(file.type)) {
        const wanted = this.documents ? "gambar PNG, JPEG, WebP, atau dokumen PDF" : "gambar PNG, JPEG, atau WebP";
        return `“${file.name}” tidak dapat diterima. Silakan kirim ${wanted}.`;
      }
      return "";
    }

    show(file) {
      const thumb = this.blank.cloneNode(true);
      const image = thumb.querySelector("[data-image]");
      if (file.type === "application/pdf") {
        image.remove();
        thumb.querySelector("[data-document]").hidden = false;
      } else {
        image.src = URL.createObjectURL(file);
        image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
      }
      this.label(thumb, file.name);
      thumb.querySelector("[data-retry]").addEventListener("click", () => {
        this.problems.replaceChildren();
        this.enqueue(thumb, file);
      });
      this.thumbs.append(thumb);
      this.enqueue(thumb, file);
    }

    label(thumb, name) {
      const caption = thumb.querySelector("[data-file-name]");
      caption.textContent = caption.title = name;
      thumb.querySelector("[data-remove]").setAttribute("aria-label", `Hapus ${name}`);
    }

    // One after the other: the first file is safe before the second begins.
    enqueue(thumb, file) {
      thumb.querySelector("[data-retry]").hidden = true;
      thumb.querySelector("[data-progress]").hidden = false;
      thumb.classList.remove("is-failed");
      this.pending += 1;
      this.queue = this.queue.then(() => this.send(thumb, file)).then(() => this.settle());
    }

    async send(thumb, file) {
      if (!thumb.isConnected) return; // removed while it waited
      this.say(`Mengunggah ${file.name}.`);
      const { stored, refusal } = await this.transfer(thumb, file);
      if (!thumb.isConnected) {
        if (stored) this.forget(stored.key);
      } else if (stored) {
        const key = thumb.querySelector("[data-key]");
        key.value = stored.key;
        key.checked = true;
        thumb.querySelector("[data-progress]").hidden = true;
        this.label(thumb, stored.name);
        this.say(`${stored.name} sudah terunggah.`);
      } else if (refusal) {
        thumb.remove();
        this.complain(refusal);
      } else {
        thumb.classList.add("is-failed");
        thumb.querySelector("[data-progress]").hidden = true;
        thumb.querySelector("[data-retry]").hidden = false;
        this.complain(`“${file.name}” belum terunggah karena sambungan terputus. Silakan coba lagi.`);
      }
    }

    // Resolves to {stored} or {refusal}, or to neither when the link failed. fetch() cannot tell how far an upload is.
    transfer(thumb, file) {
      return new Promise((resolve) => {
        const request = new XMLHttpRequest();
        const progress = thumb.querySelector("[data-progress]");
        request.upload.addEventListener("progress", ({ loaded, total }) => (progress.value = total ? loaded / total : 0));
        request.addEventListener("loadend", () => resolve(this.read(request)));
        request.open("POST", this.url);
        request.responseType = "json";
        request.timeout = SLOW;
        request.setRequestHeader("X-CSRFToken", this.form.elements.csrfmiddlewaretoken.value);
        request.setRequestHeader("Accept", "application/json");
        const body = new FormData();
        body.append("berkas", file, file.name);
        if (this.documents) body.append("dokumen", "1");
        request.send(body);
      });
    }

    read(request) {
      const answer = request.response;
      if (answer && answer.key) return { stored: answer };
      if (answer && answer.error) return { refusal: answer.error };
      if (request.status === 200 || request.status === 403) {
        return { refusal: "Anda sudah keluar. Silakan masuk kembali di tab lain, lalu unggah berkas ini sekali lagi." };
      }
      return {};
    }

    settle() {
      this.pending -= 1;
      if (this.pending || !this.waiting) return;
      const button = this.waiting;
      this.waiting = null;
      if (this.thumbs.querySelector(".is-failed")) return;
      this.form.requestSubmit(button);
    }

    holdBack(event) {
      if (!this.pending) return;
      event.preventDefault();
      this.waiting = event.submitter;
      this.say("Formulir dikirim begitu unggahan selesai.", { visibly: true });
    }

    remove(thumb) {
      const key = thumb.querySelector("[data-key]").value;
      const name = thumb.querySelector("[data-file-name]").textContent;
      const next = thumb.nextElementSibling || thumb.previousElementSibling;
      thumb.remove();
      if (key) this.forget(key);
      this.say(`${name} dihapus.`);
      (next ? next.querySelector("[data-remove]") : this.root.querySelector("[data-picker]")).focus();
    }

    forget(key) {
      const token = this.form.elements.csrfmiddlewaretoken.value;
      fetch(`${this.url}${key}/`, { method: "DELETE", headers: { "X-CSRFToken": token } }).catch(() => {});
    }

    complain(sentence) {
      const line = document.createElement("p");
      line.textContent = sentence;
      this.problems.append(line);
    }

    say(sentence, { visibly = false } = {}) {
      this.status.textContent = sentence;
      this.status.classList.toggle("visually-hidden", !visibly);
    }
  }

  const all = [];
  function adopt(root) {
    for (const zone of root.querySelectorAll("[data-uploads]:not(.is-live)")) all.push(new Uploads(zone));
  }
  adopt(document);
  document.addEventListener("htmx:load", (event) => adopt(event.target)); // a form that htmx brings in

  // Where a paste or a drop beside any zone goes: to the form the person is in, else to the first on the page.
  function nearest(target) {
    const shown = all.filter(({ root }) => root.isConnected && root.checkVisibility());
    const form = target instanceof Element && target.closest("form");
    return shown.find(({ root }) => root.contains(target)) || shown.find((one) => one.form === form) || shown[0];
  }

  const carriesFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");

  document.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    const writing = event.target instanceof Element && event.target.closest("input:not([type=file]), textarea");
    const place = nearest(event.target);
    // Word and Excel put a picture beside copied text: in a text field, the text is what is meant.
    if (!files.length || !place || (writing && event.clipboardData.types.includes("text/plain"))) return;
    event.preventDefault();
    const time = new Date().toLocaleTimeString("id", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
    place.add(
      files.map((file) =>
        file.name === "image.png" ? new File([file], `Tangkapan layar ${time}.png`, { type: file.type }) : file,
      ),
    );
    place.root.scrollIntoView({ block: "nearest" });
  });

  // A file dropped beside the zone must not make the browser leave the half-written form.
  document.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    for (const { zone } of all) zone.classList.remove("is-over");
    nearest(event.target)?.add(event.dataTransfer.files);
  });
})();
