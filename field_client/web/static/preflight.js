// What only the browser knows before a trip: the battery, and whether there is a camera. Where it does not say, the words stay.
"use strict";
(() => {
  const ENOUGH = 0.5; // of the battery, for half a day in the hills
  const say = (name, text, isGood) => {
    document.querySelector(`[data-${name}]`).textContent = text;
    const mark = document.querySelector(isGood ? "[data-good]" : "[data-bad]").content.cloneNode(true);
    document.querySelector(`[data-${name}-state]`).replaceChildren(mark);
  };

  if (navigator.getBattery) {
    navigator.getBattery().then((battery) => {
      const isGood = battery.charging || battery.level >= ENOUGH;
      const percent = Math.round(battery.level * 100);
      say("battery", `电量 ${percent}%${battery.charging ? "，正在充电" : ""}${isGood ? "" : "，请先充电"}`, isGood);
    });
  }
  if (navigator.mediaDevices && navigator.mediaDevices.enumerateDevices) {
    navigator.mediaDevices.enumerateDevices().then((devices) => {
      const has = devices.some((device) => device.kind === "videoinput");
      say("camera", has ? "相机可以用" : "没有找到相机，照片只能从相册选", has);
    });
  }
})();
