"""Jobs: texts that are spoken in the background."""
