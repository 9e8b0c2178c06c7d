// Going on without the tick is answered in the page's words, where the browser would use its own, in its language.
(() => {
  const tick = document.querySelector("[data-saved]");
  const message = document.getElementById("belum-disimpan");

  function tell(isMissing) {
    message.hidden = !isMissing;
    tick.classList.toggle("is-invalid", isMissing);
    tick.setAttribute("aria-invalid", isMissing);
    tick.setAttribute("aria-describedby", isMissing ? message.id : "");
  }

  tick.addEventListener("invalid", (event) => {
    event.preventDefault();
    tell(true);
    tick.focus();
  });
  tick.addEventListener("change", () => tell(!tick.checked));
})();
