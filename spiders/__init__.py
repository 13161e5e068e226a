"""One Scrapy project: from the declaration of a portal to documents in the raw archive."""
