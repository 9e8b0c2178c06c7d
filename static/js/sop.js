// The button "Cetak": only a script can open the browser's print dialogue, so it shows itself only here.
(() => {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
})();
