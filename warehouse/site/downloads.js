"use strict";
// The files that the site offers, with what they hold and how to check them.

function drawPage() {
  document.title = `${s("downloads")} – ${s("title")}`;
  // The warehouse's comments are "English | 中文".
  const said = (comment) => { const parts = comment.split(" | "); return parts.length > 1 ? parts[state.lang === "zh" ? parts.length - 1 : 0] : comment; };
  const rows = data.files.map(([name, comment, bytes, sha256]) => [el("a", { href: `downloads/${encodeURIComponent(name)}`, download: name }, name), said(comment), number(bytes), el("code", {}, sha256)]);
  fill("#files .chart", rowsTable([[s("file")], [s("content")], [s("bytes"), "number"], ["SHA-256"]], rows), el("p", {}, el("a", { href: "downloads/SHA256SUMS" }, "SHA256SUMS")));
}

draw();
