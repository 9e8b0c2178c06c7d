// The page of a ticket. Without this file every button works; with it the page stays current, the button that fits the
// chosen cause comes to the front, and a half-written form survives whatever others do meanwhile.
(() => {
  const card = () => document.getElementById("giliran");
  const pulse = () => document.getElementById("denyut");

  // A half-written form is one that no longer says what it said when it came.
  const written = (form) =>
    JSON.stringify(
      [...new FormData(form)].map(([name, value]) => [name, value instanceof File ? value.size && value.name : value]),
    );
  const fresh = new WeakMap();
  const drafts = (root) => [...root.querySelectorAll("[data-draft]")];
  const isDirty = (root) => drafts(root).some((form) => form.dataset.returned || fresh.get(form) !== written(form));

  function begin(root) {
    for (const form of drafts(root)) {
      if (form.querySelector(".is-invalid, [data-errors]")) form.dataset.returned = "true"; // came back with errors
      fresh.set(form, written(form));
    }
    root.querySelectorAll("[data-acts]").forEach(bringForward);
  }

  // The way that fits the answers given so far takes the place of the primary button, and its reason comes with it.
  function bringForward(form) {
    const answers = new FormData(form);
    const ways = [...form.querySelectorAll("[data-way]")];
    const front = form.querySelector("[data-front]");
    const fitting = ways.find((way) => way.dataset.answers?.split(" ").includes(answers.get(way.dataset.question)));
    const former = front.querySelector("[data-way]");
    if (!fitting || fitting === former) return;
    const others = form.querySelector("[data-others]");
    if (former) fitting.replaceWith(former);
    else foldAway(others); // the first answer: until now every way stood there alike
    front.append(fitting);
    for (const way of ways) {
      const isFront = way === fitting;
      way.querySelector("button").classList.toggle("btn-act", isFront);
      way.querySelector("button").classList.toggle("btn-quiet", !isFront);
    }
    const reason = form.querySelector("[data-reason]");
    if (!reason) return;
    if ("needsReason" in fitting.dataset) front.prepend(reason);
    else others.querySelector(".fold-body").prepend(reason);
  }

  function foldAway(others) {
    const summary = others.querySelector("summary");
    summary.textContent = summary.dataset.onceChosen;
    others.open = false;
  }

  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-acts]");
    if (form) bringForward(form);
  });

  // A part whose moment has passed stays as long as something is written in it; it says so and can no longer be sent.
  function keep(part, news) {
    part.classList.remove("turn");
    part.querySelector(".flag")?.remove();
    const notice = part.querySelector("[data-kept]");
    notice.querySelector("[data-kept-news]").textContent = news;
    notice.hidden = false;
    for (const button of part.querySelectorAll("form button[type=submit]")) button.disabled = true;
  }

  // Parts with a key are replaced only when another belongs in their place: the turn's card and the forms about time.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    if (!target.dataset.key) return;
    const next = fragment.querySelector(`#${target.id}`);
    if (next.dataset.key === target.dataset.key) event.detail.shouldSwap = false;
    else if (isDirty(target)) {
      event.detail.shouldSwap = false;
      keep(target, next.dataset.news);
    } else if (target === card()) {
      document.querySelector("[data-announce]").textContent = next.dataset.news;
    }
  });
  document.addEventListener("htmx:load", (event) => event.target.dataset?.key && begin(event.target));

  // "mengapa?" opens in place and closes by the same word. Open, it follows what is done to the limit.
  const why = () => document.querySelector("[data-why]");
  const explanation = () => document.getElementById("mengapa");
  const isOpen = () => explanation().childElementCount > 0;
  const say = () => why().setAttribute("aria-expanded", String(isOpen()));
  let refreshing = false;
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target !== why() || !isOpen() || refreshing) return;
    event.preventDefault();
    explanation().replaceChildren();
    say();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target === explanation()) {
      refreshing = false;
      say();
    }
  });
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    if (event.target.id !== "riwayat-isi" || !isOpen()) return; // an act, not only time
    refreshing = true;
    htmx.trigger(why(), "segarkan");
  });

  // Nobody looks: no question is asked. On coming back, one is asked at once.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target === pulse() && document.hidden) event.preventDefault();
  });
  // Which row the form on the page is for, so that the answer can say what became of it.
  document.addEventListener("htmx:configRequest", (event) => {
    const run = card().querySelector("[name=run]");
    if (event.target === pulse() && run) event.detail.parameters.run = run.value;
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && pulse()) htmx.trigger(pulse(), "segarkan");
  });

  // Signed out elsewhere: the answer is the sign-in page, which must not replace a half-written one.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target !== pulse()) return;
    const { pathname } = new URL(event.detail.xhr.responseURL); // the sign-in page's own address names ours as its next
    if (!pathname.endsWith("/segar/")) event.detail.shouldSwap = false;
  });

  document.addEventListener("DOMContentLoaded", () => {
    // A page that answered a form stands at the form's address; reloading should show the ticket.
    const { canonical } = pulse().dataset;
    if (location.pathname !== canonical) history.replaceState(null, "", canonical);
    begin(document);
    document.querySelector("[data-errors]")?.focus();
  });
})();
