// Saves every answer as it is given, one after the other, and shows what follows from it: questions that appear or go,
// sums, and what is wrong. Without it the page's buttons save the whole section.
"use strict";
(() => {
  const form = document.querySelector("[data-answers]");
  const saving = form.querySelector("[data-saving]");
  const token = document.querySelector("meta[name=csrf]").content;
  const waiting = new Map(); // path -> text
  const timers = new Map();
  let sending = null;

  function textOf(question) {
    const special = question.querySelector("input[name^='special:']:checked");
    if (special) return special.value;
    const kind = question.dataset.kind;
    if (kind === "choice" || kind === "choices" || kind === "tick") {
      return [...question.querySelectorAll(":checked")].map((input) => input.value).join(" ");
    }
    return question.querySelector("input, textarea").value.trim();
  }

  function say(text, bad) {
    saving.textContent = text;
    saving.classList.toggle("bad", Boolean(bad));
  }

  function show(state) {
    const row = document.getElementById(state.id);
    if (!row) return;
    row.hidden = !state.relevant;
    row.querySelector("[data-label]").textContent = state.label;
    const shown = row.querySelector("[data-shown]");
    if (shown) shown.textContent = state.shown || "—";
    const error = row.querySelector("[data-error]");
    if (!error) return;
    error.hidden = !state.error;
    error.querySelector("span").textContent = state.error;
    row.querySelectorAll("input, textarea").forEach((input) => {
      if (state.error) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    });
    const offered = [...row.querySelectorAll("input[type=radio]:not([name^='special:'])")].map((input) => input.value);
    if (row.dataset.kind === "choice" && offered.join() !== state.choices.join()) location.reload();
  }

  async function sendAll() {
    while (waiting.size) {
      const [[path, text]] = waiting;
      waiting.delete(path);
      const body = new URLSearchParams({ path, text, section: form.dataset.section });
      try {
        const answer = await fetch(form.dataset.answers, { method: "POST", body, headers: { "X-CSRF-Token": token }, redirect: "error" });
        const told = await answer.json();
        (told.questions || []).forEach(show);
        const now = new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
        if (!told.saved) say(told.message || "这一题没有保存，请看题目旁的提示。", true);
        else if (!waiting.size && !timers.size) say(`已自动保存 ${now}`);
      } catch {
        waiting.set(path, text);
        say("没有保存。请按下面的按钮再试一次。", true);
        return;
      }
    }
  }

  function send() {
    if (!sending) sending = sendAll().finally(() => { sending = null; });
  }

  function changed(question, delay) {
    const path = question.dataset.path;
    clearTimeout(timers.get(path));
    say("正在保存…");
    timers.set(path, setTimeout(() => {
      timers.delete(path);
      waiting.set(path, textOf(question));
      send();
    }, delay));
  }

  form.addEventListener("input", (event) => {
    const question = event.target.closest("[data-path]");
    if (!question) return;
    const isSpecial = event.target.name.startsWith("special:");
    question.querySelectorAll("input[name^='special:']").forEach((other) => {
      if (other !== event.target) other.checked = false;
    });
    if (isSpecial && event.target.checked) {
      question.querySelectorAll("input:not([name^='special:']), textarea").forEach((input) => {
        if (input.type === "radio" || input.type === "checkbox") input.checked = false;
        else input.value = "";
      });
    }
    const isTyped = event.target.matches("textarea, input[type=text], input:not([type])");
    changed(question, isTyped ? 700 : 0);
  });
  form.addEventListener("change", (event) => {
    const question = event.target.closest("[data-path]");
    if (question) changed(question, 0);
  });
  addEventListener("pagehide", () => {
    timers.forEach((timer, path) => {
      clearTimeout(timer);
      const question = [...form.querySelectorAll("[data-path]")].find((one) => one.dataset.path === path);
      waiting.set(path, textOf(question));
    });
    waiting.forEach((text, path) => {
      const body = new URLSearchParams({ path, text, section: form.dataset.section, csrf: token });
      navigator.sendBeacon(form.dataset.answers, body);
    });
  });
})();
