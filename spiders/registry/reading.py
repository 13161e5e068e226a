"""Reads a folder of registry files; what is not as contract §6 says is refused with file, line and key."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from spiders import addresses
from spiders.registry import model, nodes
from spiders.registry.nodes import Check, Unexpected, optional


@dataclass(frozen=True)
class Problem:
    """One thing wrong in the registry: where (line counts from 1), at which key, and what was expected."""

    file: Path
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.message}"


class RegistryError(Exception):
    """The registry was refused; `problems` holds everything found in the folder, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"the portal registry has {count} problem{'s' * (count != 1)}:\n{lines}")


class UnknownPortal(Exception):
    """A portal id was asked for that the registry does not hold."""


REQUIRED = object()

# key: (check, default). A default of REQUIRED means that the key must be there.
Fields = Mapping[str, tuple[Check, Any]]

_PAGER: Fields = {
    # None: the first of the family's own.
    "kind": (nodes.one_of(model.PAGERS), None),
    "first": (optional(nodes.whole_number(0, 1000)), None),
    "max": (nodes.whole_number(1, 1000), model.DEFAULT_MAX_PAGES),
}
_ARTICLE: Fields = {
    "body": (optional(nodes.css), None),
    "title": (optional(nodes.css), None),
    "date": (optional(nodes.css), None),
    "attachments": (optional(nodes.css), None),
    "encoding": (optional(nodes.encoding), None),
}
_EXPECT: Fields = {
    "bodies_per_year": (optional(nodes.whole_number(0)), None),
    "first_year": (optional(nodes.whole_number(2000, 2100)), None),
    "min_items": (optional(nodes.whole_number(0)), None),
}
_POLITENESS: Fields = {"delay_seconds": (nodes.seconds, model.MINIMUM_DELAY_SECONDS)}
_EVIDENCE: Fields = {"source": (optional(nodes.text), None), "verified_on": (optional(nodes.day), None)}
_LIST: Fields = {
    "entry": (nodes.one_of(model.ENTRIES), "flat"),
    "url": (nodes.matching(r"https?://[^\s/?#]+[^\s]*", "an http or https address"), REQUIRED),
    "year_link_re": (optional(nodes.regular_expression), None),
    "row": (optional(nodes.css), None),
    "date": (optional(nodes.css), None),
    "article_re": (optional(nodes.regular_expression), None),
    "pager": (nodes.mapping, {}),
    "params": (nodes.parameters, {}),
}
_ENTRY: Fields = {
    "id": (
        nodes.matching(r"[a-z0-9][a-z0-9._-]{0,99}", "an id of a-z, 0-9, '-', '_' and '.', up to 100 characters"),
        REQUIRED,
    ),
    "body": (optional(nodes.text), REQUIRED),
    "region_code": (
        nodes.matching(r"\d{6}", 'a quoted GB/T 2260 code of six digits such as "340000"'),
        REQUIRED,
    ),
    "level": (nodes.one_of(model.LEVELS), REQUIRED),
    "family": (nodes.one_of(tuple(model.FAMILIES)), REQUIRED),
    "hosts": (nodes.host_names, REQUIRED),
    "local": (nodes.truth, False),
    "list": (nodes.mapping, REQUIRED),
    "article": (nodes.mapping, {}),
    "title_re": (optional(nodes.regular_expression), None),
    "expect": (nodes.mapping, {}),
    "politeness": (nodes.mapping, {}),
    "access": (nodes.one_of(model.ACCESSES), "open"),
    "status": (nodes.one_of(model.STATUSES), "active"),
    "evidence": (nodes.mapping, {}),
}
_NESTED: dict[str, Fields] = {
    "list": _LIST,
    "list.pager": _PAGER,
    "article": _ARTICLE,
    "expect": _EXPECT,
    "politeness": _POLITENESS,
    "evidence": _EVIDENCE,
}


@dataclass
class _Entry:
    """One entry while it is read: its values by dotted key, and the line of each key."""

    file: Path
    line: int
    values: dict[str, Any]
    lines: dict[str, int]
    problems: list[Problem]

    def complain(self, key: str, message: str) -> None:
        """Record a problem at the line of a key, or of the entry when the key is absent."""
        self.problems.append(Problem(self.file, self.lines.get(key, self.line), key, message))


def default_folder() -> Path:
    """The registry that ships with the project."""
    return Path(__file__).resolve().parent.parent / "portals"


