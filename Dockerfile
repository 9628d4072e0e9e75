# The image of ClientFlow: everything to serve, and no more. docs/deployment.md tells how to run it.
# The base images are pinned by tag; a registry would give the digests that pin their bytes.

FROM node:20-bookworm-slim AS static
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY static static
RUN npm run build

FROM python:3.11-slim-bookworm AS packages
WORKDIR /build
COPY requirements.txt requirements-tracing.txt ./
# EXTRA=requirements-tracing.txt for OTEL_EXPORTER_OTLP_ENDPOINT
ARG EXTRA=requirements.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes --only-binary :all: -r requirements.txt -r "$EXTRA"

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="ClientFlow" \
      org.opencontainers.image.description="A self-hosted client board that is live for the whole team"
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    ENVIRONMENT=production \
    PORT=8000
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY storage storage
COPY realtime realtime
COPY server server
COPY clientflow clientflow
COPY docs docs
COPY gunicorn.conf.py ./
COPY --from=static /build/static/dist static/dist
ARG REVISION=unknown
LABEL org.opencontainers.image.revision=$REVISION
# By number, so that an orchestrator can see that it is not root. Nothing in /app is its own: it writes
# to the database, to /dev/shm and, for large uploads, to /tmp, which a read-only container mounts as tmpfs.
USER 10001:10001
# For ECS: without it, a volume that is mounted here belongs to root.
VOLUME /tmp
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-m", "server", "healthcheck"]
# Without a shell between, SIGTERM reaches Gunicorn, which drains its workers.
CMD ["gunicorn", "--config", "gunicorn.conf.py"]
