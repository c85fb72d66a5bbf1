// Counts the clocks on, and brings the page up to date when the desk says that an incident changed.
// Without this script every page reads and works the same; it only stands still.
"use strict";

(() => {
  const MINUTE = 60, HOUR = 3600, DAYS_FROM = 72 * HOUR, DAY = 24 * HOUR;
  let ahead = 0; // how far the desk's clock is before this machine's, in milliseconds

  const two = (number) => String(number).padStart(2, "0");

  // The same words as console/web/moments_text.py.
  function lengthText(seconds) {
    if (seconds >= DAYS_FROM) return `${Math.floor(seconds / DAY)} 天 ${Math.floor((seconds % DAY) / HOUR)} 小时`;
    if (seconds >= HOUR) return `${Math.floor(seconds / HOUR)} 小时 ${two(Math.floor((seconds % HOUR) / MINUTE))} 分`;
    return `${Math.floor(seconds / MINUTE)} 分 ${two(seconds % MINUTE)} 秒`;
  }

  const anchor = () => document.querySelector("[data-now]");
  const still = () => anchor() === null || anchor().hasAttribute("data-still");
  const setClock = () => { if (anchor()) ahead = Date.parse(anchor().dataset.now) - Date.now(); };

  function count() {
    if (still()) return;
    const now = Math.floor((Date.now() + ahead) / 1000);
    let passed = false;
    for (const shown of document.querySelectorAll("[data-due]")) {
      const left = Math.floor(Date.parse(shown.dataset.due) / 1000) - now;
      const text = left >= 0 ? `还剩 ${lengthText(left)}` : `已过 ${lengthText(-left)}`;
      if (text.startsWith("已过") && shown.textContent.startsWith("还剩")) passed = true;
      if (shown.textContent !== text) shown.textContent = text;
    }
    if (passed) refresh([]); // its state has another word now, and only the desk decides which
  }

  let busy = false, again = false;

  async function refresh(changed) {
    const live = document.getElementById("live");
    if (!live) return;
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" }, credentials: "same-origin" });
      if (answer.redirected) { location.reload(); return; } // signed out meanwhile
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("live");
      if (!fresh) return;
      for (const open of live.querySelectorAll("details[open][id]")) {
        const same = fresh.querySelector(`#${CSS.escape(open.id)}`);
        if (same) same.open = true;
      }
      live.replaceWith(document.adoptNode(fresh));
      for (const number of changed) document.getElementById(`i-${number}`)?.classList.add("is-new");
      setClock();
      say("，自动更新");
    } catch {
      say("，暂时无法更新");
    } finally {
      busy = false;
      if (again) { again = false; refresh([]); }
    }
  }

  function say(words) {
    for (const shown of document.querySelectorAll(".live-state")) shown.textContent = words;
  }

  function listen() {
    const live = document.getElementById("live");
    if (!live || !window.EventSource) return;
    const number = live.dataset.number;
    const source = new EventSource(live.dataset.live);
    let lost = false;
    source.addEventListener("open", () => { if (lost) refresh([]); else say("，自动更新"); lost = false; });
    source.addEventListener("error", () => { lost = true; say("，连接中断，正在重连"); });
    source.addEventListener("changed", (event) => {
      const changed = JSON.parse(event.data);
      if (!number || changed.includes(number)) refresh(changed);
    });
    window.addEventListener("pagehide", () => source.close());
    window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  }

  setClock();
  listen();
  setInterval(count, 1000);
})();
