"""How Scrapy works for us: one question at a time per host, bounded pages, nothing kept, nothing said to outsiders.

Scrapy's own log is off: it writes addresses and items, and what we log is chosen by `backends.telemetry`.
"""

from scrapy.settings import Settings

from spiders.manners import OUR_NAME

LARGEST_PAGE = 5_000_000
PATIENCE_SECONDS = 30
MOST_REDIRECTS = 5

BOT_NAME = "huiying"
SPIDER_MODULES = ["spiders.polling"]
USER_AGENT = f"{OUR_NAME}/0.1 (response desk of a government press office)"

# The hosts' own rules are kept by spiders.manners: Scrapy's middleware asks where a robots.txt cannot be had.
ROBOTSTXT_OBEY = False
DOWNLOADER_MIDDLEWARES = {"spiders.manners.Manners": 100}
ITEM_PIPELINES = {"spiders.delivery.Delivery": 300}
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"

CONCURRENT_REQUESTS = 32
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1.0  # the least; spiders.manners lengthens it to what a source or its robots.txt says
DOWNLOAD_DELAY_JITTER = 0.0
DOWNLOAD_TIMEOUT = PATIENCE_SECONDS
DOWNLOAD_MAXSIZE = LARGEST_PAGE
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = True
DOWNLOAD_VERIFY_CERTIFICATES = True
DNS_TIMEOUT = 10
REDIRECT_MAX_TIMES = MOST_REDIRECTS
METAREFRESH_ENABLED = False
HTTPERROR_ALLOW_ALL = True

# The next round is the second try; log-ins, sessions and proxies are not ours to use.
RETRY_ENABLED = False
COOKIES_ENABLED = False
HTTPPROXY_ENABLED = False
REFERER_ENABLED = False

LOG_ENABLED = False
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
DOWNLOADER_STATS = False
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/rss+xml,application/xml;q=0.9,*/*;q=0.5",
    "Accept-Language": "zh-CN,zh;q=0.9",
}


def crawl_settings(contact: str) -> Settings:
    """The settings of one crawl: these, and how a site's keeper reaches the office."""
    settings = Settings()
    settings.setmodule("spiders.settings", priority="project")
    settings.set("USER_AGENT", f"{OUR_NAME}/0.1 (response desk of a government press office; +{contact})")
    return settings
