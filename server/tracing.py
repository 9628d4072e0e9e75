"""Traces by OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT asks for them; without it nothing of it is even imported.

A request's or frame's span has its commands as children; a command's has `queued`, `transaction` and `publish`. The
bus carries the command's traceparent (W3C Trace Context), so that what other instances deliver is in the same trace.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from realtime.topic import LoggedFrame
from server.logs import bind
from server.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.trace import Span

_SENT_EACH_MS = 1_000
_CLOSE_TIMEOUT_MS = 2_000


class Tracing:
    """Belongs to one process. Spans are sent in the background, in batches."""

    def __init__(self, settings: Settings, instance: str) -> None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        about = {
            "service.name": "clientflow",
            "service.instance.id": instance,
            "deployment.environment.name": settings.environment,
        }
        self._provider = TracerProvider(resource=Resource.create(about), shutdown_on_exit=False)
        exporter = OTLPSpanExporter(f"{settings.otel_exporter_otlp_endpoint}/v1/traces")
        self._provider.add_span_processor(
            BatchSpanProcessor(exporter, schedule_delay_millis=_SENT_EACH_MS)
        )
        self._tracer = self._provider.get_tracer("clientflow")
        self._propagator = TraceContextTextMapPropagator()

    def close(self) -> None:
        """Send what waits, if it takes but a moment."""
        self._provider.force_flush(_CLOSE_TIMEOUT_MS)
        self._provider.shutdown()

    @contextlib.contextmanager
    def request(self, method: str, traceparent: str) -> Iterator[Span]:
        """A request, from its traceparent header on, if it has one. Who calls names its route."""
        from opentelemetry.trace import SpanKind

        with self._tracer.start_as_current_span(
            method, self._context_of(traceparent), SpanKind.SERVER, {"http.request.method": method}
        ) as span:
            bind(trace_id=f"{span.get_span_context().trace_id:032x}")
            yield span

    def command(self, op: str, attributes: Mapping[str, str]) -> CommandTrace:
        """A command that has just come; a child of the request, if it came by one."""
        return CommandTrace(self, self._tracer.start_span(op, attributes=dict(attributes)))

    def delivered(self, change: LoggedFrame, sockets: int) -> None:
        """A change with a trace was written to this instance's sockets, just now."""
        now = time.time_ns()
        waited_s = time.monotonic() - change.since if change.since is not None else 0.0
        span = self._tracer.start_span(
            "deliver",
            self._context_of(change.trace),
            attributes={"clientflow.seq": change.seq, "clientflow.sockets": sockets},
            start_time=now - int(waited_s * 1e9),
        )
        span.end(now)

    def part(self, name: str, of: Span, began_ns: int, ended_ns: int) -> None:
        from opentelemetry.trace import set_span_in_context

        self._tracer.start_span(name, set_span_in_context(of), start_time=began_ns).end(ended_ns)

    def traceparent(self, span: Span) -> str:
        from opentelemetry.trace import set_span_in_context

        carrier: dict[str, str] = {}
        self._propagator.inject(carrier, set_span_in_context(span))
        return carrier.get("traceparent", "")

    def _context_of(self, traceparent: str) -> Any:
        return self._propagator.extract({"traceparent": traceparent}) if traceparent else None


class CommandTrace:
    """One command on its way. Each step tells when it is done."""

    def __init__(self, tracing: Tracing, span: Span) -> None:
        self._tracing = tracing
        self._span = span
        self._step_began_ns = time.time_ns()
        self.traceparent = tracing.traceparent(span)

    def step_done(self, name: str) -> None:
        """`queued`, `transaction` or `publish`, which began where the one before was done."""
        now = time.time_ns()
        self._tracing.part(name, self._span, self._step_began_ns, now)
        self._step_began_ns = now

    def ended(self, result: str) -> None:
        self._span.set_attribute("clientflow.result", result)
        self._span.end()
