"""Asking portals: politeness by address, robots.txt, challenges, budgets and the names of what goes wrong."""
