"use strict";
// Definition, sources, and the panel that tells where a figure comes from: the same for a comparison and for a site.

const ROWS = 300;

function rowsOf(entries, group) {
  return el("dl", {}, ...entries.filter(([, value]) => value !== null && value !== "").flatMap(([name, value]) => [el("dt", {}, t(name, {}, group)), el("dd", {}, value)]));
}

function address(report, short) {
  if (!report.url) return short ? "" : t("no_address");
  if (!report.web) return report.url;
  return el("a", { href: report.url, target: "_blank", rel: "noopener noreferrer" }, report.url);
}

function define() {
  const one = indicator();
  fill("#definition .named", labelOf(one));
  const entries = one.ratio ? [["numerator", one.numerator[state.lang]], ["denominator", one.denominator[state.lang]]] : [["value", one.numerator[state.lang]], ["unit", t(one.unit, {}, "units")]];
  entries.push(["comparability", t(one.class, {}, "comparability") + (one.why[state.lang] ? ` — ${one.why[state.lang]}` : "")]);
  document.querySelector("#definition dl").replaceWith(rowsOf(entries));
  fill("#definition details", el("summary", {}, el("code", {}, one.key)), el("code", {}, one.formula));
}

function sources() {
  const names = ["agency", "year", "title_of_report", "address", "published", "fetched", "sha256"];
  const [few, more] = firstOf("sources", chosenReports(), ROWS);
  const body = few.map(({ report }) => {
    const values = [nameOf(report.a), String(report.y), report.title ?? "", address(report, false), report.published ?? "", report.fetched, el("code", {}, report.sha256)];
    return el("tr", {}, ...values.map((value, at) => el("td", { "data-name": t(names[at]) }, value)));
  });
  fill("#sources .chart", el("table", { class: "stack" }, el("thead", {}, el("tr", {}, ...names.map((name) => el("th", { scope: "col" }, t(name))))), el("tbody", {}, ...body)), more);
}

// The panel: how a figure is made up, what was printed for each of its operands, where, and in which report.
function tell() {
  const found = /^#figure=(\d+)\.(\d+)$/.exec(location.hash);
  const panel = document.getElementById("figure");
  const report = found && data.reports[Number(found[1])], one = found && data.indicators[Number(found[2])];
  if (!report || !one) { if (panel.open) panel.close(); return; }
  const figure = report.f[Number(found[2])];
  const made = one.ratio && figure[0] !== null && figure[1] !== null ? ` = ${number(figure[0])} / ${number(figure[1])}` : "";
  const names = ["cell", "printed", "for_analysis", "how", "place"];
  const cells = (one.operands[report.form] ?? []).map((path) => {
    const [value, ...texts] = report.c[path] ?? [null];
    const [raw, place, how, method] = texts.length ? texts.map((text) => data.strings[text]) : [null, null, "missing"];
    const label = data.paths[path][inLang()];
    const values = [el("span", { title: data.paths[path][0] }, label), raw ?? t("nothing_printed"), value === null ? t("no_value") : number(value), method ? t(method, {}, "methods") : t(how, {}, "cell_states"), place ?? ""];
    return el("tr", {}, ...values.map((cell, at) => el("td", { "data-name": t(names[at]) }, cell)));
  });
  fill("#figure .told",
    el("h2", {}, `${named(report)} · ${labelOf(one)}`),
    el("p", { class: "figure" }, `${shown(figure[VALUE], one)}${made} ${sign(figure)}`.trim()),
    figure[NOTES].length ? el("div", { class: "caveats" }, el("strong", {}, t("caveats")), el("ul", {}, ...figure[NOTES].map((note) => el("li", {}, noteText(note))))) : null,
    cells.length ? el("h3", {}, t("cells")) : null,
    cells.length ? el("div", { class: "scroll" }, el("table", { class: "stack" }, el("thead", {}, el("tr", {}, ...names.map((name) => el("th", { scope: "col" }, t(name))))), el("tbody", {}, ...cells))) : null,
    el("h3", {}, t("source")),
    rowsOf([
      ["title_of_report", report.title], ["address", address(report, false)], ["scope", t(report.scope, {}, "scopes")], ["published", report.published],
      ["fetched", report.fetched], ["form", report.form], ["outcome", t(report.outcome, {}, "outcomes")], ["trust", t(report.trust, {}, "trusts")], ["sha256", el("code", {}, report.sha256)],
    ]));
  if (!panel.open) panel.showModal();
  panel.scrollTop = 0;
}
