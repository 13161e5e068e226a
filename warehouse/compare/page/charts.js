"use strict";
// The four charts. Every mark is a link to the figure behind it. Colours are told apart by people with any kind of
// colour vision (Okabe and Ito, "Color Universal Design", 2008), and never alone: shapes, signs or numbers stand beside.

const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000", "#7f7f7f"];
const SYMBOLS = ["circle", "square", "triangle", "diamond", "cross", "star", "wye"];
const PARTS = ["#0072b2", "#56b4e9", "#d55e00", "#e69f00", "#cc79a7", "#999999"];
const STATES = {
  read: ["#0072b2", "✓", "#fff"], doubtful: ["#e69f00", "?", "#000"], unread: ["#999999", "∅", "#000"],
  copies: ["#cc79a7", "c", "#000"], awaited: ["#ffffff", "✕", "#b34700"], not_expected: ["#f0f2f4", "·", "#5a6876"],
};
const MOST = { lines: 10, bars: 40, composition: 40, coverage: 60 };

const PAPER = 680; // px between the margins of A4, upright
const widthOf = (selector) => (state.printing ? PAPER : Math.max(280, document.querySelector(selector).clientWidth));
const margin = (names, width) => Math.min(Math.max(...names.map(ems), 4) * 12.5 + 12, width * 0.4);
const axisText = (value) => (indicator().ratio ? number(value * 100, 1) + "%" : number(value));

// From zero to the largest value; where all are zero there is a scale all the same, and no bar has a length.
function scale(values) {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  return low === high ? [0, 1] : [low, high];
}

// `under`: marks that stand below the lines; `among`: values that have to fit into the scale with them.
function lines(under = [], among = []) {
  const one = indicator();
  const series = new Map();
  for (const { report, at } of chosenReports()) {
    const key = `${report.a} ${report.scope}`;
    if (!series.has(key)) series.set(key, []);
    series.get(key).push({ at, report, y: report.y, v: report.f[state.indicator][VALUE] });
  }
  const told = [...series.values()].filter((points) => points.some((point) => point.v !== null));
  const [few, more] = firstOf("lines", told, MOST.lines);
  const scopes = new Set(few.map((points) => points[0].report.scope)).size > 1;
  const points = [], path = [], legend = [];
  few.forEach((all, number) => {
    const colour = COLOURS[number % COLOURS.length], symbol = SYMBOLS[number % SYMBOLS.length];
    for (const point of all) if (point.v !== null) points.push({ ...point, colour, symbol });
    const last = all[all.length - 1].y;
    for (let y = all[0].y; y <= last; y++) {
      // Two reports for one year and scope, or none: no line leads there. Over a change of form a line of class C ends.
      const here = all.filter((point) => point.y === y);
      const single = here.length === 1 ? here[0] : null;
      path.push({ y, v: single && single.v !== null ? single.v : NaN, colour, z: one.class === "C" ? `${number} ${single?.report.form}` : number });
    }
    const scope = scopes ? ` (${t(all[0].report.scope, {}, "scopes")})` : "";
    legend.push(el("span", {}, swatch(symbol, colour), nameOf(all[0].report.a) + scope));
  });
  fill("#lines .of", one.ratio ? labelOf(one) : `${labelOf(one)} (${t(one.unit, {}, "units")})`);
  fill("#lines .legend", ...legend);
  if (!points.length) fill("#lines .chart", t("no_figures"));
  else {
    const width = widthOf("#lines .chart");
    const years = yearsOf(points);
    const breaks = [...d3.rollup(
      points.flatMap(({ at, y }) => [...kindsOf(data.reports[at].f[state.indicator])].filter((kind) => kind in BREAKS).map((kind) => ({ y, kind }))),
      (found) => [...new Set(found.map(({ kind }) => t(BREAKS[kind])))].join(" · "), ({ y }) => y,
    )];
    fill("#lines .chart", Plot.plot({
      width, height: width < 500 ? 300 : 380, marginLeft: 56, marginRight: 24, marginTop: 28,
      x: { ticks: d3.range(years[0], years[years.length - 1] + 1), tickFormat: (year) => String(year), label: null, inset: 12, domain: years.length > 1 ? [years[0], years[years.length - 1]] : [years[0] - 1, years[0] + 1] },
      y: { grid: true, domain: scale([...points.map(({ v }) => v), ...among]), nice: true, label: null, tickFormat: axisText },
      marks: [
        ...under,
        Plot.ruleY([0], { stroke: "#5a6876" }),
        Plot.ruleX(breaks, { x: ([year]) => year - 0.5, strokeDasharray: "4,4", stroke: "#5a6876" }),
        Plot.text(breaks, { x: ([year]) => year - 0.5, frameAnchor: "top", dy: -22, text: ([, why]) => why, fill: "#5a6876" }),
        Plot.line(path, { x: "y", y: "v", z: "z", stroke: "colour", strokeWidth: 2 }),
        Plot.dot(points, { x: "y", y: "v", symbol: "symbol", stroke: "colour", fill: (point) => (sign(figureOf(point)).includes("?") ? "#fff" : point.colour), r: 5, strokeWidth: 2, href: (point) => hrefOf(point.at), ariaLabel: spoken }),
        Plot.text(points.filter((point) => sign(figureOf(point))), { x: "y", y: "v", dy: -13, text: (point) => sign(figureOf(point)), fontWeight: "bold", fontSize: 14, stroke: "#fff", fill: "#1b2733", pointerEvents: "none" }),
        Plot.tip(points, Plot.pointer({ x: "y", y: "v", title: spoken, pointerEvents: "none" })),
      ],
      color: { type: "identity" }, symbol: { type: "identity" },
    }), more);
  }
  // A gap in a line, and a series that is not there at all, have their reasons too.
  const silent = [...series.values()].filter((all) => !told.includes(all));
  caveats("#lines .caveats", [...few, ...silent].flat().map(({ at }) => ({ at, one: state.indicator })));
}

