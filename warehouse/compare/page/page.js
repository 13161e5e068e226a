"use strict";
// Controls and the table of a comparison, and what draws the page.

const PICKED = 300;

const COLUMNS = {
  agency: ({ report }) => nameOf(report.a),
  division: ({ report }) => data.agencies[report.a][2] ?? "",
  year: ({ report }) => report.y,
  scope: ({ report }) => t(report.scope, {}, "scopes"),
  numerator: ({ report }) => report.f[state.indicator][0],
  denominator: ({ report }) => report.f[state.indicator][1],
  value: ({ report }) => report.f[state.indicator][VALUE],
};
const NUMBERS = new Set(["numerator", "denominator", "value"]);

function table() {
  const ratio = indicator().ratio;
  const names = Object.keys(COLUMNS).filter((name) => ratio || !["numerator", "denominator"].includes(name));
  const [by, direction] = names.includes(state.sort[0]) ? state.sort : ["year", -1];
  const compare = (a, b) => {
    const [left, right] = [COLUMNS[by](a), COLUMNS[by](b)];
    if (left === null || right === null) return (left === null) - (right === null); // no value: last, either way
    return direction * (typeof left === "number" ? left - right : left.localeCompare(right, "zh")) || a.at - b.at;
  };
  const [few, more] = firstOf("table", chosenReports().sort(compare), ROWS);
  const head = names.map((name) => {
    const button = el("button", { type: "button" }, t(name));
    button.addEventListener("click", () => { state.sort = [name, by === name ? -direction : NUMBERS.has(name) || name === "year" ? -1 : 1]; table(); });
    return el("th", { scope: "col", class: NUMBERS.has(name) ? "number" : null, "aria-sort": by === name ? (direction > 0 ? "ascending" : "descending") : "none" }, button);
  });
  head.push(...["caveats", "source"].map((name) => el("th", { scope: "col", class: name === "source" ? "address" : null }, t(name))));
  const body = few.map((row) => {
    const figure = row.report.f[state.indicator];
    const cells = names.map((name) => {
      const value = COLUMNS[name](row);
      if (name === "value") return el("td", { class: `number${kindsOf(figure).has("doubt") ? " doubt" : ""}`, "data-name": t(name) }, el("a", { href: hrefOf(row.at) }, `${shown(value)} ${sign(figure)}`.trim()));
      return el("td", { class: NUMBERS.has(name) ? "number" : null, "data-name": t(name) }, NUMBERS.has(name) ? (value === null ? "–" : number(value)) : String(value));
    });
    const notes = figure[NOTES].length ? el("ul", {}, ...figure[NOTES].map((note) => el("li", {}, noteText(note)))) : null;
    return el("tr", {}, ...cells, el("td", { class: "caveat", "data-name": t("caveats") }, notes), el("td", { class: "address", "data-name": t("source") }, address(row.report, true)));
  });
  fill("#table .of", labelOf(indicator()));
  fill("#table .chart", el("table", { class: "stack" }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...body)), more);
}

function pick() {
  document.querySelector("#picker summary").textContent = t("agencies_shown", { n: number(state.chosen.size), all: number(data.agencies.length) });
  document.getElementById("find").placeholder = t("find");
  const wanted = [...data.agencies.keys()].filter((agency) => nameOf(agency).includes(state.find));
  fill("#agencies", ...wanted.slice(0, PICKED).map((agency) => {
    const tick = el("input", { type: "checkbox" });
    tick.checked = state.chosen.has(agency);
    tick.addEventListener("change", () => { if (tick.checked) state.chosen.add(agency); else state.chosen.delete(agency); draw(); });
    return el("label", {}, tick, ` ${nameOf(agency)}`);
  }), wanted.length > PICKED ? el("p", {}, t("first_of", { n: number(PICKED), all: number(wanted.length) })) : null);
}

function choices() {
  const option = (value, text, selected) => { const made = el("option", { value }, text); made.selected = selected; return made; };
  const years = yearsOf(data.reports);
  state.year ??= years[years.length - 1];
  const agencies = [...new Set(data.reports.map((report) => report.a))];
  state.of ??= agencies.length === 1 ? ["agency", agencies[0]] : ["year", state.year];
  const [kind, which] = state.of;
  fill("#indicator", ...data.indicators.slice(0, data.wanted).map((one, at) => option(at, labelOf(one), at === state.indicator)));
  fill("#year", ...years.map((year) => option(year, year, year === state.year)));
  fill("#of",
    el("optgroup", { label: t("of_year") }, ...years.map((year) => option(`year ${year}`, year, kind === "year" && which === year))),
    el("optgroup", { label: t("of_agency") }, ...agencies.map((agency) => option(`agency ${agency}`, nameOf(agency), kind === "agency" && which === agency))));
}

function draw() {
  document.documentElement.lang = state.lang === "zh" ? "zh-CN" : "en";
  document.title = t("title");
  for (const one of document.querySelectorAll("[data-t]")) one.textContent = t(one.dataset.t);
  const years = yearsOf(data.reports);
  fill("#subtitle", t("subtitle", { agencies: number(data.agencies.length), years: years.length > 1 ? `${years[0]}–${years[years.length - 1]}` : years[0], reports: number(data.reports.length) }));
  fill("#signs", ...["sign_doubt", "sign_small", "sign_inferred", "sign_other"].map((key) => el("span", {}, t(key))));
  fill("#made", t("made_by", { version: data.version }));
  choices(); pick(); define(); lines(); bars(); composition(); coverage(); table(); sources(); tell();
}

const on = (id, event, act) => document.getElementById(id).addEventListener(event, act);
on("language", "click", () => { state.lang = state.lang === "zh" ? "en" : "zh"; draw(); });
on("indicator", "change", (event) => { state.indicator = Number(event.target.value); draw(); });
on("year", "change", (event) => { if (state.of[0] === "year") state.of = ["year", Number(event.target.value)]; state.year = Number(event.target.value); draw(); });
on("of", "change", (event) => { const [kind, which] = event.target.value.split(" "); state.of = [kind, Number(which)]; draw(); });
on("find", "input", (event) => { state.find = event.target.value; pick(); });
on("everything", "click", () => { state.chosen = new Set(data.agencies.keys()); draw(); });
on("nothing", "click", () => { state.chosen = new Set(); draw(); });
on("controls", "submit", (event) => event.preventDefault());
on("figure", "close", () => { if (location.hash.startsWith("#figure=")) history.replaceState(null, "", location.pathname + location.search); });
addEventListener("hashchange", tell);
for (const [event, printing] of [["beforeprint", true], ["afterprint", false]]) addEventListener(event, () => { state.printing = printing; draw(); });
let drawnAt = innerWidth, waiting = 0;
addEventListener("resize", () => { if (innerWidth !== drawnAt) { drawnAt = innerWidth; clearTimeout(waiting); waiting = setTimeout(draw, 150); } });
draw();
