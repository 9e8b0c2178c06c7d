// What is written in a form marked data-draft survives the end of a session: a copy stays in this tab until the form was
// sent or its writer signs out. Passwords, files and hidden fields are never copied.
(() => {
  const PREFIX = "sopdesk-draft:";
  const NEVER = new Set(["hidden", "password", "file", "submit", "button", "reset", "image"]);
  const NOTE = `
    <div class="notice notice-info restored" role="status">
      <div>Isian Anda sebelumnya dipulihkan.</div>
      <button class="btn btn-bare btn-sm" type="button">Buang</button>
    </div>`;
  const { person } = document.body.dataset;

  const store = (() => {
    try {
      sessionStorage.setItem(`${PREFIX}?`, "");
      sessionStorage.removeItem(`${PREFIX}?`);
      return sessionStorage;
    } catch {
      return null; // a browser that keeps nothing
    }
  })();
  if (!store) return;

  const keys = () => Object.keys(store).filter((key) => key.startsWith(PREFIX));
  const read = (key) => JSON.parse(store.getItem(key));
  const write = (key, draft) => store.setItem(key, JSON.stringify(draft));

  const isOfFile = (control) => "key" in control.dataset; // its picture is not copied: uploads.js
  const controls = (form) =>
    [...form.elements].filter((control) => control.name && !NEVER.has(control.type) && !isOfFile(control));
  const isChoice = (control) => control.type === "radio" || control.type === "checkbox";

  // One form is another's only where it asks for the same: of a ticket, on the same row.
  function keyOf(form) {
    const run = form.querySelector("[name=run]")?.value ?? "";
    return `${PREFIX}${new URL(form.getAttribute("action") || location.href, location.href).pathname}:${run}`;
  }

  function written(form) {
    return controls(form).flatMap((control) => {
      if (isChoice(control)) return control.checked ? [[control.name, control.value]] : [];
      if (control.type === "select-multiple") {
        return [...control.selectedOptions].map((option) => [control.name, option.value]);
      }
      return [[control.name, control.value]];
    });
  }

  function fill(form, fields) {
    for (const control of controls(form)) {
      const own = fields.filter(([name]) => name === control.name).map(([, value]) => value);
      if (isChoice(control)) control.checked = own.includes(control.value);
      else if (control.type === "select-multiple") {
        for (const option of control.options) option.selected = own.includes(option.value);
      } else if (own.length) control.value = own[0];
    }
    form.dispatchEvent(new Event("change", { bubbles: true }));
    for (const choice of form.querySelectorAll(":checked")) choice.dispatchEvent(new Event("change", { bubbles: true }));
  }

  const blank = new WeakMap(); // what a form said when it came

  function keep(form) {
    const fields = written(form);
    if (JSON.stringify(fields) === blank.get(form)) store.removeItem(keyOf(form));
    else write(keyOf(form), { person, fields, sent: false });
  }

  function offerBack(form, draft) {
    const before = written(form);
    if (JSON.stringify(before) === JSON.stringify(draft.fields)) return;
    fill(form, draft.fields);
    form.dataset.returned = "true"; // ticket.js: nothing may take its place unasked
    form.closest("details:not([open])")?.setAttribute("open", "");
    form.insertAdjacentHTML("afterbegin", NOTE);
    const note = form.firstElementChild;
    note.querySelector("button").addEventListener("click", () => {
      fill(form, before);
      delete form.dataset.returned;
      store.removeItem(keyOf(form));
      note.remove();
    });
  }

  function begin(form) {
    blank.set(form, JSON.stringify(written(form)));
    const draft = store.getItem(keyOf(form)) && read(keyOf(form));
    if (form.querySelector(".is-invalid, [data-errors]")) {
      write(keyOf(form), { person, fields: written(form), sent: false }); // came back to be put right
    } else if (draft) {
      offerBack(form, draft);
    }
  }

  // Sent, as far as this page knows. Which page comes next tells whether it arrived.
  function arrived() {
    const [visit] = performance.getEntriesByType("navigation");
    return visit?.type === "navigate" && !document.querySelector("[data-sign-in], .apology");
  }

  for (const key of keys()) {
    const draft = read(key);
    const isOurs = !person || draft.person === person;
    if (!isOurs || (draft.sent && arrived())) store.removeItem(key);
    else write(key, { ...draft, sent: false });
  }
  if (!person) return;

  const own = (target) => target.closest?.("form[data-draft]");
  document.addEventListener("input", (event) => own(event.target) && keep(own(event.target)));
  document.addEventListener("change", (event) => own(event.target) && blank.has(own(event.target)) && keep(own(event.target)));
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-sign-out]")) {
      for (const key of keys()) store.removeItem(key);
      return;
    }
    const isHeldBack = event.defaultPrevented; // its pictures go up first
    const key = !isHeldBack && own(event.target) && keyOf(own(event.target));
    if (key && store.getItem(key)) write(key, { ...read(key), sent: true });
  });
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("form[data-draft]").forEach(begin));
})();
