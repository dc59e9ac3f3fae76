"""Measures of one app for Prometheus."""

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

NAMESPACE = "soundalike"
TIMES = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)  # seconds: bounds of the histograms' buckets


class Metrics:
    """Counted by the routes, read at /metrics."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.requests = self._counter("requests", "Requests answered", "method", "route", "status")
        self.latency = self._histogram(
            "request_seconds", "From a request's headers to the end of its answer", "route"
        )
        self.first_sound = self._histogram(
            "first_sound_seconds", "From a request for speech to its first sound"
        )
        self.speech_seconds = self._counter("speech_seconds", "Seconds of speech made")
        self.characters = self._counter("characters", "Characters spoken")
        self.inside = self._gauge("requests_inside", "Requests speaking or waiting to")
        self.jobs = self._gauge("jobs", "Jobs by status", "status")
        self.ready = self._gauge("ready", "1 once the model is loaded")

    def text(self) -> bytes:
        """All of them, in Prometheus' text format."""
        return generate_latest(self.registry)

    def _counter(self, name: str, help: str, *labels: str) -> Counter:
        return Counter(name, help, labels, namespace=NAMESPACE, registry=self.registry)

    def _gauge(self, name: str, help: str, *labels: str) -> Gauge:
        return Gauge(name, help, labels, namespace=NAMESPACE, registry=self.registry)

    def _histogram(self, name: str, help: str, *labels: str) -> Histogram:
        return Histogram(name, help, labels, namespace=NAMESPACE, registry=self.registry, buckets=TIMES)
