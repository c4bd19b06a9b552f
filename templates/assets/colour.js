"use strict";
// Colours JSON in place with the CSS Custom Highlight API: no element is added; without the API the text stays plain.
const JSON_TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*)|\b(true|false|null)\b/g;
const COLOUR_LIMIT = 200000;

function colourJson(article) {
  if (!CSS.highlights) return;
  const ranges = { "json-key": [], "json-string": [], "json-number": [], "json-literal": [] };
  for (const pre of article.querySelectorAll("pre.json")) {
    for (const node of pre.childNodes) {
      if (node.nodeType === Node.TEXT_NODE && node.length < COLOUR_LIMIT) collect(node, ranges);
    }
  }
  for (const [name, found] of Object.entries(ranges)) CSS.highlights.set(name, new Highlight(...found));
}

function collect(node, ranges) {
  for (const match of node.data.matchAll(JSON_TOKEN)) {
    const kind = match[1] ? match[2] ? "json-key" : "json-string" : match[3] ? "json-number" : "json-literal";
    const range = document.createRange();
    range.setStart(node, match.index);
    range.setEnd(node, match.index + (match[1] || match[0]).length);
    ranges[kind].push(range);
  }
}
