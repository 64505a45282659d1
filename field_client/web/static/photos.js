// A chosen photo is saved at once; without this a button does it.
"use strict";
document.querySelectorAll("[data-photos]").forEach((form) => {
  form.querySelector("[data-plain]").hidden = true;
  form.querySelectorAll("input[type=file]").forEach((field) =>
    field.addEventListener("change", () => {
      if (!field.files.length) return;
      form.querySelector("[data-saving]").textContent = "正在缩小、加密、保存，请稍等…";
      form.submit();
    }),
  );
});
