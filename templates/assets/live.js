"use strict";
// The live page: rows and articles are asked for when they are looked at, new exchanges come as server-sent events.
// Addresses are relative: the page, and the cookie that opens it, have a room of their own.
const ROWS_KEPT = 2000;
const PATIENCE_MS = 60;

async function ask(path, options = {}) {
  const response = await fetch(path, { credentials: "same-origin", cache: "no-store", ...options });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return response;
}

// A form cannot set this header, and another origin may not.
const post = (path, body = "") => ask(path, { method: "POST", body, headers: { "X-FC-Replay": "1" } });

function openLive(bar) {
  const blank = document.getElementById("row-to-come").innerHTML;
  const kept = new Map(), stale = new Set(), wanted = new Set();
  let tick = Number(bar.dataset.tick), oldest = Infinity, merge = null, redraw = null, source = null, timer = 0;

  const trouble = (error) => { bar.querySelector("[role=alert]").textContent = error ? error.message : ""; };
  const attempt = (task) => task().then(() => trouble(null), trouble);

  function rowOf(id) {
    if (!kept.has(id) || stale.has(id)) {
      wanted.add(id);
      timer ||= setTimeout(() => attempt(fetchRows), PATIENCE_MS);
    }
    return kept.get(id) ?? blank.replaceAll("$id", id);
  }

  async function fetchRows() {
    const ids = [...wanted].slice(-300);
    wanted.clear();
    timer = 0;
    for (const [id, html] of await (await ask(`rows?ids=${ids.join()}`)).json()) {
      kept.delete(id);
      kept.set(id, html);
      stale.delete(id);
    }
    for (const id of kept.keys()) {
      if (kept.size <= ROWS_KEPT) break;
      kept.delete(id);
    }
    redraw();
  }

  async function article(id) {
    const response = await fetch(id ? `exchange/${id}` : "summary", { credentials: "same-origin", cache: "no-store" });
    const text = await response.text();
    trouble(response.ok ? null : new Error(text));
    return response.ok ? text : null;
  }

  function take(index) {
    const found = readIndex(index);
    for (const entry of found) {
      stale.add(entry.id);
      oldest = Math.min(oldest, entry.id);
    }
    if (found.length) merge(found);
    return found.length;
  }

  function listen() {
    source = new EventSource(`events?since=${tick}`);
    source.onopen = () => { bar.dataset.state = "live"; };
    source.onerror = () => { bar.dataset.state = source.readyState === EventSource.CLOSED ? "ended" : "lost"; };
    source.onmessage = (event) => {
      tick = Number(event.lastEventId);
      take(JSON.parse(event.data));
    };
  }

  // Newest first: the page is of use before the oldest have come.
  async function loadOlder() {
    while (oldest < Infinity && take(await (await ask(`entries?before=${oldest}`)).json())) { /* the next page */ }
  }

  return {
    rowOf,
    article,
    follow(onFound, onRows, known) {
      [merge, redraw] = [onFound, onRows];
      for (const entry of known) oldest = Math.min(oldest, entry.id);
      listen();
      attempt(loadOlder);
    },
    pause({ button }) {
      const paused = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(paused));
      if (paused) source.close();
      else listen();
      bar.dataset.state = paused ? "paused" : "lost";
    },
    replay: ({ button, article: shown, id }) => attempt(async () => {
      button.disabled = true;
      try {
        const holder = document.createElement("template");
        holder.innerHTML = await (await post(`replay/${id}`)).text();
        const card = holder.content.querySelector("section");
        const before = shown.querySelector(".replay");
        if (before) before.replaceWith(card);
        else shown.querySelector(".path").after(card);
        card.scrollIntoView({ block: "nearest" });
        card.querySelector("h3").focus();
      } finally {
        button.disabled = false;
      }
    }),
    bundle: ({ visible }) => attempt(async () => {
      const found = await (await post("bundle", JSON.stringify(visible))).blob();
      const link = document.createElement("a");
      link.href = URL.createObjectURL(found);
      link.download = "selection.fcz";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    }),
  };
}
