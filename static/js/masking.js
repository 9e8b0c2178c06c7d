// Samarkan: black boxes over personal data, burned into the pixels before a picture leaves the browser. The dialog is put
// on the page when the first picture asks for it, for it does nothing without this file; static/js/uploads.js opens it.
const masking = (() => {
  const MOST_PIXELS = 16_000_000; // phones give up on a larger canvas
  const MOST_BYTES = 10 * 1024 * 1024; // what the server takes
  const QUALITIES = [0.92, 0.8];
  const TAP = 5; // px on the screen: a shorter stroke chooses a box, it draws none
  const STEP = 0.01; // of the picture's width or height, for one arrow key
  const SMALLEST = 0.01;

  const DIALOG = `
    <dialog class="mask" aria-labelledby="judul-samarkan">
      <div class="mask-head">
        <h2 id="judul-samarkan">Samarkan data pribadi</h2>
        <p class="meta">Seret di atas gambar untuk menutup NIK, nomor telepon, kata sandi, atau data orang lain.<span class="only-touch"> Dua jari: perbesar dan geser.</span></p>
        <p class="visually-hidden" id="samarkan-cara">Tombol panah menggeser kotak, Shift dan panah mengubah ukurannya, Delete menghapusnya.</p>
      </div>
      <div class="mask-view" tabindex="0" role="group" aria-label="Gambar" data-mask-view>
        <div class="mask-stage" data-mask-stage><canvas data-mask-canvas></canvas></div>
      </div>
      <p class="mask-note" role="status" data-mask-note></p>
      <p class="visually-hidden" role="status" data-mask-status></p>
      <div class="mask-tools">
        <button type="button" class="btn btn-quiet btn-sm" data-mask-add>Tambah kotak</button>
        <button type="button" class="btn btn-quiet btn-sm" data-mask-remove>Hapus kotak</button>
        <button type="button" class="btn btn-quiet btn-sm" data-mask-undo>Urungkan</button>
        <button type="button" class="btn btn-quiet btn-sm" data-mask-clear>Hapus semua</button>
        <span class="mask-zoom">
          <button type="button" class="btn btn-quiet btn-sm" aria-label="Perkecil tampilan" data-mask-farther>−</button>
          <span class="num" aria-live="polite" data-mask-level></span>
          <button type="button" class="btn btn-quiet btn-sm" aria-label="Perbesar tampilan" data-mask-closer>+</button>
        </span>
      </div>
      <div class="mask-foot">
        <button type="button" class="btn btn-quiet" data-mask-cancel>Batal</button>
        <button type="button" class="btn btn-act" data-mask-apply>Pakai gambar</button>
      </div>
    </dialog>`;

  const between = (least, value, most) => Math.min(Math.max(value, least), most);
  const percent = (share) => `${Math.round(share * 100)} %`;

  class Mask {
    constructor(dialog) {
      const part = (name) => dialog.querySelector(`[data-mask-${name}]`);
      this.dialog = dialog;
      this.view = part("view");
      this.stage = part("stage");
      this.canvas = part("canvas");
      this.note = part("note");
      this.status = part("status");
      this.level = part("level");
      this.removeButton = part("remove");
      this.undoButton = part("undo");
      this.clearButton = part("clear");
      this.addButton = part("add");
      this.pointers = new Map();
      this.listen(part);
    }

    listen(part) {
      this.addButton.addEventListener("click", () => this.addInTheMiddle());
      this.removeButton.addEventListener("click", () => this.remove(this.chosen));
      this.undoButton.addEventListener("click", () => this.undo());
      this.clearButton.addEventListener("click", () => this.change([], "Semua kotak dihapus."));
      part("closer").addEventListener("click", () => this.zoomTo(this.zoom * 1.5));
      part("farther").addEventListener("click", () => this.zoomTo(this.zoom / 1.5));
      part("apply").addEventListener("click", () => this.finish());
      part("cancel").addEventListener("click", () => this.dialog.close());
      this.dialog.addEventListener("close", () => this.leave());
      this.dialog.addEventListener("keydown", (event) => this.press(event));
      this.stage.addEventListener("focusin", (event) => this.choose(this.numberOf(event.target)));
      this.stage.addEventListener("pointerdown", (event) => this.touch(event));
      this.stage.addEventListener("pointermove", (event) => this.move(event));
      this.stage.addEventListener("pointerup", (event) => this.lift(event));
      this.stage.addEventListener("pointercancel", (event) => this.lift(event, { isCancelled: true }));
      addEventListener("resize", () => this.dialog.open && this.zoomTo(this.zoom));
    }

    // Resolves to {file, boxes}, or to null when the person cancels or another picture was asked for just before. Throws
    // when the picture cannot be opened. `boxes` are those of last time, in shares of the picture: they may be taken back
    // as long as the file has not gone up.
    async ask(file, boxes) {
      if (this.isBusy) return null;
      this.isBusy = true;
      try {
        this.draw(await this.decoded(file));
      } catch (failure) {
        this.isBusy = false;
        throw failure;
      }
      this.file = file;
      this.answer = null;
      this.past = [];
      this.dialog.showModal();
      this.zoomTo(this.fitting());
      this.boxes = boxes;
      this.show();
      this.choose(-1);
      this.addButton.focus();
      return new Promise((resolve) => (this.resolve = resolve));
    }

    async decoded(file) {
      const picture = new Image();
      picture.src = URL.createObjectURL(file);
      try {
        await picture.decode();
      } finally {
        URL.revokeObjectURL(picture.src);
      }
      return picture;
    }

    // The browser turns a photo upright by its EXIF data; the canvas keeps the pixels alone.
    draw(picture) {
      const { naturalWidth: width, naturalHeight: height } = picture;
      const scale = Math.min(1, Math.sqrt(MOST_PIXELS / (width * height)));
      this.canvas.width = Math.floor(width * scale);
      this.canvas.height = Math.floor(height * scale);
      this.canvas.getContext("2d").drawImage(picture, 0, 0, this.canvas.width, this.canvas.height);
      const size = `${this.canvas.width} × ${this.canvas.height} piksel`;
      this.note.textContent = scale < 1 ? `Gambar ini sangat besar; hasil samarannya diperkecil menjadi ${size}.` : "";
    }

    // Boxes

    change(boxes, news) {
      this.past.push(this.boxes);
      this.boxes = boxes;
      this.show();
      this.choose(-1);
      this.say(news);
      this.keepFocus();
    }

    undo() {
      if (!this.past.length) return;
      this.boxes = this.past.pop();
      this.show();
      this.choose(-1);
      this.say(`Diurungkan. ${this.boxes.length} kotak.`);
      this.keepFocus();
    }

    // A button that has just gone dead, or a box that is no more, leaves the focus to the first button.
    keepFocus() {
      if (!this.dialog.contains(document.activeElement) || document.activeElement.disabled) this.addButton.focus();
    }

    add(box) {
      this.change([...this.boxes, box], `Kotak ${this.boxes.length + 1} ditambahkan.`);
      this.stage.lastElementChild.focus({ preventScroll: true });
    }

    addInTheMiddle() {
      const seen = this.view.getBoundingClientRect();
      const { x, y } = this.shareAt({ clientX: seen.x + seen.width / 2, clientY: seen.y + seen.height / 2 });
      this.add({ x: between(0, x - 0.1, 0.8), y: between(0, y - 0.04, 0.92), width: 0.2, height: 0.08 });
    }

    remove(number) {
      if (number < 0) return;
      const boxes = this.boxes.filter((_, index) => index !== number);
      this.change(boxes, `Kotak ${number + 1} dihapus. ${boxes.length} kotak.`);
    }

    show() {
      for (const element of this.elements()) element.remove();
      this.stage.append(...this.boxes.map((box, index) => this.element(box, index)));
      this.undoButton.disabled = !this.past.length;
      this.clearButton.disabled = !this.boxes.length;
    }

    elements() {
      return [...this.stage.querySelectorAll(".mask-box")];
    }

    numberOf(element) {
      return this.elements().indexOf(element);
    }

    element(box, index) {
      const element = document.createElement("button");
      element.type = "button";
      element.className = "mask-box";
      element.setAttribute("aria-label", `Kotak ${index + 1}`);
      element.setAttribute("aria-describedby", "samarkan-cara");
      this.place(element, box);
      return element;
    }

    place(element, { x, y, width, height }) {
      element.style.left = `${x * 100}%`;
      element.style.top = `${y * 100}%`;
      element.style.width = `${width * 100}%`;
      element.style.height = `${height * 100}%`;
    }

    choose(number) {
      this.chosen = number;
      this.elements().forEach((element, index) => element.classList.toggle("is-chosen", index === number));
      this.removeButton.disabled = number < 0;
    }

    // Keys

    press(event) {
      if (event.key === "z" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        this.undo();
        return;
      }
      const number = this.numberOf(event.target);
      if (number < 0) return;
      const along = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
      if (along) this.shift(number, along, event.shiftKey);
      else if (event.key === "Delete" || event.key === "Backspace") this.remove(number);
      else return;
      event.preventDefault();
    }

    shift(number, [right, down], isSize) {
      const { x, y, width, height } = this.boxes[number];
      const box = isSize
        ? { x, y, width: between(SMALLEST, width + right, 1 - x), height: between(SMALLEST, height + down, 1 - y) }
        : { x: between(0, x + right, 1 - width), y: between(0, y + down, 1 - height), width, height };
      this.boxes = this.boxes.map((other, index) => (index === number ? box : other));
      const element = this.elements()[number];
      this.place(element, box);
      element.scrollIntoView({ block: "nearest", inline: "nearest" });
      this.say(
        `Kotak ${number + 1}: ${percent(box.x)} dari kiri, ${percent(box.y)} dari atas, ` +
          `lebar ${percent(box.width)}, tinggi ${percent(box.height)}.`,
      );
    }

    // Mouse, pen and one finger draw; two fingers move and zoom.

    touch(event) {
      if (event.button) return;
      this.stage.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, event);
      if (this.pointers.size === 1) this.begin(event);
      else this.grip = { ...this.fingers(), zoom: this.zoom };
      if (this.pointers.size > 1) this.dropDraft();
    }

    begin(event) {
      const draft = document.createElement("div");
      draft.className = "mask-draft";
      this.stage.append(draft);
      this.draft = { element: draft, start: event, from: event.target.closest(".mask-box") };
    }

    move(event) {
      if (!this.pointers.has(event.pointerId)) return;
      this.pointers.set(event.pointerId, event);
      if (this.grip) this.pinch();
      else if (this.draft) this.place(this.draft.element, this.stroke(event));
    }

    lift(event, { isCancelled = false } = {}) {
      this.pointers.delete(event.pointerId);
      if (this.pointers.size < 2) this.grip = null;
      if (!this.draft) return;
      const { start, from } = this.draft;
      this.dropDraft();
      if (isCancelled) return;
      if (Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) >= TAP) this.add(this.stroke(event, start));
      else if (from) from.focus({ preventScroll: true });
    }

    dropDraft() {
      this.draft?.element.remove();
      this.draft = null;
    }

    stroke(event, start = this.draft.start) {
      const one = this.shareAt(start);
      const other = this.shareAt(event);
      return {
        x: Math.min(one.x, other.x),
        y: Math.min(one.y, other.y),
        width: Math.abs(one.x - other.x),
        height: Math.abs(one.y - other.y),
      };
    }

    // Where a point of the screen lies on the picture, in shares of its width and height.
    shareAt({ clientX, clientY }) {
      const { left, top, width, height } = this.stage.getBoundingClientRect();
      return { x: between(0, (clientX - left) / width, 1), y: between(0, (clientY - top) / height, 1) };
    }

    fingers() {
      const [one, other] = this.pointers.values();
      return {
        x: (one.clientX + other.clientX) / 2,
        y: (one.clientY + other.clientY) / 2,
        apart: Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY),
      };
    }

    pinch() {
      const now = this.fingers();
      this.zoomTo((this.grip.zoom * now.apart) / this.grip.apart, { clientX: now.x, clientY: now.y });
      this.view.scrollBy(this.grip.x - now.x, this.grip.y - now.y);
      this.grip = { ...this.grip, x: now.x, y: now.y };
    }

    // Zoom: screen pixels for one pixel of the picture

    fitting() {
      return Math.min(1, this.view.clientWidth / this.canvas.width, this.view.clientHeight / this.canvas.height);
    }

    zoomTo(zoom, at = this.middle()) {
      const fitting = this.fitting();
      const share = this.shareAt(at);
      this.zoom = between(fitting, zoom, Math.max(2, fitting * 4));
      this.stage.style.width = `${this.canvas.width * this.zoom}px`;
      this.stage.style.height = `${this.canvas.height * this.zoom}px`;
      const { left, top, width, height } = this.stage.getBoundingClientRect();
      this.view.scrollBy(left + share.x * width - at.clientX, top + share.y * height - at.clientY);
      this.level.textContent = percent(this.zoom);
    }

    middle() {
      const { x, y, width, height } = this.view.getBoundingClientRect();
      return { clientX: x + width / 2, clientY: y + height / 2 };
    }

    // Every pixel that a box so much as touches turns black.
    burn() {
      const { width, height } = this.canvas;
      const context = this.canvas.getContext("2d");
      context.fillStyle = "#000";
      for (const box of this.boxes) {
        const left = Math.floor(box.x * width);
        const top = Math.floor(box.y * height);
        const right = Math.ceil((box.x + box.width) * width);
        const bottom = Math.ceil((box.y + box.height) * height);
        context.fillRect(left, top, right - left, bottom - top);
      }
    }

    // A photo stays JPEG: as PNG it would be many times as long. Anything else is kept to the pixel, if it fits.
    async masked() {
      this.burn();
      const blobOf = (type, quality) => new Promise((resolve) => this.canvas.toBlob(resolve, type, quality));
      let blob = this.file.type === "image/jpeg" ? null : await blobOf("image/png");
      for (const quality of QUALITIES) {
        if (!blob || blob.size > MOST_BYTES) blob = await blobOf("image/jpeg", quality);
      }
      if (!blob) throw new Error("the device could not write the picture");
      const stem = this.file.name.replace(/\.[^.]*$/, "");
      return new File([blob], `${stem}.${blob.type === "image/png" ? "png" : "jpg"}`, { type: blob.type });
    }

    // While the picture is written, which takes a phone a while, nothing of it changes. Who presses Escape has cancelled.
    async finish() {
      const { file, boxes, resolve } = this;
      this.dialog.inert = true;
      try {
        const masked = boxes.length ? await this.masked() : file;
        if (this.resolve !== resolve || !this.dialog.open) return;
        this.answer = { file: masked, boxes };
        this.dialog.close();
      } catch {
        this.note.textContent = "Gambar ini terlalu besar untuk perangkat ini. Silakan potong dahulu, lalu pilih kembali.";
      } finally {
        this.dialog.inert = false;
        this.addButton.focus();
      }
    }

    leave() {
      for (const element of this.elements()) element.remove();
      this.canvas.width = this.canvas.height = 0; // gives its memory back
      this.pointers.clear();
      this.dropDraft();
      this.isBusy = false;
      this.resolve(this.answer);
    }

    say(sentence) {
      this.status.textContent = sentence;
    }
  }

  let mask = null;

  function theMask() {
    if (!mask) {
      document.body.insertAdjacentHTML("beforeend", DIALOG);
      mask = new Mask(document.body.lastElementChild);
    }
    return mask;
  }

  return { ask: (file, boxes) => theMask().ask(file, boxes) };
})();
