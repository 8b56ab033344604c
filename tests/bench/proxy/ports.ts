/** Where the upstreams of the measured proxies listen. A proxy's `/sink/x` is the sink's `/x`. */
export const UPSTREAMS = {
  /** nginx: a few bytes, or a file of 10 MB. */
  origin: 17_000,
  /** Takes a request's body and answers when it has come whole. */
  sink: 17_001,
  /** A function that sends events. */
  events: 17_002,
} as const;

/** An upstream's name: the first segment of the paths that lead to it. */
export type Route = keyof typeof UPSTREAMS;

/** Where those listen that are measured; below the ports that the kernel gives to clients. */
export const SUBJECTS = {
  nginx: 17_010,
  haproxy: 17_011,
  fetch: 17_012,
  ddsrv: 17_013,
  /** Two ddsrv that share one port. */
  pair: 17_014,
} as const;