// Kinds of caveats that break a series -> what stands above the break.
const BREAKS = { break: "format_break", reorganised: "reorganised" };
const figureOf = ({ at }) => data.reports[at].f[state.indicator];
const spoken = ({ at }) => `${named(data.reports[at])}\n${labelOf(indicator())}: ${shown(figureOf({ at })[VALUE])} ${sign(figureOf({ at }))}`.trim();

function swatch(symbol, colour) {
  const kind = "symbol" + symbol[0].toUpperCase() + symbol.slice(1);
  const svg = d3.create("svg").attr("width", 26).attr("height", 14).attr("aria-hidden", "true");
  svg.append("path").attr("d", "M1,7H25").attr("stroke", colour).attr("stroke-width", 2);
  svg.append("path").attr("transform", "translate(13,7)").attr("d", d3.symbol(d3[kind], 60)()).attr("fill", colour);
  return svg.node();
}

function box(colour, text = "", ink = "#fff", edge = colour) {
  const svg = d3.create("svg").attr("width", 16).attr("height", 16).attr("aria-hidden", "true");
  svg.append("rect").attr("x", 0.5).attr("y", 0.5).attr("width", 15).attr("height", 15).attr("fill", colour).attr("stroke", edge);
  svg.append("text").attr("x", 8).attr("y", 12).attr("text-anchor", "middle").attr("font-size", 11).attr("fill", ink).text(text);
  return svg.node();
}

