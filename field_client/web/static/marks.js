// Arrows and circles over a photo; what is drawn becomes a JPEG of its own in the form's file field.
"use strict";
(() => {
  const form = document.querySelector("[data-marks]");
  const photo = form.querySelector("[data-original]");
  const sheet = form.querySelector("[data-sheet]");
  const saying = form.querySelector("[data-saving]");
  const pen = sheet.getContext("2d");
  const COLOUR = "#e02020";
  const EDGE = "#ffffff";
  const marks = [];
  let drawing = null;

  const place = (event) => {
    const box = sheet.getBoundingClientRect();
    return [((event.clientX - box.left) * sheet.width) / box.width, ((event.clientY - box.top) * sheet.height) / box.height];
  };

  const arrow = ([x1, y1], [x2, y2], size) => {
    const angle = Math.atan2(y2 - y1, x2 - x1);
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
    [-0.5, 0.5].forEach((turn) => {
      pen.moveTo(x2, y2);
      pen.lineTo(x2 - size * Math.cos(angle + turn), y2 - size * Math.sin(angle + turn));
    });
  };

  const circle = ([x1, y1], [x2, y2]) => {
    const [rx, ry] = [Math.abs(x2 - x1) / 2, Math.abs(y2 - y1) / 2];
    pen.ellipse((x1 + x2) / 2, (y1 + y2) / 2, rx, ry, 0, 0, 2 * Math.PI);
  };

  const show = () => {
    pen.drawImage(photo, 0, 0, sheet.width, sheet.height);
    const width = Math.max(sheet.width, sheet.height) / 180;
    [...marks, ...(drawing ? [drawing] : [])].forEach((mark) => {
      [[EDGE, width * 1.8], [COLOUR, width]].forEach(([colour, thick]) => { // An edge keeps it seen on any ground.
        pen.beginPath();
        if (mark.tool === "circle") circle(mark.from, mark.to);
        else arrow(mark.from, mark.to, width * 7);
        pen.strokeStyle = colour;
        pen.lineWidth = thick;
        pen.lineCap = pen.lineJoin = "round";
        pen.stroke();
      });
    });
  };

  const begin = () => {
    sheet.width = photo.naturalWidth;
    sheet.height = photo.naturalHeight;
    photo.hidden = true;
    show();
  };

  sheet.addEventListener("pointerdown", (event) => {
    sheet.setPointerCapture(event.pointerId);
    drawing = { tool: form.elements.tool.value, from: place(event), to: place(event) };
  });
  sheet.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    drawing.to = place(event);
    show();
  });
  sheet.addEventListener("pointerup", () => {
    if (drawing && Math.hypot(drawing.to[0] - drawing.from[0], drawing.to[1] - drawing.from[1]) > sheet.width / 100) {
      marks.push(drawing);
      saying.textContent = "";
    }
    drawing = null;
    show();
  });
  sheet.addEventListener("pointercancel", () => {
    drawing = null;
    show();
  });
  form.querySelector("[data-undo]").addEventListener("click", () => {
    marks.pop();
    show();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!marks.length) {
      saying.textContent = "还没有画。请在照片上按住拖动。";
      saying.classList.add("bad");
      return;
    }
    sheet.toBlob((blob) => {
      const files = new DataTransfer();
      files.items.add(new File([blob], "marks.jpg", { type: "image/jpeg" }));
      form.elements.image.files = files.files;
      form.submit();
    }, "image/jpeg", 0.92);
  });
  if (photo.complete) begin();
  else photo.addEventListener("load", begin);
})();
