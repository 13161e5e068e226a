"use strict";
// The page of one agency. What it shows of a figure, and the panel behind it, are those of comparisons.

const reportName = (report) => `${report.y}${report.scope === "own" ? "" : ` (${t(report.scope, {}, "scopes")})`}`;

// The peers of the newest report's scope: a grey bar from quartile to quartile, and the median as a dashed line.
function withPeers() {
  const newest = data.reports[data.reports.length - 1];
  // Only within the years for which the agency itself has the figure: the scale ends with them.
  const [first, last] = d3.extent(data.reports.filter((report) => report.f[state.indicator][VALUE] !== null), ({ y }) => y);
  const rows = data.reports.flatMap((report, at) => {
    if (!(first <= report.y && report.y <= last)) return [];
    const here = report.scope === newest.scope && data.peers[at].length ? data.peers[at][state.indicator] : 0;
    return here ? [{ y: report.y, n: here[0], low: here[1], median: here[2], high: here[3] }] : [];
  });
  const says = (row) => `${row.y} ${s("median")}: ${shown(row.median)} (${shown(row.low)} – ${shown(row.high)}; ${s("n")} ${number(row.n)})`;
  lines([
    Plot.ruleX(rows, { x: "y", y1: "low", y2: "high", stroke: "#d0d8e0", strokeWidth: 16, title: says }),
    Plot.line(rows, { x: "y", y: "median", stroke: "#5a6876", strokeDasharray: "5,4", strokeWidth: 2 }),
    Plot.dot(rows, { x: "y", y: "median", r: 3, fill: "#5a6876" }),
  ], rows.flatMap(({ low, high }) => [low, high]));
  const { type, level } = data.about;
  const who = rows.length ? s("peers", { type: t(type, {}, "types"), level: t(level, {}, "levels"), scope: t(newest.scope, {}, "scopes") }) : s("no_peers");
  document.querySelector("#lines .legend").append(el("span", {}, rows.length ? box("#d0d8e0", "–", "#1b2733") : "", who));
}

function figures() {
  const newest = data.reports.length - 1;
  const columns = [[t("indicator")], ...data.reports.map((report) => [reportName(report), "number"]), [s("peer_median", { year: data.reports[newest].y }), "number"]];
  const body = data.indicators.map((one, which) => {
    const cells = data.reports.map((report, at) => {
      const figure = report.f[which];
      const text = figure[VALUE] === null ? "–" : `${shown(figure[VALUE], one)} ${sign(figure)}`.trim();
      return el("td", { class: `number${kindsOf(figure).has("doubt") ? " doubt" : ""}` }, el("a", { href: hrefOf(at, which) }, text));
    });
    const peers = data.peers[newest][which];
    return el("tr", {}, el("td", {}, labelOf(one)), ...cells, el("td", { class: "number" }, peers ? `${shown(peers[2], one)} (${number(peers[0])})` : ""));
  });
  const head = columns.map(([name, kind]) => el("th", { scope: "col", class: kind ?? null }, name));
  fill("#figures .chart", el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...body)));
}

// The labels of the form: of a cell by applicant that of its row, then that of its column.
function cellLabel(path) {
  const own = pathLabels.get(path);
  if (own) return own[inLang()];
  const [table, row, column] = path.split(".");
  const ofRow = pathLabels.get(`${table}.${row}.total`), ofColumn = pathLabels.get(`application.received_new.${column}`);
  return ofRow && ofColumn ? `${ofRow[inLang()]} · ${ofColumn[inLang()].split(/：|: /).pop()}` : path;
}

// What rules over several reports say is "English | 中文".
function inOwn(message) {
  const parts = message.split(" | ");
  return parts.length === 2 ? parts[state.lang === "zh" ? 1 : 0] : message;
}

const CELLS = 6;
function cells(paths, all) {
  if (!paths.length) return s("whole");
  return el("ul", {}, ...paths.slice(0, CELLS).map((path) => el("li", { title: path }, cellLabel(path))), all > CELLS ? el("li", { title: paths.slice(CELLS).join("\n") }, s("more_cells", { n: number(all - CELLS) })) : null);
}