function bars() {
  const one = indicator();
  const rows = chosenReports().filter(({ report }) => report.y === state.year && report.f[state.indicator][VALUE] !== null);
  const charts = [];
  const drawn = [];
  for (const [scope, all] of byScope(rows)) {
    const ranked = d3.sort(all, (a, b) => d3.descending(figureOf(a)[VALUE], figureOf(b)[VALUE]));
    const [few, more] = firstOf(`bars ${scope}`, ranked, MOST.bars);
    const width = widthOf("#bars .chart");
    const left = margin(few.map(({ report }) => nameOf(report.a)), width);
    const faint = (row) => (/[?!°]/.test(sign(figureOf(row))) ? 0.45 : 1);
    drawn.push(...few);
    charts.push(el("h3", {}, t(scope, {}, "scopes")), Plot.plot({
      width, height: few.length * 28 + 34, marginLeft: left, marginRight: 74, marginBottom: 26, marginTop: 8,
      x: { grid: true, label: null, tickFormat: axisText, ticks: Math.max(3, Math.floor((width - left) / 110)), domain: scale(few.map((row) => figureOf(row)[VALUE])) },
      y: { domain: few.map(({ at }) => at), label: null, tickSize: 0, tickFormat: (at) => cut(nameOf(data.reports[at].a), (left - 12) / 12) },
      marks: [
        Plot.barX(few, { x: (row) => figureOf(row)[VALUE], y: "at", fill: "#0072b2", fillOpacity: faint, stroke: "#0072b2", insetTop: 2, insetBottom: 2, href: ({ at }) => hrefOf(at), ariaLabel: spoken }),
        Plot.text(few, { x: (row) => Math.max(0, figureOf(row)[VALUE]), y: "at", text: (row) => `${shown(figureOf(row)[VALUE])} ${sign(figureOf(row))}`, textAnchor: "start", dx: 6, href: ({ at }) => hrefOf(at), ariaLabel: spoken }),
        Plot.ruleX([0], { stroke: "#5a6876" }),
      ],
    }), more);
  }
  fill("#bars .of", `${labelOf(one)} · ${state.year}`);
  fill("#bars .chart", ...(charts.length ? charts : [t("no_figures")]));
  const without = chosenReports().filter(({ report }) => report.y === state.year && report.f[state.indicator][VALUE] === null);
  caveats("#bars .caveats", [...drawn, ...without].map(({ at }) => ({ at, one: state.indicator })));
}

function composition() {
  const [kind, which] = state.of;
  const all = chosenReports().filter(({ report }) => (kind === "year" ? report.y === which : report.a === which));
  const told = all.filter(({ report }) => data.composition.some((one) => report.f[one][VALUE] !== null));
  fill("#composition .legend", ...PARTS.map((colour, part) => el("span", {}, box(colour), partName(part))));
  fill("#composition .of", kind === "year" ? String(which) : nameOf(which));
  const drawn = [], charts = [];
  for (const [scope, rows] of byScope(told)) {
    const [few, more] = firstOf(`composition ${scope}`, rows, MOST.composition);
    drawn.push(...few);
    charts.push(el("h3", {}, t(scope, {}, "scopes")), stacked(few, kind === "year" ? ({ report }) => nameOf(report.a) : ({ report }) => String(report.y)), more);
  }
  fill("#composition .chart", ...(charts.length ? charts : [t("no_figures")]));
  caveats("#composition .caveats", drawn.flatMap(({ at }) => data.composition.map((one) => ({ at, one }))));
}

const partName = (part) => t(data.indicators[data.composition[part]].key, {}, "parts");

