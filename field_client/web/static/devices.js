// Lets the device answer: a measured place, a barcode read from a picture. Without them the field is filled in by hand.
"use strict";
(() => {
  const form = document.querySelector("[data-answers]");
  const saving = form.querySelector("[data-saving]");

  function fill(question, text) {
    const field = question.querySelector("input");
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function say(text) {
    saving.textContent = text;
  }

  function show(root) {
    if (navigator.geolocation) root.querySelectorAll("[data-point]").forEach((button) => { button.hidden = false; });
    if ("BarcodeDetector" in globalThis) root.querySelectorAll("[data-barcode]").forEach((label) => { label.hidden = false; });
  }

  form.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-point]");
    if (!button) return;
    button.disabled = true;
    try {
      const place = await locate(say);
      const numbers = [place.latitude.toFixed(7), place.longitude.toFixed(7), (place.altitude || 0).toFixed(1), Math.ceil(place.accuracy)];
      fill(button.closest("[data-path]"), numbers.join(" "));
    } catch (error) {
      say(error.message);
    } finally {
      button.disabled = false;
    }
  });
  form.addEventListener("change", async (event) => {
    const label = event.target.closest("[data-barcode]");
    if (!label || !event.target.files.length) return;
    const [found] = await new BarcodeDetector().detect(await createImageBitmap(event.target.files[0]));
    if (found) fill(label.closest("[data-path]"), found.rawValue);
    else say("没有认出条码。请拍近一些、拍正，或直接输入。");
  });
  new MutationObserver(() => show(form)).observe(form, { childList: true, subtree: true });
  show(form);
})();
