// Updates the results while a name is typed; without it the form's button does the same.
"use strict";
(() => {
  const form = document.querySelector("[data-search]");
  const results = document.getElementById("results");
  const field = form.elements.q;
  let timer = 0;
  let asked = 0;

  async function find() {
    const text = field.value.trim();
    const mine = (asked += 1);
    const address = new URL(form.action);
    if (text) address.searchParams.set("q", text);
    history.replaceState(null, "", address);
    address.searchParams.set("part", "1");
    try {
      const answer = await fetch(address);
      const html = await answer.text();
      if (mine === asked && answer.ok) results.innerHTML = html;
    } catch {
      form.submit();
    }
  }

  field.addEventListener("input", (event) => {
    if (event.isComposing) return; // Pinyin that is still being typed is no word yet.
    clearTimeout(timer);
    timer = setTimeout(find, 120);
  });
  field.addEventListener("compositionend", find);
})();
