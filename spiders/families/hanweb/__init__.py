"""Family `hanweb` and its like: the columns of 大汉 JCMS and JPaaS, a module for each way in which they show a list."""

from __future__ import annotations

from spiders.families.hanweb.column import FAMILY

__all__ = ["FAMILY"]
