"use strict";
// The filter language and the orders: words and key:value terms, all of them must hold, a leading - negates.
// An entry is one exchange as render.py wrote it; every text in it is lower case but the rule ids.

function readIndex({ rules, lines, entries }) {
  const spoken = rules.map((ids) => ids.join(" ").toLowerCase());
  return entries.map((row) => {
    const entry = readEntry(row);
    const headers = entry.headers.map((number) => lines[number]);
    return Object.assign(entry, { spoken: spoken[entry.rules], rules: rules[entry.rules], headers });
  });
}

function readEntry([id, search, status, server, method, path, rules, modes, flags, time, body, name, state, headers]) {
  return { id, search, status, server, method, path, rules, modes, flags, time, body, function: name, state, headers };
}

function compareNumber(expression) {
  const range = /^(\d+)-(\d+)$/.exec(expression);
  if (range) return (n) => n >= Number(range[1]) && n <= Number(range[2]);
  const hundred = /^([1-9])xx$/.exec(expression);
  if (hundred) return (n) => Math.floor(n / 100) === Number(hundred[1]);
  const found = /^(>=|<=|>|<|=)?(\d+(?:\.\d+)?)$/.exec(expression);
  if (!found) return null;
  const limit = Number(found[2]);
  const tests = { ">=": (n) => n >= limit, "<=": (n) => n <= limit, ">": (n) => n > limit, "<": (n) => n < limit };
  return tests[found[1]] || ((n) => n === limit);
}

// A text is looked for anywhere; with a `*` in it, it is the whole.
function lookFor(value) {
  if (!value.includes("*")) return (text) => text.includes(value);
  const test = new RegExp(`^${value.replace(/[.+^${}()|[\]\\?]/g, "\\$&").replaceAll("*", ".*")}$`, "s");
  return (text) => test.test(text);
}

function textTest(value, field) {
  const test = lookFor(value);
  return (entry) => test(entry[field]);
}

function anyTest(value, field) {
  const test = lookFor(value);
  return (entry) => entry[field].some(test);
}

function wordTest(word) {
  return (entry) => entry.search.includes(word) || entry.spoken.includes(word);
}

// Each key makes a test of its value; null means that the value is not understood, and nothing matches it.
const filterKeys = {
  status: (value) => { const test = compareNumber(value); return test && ((entry) => entry.status > 0 && test(entry.status)); },
  server: (value) => { const test = compareNumber(value); return test && ((entry) => entry.server > 0 && test(entry.server)); },
  time: (value) => { const test = compareNumber(value); return test && ((entry) => entry.time >= 0 && test(entry.time)); },
  id: (value) => { const test = compareNumber(value); return test && ((entry) => test(entry.id)); },
  function: (value) => textTest(value, "function"),
  state: (value) => (entry) => entry.state === value,
  method: (value) => textTest(value, "method"),
  path: (value) => textTest(value, "path"),
  body: (value) => textTest(value, "body"),
  rule: (value) => anyTest(value, "rules"),
  header: (value) => anyTest(value, "headers"),
  mode: (value) => (entry) => entry.modes.includes(value),
  is: (value) => (entry) => entry.flags.includes(value),
};

function readTerm(word) {
  const negated = word.length > 1 && word.startsWith("-");
  const term = (negated ? word.slice(1) : word).toLowerCase();
  const colon = term.indexOf(":");
  const key = colon > 0 ? filterKeys[term.slice(0, colon)] : undefined;
  const value = term.slice(colon + 1).replaceAll('"', "");
  const test = key ? value === "" ? () => true : key(value) || (() => false) : wordTest(term.replaceAll('"', ""));
  return negated ? (entry) => !test(entry) : test;
}

// The list's orders; what is equal stays in order of arrival.
const orders = {
  arrival: (one, two) => one.id - two.id,
  newest: (one, two) => two.id - one.id,
  slowest: (one, two) => two.time - one.time,
  status: (one, two) => two.status - one.status,
};

function readFilter(expression) {
  const words = expression.match(/(?:"[^"]*"|[^\s"])+/g) || [];
  const tests = words.map(readTerm);
  return (entry) => tests.every((test) => test(entry));
}
