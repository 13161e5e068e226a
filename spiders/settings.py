"""Scrapy's settings for this project: every value that departs from a default has its reason beside it."""

from __future__ import annotations

import importlib.metadata
import os

try:
    VERSION = importlib.metadata.version("gongkai")
except importlib.metadata.PackageNotFoundError:
    VERSION = "0"

BOT_NAME = "gongkai"
SPIDER_MODULES = ["spiders.visiting"]

# Who asks: a portal's operator must be able to write to us (contract §6). Header injection is cut off.
CONTACT = "".join(c for c in os.environ.get("GONGKAI_CONTACT", "") if c.isprintable() and c not in "()").strip()
USER_AGENT = f"gongkai/{VERSION} (+{CONTACT})" if CONTACT else f"gongkai/{VERSION}"

# robots.txt is obeyed by spiders.asking.robots, which unlike Scrapy's own middleware takes no challenge page for
# rules, honours Crawl-delay and treats a robots.txt that cannot be read as a closed door (RFC 9309 §2.3.1.4).
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "gongkai"
ROBOTSTXT_PARSER = "scrapy.robotstxt.ProtegoRobotParser"

# One request at a time to an address, counted from the end of an answer: see spiders.asking.politeness.
DOWNLOADER = "spiders.asking.politeness.PoliteDownloader"
DOWNLOAD_DELAY = 2.0
CONCURRENT_REQUESTS_PER_DOMAIN = 1
# A random share would go below the two seconds that are the least.
DOWNLOAD_DELAY_JITTER = 0
# Portals of different addresses are visited side by side: a host is asked every two seconds, so that hundreds of them
# are what keeps one process busy. Each holds one connection at most.
CONCURRENT_REQUESTS = 512
GONGKAI_PORTALS_AT_ONCE = 512

# Four requests are the most for a portal that loops: robots.txt, the page and two redirects.
REDIRECT_MAX_TIMES = 2
# A refresh to ./ is how some sites say "past the end of the list"; it is read, not followed.
METAREFRESH_ENABLED = False
# One retry, for faults that pass; 429 and 4xx are answers and not faults.
RETRY_TIMES = 1
RETRY_HTTP_CODES = [500, 502, 503, 504, 522, 524, 408]
RETRY_GIVE_UP_LOG_LEVEL = "INFO"
# A longer Retry-After than this ends the night for the host.
GONGKAI_RETRY_AFTER_MAX_SECONDS = 120.0

# What one network address may be asked in a night; a back-fill goes on the next night by itself.
GONGKAI_ADDRESS_REQUESTS = 5000
GONGKAI_ADDRESS_SECONDS = 6 * 3600.0
# What a portal that blocked or forbade us earlier this night may still be asked, and how long a night is.
GONGKAI_BLOCKED_PORTAL_REQUESTS = 4
GONGKAI_NIGHT_SECONDS = 8 * 3600.0

# Government servers are slow, but three minutes for one page would eat the budget of a night.
DOWNLOAD_TIMEOUT = 60
DNS_TIMEOUT = 20
# Scanned reports have tens of megabytes; more than this is no report.
DOWNLOAD_MAXSIZE = 64 * 1024 * 1024
DOWNLOAD_WARNSIZE = 32 * 1024 * 1024
# Scrapy's default, and it must stay: a truncated body is a failure and not a document.
DOWNLOAD_FAIL_ON_DATALOSS = True
# An archived document is evidence: it must come from the host that it names.
DOWNLOAD_VERIFY_CERTIFICATES = True
# Some portals redirect to themselves until a cookie comes back (families.md §1.4).
COOKIES_ENABLED = True
COMPRESSION_ENABLED = True
# A proxy of the environment would hide which address is asked and evade what the portal decided about us.
HTTPPROXY_ENABLED = False
# What the crawl counts stands in the manifest; Scrapy's own counters of each request and answer are read by nobody.
DOWNLOADER_STATS = False

DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/pdf;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
}

DOWNLOADER_MIDDLEWARES: dict[str, int | None] = {
    # First of all, so that every request passes it: redirects, retries and robots.txt too.
    "spiders.asking.politeness.GuardMiddleware": 90,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    # No portal is asked with a name and a password.
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "spiders.asking.robots.RobotsMiddleware": 100,
    # What is cut or damaged is no document, compressed or not.
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "spiders.asking.transfer.WholeCompressionMiddleware": 590,
    # After decompression (590) and before retries (550): a challenge is not asked again.
    "spiders.asking.politeness.WatchMiddleware": 585,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "spiders.asking.cookies.OfflineCookiesMiddleware": 700,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "spiders.asking.politeness.NamedRedirectMiddleware": 600,
}
# A second attempt waits its turn and is counted.
DOWNLOAD_HANDLERS = {
    "http": "spiders.asking.transfer.OnceHandler",
    "https": "spiders.asking.transfer.OnceHandler",
}
EXTENSIONS: dict[str, int | None] = {
    # Its report is our own portal rows.
    "scrapy.extensions.logstats.LogStats": None,
}

# Nothing of a crawl is to be steered or read from outside.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

# What a person needs is in the manifest; the log is for faults of ours.
LOG_LEVEL = "WARNING"
LOG_SHORT_NAMES = False
