// The ticket list: filters apply as they are chosen, the address stays short, and the number found is said aloud.
// Without this file the buttons of the form do the same by loading the page anew.
(() => {
  // Tickets are private: no copy of the list is kept in the browser's storage; going back loads it anew.
  htmx.config.historyCacheSize = 0;
  htmx.config.refreshOnHistoryMiss = true;

  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.target.matches("[data-list-tools]")) return;
    const wanted = event.detail.formData;
    for (const [name, value] of [...wanted]) {
      if (!value) wanted.delete(name);
    }
    // Leaving the search field by a click on its button asks twice; once is enough.
    const shown = String(new URLSearchParams(location.search));
    if (String(new URLSearchParams([...wanted])) === shown) event.preventDefault();
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (!event.detail.requestConfig.elt.matches("[data-list-tools]")) return;
    const found = document.querySelector("[data-found]");
    document.querySelector("[data-announce]").textContent = `${found.dataset.found} tiket ditemukan`;
  });
})();
