"""Figures in the text format of Prometheus, as every process of this project tells them."""

from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


def gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    """Return a gauge that is filled when it is asked for."""
    return GaugeMetricFamily(f"sinkledger_{name}", text, labels=labels)


def exposed(registry: CollectorRegistry) -> bytes:
    """Return all figures of a registry."""
    return generate_latest(registry)
