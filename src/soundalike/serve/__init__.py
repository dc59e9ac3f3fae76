"""HTTP and web pages over the rest of the package; no synthesis logic."""
