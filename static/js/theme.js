// Loaded in <head> before the stylesheets, so that the page never flashes in the wrong theme.
(() => {
  const KEY = "tema";
  const root = document.documentElement;
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");

  function stored() {
    try {
      return localStorage.getItem(KEY) || "otomatis";
    } catch {
      return "otomatis"; // storage is switched off: follow the system
    }
  }

  function apply(choice = stored()) {
    const dark = choice === "gelap" || (choice === "otomatis" && prefersDark.matches);
    root.dataset.bsTheme = dark ? "dark" : "light";
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
  }

  function choose(choice) {
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // The choice then lasts for this page only.
    }
    apply(choice);
  }

  apply();
  prefersDark.addEventListener("change", () => apply());
  addEventListener("storage", (event) => event.key === KEY && apply());
  document.addEventListener("DOMContentLoaded", () => {
    for (const element of document.querySelectorAll("[data-needs-js]")) element.hidden = false;
    apply();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (button) choose(button.dataset.themeChoice);
  });
})();
