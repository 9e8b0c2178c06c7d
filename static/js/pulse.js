// Keeps a page current: its [data-pulse] part asks every dozen seconds whether a ticket moved, and is renewed if one did.
(() => {
  const part = () => document.querySelector("[data-pulse]");
  const asksByItself = (event) => event.target === part();

  // Nobody looks: no question is asked. On coming back, one is asked at once.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (asksByItself(event) && document.hidden) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && part()) htmx.trigger(part(), "segarkan");
  });

  // Renewed as time passes, it leaves whoever stands on one of its links by keyboard where they stood.
  let stood = null;
  document.addEventListener("htmx:beforeSwap", () => {
    stood = part()?.contains(document.activeElement) ? document.activeElement : null;
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (!stood) return;
    const links = [...part().querySelectorAll("a")];
    links.find((link) => link.href === stood.href && link.className === stood.className)?.focus({ preventScroll: true });
    stood = null;
  });

  // Signed out elsewhere: the answer is the sign-in page, which belongs on the whole screen.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!asksByItself(event) || new URL(event.detail.xhr.responseURL).pathname === location.pathname) return;
    event.detail.shouldSwap = false;
    location.reload();
  });
})();
