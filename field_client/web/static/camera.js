// Shows what was taken, films a head that turns, and says that the comparison is running. Frames stay in this page's memory.
"use strict";
(() => {
  const form = document.querySelector("[data-camera]");
  const saying = form.querySelector("[data-saving]");
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
    saying.textContent = "正在本机比对，请稍等…";
  });

  const EVERY_MS = 400;
  const LONG_SIDE = 640; // pixels
  const REST_MS = 1600;
  const TURN_MS = 3200;
  const WORDS = { rest: "请正对镜头", left: "慢慢向左转头，再转回来", right: "慢慢向右转头，再转回来" };

  const turning = form.querySelector("[data-turning]");
  const lens = form.querySelector("[data-lens]");
  const asking = form.querySelector("[data-asking]");
  const button = form.querySelector("[data-film]");
  const still = form.querySelector("input[name=live]");
  if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia || !window.DataTransfer) return;
  turning.hidden = false;

  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const ask = (text) => {
    asking.textContent = text;
    if (!window.speechSynthesis) return;
    const said = new SpeechSynthesisUtterance(text);
    said.lang = "zh-CN";
    window.speechSynthesis.speak(said);
  };
  const picture = () => {
    const scale = Math.min(1, LONG_SIDE / Math.max(lens.videoWidth, lens.videoHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(lens.videoWidth * scale);
    canvas.height = Math.round(lens.videoHeight * scale);
    canvas.getContext("2d").drawImage(lens, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.88));
  };

  const film = async () => {
    const frames = [];
    const times = [];
    const began = performance.now();
    let isRunning = true;
    const taking = (async () => {
      while (isRunning) {
        const at = performance.now() - began;
        frames.push(await picture());
        times.push(Math.round(at));
        await pause(Math.max(0, EVERY_MS - (performance.now() - began - at)));
      }
    })();
    ask(WORDS.rest);
    await pause(REST_MS);
    for (const turn of form.dataset.turns.split(",")) {
      ask(WORDS[turn]);
      await pause(TURN_MS);
    }
    isRunning = false;
    await taking;
    return { frames, times };
  };

  const keep = ({ frames, times }) => {
    const files = new DataTransfer();
    frames.forEach((frame, number) => files.items.add(new File([frame], `${number}.jpg`, { type: "image/jpeg" })));
    form.querySelector("[data-frames]").files = files.files;
    form.elements.times.value = times.join(",");
    still.required = false;
  };

  button.addEventListener("click", async () => {
    button.disabled = true;
    let stream = null;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: 640, height: 480 } });
      lens.srcObject = stream;
      lens.hidden = asking.hidden = false;
      await lens.play();
      keep(await film());
      asking.textContent = "拍好了。";
      saying.textContent = "转头连拍已完成，可以开始比对。";
    } catch (error) {
      asking.hidden = true;
      saying.textContent = "用不了摄像头，请在上面拍一张本人照片。";
    } finally {
      if (stream) stream.getTracks().forEach((track) => track.stop());
      lens.hidden = true;
      button.disabled = false;
    }
  });
})();
