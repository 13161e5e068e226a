"use strict";
// The data, the language, numbers as people read them, and elements whose text is never taken for markup.

// Pages of a site have what all of them say in a file of its own (`shared`); a comparison has everything in itself.
const data = { ...globalThis.shared, ...JSON.parse(document.getElementById("data").textContent) };
const state = {
  lang: data.lang,
  indicator: 0,
  year: null,
  of: null,
  chosen: new Set(data.agencies.keys()),
  whole: new Set(),
  sort: ["year", -1],
  find: "",
  printing: false,
};

// Text from reports and portals is untrusted: it reaches the page through these two functions as text, nowhere as HTML.
function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function fill(selector, ...children) {
  document.querySelector(selector).replaceChildren(...children.filter((child) => child !== null));
}

function t(key, values = {}, group = "page") {
  const found = data.texts[group]?.[key];
  const text = found ? found[state.lang] : String(key ?? "");
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

const indicator = (at = state.indicator) => data.indicators[at];
const labelOf = (one) => one[state.lang];
const nameOf = (agency) => data.agencies[agency][1];

function number(value, digits = 4) {
  return new Intl.NumberFormat(state.lang === "zh" ? "zh-CN" : "en", { maximumFractionDigits: digits }).format(value);
}

function shown(value, one = indicator()) {
  if (value === null) return t("no_value");
  return one.ratio ? number(value * 100, 1) + "%" : number(value);
}

// A figure is [numerator, denominator, value, small, inferred, notes].
const VALUE = 2, NOTES = 5;
const kindsOf = (figure) => new Set(figure[NOTES].map((note) => data.notes[note][0]));
const inLang = () => (state.lang === "zh" ? 1 : 2);
const pathLabels = new Map(data.paths.map((path) => [path[0], path]));

// Caveats name cells by their paths; people read the labels of the form. Whatever else looks like a path stays.
function noteText(note) {
  const separator = state.lang === "zh" ? "、" : "; ";
  return data.notes[note][inLang()].replace(/(, )?([a-z_]+(?:\.[a-z_0-9]+){1,2})/g, (whole, comma, path) => {
    const known = pathLabels.get(path);
    return known ? (comma ? separator : "") + known[inLang()] : whole;
  });
}

function sign(figure) {
  const kinds = kindsOf(figure);
  return (kinds.has("doubt") ? "?" : "") + (kinds.has("several") ? "!" : "") + (kinds.has("small") ? "°" : "") + (kinds.has("inferred") ? "*" : "");
}

const chosenReports = () => data.reports.map((report, at) => ({ report, at })).filter(({ report }) => state.chosen.has(report.a));
const yearsOf = (reports) => [...new Set(reports.map((report) => report.y))].sort((a, b) => a - b);
const hrefOf = (report, one = state.indicator) => `#figure=${report}.${one}`;
const named = (report) => `${nameOf(report.a)} ${report.y}`;

// Figures of different scopes are never put in one order or one sum: those that charts show apart, the body's own first.
function byScope(rows) {
  const order = Object.keys(data.texts.scopes);
  return d3.sort(d3.groups(rows, ({ report }) => report.scope), ([scope]) => order.indexOf(scope));
}

// The width of a text in em, roughly: Chinese characters are twice as wide as Latin ones.
const ems = (text) => [...text].reduce((sum, character) => sum + (character > "\u2e80" ? 1 : 0.56), 0);
function cut(text, width) {
  let sum = 0, kept = "";
  for (const character of text) {
    sum += ems(character);
    if (sum > width) return kept.trimEnd() + "…";
    kept += character;
  }
  return text;
}

// The caveats of the figures that a chart shows, each once, with the figures it concerns.
function caveats(selector, figures) {
  const by = new Map();
  for (const { at, one } of figures)
    for (const note of data.reports[at].f[one][NOTES]) {
      if (!by.has(note)) by.set(note, new Map());
      if (!by.get(note).has(at)) by.get(note).set(at, one);
    }
  const box = document.querySelector(selector);
  box.classList.toggle("none", by.size === 0);
  if (!by.size) return box.replaceChildren(figures.length ? t("no_caveats") : "");
  const items = [...by].map(([note, where]) => {
    const agencies = d3.groups([...where], ([at]) => data.reports[at].a);
    const links = agencies.slice(0, LISTED).flatMap(([agency, figures]) => [
      "; ", nameOf(agency), ...figures.flatMap(([at, one]) => [" ", el("a", { href: hrefOf(at, one) }, String(data.reports[at].y))]),
    ]);
    return el("li", {}, noteText(note), " — ", ...links.slice(1), agencies.length > LISTED ? ` … (${number(agencies.length)})` : null);
  });
  box.replaceChildren(el("strong", {}, t("caveats")), el("ul", {}, ...items));
}
const LISTED = 12;

// The first rows of many, and a button that shows the rest.
function firstOf(key, rows, most) {
  if (rows.length <= most || state.whole.has(key)) return [rows, null];
  const more = el("button", { type: "button", class: "more" }, t("show_all"));
  more.addEventListener("click", () => { state.whole.add(key); draw(); });
  return [rows.slice(0, most), el("p", { class: "fine" }, t("first_of", { n: number(most), all: number(rows.length) }), " ", more)];
}
