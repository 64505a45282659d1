// What the keyboard adds to the console, and a memory for what was typed. Every page works without it.
"use strict";

const steps = () => [...document.querySelectorAll("[data-step]")];
const isTyping = (element) => /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);

function step(by) {
  const all = steps();
  const here = all.indexOf(document.activeElement);
  const next = all[Math.min(Math.max(here + by, 0), all.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "center" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const open = document.querySelector(".large:target [data-close]");
  if (event.key === "Escape" && open) return open.click();
  if (event.key === "Escape" && isTyping(event.target)) return event.target.blur();
  if (isTyping(event.target)) return;
  const key = event.key.toLowerCase();
  const button = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
  else if (button) button.focus();
  else return;
  event.preventDefault();
});

for (const pin of document.querySelectorAll(".pin")) {
  pin.addEventListener("toggle", () => {
    if (pin.open && document.activeElement === pin.firstElementChild) pin.querySelector("textarea").focus();
  });
}

// What was typed outlives an expired sign-in or a closed lid, in this tab only, and until it was taken or its author leaves.
for (const form of document.querySelectorAll("[data-draft]")) {
  const name = `draft:${document.body.dataset.staff}:${form.dataset.draft}`;
  const fields = [...form.elements].filter((field) => field.tagName === "TEXTAREA");
  const kept = JSON.parse(sessionStorage.getItem(name) || "{}");
  for (const field of fields) {
    if (!field.value && kept[field.name]) field.value = kept[field.name];
    if (field.value) field.closest(".pin")?.setAttribute("open", "");
  }
  const count = () => {
    const pins = fields.filter((field) => field.closest(".pin") && field.value.trim()).length;
    const shown = form.querySelector("[data-pin-count]");
    if (!shown) return;
    shown.hidden = !pins;
    shown.textContent = `已批注 ${pins} 处`;
  };
  form.ownerDocument.addEventListener("input", () => {
    const typed = Object.fromEntries(fields.filter((field) => field.value).map((field) => [field.name, field.value]));
    sessionStorage.setItem(name, JSON.stringify(typed));
    count();
  });
  form.addEventListener("submit", () => sessionStorage.setItem("handed in", name));
  count();
}
if (document.querySelector("[role=status]")) sessionStorage.removeItem(sessionStorage.getItem("handed in"));
document.querySelector("[data-leave]")?.addEventListener("submit", () => sessionStorage.clear());
