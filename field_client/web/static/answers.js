// Saves every answer as it is given, one after the other, and puts in place what the device answers: the questions that
// look otherwise now. Without it the page's buttons save the whole page.
"use strict";
(() => {
  const form = document.querySelector("[data-answers]");
  const saving = form.querySelector("[data-saving]");
  const token = document.querySelector("meta[name=csrf]").content;
  const RETRY_MS = 2000;
  const waiting = new Map(); // path -> text: only the newest text of a question is sent
  let sending = null;
  let timer = 0;
  let isStale = false; // An answer may have been kept although its reply was lost: then the whole page is asked for.

  function textOf(question) {
    const special = question.querySelector("input[name^='special:']:checked");
    if (special) return special.value;
    if (question.matches("[data-kind=choice], [data-kind=choices], [data-kind=tick], [data-kind=scale]")) {
      return [...question.querySelectorAll(":checked")].map((input) => input.value).join(" ");
    }
    return question.querySelector("input, select, textarea").value.trim();
  }

  function say(text, bad) {
    saving.textContent = text;
    saving.classList.toggle("bad", Boolean(bad));
  }

  function place(id, html) {
    const old = document.getElementById(id);
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById(id);
    if (!old || !fresh) return;
    const isInHand = old.contains(document.activeElement) || waiting.has(old.dataset.path);
    if (!isInHand) {
      old.replaceWith(fresh);
      return;
    }
    old.hidden = fresh.hidden; // What is being typed is never written over: only the words around it change.
    for (const part of ["[data-head]", "[data-error]"]) {
      const shown = old.querySelector(part);
      if (shown) shown.replaceWith(fresh.querySelector(part));
    }
    const isWrong = Boolean(fresh.querySelector("[aria-invalid]"));
    old.querySelectorAll("input, select, textarea").forEach((field) => field.toggleAttribute("aria-invalid", isWrong));
    if (isWrong) old.querySelectorAll("[aria-invalid]").forEach((field) => field.setAttribute("aria-invalid", "true"));
  }

  async function send(path, text) {
    const all = isStale ? "yes" : "";
    const body = new URLSearchParams({ path, text, all, section: form.dataset.section, page: form.dataset.page });
    const answer = await fetch(form.dataset.answers, { method: "POST", body, headers: { "X-CSRF-Token": token }, redirect: "error" });
    if (answer.status === 403) return "程序重新启动过，这一页已经失效。请从新的地址再打开，先前的回答都在。";
    const told = await answer.json();
    if (!answer.ok) return told.message;
    isStale = false;
    Object.entries(told.blocks).forEach(([id, html]) => place(id, html));
    return told.saved ? "" : "这一题没有保存，请看题目旁的提示。";
  }

  async function sendAll() {
    let refused = "";
    while (waiting.size) {
      const [[path, text]] = waiting;
      waiting.delete(path);
      try {
        refused = (await send(path, text)) || refused;
      } catch {
        if (!waiting.has(path)) waiting.set(path, text);
        isStale = true;
        say("还没有保存，正在重试。请不要关闭这一页。", true);
        clearTimeout(timer);
        timer = setTimeout(start, RETRY_MS);
        return;
      }
    }
    const now = new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
    say(refused || `已自动保存 ${now}`, refused);
  }

  function start() {
    if (!sending) sending = sendAll().finally(() => { sending = null; if (waiting.size && !timer) start(); });
  }

  function changed(question) {
    clearTimeout(timer);
    timer = 0;
    waiting.set(question.dataset.path, textOf(question));
    say("正在保存…");
    start();
  }

  function settleSpecials(question, touched) {
    const isSpecial = touched.name.startsWith("special:");
    question.querySelectorAll("input[name^='special:']").forEach((other) => {
      if (other !== touched) other.checked = false;
    });
    if (!isSpecial || !touched.checked) return;
    question.querySelectorAll("input:not([name^='special:']), select, textarea").forEach((field) => {
      if (field.type === "radio" || field.type === "checkbox") field.checked = false;
      else field.value = "";
    });
  }

  form.addEventListener("input", (event) => {
    const question = event.target.closest("[data-path]");
    if (!question || event.isComposing || event.target.type === "file") return; // Pinyin is no word yet.
    settleSpecials(question, event.target);
    changed(question);
  });
  form.addEventListener("compositionend", (event) => {
    const question = event.target.closest("[data-path]");
    if (question) changed(question);
  });
  function isTouched(field) {
    if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
    return field.type !== "file" && field.value !== field.defaultValue;
  }

  // What was entered while the page was still arriving is saved as well; what a browser puts back by itself is not an answer.
  if (performance.getEntriesByType("navigation")[0]?.type === "navigate") {
    form.querySelectorAll("[data-path]").forEach((question) => {
      if ([...question.querySelectorAll("input, textarea")].some(isTouched)) changed(question);
    });
  }
  addEventListener("pagehide", () => {
    waiting.forEach((text, path) => {
      const body = new URLSearchParams({ path, text, section: form.dataset.section, page: form.dataset.page, csrf: token });
      navigator.sendBeacon(form.dataset.answers, body);
    });
  });
})();
