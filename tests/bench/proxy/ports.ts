/** Ports of the proxies' upstreams. A proxy's `/sink/x` is the sink's `/x`. */
export const UPSTREAMS = {
  /** nginx: a few bytes, or a file of 100 KB or 10 MB. */
  origin: 17_000,
  /** Reads a request's body and then answers. */
  sink: 17_001,
  /** Functions that take a while, and functions that send events. */
  functions: 17_002,
} as const;

/** Name of an upstream: the first segment of its paths. */
export type Route = keyof typeof UPSTREAMS;

/** Ports of the measured proxies, below the kernel's range of ephemeral ports. */
export const PROXY_PORTS = {
  nginx: 17_010,
  haproxy: 17_011,
  caddy: 17_012,
  ddsrv: 17_013,
  /** ddsrv of another checkout. */
  beside: 17_014,
  fetch: 17_015,
  /** Two ddsrv that share one port. */
  pair: 17_016,
} as const;
