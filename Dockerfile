# soundalike serve: CPU only, the model inside, an ordinary user; works with a read-only root (docker run --read-only --tmpfs /tmp -v voices:/data)
FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /opt/soundalike
ENV PATH=/opt/soundalike/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY constraints.txt ./
COPY pyproject.toml README.md LICENSE ./
COPY src ./src
COPY recipes ./recipes
RUN pip install -c constraints.txt ".[serve,postgres]"

FROM python:3.12-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin soundalike && install -d -o soundalike -g soundalike /data
COPY --from=build /opt/soundalike /opt/soundalike
ENV PATH=/opt/soundalike/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1 \
    HOME=/tmp \
    SOUNDALIKE_VOICES=/data/voices \
    SOUNDALIKE_MODELS=/data/models \
    SOUNDALIKE_LANGUAGES=/data/languages
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["soundalike", "serve", "--host", "0.0.0.0", "--port", "8000", "--data", "/data/serve"]
