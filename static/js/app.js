// What every page shares. Without this file everything still works; it only saves keystrokes and double clicks.
(() => {
  // "/" goes to the search field, unless the person is writing.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const search = document.querySelector("[data-search]");
    if (!search) return;
    event.preventDefault();
    search.focus();
  });

  // An open menu closes on Escape and on a click elsewhere.
  function closeMenus(except) {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (menu !== except) menu.open = false;
    }
  }
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // Signing in anew, in another tab, makes the forms of an open page stale: on coming back they take the new token.
  function renewTokens() {
    const cookie = document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/);
    if (!cookie) return;
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = cookie[1];
  }
  addEventListener("focus", renewTokens);
  document.addEventListener("visibilitychange", renewTokens);

  // A form with data-once is sent once. The buttons go dead only after the browser has read which one was pressed, and
  // come back to life when the page is shown again by the back button.
  const submitButtons = (form) => [...form.elements].filter((element) => element.type === "submit");
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches("[data-once]")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "true";
    setTimeout(() => submitButtons(form).forEach((button) => (button.disabled = true)));
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("[data-once][data-sent]")) {
      delete form.dataset.sent;
      submitButtons(form).forEach((button) => (button.disabled = false));
    }
  });

  // [data-copy="text"] copies it and says so in [data-copied], or in the button itself.
  function copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const field = document.createElement("textarea"); // plain http in an office network has no clipboard interface
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    return Promise.resolve();
  }
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await copy(button.dataset.copy);
    const label = button.querySelector("[data-copied]") || button;
    const before = label.textContent;
    if (before === "Tersalin") return;
    label.textContent = "Tersalin";
    document.querySelector("[data-announce]").textContent = "Tersalin";
    setTimeout(() => (label.textContent = before), 2000);
  });

  // What a page asks by itself says so: nobody need be there, and no session goes on by it (tickets/gate.py).
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.triggeringEvent?.isTrusted) event.detail.headers["X-Sopdesk-Background"] = "1";
  });

  // htmx sends the CSRF token that the sign-out form of every page carries.
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.value;
  });
})();
