# SOPDesk as one image: web server, worker, beat and management commands. docker-compose.yml says how they stand together.

FROM python:3.11-slim AS packages
COPY requirements.lock .
RUN python -m venv --without-pip /venv && \
    python -m pip --disable-pip-version-check --python /venv/bin/python install --no-cache-dir --require-hashes \
        -r requirements.lock

FROM python:3.11-slim
# Nothing is installed in a running container: the tools for it stay behind.
RUN python -m pip --disable-pip-version-check uninstall --yes --quiet setuptools wheel pip && \
    groupadd --system --gid 10001 sopdesk && \
    useradd --system --uid 10001 --gid sopdesk --home-dir /data --no-create-home --shell /usr/sbin/nologin sopdesk && \
    install --directory --owner sopdesk --group sopdesk --mode 0750 /data
COPY --from=packages /venv /venv

ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    SOPDESK_STATIC=/app/collected
WORKDIR /app
COPY . .
RUN python -m compileall -q manage.py sopdesk tickets workflows && \
    SOPDESK_DATA=/tmp/build python manage.py collectstatic --noinput --verbosity 0 && \
    rm -r /tmp/build

ENV SOPDESK_ENV=production \
    SOPDESK_DATA=/data \
    SOPDESK_BIND=0.0.0.0 \
    PORT=8000
USER sopdesk
VOLUME /data
EXPOSE 8000
# Asked under the name the site answers to: to any other it would say 400.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as web; host = os.environ['SOPDESK_ALLOWED_HOSTS'].split(',')[0].strip().lstrip('.'); web.urlopen(web.Request(f'http://127.0.0.1:{os.environ[\"PORT\"]}/readyz', headers={'Host': host}), timeout=8)"]
CMD ["gunicorn", "--config", "python:sopdesk.gunicorn", "sopdesk.wsgi"]
