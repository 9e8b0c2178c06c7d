// How long the session still goes on: writing keeps it alive, and its end is announced. Without this file it ends all the
// same, and the sign-in page says so.
(() => {
  const notice = document.querySelector("[data-session]");
  if (!notice) return; // nobody is signed in

  const WARNING = 2 * 60 * 1000;
  const SIGN_OF_LIFE = 5 * 60 * 1000; // writing is told at most so often
  const SEEN = "sopdesk-seen"; // when any tab of this browser last heard from the server
  notice.innerHTML = `
    <div data-session-words></div>
    <button class="btn btn-quiet btn-sm" type="button" data-session-go-on hidden>Lanjutkan</button>
    <a class="btn btn-quiet btn-sm" href="${notice.dataset.wayIn}" data-session-sign-in hidden>Masuk kembali</a>`;
  const part = (name) => notice.querySelector(`[data-session-${name}]`);

  let life = { seconds: Number(notice.dataset.seconds), extends: notice.dataset.extends === "1" };
  let seen = Date.now();
  let ended = false;

  function hear() {
    seen = Date.now();
    try {
      localStorage.setItem(SEEN, seen);
    } catch {
      // a browser that keeps nothing counts each tab by itself
    }
  }
  addEventListener("storage", (event) => {
    if (event.key === SEEN && life.extends) seen = Math.max(seen, Number(event.newValue));
    show();
  });

  const clock = (time) =>
    new Date(time).toLocaleTimeString("id-ID", { hour: "2-digit", minute: "2-digit" }).replace(":", ".");

  function say(words, { goOn = false, signIn = false } = {}) {
    if (part("words").textContent !== words) {
      part("words").textContent = words;
      document.querySelector("[data-announce]").textContent = words;
    }
    part("go-on").hidden = !goOn;
    part("sign-in").hidden = !signIn;
    notice.hidden = false;
  }

  function show() {
    const end = seen + life.seconds * 1000;
    if (ended || Date.now() >= end) {
      const here = new URLSearchParams({ next: location.pathname + location.search, sesi: "berakhir" });
      part("sign-in").href = `${notice.dataset.wayIn}?${here}`;
      const kept = document.querySelector("form[data-draft]") ? " Isian pada halaman ini tersimpan di tab ini." : "";
      say(`Sesi Anda telah berakhir.${kept}`, { signIn: true });
    } else if (Date.now() < end - WARNING) {
      notice.hidden = true;
    } else if (life.extends) {
      say(`Sesi Anda berakhir pukul ${clock(end)} karena tidak ada kegiatan.`, { goOn: true });
    } else {
      say(`Sesi Anda berakhir pukul ${clock(end)}, batas waktu satu kali masuk. Silakan simpan pekerjaan Anda.`);
    }
  }

  async function goOn() {
    hear(); // at most one question at a time
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    try {
      const answer = await fetch(notice.dataset.address, { method: "POST", headers: { "X-CSRFToken": token } });
      if (answer.ok) life = await answer.json();
      else ended = [401, 403].includes(answer.status);
    } catch {
      // no connection: what is written is sent later, or kept (drafts.js)
    }
    show();
  }

  document.addEventListener("input", () => Date.now() - seen >= SIGN_OF_LIFE && !ended && goOn());
  part("go-on").addEventListener("click", goOn);

  // What somebody asks of the page without leaving it counts as well; what it asks by itself does not.
  document.addEventListener("htmx:afterRequest", (event) => {
    const { requestConfig, successful } = event.detail;
    if (successful && !requestConfig?.headers["X-Sopdesk-Background"]) hear();
  });

  hear();
  show();
  setInterval(show, 10_000);
  document.addEventListener("visibilitychange", show);
})();
