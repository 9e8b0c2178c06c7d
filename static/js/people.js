// A link that is shown once: marked when touched, and copied by a button where the browser allows it.

const link = document.querySelector("[data-link]");
const button = document.querySelector("[data-copy]");

link.addEventListener("focus", () => link.select());

if (navigator.clipboard) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(link.value);
    button.querySelector("[data-copy-words]").textContent = "Tersalin";
  });
}
