"""Where sentences end: line breaks, stops that are none, quotations, and where a long sentence is cut."""