function stacked(rows, nameOn) {
  const pieces = rows.flatMap(({ report, at }) => data.composition.map((one, part) => ({ at, one, part, v: report.f[one][VALUE], n: report.f[one][0] }))).filter(({ v }) => v !== null);
  const says = (piece) => `${named(data.reports[piece.at])}\n${partName(piece.part)}: ${number(piece.v * 100, 1)}% (${number(piece.n)})`;
  const width = widthOf("#composition .chart");
  const names = new Map(rows.map((row) => [row.at, nameOn(row)]));
  const left = margin([...names.values()], width);
  const doubtful = rows.filter(({ report }) => data.composition.some((one) => kindsOf(report.f[one]).has("doubt")));
  const end = ({ report }) => d3.sum(data.composition, (one) => report.f[one][VALUE] ?? 0);
  const domain = [0, Math.max(1, ...rows.map(end))];
  const wide = ({ v }) => (v / domain[1]) * (width - left - 26) > 34;
  const stack = (options) => Plot.stackX({ x: "v", y: "at", z: "part", order: "part", ...options });
  return Plot.plot({
    width, height: rows.length * 30 + 34, marginLeft: left, marginRight: 26, marginBottom: 26, marginTop: 8,
    x: { label: null, tickFormat: (value) => number(value * 100, 0) + "%", ticks: width < 500 ? 4 : 10, domain },
    y: { domain: rows.map(({ at }) => at), label: null, tickSize: 0, tickFormat: (at) => cut(names.get(at), (left - 12) / 12) },
    color: { type: "identity" },
    marks: [
      Plot.barX(pieces, stack({ fill: ({ part }) => PARTS[part], insetTop: 2, insetBottom: 2, insetRight: 0.5, href: (piece) => hrefOf(piece.at, piece.one), ariaLabel: says })),
      Plot.text(pieces, stack({ text: (piece) => (wide(piece) ? number(piece.v * 100, 0) + "%" : ""), fill: ({ part }) => (part === 0 || part === 2 ? "#fff" : "#000"), pointerEvents: "none" })),
      Plot.ruleX([0, 1], { stroke: "#1b2733" }),
      Plot.text(doubtful, { x: end, y: "at", text: () => "?", fontWeight: "bold", fontSize: 14, dx: 12 }),
      Plot.tip(pieces, Plot.pointer(stack({ title: says, pointerEvents: "none" }))),
    ],
  });
}

function coverage() {
  const first = new Map(data.reports.map(({ a, y }, at) => [`${a} ${y}`, at]).reverse());
  const rows = data.coverage.filter(([agency]) => state.chosen.has(agency)).map(([agency, year, how]) => ({ agency, year, how, at: first.get(`${agency} ${year}`) ?? -1 }));
  const seen = new Set(rows.map(({ how }) => how));
  fill("#coverage .legend", ...Object.entries(STATES).filter(([how]) => seen.has(how)).map(([how, [colour, text, ink]]) => el("span", {}, box(colour, text, ink, "#aab6c2"), t(how, {}, "states"))));
  if (!rows.length) return fill("#coverage .chart", t("no_figures"));
  const [agencies, more] = firstOf("coverage", d3.sort(new Set(rows.map(({ agency }) => agency))), MOST.coverage);
  const few = rows.filter(({ agency }) => agencies.includes(agency));
  const width = widthOf("#coverage .chart");
  const years = [...new Set(few.map(({ year }) => year))].sort((a, b) => a - b);
  const left = margin(agencies.map(nameOf), width);
  const says = ({ agency, year, how }) => `${nameOf(agency)} ${year}: ${t(how, {}, "states")}`;
  const here = few.filter(({ at }) => at >= 0), none = few.filter(({ at }) => at < 0);
  const cell = { x: "year", y: "agency", fill: ({ how }) => STATES[how][0], stroke: "#aab6c2", inset: 1, ariaLabel: says };
  fill("#coverage .chart", Plot.plot({
    width: Math.min(width, left + years.length * 90 + 10), height: agencies.length * 28 + 34, marginLeft: left, marginRight: 6, marginTop: 26, marginBottom: 4,
    x: { type: "band", domain: years, tickFormat: (year) => String(year), label: null, axis: "top", tickSize: 0 },
    y: { type: "band", domain: agencies, label: null, tickSize: 0, tickFormat: (agency) => cut(nameOf(agency), (left - 12) / 12) },
    color: { type: "identity" },
    marks: [
      Plot.cell(none, cell),
      Plot.cell(here, { ...cell, href: ({ at }) => hrefOf(at) }),
      Plot.text(few, { x: "year", y: "agency", text: ({ how }) => STATES[how][1], fill: ({ how }) => STATES[how][2], fontWeight: "bold", fontSize: 13, pointerEvents: "none" }),
      Plot.tip(few, Plot.pointer({ x: "year", y: "agency", title: says, pointerEvents: "none" })),
    ],
  }), more);
}
