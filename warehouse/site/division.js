"use strict";
// The page of a place: who reported, medians over the years, the places below it ranked, and its agencies. The overview
// is the page of everything.

const CODES = { r: "read", d: "doubtful", u: "unread", c: "copies", a: "awaited", n: "not_expected" };
const RANKED = 60;
const isTop = data.id === "";
const nameHere = () => (isTop ? s("title") : placeName(data.name));
const inYears = (years) => (years.length > 1 ? `${years[0]}–${years[years.length - 1]}` : String(years[0] ?? ""));

function stateLegend(codes) {
  return codes.map((code) => { const [colour, text, ink] = STATES[CODES[code]]; return el("span", {}, box(colour, text, ink, "#aab6c2"), t(CODES[code], {}, "states")); });
}

function byYear() {
  const codes = Object.keys(CODES);
  const rows = data.years.flatMap((year, at) => codes.map((code) => ({ year, code, n: data.states[at][code] ?? 0 }))).filter(({ n, code }) => n && code !== "n");
  const seen = codes.filter((code) => rows.some((row) => row.code === code));
  fill("#coverage .legend", ...stateLegend(seen));
  if (!rows.length) return fill("#coverage .chart", t("no_figures"));
  const width = widthOf("#coverage .chart");
  const says = (row) => `${row.year} ${t(CODES[row.code], {}, "states")}: ${number(row.n)}`;
  fill("#coverage .chart", Plot.plot({
    width: Math.min(width, data.years.length * 90 + 70), height: 240, marginLeft: 64, marginRight: 8,
    x: { type: "band", domain: data.years, tickFormat: (year) => String(year), label: null, tickSize: 0 },
    y: { grid: true, label: null, tickFormat: (value) => number(value), ticks: 5 },
    color: { type: "identity" },
    marks: [
      Plot.barY(rows, Plot.stackY({ x: "year", y: "n", fill: ({ code }) => STATES[CODES[code]][0], stroke: "#aab6c2", order: ({ code }) => seen.indexOf(code), title: says, ariaLabel: says })),
      Plot.ruleY([0]),
    ],
  }));
  const columns = [[t("year")], ...seen.map((code) => [t(CODES[code], {}, "states"), "number"])];
  fill("#coverage .table", rowsTable(columns, data.years.map((year, at) => [String(year), ...seen.map((code) => number(data.states[at][code] ?? 0))]), "counts"));
}

function trend() {
  const one = indicator();
  const rows = data.medians.filter(([which]) => which === state.indicator).map(([, y, scope, n, low, median, high]) => ({ y, scope, n, low, median, high }));
  fill("#trend .of", one.ratio ? labelOf(one) : `${labelOf(one)} (${t(one.unit, {}, "units")})`);
  fill("#trend_note", s("trend_note", { least: data.least }));
  document.querySelector("#trend details").hidden = !rows.length;
  fill("#trend .legend");
  if (!rows.length) return fill("#trend .chart", t("no_figures"));
  const scopes = Object.keys(data.texts.scopes).filter((scope) => rows.some((row) => row.scope === scope));
  const looks = new Map(scopes.map((scope, at) => [scope, [SYMBOLS[at], COLOURS[at]]]));
  fill("#trend .legend", ...scopes.map((scope) => el("span", {}, swatch(...looks.get(scope)), t(scope, {}, "scopes"))));
  const width = widthOf("#trend .chart"), years = d3.range(d3.min(rows, ({ y }) => y), d3.max(rows, ({ y }) => y) + 1);
  // The bars of several scopes stand beside each other.
  const beside = (row) => row.y + (scopes.indexOf(row.scope) - (scopes.length - 1) / 2) * 0.09;
  const says = (row) => `${row.y} ${t(row.scope, {}, "scopes")}\n${s("median")}: ${shown(row.median)} (${shown(row.low)} – ${shown(row.high)})\n${s("n")}: ${number(row.n)}`;
  // A line stops where a year has none.
  const path = scopes.flatMap((scope) => years.map((y) => {
    const row = rows.find((row) => row.scope === scope && row.y === y);
    return { x: row ? beside(row) : y, y: row ? row.median : NaN, scope };
  }));
  fill("#trend .chart", Plot.plot({
    width, height: width < 500 ? 280 : 340, marginLeft: 56, marginRight: 16,
    x: { ticks: years, tickFormat: (year) => String(year), label: null, inset: 16, domain: years.length > 1 ? [years[0], years[years.length - 1]] : [years[0] - 1, years[0] + 1] },
    y: { grid: true, domain: scale(rows.flatMap(({ low, high }) => [low, high])), nice: true, label: null, tickFormat: axisText },
    color: { type: "identity" }, symbol: { type: "identity" },
    marks: [
      Plot.ruleX(rows, { x: beside, y1: "low", y2: "high", stroke: "#d0d8e0", strokeWidth: 8 }),
      Plot.ruleY([0], { stroke: "#5a6876" }),
      Plot.line(path, { x: "x", y: "y", z: "scope", stroke: ({ scope }) => looks.get(scope)[1], strokeWidth: 2 }),
      Plot.dot(rows, { x: beside, y: "median", symbol: ({ scope }) => looks.get(scope)[0], stroke: ({ scope }) => looks.get(scope)[1], fill: ({ scope }) => looks.get(scope)[1], r: 5, ariaLabel: says }),
      Plot.tip(rows, Plot.pointer({ x: beside, y: "median", title: says, pointerEvents: "none" })),
    ],
  }));
  const columns = [[t("year")], [t("scope")], [s("n"), "number"], [s("lower"), "number"], [s("median"), "number"], [s("upper"), "number"]];
  fill("#trend .table", rowsTable(columns, rows.map((row) => [String(row.y), t(row.scope, {}, "scopes"), number(row.n), shown(row.low), shown(row.median), shown(row.high)]), "counts"));
}

