// Moves the choices of an order up and down by buttons; the order stands in the field that is sent.
"use strict";
(() => {
  const form = document.querySelector("[data-answers]");
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move], [data-settle]");
    if (!button) return;
    const rank = button.closest("[data-rank]");
    const row = button.closest("li");
    const list = rank.querySelector("ol");
    if (button.dataset.move === "-1" && row.previousElementSibling) list.insertBefore(row, row.previousElementSibling);
    if (button.dataset.move === "1" && row.nextElementSibling) list.insertBefore(row.nextElementSibling, row);
    rank.querySelector("[data-settle]")?.remove();
    const field = rank.querySelector("input");
    field.value = [...list.children].map((one) => one.dataset.name).join(" ");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    if (button.isConnected) button.focus();
  });
})();