def load(folder: Path | None = None) -> tuple[model.Portal, ...]:
    """All entries of a folder of YAML files (None: the shipped registry), in the order of files and entries.

    Raises:
        RegistryError: with every problem of the folder: file, line, key, what was expected and found.
    """
    folder = default_folder() if folder is None else Path(folder)
    if not folder.is_dir():
        raise RegistryError([Problem(folder, 0, "folder", "expected a folder of YAML files, found none")])
    files = sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml") and path.is_file())
    if not files:
        raise RegistryError([Problem(folder, 0, "folder", "expected at least one .yaml file, found none")])
    return _load(files)


def load_file(file: Path) -> tuple[model.Portal, ...]:
    """All entries of one file; raises RegistryError as `load` does."""
    return _load([Path(file)])


def _load(files: Iterable[Path]) -> tuple[model.Portal, ...]:
    problems: list[Problem] = []
    portals: list[model.Portal] = []
    seen: dict[str, str] = {}
    for file in files:
        for entry in _entries(file, problems):
            identifier = entry.values.get("id")
            if identifier in seen:
                entry.complain("id", f"expected an id used once, found {identifier!r} also at {seen[identifier]}")
            elif identifier is not None:
                seen[identifier] = f"{file}:{entry.lines.get('id', entry.line)}"
            _check_whole(entry)
            problems.extend(entry.problems)
            if not entry.problems:
                portals.append(_portal(entry))
    if problems:
        raise RegistryError(problems)
    return tuple(portals)


def select(portals: Iterable[model.Portal], ids: Iterable[str]) -> tuple[model.Portal, ...]:
    """The entries with these ids, in registry order; all of them when no id is given.

    Raises:
        UnknownPortal: naming each id that is not declared, with near ones.
    """
    portals, wanted = tuple(portals), tuple(dict.fromkeys(ids))
    if not wanted:
        return portals
    known = {portal.id for portal in portals}
    unknown = [identifier for identifier in wanted if identifier not in known]
    if unknown:
        near = sorted({match for name in unknown for match in difflib.get_close_matches(name, known)})
        hint = f"; did you mean {', '.join(near)}?" if near else "."
        raise UnknownPortal(
            f"no portal is called {', '.join(unknown)} among the {len(known)} entries of the registry{hint}"
            " `gongkai portals list` shows all ids."
        )
    return tuple(portal for portal in portals if portal.id in wanted)