function ranked() {
  const scopes = data.below_medians[state.indicator]?.[state.year] ?? {};
  fill("#ranked .of", `${labelOf(indicator())} · ${state.year}`);
  const charts = Object.keys(data.texts.scopes).filter((scope) => scopes[scope]).flatMap((scope) => {
    const rows = d3.sort(scopes[scope].map(([at, n, v]) => ({ at, n, v })), (a, b) => d3.descending(a.v, b.v));
    const [few, more] = firstOf(`ranked ${scope}`, rows, RANKED);
    const width = widthOf("#ranked .chart");
    const name = (at) => placeName(data.below[at][1]);
    const left = margin(few.map(({ at }) => name(at)), width);
    const says = (row) => `${name(row.at)}: ${shown(row.v)} (${s("n")} ${number(row.n)})`;
    const href = ({ at }) => placeHref(data.below[at][0]);
    return [el("h3", {}, t(scope, {}, "scopes")), Plot.plot({
      width, height: few.length * 26 + 34, marginLeft: left, marginRight: 110, marginBottom: 26, marginTop: 8,
      x: { grid: true, label: null, tickFormat: axisText, ticks: Math.max(3, Math.floor((width - left) / 110)), domain: scale(few.map(({ v }) => v)) },
      y: { domain: few.map(({ at }) => at), label: null, tickSize: 0, tickFormat: (at) => cut(name(at), (left - 12) / 12) },
      marks: [
        Plot.barX(few, { x: "v", y: "at", fill: "#0072b2", insetTop: 2, insetBottom: 2, href, ariaLabel: says }),
        Plot.text(few, { x: ({ v }) => Math.max(0, v), y: "at", text: (row) => `${shown(row.v)} (${number(row.n)})`, textAnchor: "start", dx: 6, href, ariaLabel: says }),
        Plot.ruleX([0], { stroke: "#5a6876" }),
      ],
    }), more];
  });
  fill("#ranked .chart", ...(charts.length ? charts : [t("no_figures")]));
}

function below() {
  const last = data.years.length - 1, year = data.years[last];
  const rows = data.below.map(([file, name, n, reported]) => [el("a", { href: placeHref(file) }, placeName(name)), number(n), number(reported[last]?.[0] ?? 0), number(reported[last]?.[1] ?? 0)]);
  fill("#below .chart", rowsTable([[s("place")], [s("n_agencies"), "number"], [s("reported", { year }), "number"], [s("awaited", { year }), "number"]], rows, "counts"));
}

function stateCells(states) {
  return el("span", { class: "states" }, ...[...states].map((code, at) => {
    if (code === ".") return el("span", { class: "none" }, "");
    const [colour, text, ink] = STATES[CODES[code]];
    const made = el("span", { title: `${data.years[at]}: ${t(CODES[code], {}, "states")}` }, text);
    made.style.background = colour;
    made.style.color = ink;
    return made;
  }));
}

function members() {
  const seen = Object.keys(CODES).filter((code) => data.lines.some((line) => line[3].includes(code)));
  fill("#members .legend", ...stateLegend(seen));
  const one = { ratio: true };
  const rows = data.lines.map(([file, name, type, states, year, scope, value, mark]) => [
    file ? el("a", { href: agencyHref(file) }, name) : name, type ? t(type, {}, "types") : "", stateCells(states),
    value === null ? "" : `${shown(value, one)} ${mark} (${year}${scope === "own" ? "" : `, ${t(scope, {}, "scopes")}`})`.replace("  ", " "),
  ]);
  fill("#members .chart", rowsTable([[t("agency")], [s("type")], [`${s("years")} ${inYears(data.years)}`], [s("newest_rate")]], rows));
  const pages = d3.range(data.parts).map((part) => el("a", { href: placeHref(data.file + (part ? `-p${part + 1}` : "")) }, s("part", { n: part + 1, all: data.parts })));
  fill("#parts", ...(data.parts > 1 ? pages.flatMap((link) => [link, " "]) : []));
}

function drawPage() {
  crumbs();
  if (isTop) fill("#path");
  document.title = isTop ? s("title") : `${nameHere()} – ${s("title")}`;
  fill("h1", nameHere());
  const reports = d3.sum(data.states, (one) => d3.sum(["r", "d", "u", "c"], (code) => one[code] ?? 0));
  fill("#subtitle", s("counted", { agencies: number(data.n_agencies), reports: number(reports), years: inYears(data.years) }));
  const showing = { trend: data.medians.length, ranked: Object.keys(data.below_medians).length, below: data.below.length, members: data.lines.length, coverage: !data.part };
  showing.controls = showing.trend || showing.ranked;
  for (const [id, shows] of Object.entries(showing)) document.getElementById(id).hidden = !shows;
  const option = (value, text, chosen) => { const made = el("option", { value }, text); made.selected = value === chosen; return made; };
  fill("#indicator", ...data.indicators_here.map((at) => option(at, labelOf(indicator(at)), state.indicator)));
  fill("#year", ...data.years.map((year) => option(year, String(year), state.year)));
  if (showing.coverage) byYear();
  if (showing.trend) trend();
  if (showing.ranked) ranked();
  if (showing.below) below();
  if (showing.members) members();
}

state.indicator = data.indicators_here[0];
// The newest year for which places can be ranked; for the year that is running there is little yet.
state.year = d3.max(data.medians, ([, year]) => year) ?? data.years[data.years.length - 1];
on("indicator", "change", (event) => { state.indicator = Number(event.target.value); draw(); });
on("year", "change", (event) => { state.year = Number(event.target.value); draw(); });
draw();
