// Keeps the strip fresh while a page stands open: often while a sync runs, seldom otherwise.
"use strict";
(() => {
  const strip = document.getElementById("strip");
  if (!strip) return;

  const running = () => strip.querySelector("[data-link=running]");

  let next = 0;

  async function refresh() {
    clearTimeout(next);
    if (!document.hidden) {
      try {
        const answer = await fetch("/strip", { redirect: "manual" });
        if (answer.ok) strip.innerHTML = await answer.text();
      } catch {
        // The program has ended; the page's next step will say so.
      }
    }
    next = setTimeout(refresh, running() ? 1500 : 20000);
  }

  // Back in range: what waits leaves at once. The program asks by itself every few minutes anyway.
  window.addEventListener("online", () => {
    const token = document.querySelector("meta[name=csrf]").content;
    fetch("/sync", { method: "POST", headers: { "X-CSRF-Token": token }, redirect: "manual" }).finally(refresh);
  });

  next = setTimeout(refresh, running() ? 1500 : 20000);
})();
