// Reads the texts on a page aloud with the device's own voice, where there is one; nothing is sent anywhere.
"use strict";
(() => {
  const voice = window.speechSynthesis;
  const button = document.querySelector("[data-speak]");
  if (!voice || !button) return;
  const word = button.querySelector("[data-speak-word]");
  const start = word.textContent;
  const quiet = () => {
    voice.cancel();
    word.textContent = start;
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    if (voice.speaking) return quiet();
    const shown = [...document.querySelectorAll(button.dataset.speak)].filter((one) => one.getClientRects().length);
    const said = new SpeechSynthesisUtterance(shown.map((one) => one.innerText.trim()).join("。\n"));
    said.lang = "zh-CN";
    said.rate = 0.85; // slower than usual, for the old
    said.addEventListener("end", quiet);
    said.addEventListener("error", quiet);
    word.textContent = "停止朗读";
    voice.speak(said);
  });
  window.addEventListener("pagehide", quiet);
})();
