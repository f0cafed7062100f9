"""One module for each family of systems, with its `ROWS`."""
