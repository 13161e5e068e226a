"""The CMS families: how the lists of each are walked. A new family is a module here, a line below and its rules in
spiders/registry/families.yaml."""

from __future__ import annotations

from spiders.families import auto, epoint, gkmlpt, hanweb, lonsun, static_list, ucap, year_page
from spiders.families.entries import Family

FAMILIES: dict[str, Family] = {
    "static_list": static_list.FAMILY,
    "ucap": ucap.FAMILY,
    "hanweb": hanweb.FAMILY,
    "jpaas": hanweb.FAMILY,
    "gkmlpt": gkmlpt.FAMILY,
    "lonsun": lonsun.FAMILY,
    "epoint": epoint.FAMILY,
    "year_page": year_page.FAMILY,
}
FAMILIES["auto"] = auto.family(FAMILIES)
