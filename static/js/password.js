// A password can be looked at while it is typed. Without this file there is no such button.
(() => {
  for (const field of document.querySelectorAll("input[type=password]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "reveal";
    const label = document.querySelector(`label[for="${field.id}"]`)?.firstChild.textContent.trim().toLowerCase();
    const show = (visible) => {
      field.type = visible ? "text" : "password";
      button.textContent = visible ? "Sembunyikan" : "Tampilkan";
      button.setAttribute("aria-label", `${button.textContent} ${label}`);
    };
    show(false);
    button.addEventListener("click", () => show(field.type === "password"));
    field.form.addEventListener("submit", () => show(false)); // so that the browser offers to remember it
    const place = document.createElement("div");
    place.className = "revealable";
    place.classList.toggle("is-invalid", field.classList.contains("is-invalid")); // its message stands beside it
    field.replaceWith(place);
    place.append(field, button);
  }
})();
