"""Numbers for Prometheus, of one app."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

TIMES = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """Counted by the routes, read at /metrics."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        name = {"registry": self.registry, "namespace": "soundalike"}
        self.requests = Counter("requests", "Requests answered", ("method", "route", "status"), **name)
        self.latency = Histogram(
            "request_seconds",
            "From a request's headers to the end of its answer",
            ("route",),
            buckets=TIMES,
            **name,
        )
        self.first = Histogram(
            "first_sound_seconds", "From a request for speech to its first sound", buckets=TIMES, **name
        )
        self.utterance = Counter("speech_seconds", "Seconds of speech made", **name)
        self.characters = Counter("characters", "Characters spoken", **name)
        self.inside = Gauge("requests_inside", "Requests speaking or waiting to", **name)
        self.jobs = Gauge("jobs", "Jobs by status", ("status",), **name)
        self.ready = Gauge("ready", "1 once the model is loaded", **name)

    def text(self) -> bytes:
        return generate_latest(self.registry)
