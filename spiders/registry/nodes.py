"""Checks of single YAML values: each reads one node and returns the value or says what was expected."""

from __future__ import annotations

import codecs
import datetime
import math
import re
from collections.abc import Callable
from typing import Any

import cssselect
import yaml

Check = Callable[[yaml.Node], Any]


class Unexpected(Exception):
    """A value that is not what its key needs; the text says what was expected and found."""


def plain(node: yaml.Node) -> Any:
    """The node as Python data (YAML 1.1 scalars, lists, dicts)."""
    constructor = yaml.constructor.SafeConstructor()
    try:
        return constructor.construct_document(node)
    except yaml.YAMLError as error:
        raise Unexpected(f"expected a readable YAML value, found {error}") from error


def shown(value: Any) -> str:
    """A value as a message prints it: short, on one line."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"


def text(node: yaml.Node) -> str:
    """Text that is not blank; numbers must be quoted, so that 010000 keeps its zero."""
    value = plain(node)
    if not isinstance(value, str):
        raise Unexpected(f"expected text, found {shown(value)}; put it in quotes if it is meant as text")
    if not value.strip():
        raise Unexpected("expected text, found a blank")
    if any(ord(character) < 32 for character in value):
        raise Unexpected(f"expected one line of text, found control characters in {shown(value)}")
    return value.strip()


def optional(check: Check) -> Check:
    """The check, or null."""

    def read(node: yaml.Node) -> Any:
        return None if plain(node) is None else check(node)

    return read


def one_of(words: tuple[str, ...]) -> Check:
    """One of the given words."""

    def read(node: yaml.Node) -> str:
        value = plain(node)
        if not isinstance(value, str) or value not in words:
            raise Unexpected(f"expected one of {', '.join(words)}, found {shown(value)}")
        return value

    return read


def matching(pattern: str, what: str) -> Check:
    """Text that fully matches a pattern, called `what` in the message."""

    def read(node: yaml.Node) -> str:
        value = text(node)
        if not re.fullmatch(pattern, value):
            raise Unexpected(f"expected {what}, found {shown(value)}")
        return value

    return read


def truth(node: yaml.Node) -> bool:
    """true or false."""
    value = plain(node)
    if not isinstance(value, bool):
        raise Unexpected(f"expected true or false, found {shown(value)}")
    return value


def whole_number(least: int, most: int = 10**9) -> Check:
    """A whole number within bounds, both included."""

    def read(node: yaml.Node) -> int:
        value = plain(node)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise Unexpected(f"expected a whole number from {least} to {most}, found {shown(value)}")
        return value

    return read


def seconds(node: yaml.Node) -> float:
    """A finite number of seconds, not below zero."""
    value = plain(node)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unexpected(f"expected a number of seconds, found {shown(value)}")
    if not math.isfinite(value) or value < 0:
        raise Unexpected(f"expected a number of seconds of 0 or more, found {shown(value)}")
    return float(value)


def regular_expression(node: yaml.Node) -> str:
    """A regular expression that Python compiles."""
    value = text(node)
    try:
        re.compile(value)
    except re.error as error:
        raise Unexpected(f"expected a regular expression, found {shown(value)} ({error})") from error
    return value


def css(node: yaml.Node) -> str:
    """A CSS selector of elements, without pseudo-elements."""
    value = text(node)
    try:
        parsed = cssselect.parse(value)
        cssselect.HTMLTranslator().css_to_xpath(value)
    except cssselect.SelectorError as error:
        raise Unexpected(f"expected a CSS selector, found {shown(value)} ({error})") from error
    if any(selector.pseudo_element for selector in parsed):
        raise Unexpected(f"expected a CSS selector of elements, found a pseudo-element in {shown(value)}")
    return value


def encoding(node: yaml.Node) -> str:
    """The name of a text encoding that Python knows."""
    value = text(node)
    try:
        return codecs.lookup(value).name
    except LookupError as error:
        raise Unexpected(f"expected an encoding such as gb18030, found {shown(value)}") from error


def day(node: yaml.Node) -> str:
    """A calendar day, as text YYYY-MM-DD or as a YAML date."""
    value = plain(node)
    if isinstance(value, datetime.datetime):
        value = value.date()
    if isinstance(value, datetime.date):
        return value.isoformat()
    try:
        return datetime.date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise Unexpected(f"expected a day such as 2026-07-22, found {shown(value)}") from error


def mapping(node: yaml.Node) -> dict[str, Any]:
    """A mapping whose keys are text; its values are left as they are."""
    value = plain(node)
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise Unexpected(f"expected a mapping of names to values, found {shown(value)}")
    return value


def parameters(node: yaml.Node) -> dict[str, str]:
    """A mapping of names to single values, each as written: 007 keeps its zeros; null is a value left out."""
    if not isinstance(node, yaml.MappingNode):
        raise Unexpected(f"expected a mapping of names to values, found {shown(plain(node))}")
    found: dict[str, str] = {}
    for name, value in node.value:
        if not isinstance(name, yaml.ScalarNode) or not isinstance(value, yaml.ScalarNode):
            raise Unexpected(f"expected one value for a name, found {shown(plain(value))} for {shown(plain(name))}")
        if value.tag != "tag:yaml.org,2002:null":
            found[str(name.value)] = str(value.value)
    return found


def host_names(node: yaml.Node) -> tuple[str, ...]:
    """A list, not empty, of `host` or `host:port` without scheme or path; kept in lower case."""
    value = plain(node)
    if not isinstance(value, list) or not value:
        raise Unexpected(f"expected a list of hosts such as [www.ah.gov.cn], found {shown(value)}")
    hosts: list[str] = []
    for item in value:
        found = str(item).lower()
        if not isinstance(item, str) or not re.fullmatch(
            r"(?:[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?|\[[0-9a-f:.]+\])(?::[1-9]\d{0,4})?", found
        ):
            raise Unexpected(f"expected host or host:port without scheme or path, found {shown(item)}")
        if found in hosts:
            raise Unexpected(f"expected each host once, found {shown(item)} twice")
        hosts.append(found)
    return tuple(hosts)
