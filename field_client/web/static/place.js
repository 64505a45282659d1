// Measures the place for at most half a minute and keeps the most exact reading.
"use strict";
(() => {
  const form = document.querySelector("[data-place]");
  const button = form.querySelector("[data-locate]");
  const saying = form.querySelector("[data-saving]");
  if (!navigator.geolocation) return;
  button.hidden = false;

  const GOOD_METRES = 30;
  const LIMIT_MS = 25000;
  const WHY = { 1: "没有允许使用位置。可以在系统设置里允许，或自己填写，也可以先跳过。", 2: "现在测不到位置，室内信号弱可以到屋外再试，也可以先跳过。", 3: "现在测不到位置，室内信号弱可以到屋外再试，也可以先跳过。" };

  button.addEventListener("click", () => {
    let best = null;
    let watch = 0;
    let why = 3;
    const finish = () => {
      clearTimeout(timer);
      navigator.geolocation.clearWatch(watch);
      button.disabled = false;
      if (!best) {
        saying.textContent = WHY[why];
        return;
      }
      form.elements.latitude.value = best.latitude.toFixed(7);
      form.elements.longitude.value = best.longitude.toFixed(7);
      form.elements.accuracy.value = String(Math.ceil(best.accuracy));
      form.elements.source.value = "device";
      form.submit();
    };
    const timer = setTimeout(finish, LIMIT_MS);
    button.disabled = true;
    saying.textContent = "正在测位置，请稍等…";
    watch = navigator.geolocation.watchPosition(
      (place) => {
        if (!best || place.coords.accuracy < best.accuracy) best = place.coords;
        saying.textContent = `误差约 ${Math.ceil(best.accuracy)} 米…`;
        if (best.accuracy <= GOOD_METRES) finish();
      },
      (error) => {
        why = error.code;
        if (error.code === 1) finish();
      },
      { enableHighAccuracy: true, timeout: LIMIT_MS, maximumAge: 0 },
    );
  });
})();
