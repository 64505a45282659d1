// A sheet to sign on with finger, pen or mouse; the strokes become a PNG in the form's own file field.
"use strict";
(() => {
  const form = document.querySelector("[data-signature]");
  const sheet = form.querySelector("canvas");
  const clear = form.querySelector("[data-clear]");
  const saying = form.querySelector("[data-saving]");
  form.querySelector("[data-plain]").hidden = true;
  sheet.hidden = clear.hidden = false;

  const pen = sheet.getContext("2d");
  let isBlank = true;
  let last = null;

  function prepare() {
    const scale = Math.max(2, devicePixelRatio);
    sheet.width = sheet.clientWidth * scale;
    sheet.height = sheet.clientHeight * scale;
    pen.scale(scale, scale);
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#10243f";
    pen.lineWidth = 4;
    isBlank = true;
  }

  sheet.addEventListener("pointerdown", (event) => {
    sheet.setPointerCapture(event.pointerId);
    last = [event.offsetX, event.offsetY];
  });
  sheet.addEventListener("pointermove", (event) => {
    if (!last) return;
    pen.beginPath();
    pen.moveTo(...last);
    last = [event.offsetX, event.offsetY];
    pen.lineTo(...last);
    pen.stroke();
    isBlank = false;
  });
  ["pointerup", "pointercancel"].forEach((name) => sheet.addEventListener(name, () => { last = null; }));
  clear.addEventListener("click", prepare);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (isBlank) {
      saying.textContent = "还没有签名，请在框里签。";
      saying.classList.add("bad");
      return;
    }
    sheet.toBlob((blob) => {
      const files = new DataTransfer();
      files.items.add(new File([blob], "signature.png", { type: "image/png" }));
      form.elements.image.files = files.files;
      form.submit();
    }, "image/png");
  });
  prepare();
})();
