// Measures the place for at most half a minute and keeps the most exact reading; `say` hears how it goes.
"use strict";
globalThis.locate = (say) => {
  const GOOD_METRES = 30;
  const LIMIT_MS = 25000;
  const NOWHERE = "现在测不到位置，室内信号弱可以到屋外再试，也可以先跳过。";
  const FORBIDDEN = "没有允许使用位置。可以在系统设置里允许，或自己填写，也可以先跳过。";
  return new Promise((resolve, reject) => {
    let best = null;
    let watch = 0;
    let why = NOWHERE;
    const finish = () => {
      clearTimeout(timer);
      navigator.geolocation.clearWatch(watch);
      if (best) resolve(best);
      else reject(new Error(why));
    };
    const timer = setTimeout(finish, LIMIT_MS);
    say("正在测位置，请稍等…");
    watch = navigator.geolocation.watchPosition(
      (place) => {
        if (!best || place.coords.accuracy < best.accuracy) best = place.coords;
        say(`误差约 ${Math.ceil(best.accuracy)} 米…`);
        if (best.accuracy <= GOOD_METRES) finish();
      },
      (error) => {
        if (error.code !== 1) return;
        why = FORBIDDEN;
        finish();
      },
      { enableHighAccuracy: true, timeout: LIMIT_MS, maximumAge: 0 },
    );
  });
};
