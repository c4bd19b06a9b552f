"use strict";
// The right-hand side: fetch an article (from the page, or unfolded from its pack), show it, copy from it.
const PACK_SIZE = 32;

async function unpack(name) {
  const packed = document.getElementById(`data-${name}`).textContent;
  const bytes = Uint8Array.from(atob(packed), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

function openDetails() {
  const byId = new Map([...document.querySelectorAll("article.x")].map((article) => [Number(article.dataset.id), article]));
  return { article: async (id) => byId.get(id) || null };
}

// `load`: the HTML of an article by id, null when there is none. Articles are our own templates' output, escaped
// when they were made; the page's policy admits no script in them.
function loadedDetails(load) {
  let current = null, asked = 0;
  return {
    async article(id) {
      const mine = ++asked;
      const html = await load(id);
      if (html === null || mine !== asked) return null; // somebody asked for another one meanwhile
      const holder = document.createElement("template");
      holder.innerHTML = html;
      const article = holder.content.querySelector("article");
      current?.remove();
      current = article;
      document.querySelector(".colophon").before(article);
      return article;
    },
  };
}

function packedDetails(position) {
  const packs = new Map();
  const details = loadedDetails(async (id) => {
    const at = position.get(id);
    if (at === undefined) return null;
    const number = Math.floor(at / PACK_SIZE);
    if (!packs.has(number)) packs.set(number, unpack(`pack-${number}`));
    return (await packs.get(number))[at % PACK_SIZE];
  });
  return { article: async (id) => (id === 0 ? document.getElementById("summary") : details.article(id)) };
}

function foldUnchanged(article, folded) {
  for (const body of article.querySelectorAll("tbody.same")) body.hidden = folded;
  for (const button of article.querySelectorAll(".fold")) button.setAttribute("aria-expanded", String(!folded));
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // A page on disk may lack the clipboard interface; the old way still works there.
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "vh";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
