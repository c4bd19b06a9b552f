"use strict";
// Ties the page together. The address holds everything: #e12&f=status:>=400&lang=zh&theme=dark, or #e12-q-3 for a line.
(async () => {
  const root = document.documentElement;
  const one = (selector) => document.querySelector(selector);
  const field = one("#filter");
  const entries = readIndex(JSON.parse(one("#data-index").textContent));
  const position = new Map(entries.map((entry, index) => [entry.id, index]));
  const packed = one("#data-rows") ? await unpack("rows") : null;
  const list = one(".rows");
  const live = one("#live") ? openLive(one("#live")) : null;
  const rowOf = live ? live.rowOf : packed && ((id) => packed[position.get(id)]);
  const rows = rowOf ? packedRows(list, rowOf) : openRows(list, [...list.children]);
  const details = live ? loadedDetails(live.article) : packed ? packedDetails(position) : openDetails();
  let visible = entries.map((entry) => entry.id);
  let current = -1, folded = true, article = null, timer = 0;

  function say(button, text) {
    one("#said").textContent = text;
    button?.classList.add("done");
    setTimeout(() => button?.classList.remove("done"), 900);
  }

  // #e12 and #e12-q-3 name an exchange; the summary and the rules in it count as exchange 0; -1 is nothing.
  function idOf(target) {
    if (target === "summary" || target.startsWith("rule-")) return 0;
    return Number(/^e(\d+)/.exec(target)?.[1] ?? -1);
  }

  const lineOf = (target) => (/^e\d+-|^rule-/.test(target) ? target : "");

  // A part without `=` is the target; an address may hold a language alone.
  function readAddress() {
    const hash = location.hash.slice(1);
    const target = hash.split("&").find((part) => part && !part.includes("=")) ?? "";
    return { target, id: idOf(target), filter: new URLSearchParams(hash).get("f") || "" };
  }

  function writeAddress(target) {
    const parts = [target || (current > 0 ? `e${current}` : current === 0 ? "summary" : "")].filter(Boolean);
    if (field.value.trim()) parts.push(`f=${encodeURIComponent(field.value.trim())}`);
    if (root.dataset.langChosen !== undefined) parts.push(`lang=${root.dataset.lang}`);
    if (root.dataset.theme) parts.push(`theme=${root.dataset.theme}`);
    history.replaceState(null, "", `#${parts.join("&")}`);
  }

  async function open(id, { line = "", reveal = true, still = false } = {}) {
    if (id !== 0 && !live && !position.has(id)) return;
    current = id;
    rows.select(id, reveal);
    const found = await details.article(id);
    if (current !== id || !found) return;
    article?.classList.remove("shown");
    article = found;
    article.classList.add("shown");
    foldUnchanged(article, folded && !line);
    colourJson(article);
    const aimed = line && document.getElementById(line);
    article.querySelector(".aimed")?.classList.remove("aimed");
    if (aimed) {
      aimed.classList.add("aimed");
      aimed.scrollIntoView({ block: "center" });
    } else if (!still) {
      scrollTo(0, 0);
    }
  }

  function read(id, line) {
    document.body.classList.add("reading");
    open(id, { line });
    writeAddress(line);
  }

  function filter({ write = true, hold = false } = {}) {
    const test = readFilter(field.value);
    visible = entries.filter(test).sort(orders[one("#sort").value]).map((entry) => entry.id);
    rows.show(visible, hold);
    one("#shown").textContent = visible.length;
    one(".nothing").hidden = visible.length > 0 || entries.length === 0;
    for (const chip of document.querySelectorAll("[data-chip]")) {
      chip.setAttribute("aria-pressed", String(chip.dataset.filter === field.value.trim()));
    }
    if (visible.length && current !== 0 && !visible.includes(current)) open(visible[0], { reveal: false });
    if (write) writeAddress();
  }

  // What a live page hears of: exchanges that are new, and some that are known and have gone on.
  function merge(found) {
    for (const entry of found) {
      const at = position.get(entry.id);
      if (at === undefined) position.set(entry.id, entries.push(entry) - 1);
      else entries[at] = entry;
    }
    one("#count").textContent = entries.length;
    one(".waiting")?.remove();
    countChips();
    filter({ write: false, hold: true });
    if (found.some((entry) => entry.id === current)) open(current, { reveal: false, still: true });
  }

  function setFilter(expression) {
    field.value = expression;
    filter();
  }

  function move(step) {
    const at = visible.indexOf(current);
    const next = visible[Math.min(visible.length - 1, Math.max(0, at + step))];
    if (next !== undefined) read(next);
  }

  function setLanguage(lang) {
    root.dataset.lang = lang;
    root.lang = lang === "zh" ? "zh-CN" : "en";
    field.placeholder = field.dataset[lang];
    for (const option of one("#sort").options) option.textContent = option.dataset[lang];
  }

  function switchLanguage() {
    root.dataset.langChosen = "";
    setLanguage(root.dataset.lang === "zh" ? "en" : "zh");
    writeAddress();
  }

  function switchTheme() {
    const next = { undefined: "light", light: "dark", dark: undefined }[root.dataset.theme];
    if (next) root.dataset.theme = next;
    else delete root.dataset.theme;
    writeAddress();
  }

  async function copy(key, button) {
    const source = article?.querySelector(`.copies pre[data-key="${key}"]`);
    const text = key === "link" ? location.href : source?.textContent;
    if (!text) return;
    await copyText(text);
    say(button, one("#said").dataset[root.dataset.lang]);
  }

  function countChips() {
    for (const chip of document.querySelectorAll("[data-chip]")) {
      const count = entries.filter(readFilter(chip.dataset.filter)).length;
      chip.querySelector("b").textContent = count;
      chip.hidden = count === 0 && chip.dataset.filter !== "";
    }
  }

  function escape() {
    if (one("#help").open) one("#help").close();
    else if (field.value) setFilter("");
    else field.blur();
  }

  const keys = {
    "/": () => { document.body.classList.remove("reading"); field.focus(); field.select(); },
    j: () => move(1),
    k: () => move(-1),
    s: () => read(0),
    u: () => { folded = !folded; if (article) foldUnchanged(article, folded); },
    c: () => copy("client", article?.querySelector('[data-copy="client"]')),
    t: switchTheme,
    l: switchLanguage,
    "?": () => one("#help").showModal(),
    Escape: escape,
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input[type=text], textarea, select");
    if (event.ctrlKey || event.metaKey || event.altKey || (typing && event.key !== "Escape")) return;
    if (one("#help").open && event.key !== "Escape") return;
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : null;
    if (!act) return;
    event.preventDefault();
    act();
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#e"], a[href^="#rule-"], a[href="#summary"]');
    const button = event.target.closest("button");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      const target = link.getAttribute("href").slice(1);
      read(idOf(target), lineOf(target));
    }
    if (!button) return;
    if (button.dataset.rule) setFilter(`rule:${button.dataset.rule}`);
    if (button.dataset.ruleFilter) setFilter(button.dataset.ruleFilter);
    if (button.dataset.copy) copy(button.dataset.copy, button);
    if (button.dataset.chip) setFilter(button.dataset.filter);
    if (button.matches(".fold")) keys.u();
    if (button.dataset.act) live?.[button.dataset.act]({ button, article, id: current, visible });
    if (button.matches(".back")) document.body.classList.remove("reading");
  });

  one("#sort").addEventListener("change", () => filter());
  one("#language").addEventListener("click", switchLanguage);
  one("#theme").addEventListener("click", switchTheme);
  one("#help-open").addEventListener("click", keys["?"]);
  one("#help-close").addEventListener("click", () => one("#help").close());
  one("#clear").addEventListener("click", () => setFilter(""));
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(filter, entries.length > 500 ? 80 : 0); });
  addEventListener("hashchange", () => { const { id, target, filter: wanted } = readAddress(); if (wanted !== field.value) setFilter(wanted); if (id >= 0) read(id, lineOf(target)); });

  const address = readAddress();
  setLanguage(root.dataset.lang);
  if (/[&#]lang=/.test(location.hash)) root.dataset.langChosen = "";
  countChips();
  field.value = address.filter;
  filter({ write: false });
  const first = address.id >= 0 ? address.id : one("#summary.first") ? 0 : visible[0] ?? 0;
  if (address.id >= 0) document.body.classList.add("reading");
  await open(first, { line: lineOf(address.target), reveal: true });
  if (!article) await open(0);
  live?.follow(merge, rows.redraw, entries);
  root.classList.add("ready");
})();
