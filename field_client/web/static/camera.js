// Shows what was taken, and says that the comparison is running.
"use strict";
(() => {
  const form = document.querySelector("[data-camera]");
  form.querySelectorAll(".frame").forEach((frame) => {
    const field = frame.querySelector("input");
    const image = frame.querySelector("img");
    field.addEventListener("change", () => {
      if (image.src) URL.revokeObjectURL(image.src);
      image.hidden = !field.files.length;
      if (field.files.length) image.src = URL.createObjectURL(field.files[0]);
    });
  });
  form.addEventListener("submit", () => {
    form.querySelector("[data-saving]").textContent = "正在本机比对，请稍等…";
  });
})();
