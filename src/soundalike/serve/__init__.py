"""The server: OpenAI's speech route, voices, jobs and a page, over HTTP."""
