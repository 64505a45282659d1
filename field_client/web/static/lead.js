// Measures the place of a lead on request, names the photos that were chosen, and says when to telephone first.
"use strict";
(() => {
  const form = document.querySelector("[data-lead]");
  if (!form) return;
  const button = form.querySelector("[data-locate]");
  const saying = form.querySelector("[data-saving]");
  const urgent = form.querySelector("[data-urgent]");
  const chosen = form.querySelector("[data-chosen]");
  const files = [...form.querySelectorAll("input[type=file]")];
  const warn = () => { urgent.hidden = form.elements.urgency.value !== "now"; };
  form.addEventListener("change", () => {
    warn();
    const count = files.reduce((sum, field) => sum + field.files.length, 0);
    chosen.textContent = count ? `已选 ${count} 张` : "";
  });
  warn();
  if (!navigator.geolocation) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const place = await locate((text) => { saying.textContent = text; });
      form.elements.latitude.value = place.latitude.toFixed(7);
      form.elements.longitude.value = place.longitude.toFixed(7);
      form.elements.accuracy.value = String(Math.ceil(place.accuracy));
      saying.textContent = `位置已记下，误差约 ${Math.ceil(place.accuracy)} 米。`;
    } catch (error) {
      saying.textContent = error.message;
    } finally {
      button.disabled = false;
    }
  });
})();
