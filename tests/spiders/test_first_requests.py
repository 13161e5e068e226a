"""Every shipped entry starts: its family is there, and its first request goes to a declared host."""

from __future__ import annotations

import datetime

import pytest

from spiders import registry
from spiders.addresses import declared
from spiders.declaring.replay import replay
from spiders.families.entries import years_of
from spiders.registry import Portal


@pytest.mark.parametrize("portal", registry.load(), ids=lambda portal: portal.id)
def test_an_entry_yields_its_first_request(portal: Portal) -> None:
    done = replay(portal)
    assert done.asked, done.failed
    listed = portal.list_page
    if listed.entry == "year_template":
        year = datetime.datetime.now(datetime.UTC).year - 1
        assert done.asked[0].split("#")[0] == years_of(listed.url, None, year)[0].url
    elif portal.family not in ("gkmlpt", "epoint"):
        assert done.asked[0] == listed.url.split("#")[0]
    # These ask for data at once, with what the entry declares.
    assert all(declared(key.split("#post:")[0], portal.hosts) for key in done.asked)
