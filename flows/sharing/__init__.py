"""Crawls shared among the workers of a Prefect work pool, which may be on other machines."""
