"use strict";
// Before the first paint: script is on; language and theme come from the address, else from the reader's own.
(() => {
  const root = document.documentElement;
  const given = new URLSearchParams(location.hash.slice(1));
  const lang = given.get("lang") || (root.hasAttribute("data-fixed") ? root.dataset.lang : navigator.language);
  const theme = given.get("theme");
  root.classList.add("js");
  root.dataset.lang = lang.startsWith("zh") ? "zh" : "en";
  root.lang = root.dataset.lang === "zh" ? "zh-CN" : "en";
  if (theme === "dark" || theme === "light") root.dataset.theme = theme;
})();
