import type { Part } from "./bench.ts";
import { BODY, CONNECT, DOWNLOAD, SLOW, SMALL } from "./busy_parts.ts";
import { CLIENT } from "./client_part.ts";
import { MEMORY } from "./memory_part.ts";
import { NEWCOMER } from "./newcomer_part.ts";
import { SSE } from "./sse_part.ts";
import { UPLOAD } from "./upload_part.ts";

/** All parts by their names on the command line, in the order in which they run. */
export const PARTS: Readonly<Record<string, Part>> = {
  // The first one, while the proxies have not yet had so many connections.
  memory: MEMORY,
  small: SMALL,
  body: BODY,
  connect: CONNECT,
  newcomer: NEWCOMER,
  slow: SLOW,
  sse: SSE,
  download: DOWNLOAD,
  upload: UPLOAD,
  client: CLIENT,
};
