// Updates the results while a name is typed; without it the form's button does the same. What is searched for stands in no
// address, where the browser would keep it; the page's own state brings it back when somebody comes back.
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
    history.replaceState({ q: text }, "");
    const asking = new FormData(form);
    asking.set("part", "1");
    try {
      const answer = await fetch(form.action, { method: "POST", body: asking });
      if (answer.redirected) return location.reload(); // It locked meanwhile.
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
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    find();
  });
  if (history.state && history.state.q) {
    field.value = history.state.q;
    find();
  }
})();
