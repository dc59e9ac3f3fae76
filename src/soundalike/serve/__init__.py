"""HTTP over `clone`: OpenAI's speech routes, voices, long jobs, and the page. No synthesis of its own."""
