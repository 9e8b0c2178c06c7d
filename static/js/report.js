// Buat laporan: shows what belongs to the chosen service. Without this file everything is shown, each part by its name.
(() => {
  const form = document.querySelector("[data-report]");

  function chosen() {
    return form.querySelector("[name=procedure]:checked")?.value;
  }

  function showWhatBelongs() {
    const service = chosen();
    const services = form.querySelectorAll("[name=procedure]").length;
    for (const part of form.querySelectorAll("[data-for]")) {
      const wanting = part.dataset.for.split(" ");
      part.hidden = service ? !wanting.includes(service) : wanting.length < services;
    }
    form.querySelector("[data-unless-chosen]").hidden = Boolean(service);
  }

  form.classList.add("is-live");
  form.addEventListener("change", (event) => event.target.name === "procedure" && showWhatBelongs());
  addEventListener("pageshow", showWhatBelongs); // the back button brings the choice back after this script ran
  showWhatBelongs();

  // A field that is being put right is marked no longer; whether it is right, the server says.
  form.addEventListener("input", (event) => {
    const field = event.target.closest("[id^=div_id_]");
    for (const control of field?.querySelectorAll(".is-invalid, [aria-invalid]") ?? []) {
      control.classList.remove("is-invalid");
      control.removeAttribute("aria-invalid");
    }
    for (const message of field?.querySelectorAll(".invalid-feedback, .services-error") ?? []) message.remove();
  });

  // What must be put right is read first; each sentence leads into its field.
  const errors = document.querySelector("[data-errors]");
  errors?.focus();
  errors?.addEventListener("click", (event) => {
    const field = event.target.matches("a") && document.querySelector(event.target.hash);
    if (!field) return;
    event.preventDefault();
    field.focus({ preventScroll: true });
    field.scrollIntoView({ block: "center" });
  });
})();
