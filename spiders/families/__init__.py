"""The CMS families: how the lists of each are walked, and the spiders that Scrapy finds here."""
