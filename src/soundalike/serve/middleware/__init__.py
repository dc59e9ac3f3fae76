"""What a request passes before the routes."""
