"""Reading what portals send: pages to trees, lists to candidates, articles to titles and attachments."""