def _composed(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:  # the slow one tells the line
        return yaml.compose(text, Loader=yaml.SafeLoader)


def _entries(file: Path, problems: list[Problem]) -> list[_Entry]:
    try:
        root = _composed(file.read_text(encoding="utf-8"))
    except (yaml.MarkedYAMLError, UnicodeDecodeError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        wrong = getattr(error, "problem", None) or error
        problems.append(Problem(file, line, "file", f"expected readable UTF-8 YAML, found: {wrong}"))
        return []
    if root is None:
        return []
    if not isinstance(root, yaml.SequenceNode):
        problems.append(Problem(file, root.start_mark.line + 1, "file", "expected a list of entries ('- id: …')"))
        return []
    entries = []
    for node in root.value:
        entry = _Entry(file, node.start_mark.line + 1, {}, {}, [])
        _read_mapping(entry, node, "", _ENTRY)
        entries.append(entry)
    return entries


def _read_mapping(entry: _Entry, node: yaml.Node, prefix: str, fields: Fields) -> None:
    found: set[str] = set()
    if not isinstance(node, yaml.MappingNode):
        where = prefix.rstrip(".") or "entry"
        entry.lines.setdefault(where, node.start_mark.line + 1)
        entry.complain(where, f"expected a mapping with keys such as {', '.join(list(fields)[:4])}")
        return
    for key_node, value_node in node.value:
        name = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
        key = prefix + name
        entry.lines.setdefault(key, key_node.start_mark.line + 1)
        if name not in fields:
            message = f"unknown key; expected one of {', '.join(fields)}"
            entry.problems.append(Problem(entry.file, key_node.start_mark.line + 1, key, message))
        elif name in found:
            message = "expected each key once, found it twice"
            entry.problems.append(Problem(entry.file, key_node.start_mark.line + 1, key, message))
        else:
            found.add(name)
            _read_value(entry, value_node, key, fields[name][0])
    for name, (_, default) in fields.items():
        if name in found:
            continue
        if default is REQUIRED:
            entry.complain(prefix + name, "required key is missing")
        elif prefix + name in _NESTED:
            _fill_defaults(entry, prefix + name)
        else:
            entry.values[prefix + name] = default


def _fill_defaults(entry: _Entry, key: str) -> None:
    for name, (_, default) in _NESTED[key].items():
        entry.values[f"{key}.{name}"] = default


def _read_value(entry: _Entry, node: yaml.Node, key: str, check: Check) -> None:
    if key in _NESTED:
        _read_mapping(entry, node, key + ".", _NESTED[key])
        return
    try:
        entry.values[key] = check(node)
    except Unexpected as unexpected:
        entry.problems.append(Problem(entry.file, node.start_mark.line + 1, key, str(unexpected)))


def _check_whole(entry: _Entry) -> None:
    """Rules that join several keys; each speaks only when the values it needs were readable."""
    values = entry.values
    hosts, url, local = values.get("hosts"), values.get("list.url"), values.get("local")
    if hosts and url and addresses.host_key(url) not in hosts:
        entry.complain(
            "list.url",
            f"expected a host declared in hosts ({', '.join(hosts)}), found {addresses.host_key(url) or url!r}",
        )
    if hosts and local is False:
        for host in hosts:
            if addresses.is_private_host(host):
                entry.complain("hosts", f"expected public hosts, found {host}; only local: true may name it")
    delay = values.get("politeness.delay_seconds")
    if delay is not None and local is False and delay < model.MINIMUM_DELAY_SECONDS:
        entry.complain(
            "politeness.delay_seconds",
            f"expected at least {model.MINIMUM_DELAY_SECONDS:g} seconds, found {delay:g};"
            " only local: true may be quicker",
        )
    _check_family(entry)


def _check_family(entry: _Entry) -> None:
    values = entry.values
    family, mode, params = values.get("family"), values.get("list.entry"), values.get("list.params")
    rules = model.FAMILIES[family] if family else None
    if family and rules and params is not None:
        _check_params(entry, family, rules, params)
    kind = values.get("list.pager.kind")
    if rules and kind not in (None, *rules.pagers):
        entry.complain("list.pager.kind", f"expected one of {', '.join(rules.pagers)} for {family}, found {kind}")
    if mode in ("year_nodes", "hub") and "list.year_link_re" in values and not values["list.year_link_re"]:
        entry.complain("list.year_link_re", f"list.entry {mode} needs year_link_re: which links to follow")
    url = values.get("list.url")
    if mode == "year_template" and url and not re.search(r"\{year(?:[+-]\d)?\}", url):
        wanted = "{year}, or {year+1} for the year of publication,"
        entry.complain("list.url", f"list.entry year_template needs {wanted} in the address; it is missing")
    pattern = values.get("title_re")
    if pattern and not re.compile(pattern).groupindex.keys() <= {"year", "agency"}:
        entry.complain("title_re", "expected no named groups other than (?P<year>…) and (?P<agency>…)")


def _check_params(entry: _Entry, family: str, rules: model.FamilyRules, params: dict[str, str]) -> None:
    for name, rule in rules.params.items():
        if rule.required and params.get(name) in (None, ""):
            entry.complain("list.params", f"family {family} needs the parameter {name}; it is missing")
    for name, value in params.items():
        known = rules.params.get(name)
        if known is None:
            names = ", ".join(rules.params) or "none"
            entry.complain("list.params", f"unknown parameter {name}; {family} knows {names}")
        elif not re.fullmatch(known.pattern, value):
            entry.complain("list.params", f"expected {known.what} for {name}, found {nodes.shown(value)}")


def _portal(entry: _Entry) -> model.Portal:
    def part(prefix: str, fields: Fields) -> dict[str, Any]:
        return {name: entry.values[f"{prefix}.{name}"] for name in fields if f"{prefix}.{name}" not in _NESTED}

    top = {name: entry.values[name] for name in _ENTRY if name not in _NESTED}
    pager = part("list.pager", _PAGER)
    pager["kind"] = pager["kind"] or model.FAMILIES[top["family"]].pagers[0]
    return model.Portal(
        **top,
        list_page=model.ListPage(**part("list", _LIST), pager=model.Pager(**pager)),
        article=model.ArticleSelectors(**part("article", _ARTICLE)),
        expect=model.Expectation(**part("expect", _EXPECT)),
        politeness=model.Politeness(**part("politeness", _POLITENESS)),
        evidence=model.Evidence(**part("evidence", _EVIDENCE)),
        declared_at=f"{entry.file}:{entry.line}",
    )
