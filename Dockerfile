# ddsrv in a container:
#   docker build -t dynamic-deno-server --build-arg COMMIT="$(git rev-parse HEAD)" .
#   docker run -d -p 9999:9999 -v /opt/functions:/opt/functions --privileged dynamic-deno-server
# compose.yaml lists what ddsrv needs instead of --privileged.
ARG DENO_VERSION=2.9.6

FROM denoland/deno:debian-${DENO_VERSION} AS source
ENV DENO_DIR=/deno-dir
WORKDIR /opt/ddsrv
COPY . .
# Dependencies of the lock file; a start downloads nothing.
RUN deno cache --quiet --frozen cli/main.ts cli/run_program.ts
# For ddsrv --version --json: the image has no repository.
ARG COMMIT=
RUN printf '{"commit":"%s"}\n' "$COMMIT" >build.json

FROM denoland/deno:debian-${DENO_VERSION}
ARG COMMIT=
LABEL org.opencontainers.image.title="ddsrv" \
  org.opencontainers.image.description="Drop a folder, get a server" \
  org.opencontainers.image.version="0.1.0" \
  org.opencontainers.image.revision="${COMMIT}" \
  org.opencontainers.image.licenses="MIT"
ENV DENO_DIR=/deno-dir DENO_NO_UPDATE_CHECK=1
# A stop waits this long for requests at the proxy, then for requests at a function, then for a function
# that ignores SIGTERM. docker stop waits for 10 s.
ENV DDSRV_STOP_GRACE=2500ms
RUN export DEBIAN_FRONTEND=noninteractive \
  && apt-get update \
  && apt-get install --yes --no-install-recommends \
  bubblewrap ca-certificates e2fsprogs iproute2 mount nftables tini util-linux \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt
COPY --from=source /deno-dir /deno-dir
COPY --from=source /opt/ddsrv /opt/ddsrv
# No VOLUME: each run would leave an unnamed volume behind, and an image based on this one could not
# contain functions.
RUN ln -s /opt/ddsrv/container/ddsrv /usr/local/bin/ddsrv \
  && mkdir -p /opt/functions /opt/logs && mkdir -m 700 /var/lib/ddsrv
WORKDIR /opt/functions
EXPOSE 9999
STOPSIGNAL SIGTERM
# Checks that the supervisor answers; `ddsrv list` shows the functions' status.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["ddsrv", "list", "--quiet"]
# A container's first process must adopt orphans and forward signals: tini does, Deno does not.
ENTRYPOINT ["/usr/bin/tini", "-s", "--", "/opt/ddsrv/container/entrypoint.sh"]
CMD ["serve"]
