// Keeps the strip fresh while a page stands open: often while a sync runs, seldom otherwise.
"use strict";
(() => {
  const strip = document.getElementById("strip");
  if (!strip) return;

  const running = () => strip.querySelector("[data-link=running]");

  async function refresh() {
    if (!document.hidden) {
      try {
        const answer = await fetch("/strip", { redirect: "manual" });
        if (answer.ok) strip.innerHTML = await answer.text();
      } catch {
        // The program has ended; the page's next step will say so.
      }
    }
    setTimeout(refresh, running() ? 1500 : 20000);
  }

  setTimeout(refresh, running() ? 1500 : 20000);
})();
