"""What the host does, in Prometheus' form; numbers only, nothing of what was said."""

from __future__ import annotations

from collections import Counter as Counted
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.responses import Response

from keepclear.api.security import metrics_reader
from keepclear.host.checkpoints import Checkpoints
from keepclear.host.observe import Batch, Observer
from keepclear.mechanism.words import Severity

router = APIRouter(tags=["host"])

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics(Observer):
    """The counters of one host, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._heard = Counter(
            "keepclear_statements_heard", "Statements recorded, by type.", ["type"], registry=self.registry
        )
        self._refused = Counter(
            "keepclear_statements_refused", "Statements not recorded, by error code.", ["code"], registry=self.registry
        )
        self._commit = Histogram(
            "keepclear_commit_seconds", "Making a batch durable.", buckets=_SECONDS, registry=self.registry
        )
        self._lag = Histogram(
            "keepclear_event_lag_seconds",
            "From a statement's arrival to its event's departure.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._alerts = Gauge("keepclear_alerts_open", "Alerts open, by severity.", ["severity"], registry=self.registry)
        self._queue = Gauge("keepclear_queue_length", "Inputs that wait to be heard.", registry=self.registry)
        self._streams = Gauge("keepclear_streams", "Event streams connected.", registry=self.registry)
        self._dropped = Gauge("keepclear_streams_dropped", "Event streams ended as too slow.", registry=self.registry)
        self._index = Gauge("keepclear_record_index", "The record's last index.", registry=self.registry)

        self._tree = Gauge("keepclear_tree_size", "Entries under the newest checkpoint.", registry=self.registry)
        self._behind = Gauge(
            "keepclear_tree_behind", "Durable entries that no checkpoint covers yet.", registry=self.registry
        )
        self._publish = Gauge("keepclear_tree_publish_seconds", "Making the newest checkpoint.", registry=self.registry)
        self._tree_failed = Gauge(
            "keepclear_tree_failed", "1 when the tree takes nothing more, else 0.", registry=self.registry
        )

        self._binding = Gauge(
            "keepclear_tree_binding_size", "Entries under the newest binding checkpoint.", registry=self.registry
        )
        self._witnesses = Gauge(
            "keepclear_witnesses", "Witnesses, by how the last asking went.", ["state"], registry=self.registry
        )

    def refused(self, code: str) -> None:
        """A statement was not recorded."""
        self._refused.labels(code).inc()

    def batch(self, done: Batch) -> None:
        """A batch is durable and published."""
        for kind in done.types:
            self._heard.labels(kind).inc()
        self._commit.observe(done.commit_s)
        for seconds in done.lags_s:
            self._lag.observe(seconds)

    def now(
        self,
        *,
        queue: int,
        streams: int,
        dropped: int,
        index: int,
        open_alerts: Mapping[str, int],
        checkpoints: Checkpoints | None = None,
    ) -> bytes:
        """The page, with the gauges as they are at this moment."""
        for severity in Severity:
            self._alerts.labels(severity).set(open_alerts.get(severity, 0))
        self._queue.set(queue)
        self._streams.set(streams)
        self._dropped.set(dropped)
        self._index.set(index)
        if checkpoints is not None:
            self._signed(checkpoints)
        return generate_latest(self.registry)

    def _signed(self, checkpoints: Checkpoints) -> None:
        """What of the record is signed, and cosigned."""
        recording = checkpoints.recording
        self._tree.set(recording.checkpoint.size)
        self._behind.set(recording.behind)
        self._publish.set(recording.publish_s)
        self._tree_failed.set(recording.failure is not None)
        binding = checkpoints.binding()
        self._binding.set(0 if binding is None else binding.checkpoint.size)
        told = [] if checkpoints.witnessing is None else checkpoints.witnessing.told()
        for state in ("cosigned", "trouble", "split_view"):
            self._witnesses.labels(state).set(0)
        for one in told:
            trouble = "split_view" if one["split_view"] else "trouble"
            self._witnesses.labels("cosigned" if one["trouble"] is None else trouble).inc()


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request, _reader: Annotated[str, Depends(metrics_reader)]) -> Response:
    """Prometheus metrics, for the mediator's desk and the metrics token."""
    host = request.app.state.host
    page: Metrics = request.app.state.metrics
    async with host.reading() as mechanism:
        open_alerts = Counted(str(alert.severity) for alert in mechanism.alerts(open_only=True))
    content = page.now(
        queue=host.waiting,
        streams=host.streams.count,
        dropped=host.streams.dropped,
        index=host.index,
        open_alerts=open_alerts,
        checkpoints=request.app.state.checkpoints,
    )
    return Response(content, media_type=CONTENT_TYPE_LATEST)
