"use strict";
// The list: rows in the page are hidden and shown; packed rows are drawn as far as the window shows them.
const ROW_HEIGHT = 58;
const ROWS_AROUND = 12;

function openRows(list, items) {
  const byId = new Map(items.map((item) => [Number(item.dataset.id), item]));
  let current = null;
  return {
    show(ids) {
      const wanted = new Set(ids);
      for (const [id, item] of byId) item.hidden = !wanted.has(id);
      list.append(...ids.map((id) => byId.get(id)));
    },
    select(id, reveal) {
      if (current) current.removeAttribute("aria-current");
      current = byId.get(id)?.firstElementChild || null;
      if (!current) return;
      current.setAttribute("aria-current", "true");
      if (reveal) current.scrollIntoView({ block: "nearest" });
    },
  };
}

// `rowOf`: the HTML of a row by id. Only what the window shows is in the document.
function packedRows(list, rowOf) {
  const scroll = list.parentElement;
  const spacer = scroll.querySelector(".spacer");
  let ids = [], selected = 0, first = -1, last = -1;
  scroll.classList.add("windowed");
  const draw = (force) => {
    const from = Math.max(0, Math.floor(scroll.scrollTop / ROW_HEIGHT) - ROWS_AROUND);
    const to = Math.min(ids.length, Math.ceil((scroll.scrollTop + scroll.clientHeight) / ROW_HEIGHT) + ROWS_AROUND);
    if (!force && from === first && to === last) return;
    [first, last] = [from, to];
    const holder = document.createElement("template");
    holder.innerHTML = ids.slice(from, to).map(rowOf).join("");
    list.replaceChildren(holder.content);
    list.style.transform = `translateY(${from * ROW_HEIGHT}px)`;
    list.querySelector(`[data-id="${selected}"] > a`)?.setAttribute("aria-current", "true");
  };
  scroll.addEventListener("scroll", () => draw(false), { passive: true });
  new ResizeObserver(() => draw(false)).observe(scroll);
  return {
    redraw: () => draw(true),
    // `hold`: what new rows push down is being read, so the window goes with it.
    show(wanted, hold = false) {
      const before = hold && scroll.scrollTop > 0 ? Math.floor(scroll.scrollTop / ROW_HEIGHT) : -1;
      const now = before < 0 ? -1 : wanted.indexOf(ids[before]);
      ids = wanted;
      spacer.style.height = `${ids.length * ROW_HEIGHT}px`;
      if (now >= 0 && now !== before) scroll.scrollTop += (now - before) * ROW_HEIGHT;
      draw(true);
    },
    select(id, reveal) {
      selected = id;
      const top = ids.indexOf(id) * ROW_HEIGHT;
      if (reveal && top >= 0) {
        const below = top + ROW_HEIGHT - scroll.clientHeight;
        if (scroll.scrollTop > top) scroll.scrollTop = top;
        else if (scroll.scrollTop < below) scroll.scrollTop = below;
      }
      draw(true);
    },
  };
}
