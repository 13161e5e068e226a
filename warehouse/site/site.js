"use strict";
// What every page of the site has: its texts, its language, the way to other pages, and when it is drawn.

const s = (key, values = {}) => t(key, values, "site");

// The language goes along from page to page, where the browser lets pages remember something.
const remembered = { get: () => { try { return localStorage.getItem("gongkai-lang"); } catch { return null; } }, set: (lang) => { try { localStorage.setItem("gongkai-lang", lang); } catch { /* then each page opens in its own */ } } };
if (["zh", "en"].includes(remembered.get())) state.lang = remembered.get();

const agencyHref = (file) => `${data.root}agency/${encodeURIComponent(file)}.html`;
const placeHref = (file) => `${data.root}division/${encodeURIComponent(file)}.html`;
const placeName = (name) => name || s("no_division");

function crumbs() {
  const steps = [[`${data.root}index.html`, s("overview")], ...data.path.map(([file, name]) => [placeHref(file), placeName(name)])];
  fill("#path", ...steps.flatMap(([href, name], at) => [at ? " › " : "", el("a", { href }, name)]));
}

// Columns are [name, class]; rows are lists of texts or elements, in the same order. On a phone a row becomes a block
// ("stack"), but not where it holds a few numbers ("counts").
function rowsTable(columns, rows, look = "stack") {
  const head = columns.map(([name, kind]) => el("th", { scope: "col", class: kind ?? null }, name));
  const body = rows.map((row) => el("tr", {}, ...row.map((value, at) => el("td", { class: columns[at][1] ?? null, "data-name": columns[at][0] }, value))));
  return el("table", { class: look }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...body));
}

function outside(url, web) {
  return web ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, url) : url;
}

function draw() {
  document.documentElement.lang = state.lang === "zh" ? "zh-CN" : "en";
  for (const one of document.querySelectorAll("[data-t]")) one.textContent = t(one.dataset.t);
  for (const one of document.querySelectorAll("[data-s]")) one.textContent = s(one.dataset.s);
  document.getElementById("sought").placeholder = s("search");
  fill("#made", t("made_by", { version: data.version }));
  drawPage();
}

const on = (id, event, act) => document.getElementById(id)?.addEventListener(event, act);
on("language", "click", () => { state.lang = state.lang === "zh" ? "en" : "zh"; remembered.set(state.lang); draw(); });
on("search", "submit", (event) => {
  event.preventDefault();
  location.href = `${data.root}search.html#${encodeURIComponent(document.getElementById("sought").value)}`;
});
on("controls", "submit", (event) => event.preventDefault());
for (const [event, printing] of [["beforeprint", true], ["afterprint", false]]) addEventListener(event, () => { state.printing = printing; draw(); });
let drawnAt = innerWidth, waiting = 0;
addEventListener("resize", () => { if (innerWidth !== drawnAt) { drawnAt = innerWidth; clearTimeout(waiting); waiting = setTimeout(draw, 150); } });
