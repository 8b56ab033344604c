/** Ports of the proxies' upstreams. A proxy's `/sink/x` is the sink's `/x`. */
export const UPSTREAMS = {
  /** nginx: a few bytes, or a file of 10 MB. */
  origin: 17_000,
  /** Reads a request's body and then answers. */
  sink: 17_001,
  /** A function that sends events. */
  events: 17_002,
} as const;

/** Name of an upstream: the first segment of its paths. */
export type Route = keyof typeof UPSTREAMS;

/** Ports of the measured subjects, below the kernel's range of ephemeral ports. */
export const SUBJECTS = {
  nginx: 17_010,
  haproxy: 17_011,
  fetch: 17_012,
  ddsrv: 17_013,
  /** Two ddsrv that share one port. */
  pair: 17_014,
} as const;