function doubts() {
  if (!data.doubts.length) return fill("#doubts .chart", s("no_doubts"));
  const order = ["error", "warning", "info"];
  const sorted = d3.sort(data.doubts, (a, b) => order.indexOf(a[3]) - order.indexOf(b[3]) || data.reports[b[0]].y - data.reports[a[0]].y);
  const [few, more] = firstOf("doubts", sorted, 30);
  const rows = few.map(([at, source, code, severity, message, paths, all]) => [reportName(data.reports[at]), t(severity, {}, "severities"), s(source), el("code", {}, code), inOwn(message ?? ""), cells(paths, all)]);
  fill("#doubts .chart", rowsTable([[t("year")], [s("severity")], [s("source_of_doubt")], [s("code")], [s("message"), "message"], [s("cells")]], rows), more);
}

function documents() {
  const rows = data.documents.map(([at, role, url, web, sha256, first, last]) =>
    [reportName(data.reports[at]), s(role), outside(url, web), first, last, el("code", { title: sha256 }, sha256.slice(0, 16) + "…"), number(data.versions[at])]);
  fill("#documents .chart", rowsTable([[t("year")], [s("role")], [t("address"), "address"], [s("first_seen")], [s("last_seen")], [t("sha256")], [s("versions"), "number"]], rows));
}

function about() {
  const { type, level, status, evidence, names, successions } = data.about;
  const [agency_id, name, division] = data.agencies[0];
  const others = names.filter(([other]) => other !== name).map(([other, , first, last]) => el("li", {}, other, first ? ` (${first === last ? first : `${first}–${last}`})` : ""));
  const follow = (forward) => successions.filter((row) => row[1] === forward).map(([, , file, other, day]) => el("li", {}, `${other ?? file}${day ? ` (${day})` : ""}`));
  const list = (items) => (items.length ? el("ul", {}, ...items) : null);
  const entries = [
    [s("agency_id"), el("code", {}, agency_id)], [t("division"), division], [s("type"), type && t(type, {}, "types")], [s("level"), level && t(level, {}, "levels")],
    [s("status"), s(status)], [s("evidence"), evidence], [s("names"), list(others)], [s("succeeds"), list(follow(false))], [s("succeeded_by"), list(follow(true))],
  ];
  fill("#about .told", el("dl", {}, ...entries.filter(([, value]) => value).flatMap(([what, value]) => [el("dt", {}, what), el("dd", {}, value)])));
  const left = Object.values(data.left_out).some((n) => n > 0);
  fill("#left_out", left ? s("left_out", Object.fromEntries(Object.entries(data.left_out).map(([key, n]) => [key, number(n)]))) : "");
}

function drawPage() {
  crumbs();
  const name = nameOf(0), years = yearsOf(data.reports);
  document.title = `${name} – ${s("title")}`;
  fill("h1", name);
  fill("#subtitle", years.length ? s("of_agency", { reports: number(data.reports.length), years: years.length > 1 ? `${years[0]}–${years[years.length - 1]}` : years[0] }) : s("no_reports"));
  fill("#signs", ...["sign_doubt", "sign_small", "sign_inferred", "sign_other"].map((key) => el("span", {}, t(key))));
  about();
  for (const id of ["controls", "definition", "lines", "composition", "figures", "doubts", "sources", "documents"]) document.getElementById(id).hidden = !years.length;
  if (!years.length) return;
  const options = data.indicators.map((one, at) => { const made = el("option", { value: at }, labelOf(one)); made.selected = at === state.indicator; return made; });
  fill("#indicator", ...options);
  define(); withPeers(); composition(); figures(); doubts(); sources(); documents(); tell();
}

state.of = ["agency", 0];
// A reader looks for refusals first; every other indicator is one choice away.
state.indicator = data.indicators.findIndex(({ key }) => key === "refusal_rate");
on("indicator", "change", (event) => { state.indicator = Number(event.target.value); draw(); });
on("figure", "close", () => { if (location.hash.startsWith("#figure=")) history.replaceState(null, "", location.pathname + location.search); });
addEventListener("hashchange", tell);
draw();
