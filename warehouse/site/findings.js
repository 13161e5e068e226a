"use strict";
// The reports most in need of a second look, worst first, with what to compare.

function drawPage() {
  document.title = `${s("findings")} – ${s("title")}`;
  fill("#found .of", data.findings.length < data.in_all ? t("first_of", { n: number(data.findings.length), all: number(data.in_all) }) : "");
  if (!data.findings.length) return fill("#found .chart", s("no_findings"));
  const rows = data.findings.map(([severity, rule, file, name, place, year, whatEn, whatZh, cells, url, web, otherUrl, otherWeb]) => [
    t(severity, {}, "severities"),
    el("span", {}, file ? el("a", { href: agencyHref(file) }, name) : (name ?? s("no_division")), place ? ` (${place})` : ""),
    year ? String(year) : "–",
    el("code", {}, rule),
    state.lang === "zh" ? whatZh : whatEn,
    cells ? number(cells) : s("whole"),
    el("span", {}, url ? outside(url, web) : "", otherUrl ? " · " : "", otherUrl ? outside(otherUrl, otherWeb) : ""),
  ]);
  fill("#found .chart", rowsTable([[s("severity")], [s("agency")], [t("year")], [s("code")], [s("what"), "message"], [s("cells"), "number"], [t("address"), "address"]], rows));
}

draw();
