"""What keeps a home over the years: a second archive of it, and pruning of what that holds or no one needs."""
