"""The page of a listening test, and its routes."""
