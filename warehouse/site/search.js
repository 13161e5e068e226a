"use strict";
// Looks through the names of all agencies, with the places they belong to.

const MOST_FOUND = 200;
const plainText = (text) => text.normalize("NFKC").toLowerCase();
const { index } = globalThis;
const lookedThrough = index.agencies.map(([, name, place, ...others]) => plainText([name, ...others, ...index.places[place][1]].join("\n")));

function drawPage() {
  document.title = `${s("search")} – ${s("title")}`;
  let sought = "";
  try { sought = decodeURIComponent(location.hash.slice(1)); } catch { /* what is no text finds nothing */ }
  document.getElementById("sought").value = sought;
  const words = plainText(sought).split(/\s+/).filter(Boolean);
  const found = words.length ? [...lookedThrough.keys()].filter((at) => words.every((word) => lookedThrough[at].includes(word))) : [];
  // A name that is what was asked for, or begins with it, comes first; otherwise they stay in the order of places.
  const rank = (at) => { const name = plainText(index.agencies[at][1]); return name === words[0] ? 0 : name.startsWith(words[0]) ? 1 : 2; };
  const ranked = found.map((at) => [rank(at), at]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, at]) => at);
  fill("#results .of", words.length ? s("found", { n: number(found.length) }) + (found.length > MOST_FOUND ? " " + t("first_of", { n: number(MOST_FOUND), all: number(found.length) }) : "") : "");
  fill("#results .chart", el("ul", {}, ...ranked.slice(0, MOST_FOUND).map((at) => {
    const [file, name, place, ...others] = index.agencies[at];
    const [placeFile, names] = index.places[place];
    return el("li", {}, el("a", { href: agencyHref(file) }, name), " ", el("span", { class: "fine" }, el("a", { href: placeHref(placeFile) }, names.map(placeName).join(" › ")), others.length ? ` · ${others.slice(0, 5).join(" · ")}` : ""));
  })));
}

addEventListener("hashchange", draw);
draw();
