/** A function that `ddsrv init --template` writes. */
export interface Template {
  readonly name: string;
  /** One line, without a full stop. */
  readonly summary: string;
}

/** All templates, from the most common task to the least. */
export const TEMPLATES: readonly Template[] = [
  { name: "json-api", summary: "answer JSON requests: list, create, read, delete" },
  { name: "hono", summary: "use the router Hono from npm" },
  { name: "express", summary: "run Node code: Express from npm" },
  { name: "default-export", summary: "export a fetch handler, as for deno serve" },
  { name: "static-files", summary: "serve the files of a folder" },
  { name: "websocket-chat", summary: "send WebSocket messages to all clients" },
  { name: "server-sent-events", summary: "stream events to a browser" },
  { name: "streamed-upload", summary: "read a large upload in constant memory" },
  { name: "kv-counter", summary: "keep data over restarts with Deno KV" },
  { name: "shared-code", summary: "import code that functions share from _shared/" },
  { name: "manifest", summary: "limit memory, processor and egress in ddsrv.json" },
  { name: "schedule", summary: "do something at certain times, without a timer" },
  { name: "webhook", summary: "verify signed requests with a secret from the environment" },
];

/**
 * The directory of the templates, with a folder for each. In the npm package, this code is bundled
 * into `lib/`, from where the path is the same as from `cli/`.
 */
export const TEMPLATES_DIRECTORY: URL = new URL("../examples/_templates/", import.meta.url);
