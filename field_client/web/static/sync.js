// While a sync runs: how far it is; when it has ended: the page anew, with what became of it.
"use strict";
(() => {
  const line = document.querySelector("[data-progress]");
  if (!line) return;

  async function ask() {
    try {
      const told = await (await fetch(line.dataset.progress, { redirect: "error" })).json();
      if (!told.running) {
        location.reload();
        return;
      }
      line.querySelector("[data-text]").textContent = told.text;
    } catch {
      location.reload();
      return;
    }
    setTimeout(ask, 700);
  }

  setTimeout(ask, 400);
})();
