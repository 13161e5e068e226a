"""The gazetteer: China's divisions from 1980 on with their changes, and which of them a name means.

``resolve`` and ``resolve_all`` tell the division of a body's name, ``find`` what people may mean by a name;
``table`` gives the shipped rows of ``division`` and ``division_succession``; ``load`` makes what they look up in,
which takes a second and else happens at the first question. Where they come from, with licences, is
in ``sources.yaml``, what was decided where sources disagree in ``decisions.yaml``.
"""

from transforms.gazetteer.divisions import Division, all_divisions, table
from transforms.gazetteer.finding import Found, find
from transforms.gazetteer.index import index as load
from transforms.gazetteer.names import Form
from transforms.gazetteer.resolving import Resolution, resolve, resolve_all

__all__ = [
    "Division",
    "Form",
    "Found",
    "Resolution",
    "all_divisions",
    "find",
    "load",
    "resolve",
    "resolve_all",
    "table",
]
