// Pictures wait in the form until it is sent, so that personal data can be masked first; sending uploads what is left and
// then sends the form, which carries only keys. A weak link loses nothing: what did not arrive stays in view with "Coba
// lagi", and the form is sent once all has arrived. PDF documents, which nobody can mask here, go up at once.
(() => {
  const SLOW = 2 * 60 * 1000; // ms without a sign of life before an upload is given up
  const SIGNED_OUT = "Anda sudah keluar. Silakan masuk kembali di tab lain, lalu coba lagi di sini.";

  // One after the other, whichever form they are of: the first file is safe before the second begins.
  let queue = Promise.resolve();

  // A file in the form, and its card on the page.
  class Card {
    constructor(place, file, thumb) {
      this.place = place;
      this.file = this.original = file;
      this.boxes = []; // what masks the original
      this.thumb = thumb;
      this.key = thumb.querySelector("[data-key]");
      this.key.checked = true; // with an empty key, which the server passes over: the form counts as written in
      for (const part of ["upload", "retry"]) {
        this.part(part).addEventListener("click", () => {
          place.problems.replaceChildren();
          this.upload();
        });
      }
      this.part("mask-it").addEventListener("click", () => this.mask());
      this.show();
    }

    part(name) {
      return this.thumb.querySelector(`[data-${name}]`);
    }

    get isLeft() {
      return this.thumb.isConnected && !this.key.value;
    }

    // `standing` is one of waiting, moving, failed, safe.
    show(standing = "waiting") {
      const isImage = this.file.type !== "application/pdf";
      this.part("waiting").hidden = standing === "safe";
      this.part("safe").hidden = standing !== "safe";
      this.part("masked").hidden = !this.boxes.length;
      this.part("progress").hidden = standing !== "moving";
      this.part("mask-it").hidden = !isImage || !["waiting", "failed"].includes(standing);
      this.part("upload").hidden = standing !== "waiting";
      this.part("retry").hidden = standing !== "failed";
      this.thumb.classList.toggle("is-failed", standing === "failed");
      this.picture(isImage);
      this.label(this.file.name);
    }

    picture(isImage) {
      const image = this.part("image");
      image.hidden = !isImage;
      if (this.place.documents) this.part("document").hidden = isImage;
      if (!isImage || this.shown === this.file) return;
      this.shown = this.file;
      image.src = URL.createObjectURL(this.file);
      image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
    }

    label(name) {
      const caption = this.part("file-name");
      caption.textContent = caption.title = name;
      for (const [part, verb] of [["remove", "Hapus"], ["mask-it", "Samarkan"], ["upload", "Unggah"], ["retry", "Coba lagi"]]) {
        this.part(part).setAttribute("aria-label", `${verb} ${name}`);
      }
    }

    mask() {
      this.masking = Promise.all([this.masking, this.ask()]); // an upload that is asked for meanwhile waits for it
    }

    async ask() {
      try {
        const answer = await masking.ask(this.original, this.boxes);
        this.part("mask-it").focus();
        if (!answer || !this.isLeft) return;
        this.file = answer.file;
        this.boxes = answer.boxes;
        this.show();
        this.place.say(this.boxes.length ? `${this.file.name} disamarkan.` : `${this.file.name} tidak disamarkan.`);
      } catch {
        this.place.complain(`“${this.file.name}” tidak dapat dibuka untuk disamarkan. Silakan ambil tangkapan layar lagi.`);
      }
    }

    // Resolves when it is over, well or not. A card is uploaded once, however often it is asked.
    upload() {
      this.moving ??= queue = queue.then(() => this.masking).then(() => this.send()).finally(() => (this.moving = null));
      return this.moving;
    }

    async send() {
      if (!this.isLeft) return; // removed while it waited
      const { file, place } = this;
      this.show("moving");
      place.say(`Mengunggah ${file.name}.`);
      const { stored, refusal, failure } = await this.transfer();
      if (!this.thumb.isConnected) {
        if (stored) place.forget(stored.key);
      } else if (stored) {
        this.key.value = stored.key;
        this.show("safe");
        this.label(stored.name);
        place.say(`${stored.name} sudah terunggah.`);
      } else if (refusal) {
        this.thumb.remove();
        place.complain(refusal);
      } else {
        this.show("failed");
        place.complain(failure);
      }
    }

    // Resolves to {stored}, {refusal} or {failure}. fetch() cannot tell how far an upload is.
    transfer() {
      const { place, file } = this;
      return new Promise((resolve) => {
        const request = new XMLHttpRequest();
        const progress = this.part("progress");
        const begun = performance.now();
        progress.value = 0;
        request.upload.addEventListener("progress", ({ loaded, total }) => {
          progress.value = total ? loaded / total : 0;
          request.timeout = performance.now() - begun + SLOW;
        });
        request.addEventListener("loadend", () => resolve(this.read(request)));
        request.open("POST", place.url);
        request.responseType = "json";
        request.timeout = SLOW;
        request.setRequestHeader("X-CSRFToken", place.token);
        request.setRequestHeader("Accept", "application/json");
        const body = new FormData();
        body.append("berkas", file, file.name);
        if (place.documents) body.append("dokumen", "1");
        request.send(body);
      });
    }

    read(request) {
      const answer = request.response;
      if (answer && answer.key) return { stored: answer };
      if (answer && answer.error) return { refusal: answer.error };
      if (request.status === 200 || request.status === 403) return { failure: SIGNED_OUT };
      return { failure: `“${this.file.name}” belum terunggah karena sambungan terputus. Silakan coba lagi.` };
    }
  }

  // One field for files.
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
      this.cards = [];
      root.classList.add("is-live");
      this.listen();
      Sending.of(this.form).places.push(this);
    }

    get token() {
      return this.form.elements.csrfmiddlewaretoken.value;
    }

    // What has yet to go up. A field that is hidden belongs to another service: the form is sent without it.
    left() {
      return this.root.closest("[hidden]") ? [] : this.cards.filter((card) => card.isLeft);
    }

    listen() {
      for (const picker of this.root.querySelectorAll("[data-picker]")) {
        picker.addEventListener("change", () => {
          this.add(picker.files);
          picker.value = ""; // the form must not carry the bytes as they are; and the same file may be picked again
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
      const card = new Card(this, file, thumb);
      this.thumbs.append(thumb);
      this.cards.push(card);
      if (file.type === "application/pdf") card.upload();
      else this.say(`${file.name} ditambahkan, belum diunggah.`);
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
      fetch(`${this.url}${key}/`, { method: "DELETE", headers: { "X-CSRFToken": this.token } }).catch(() => {});
    }

    complain(sentence) {
      const line = document.createElement("p");
      line.textContent = sentence;
      this.problems.append(line);
    }

    say(sentence) {
      this.status.textContent = sentence;
    }
  }

  // The sending of one form: what its fields still hold goes up first, while the button says how far it is.
  class Sending {
    static #of = new WeakMap();

    static of(form) {
      if (!this.#of.has(form)) this.#of.set(form, new Sending(form));
      return this.#of.get(form);
    }

    constructor(form) {
      this.form = form;
      this.places = [];
      this.isUnderWay = false;
      form.addEventListener("submit", (event) => this.hold(event));
    }

    left() {
      return this.places.flatMap((place) => (place.root.isConnected ? place.left() : []));
    }

    async hold(event) {
      if (this.isUnderWay) event.preventDefault(); // pressed again
      if (this.isUnderWay || !this.left().length) return;
      event.preventDefault();
      this.isUnderWay = true;
      const button = event.submitter;
      const words = button && [...button.childNodes];
      button?.setAttribute("aria-disabled", "true"); // still able to be sent as the one that was pressed
      await this.upload((sentence) => button?.replaceChildren(sentence));
      button?.removeAttribute("aria-disabled");
      button?.replaceChildren(...words);
      this.isUnderWay = false;
      this.goOn(button);
    }

    // Each once, even those that are added meanwhile. What failed is not tried again before somebody says so.
    async upload(tell) {
      const tried = new Set();
      const untried = () => this.left().filter((card) => !tried.has(card));
      for (const place of this.places) place.problems.replaceChildren();
      for (let [card] = untried(); card; [card] = untried()) {
        const all = tried.size + untried().length;
        tried.add(card);
        tell(`Mengunggah ${tried.size} dari ${all} …`);
        await card.upload();
      }
    }

    goOn(button) {
      const troubled = this.places.find((place) => place.problems.childElementCount);
      if (troubled) {
        troubled.complain("Formulir belum dikirim; isian Anda tidak hilang.");
        troubled.problems.scrollIntoView({ block: "center" });
      } else if (this.form.isConnected && !button?.disabled) {
        this.form.requestSubmit(button); // a form whose moment has passed meanwhile is not sent: static/js/ticket.js
      }
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
