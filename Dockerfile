# ddsrv in a container:
#   docker build -t dynamic-deno-server .
#   docker run -d -p 9999:9999 -v /opt/functions:/opt/functions --privileged dynamic-deno-server
# compose.yaml lists the capabilities to use instead of --privileged.
ARG DENO_VERSION=2.9.6

FROM denoland/deno:debian-${DENO_VERSION} AS source
ENV DENO_DIR=/deno-dir
WORKDIR /opt/ddsrv
COPY . .
# Cache all imports of the lock file; ddsrv fetches nothing at startup.
RUN deno cache --quiet --frozen cli/main.ts

FROM denoland/deno:debian-${DENO_VERSION}
LABEL org.opencontainers.image.title="ddsrv" \
  org.opencontainers.image.description="Drop a folder, get a server" \
  org.opencontainers.image.version="0.1.0" \
  org.opencontainers.image.licenses="MIT"
ENV DENO_DIR=/deno-dir DENO_NO_UPDATE_CHECK=1
# Graceful shutdown waits up to three times this long: for requests at the proxy, for requests at
# functions, and for functions that ignore SIGTERM. docker stop waits 10 s.
ENV DDSRV_STOP_GRACE=2500ms
RUN export DEBIAN_FRONTEND=noninteractive \
  && apt-get update \
  && apt-get install --yes --no-install-recommends \
  bubblewrap ca-certificates e2fsprogs iproute2 mount nftables tini util-linux \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt
COPY --from=source /deno-dir /deno-dir
COPY --from=source /opt/ddsrv /opt/ddsrv
# No VOLUME: each run would leave an anonymous volume behind, and derived images could not contain
# functions.
RUN ln -s /opt/ddsrv/container/ddsrv /usr/local/bin/ddsrv \
  && mkdir -p /opt/functions /opt/logs && mkdir -m 700 /var/lib/ddsrv
WORKDIR /opt/functions
EXPOSE 9999
STOPSIGNAL SIGTERM
# Checks only that the supervisor answers; ddsrv list shows the status of functions.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["ddsrv", "list", "--quiet"]
# tini reaps orphaned processes and forwards signals, as the first process of a container must.
ENTRYPOINT ["/usr/bin/tini", "-s", "--", "/opt/ddsrv/container/entrypoint.sh"]
CMD ["serve"]
