// Fills in the place of the visit by the device's own measurement.
"use strict";
(() => {
  const form = document.querySelector("[data-place]");
  const button = form.querySelector("[data-locate]");
  const saying = form.querySelector("[data-saving]");
  if (!navigator.geolocation) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const place = await locate((text) => { saying.textContent = text; });
      form.elements.latitude.value = place.latitude.toFixed(7);
      form.elements.longitude.value = place.longitude.toFixed(7);
      form.elements.accuracy.value = String(Math.ceil(place.accuracy));
      form.elements.source.value = "device";
      form.submit();
    } catch (error) {
      saying.textContent = error.message;
    } finally {
      button.disabled = false;
    }
  });
})();
