import { SITE_SERVER } from "./site.ts";

/** Path of Deno inside every sandbox. */
export const SANDBOX_DENO = "/ddsrv/deno";

/** Path of the module cache inside every sandbox. */
export const SANDBOX_CACHE = "/ddsrv/cache";

/** Path of the function's data inside every sandbox. */
export const SANDBOX_DATA = "/ddsrv/data";

/** Path of the preload module inside every sandbox. */
export const SANDBOX_PRELOAD = "/ddsrv/preload.js";

/** Path of the start file inside every sandbox: next to the preload module. */
export const SANDBOX_START = "/ddsrv/start.json";

/** Path inside every sandbox of the files that show activity: next to the preload module. */
export const SANDBOX_ACTIVITY = "/ddsrv/activity";

/** Path inside a sandbox of the directory with the server of static files. */
export const SANDBOX_SITE = "/ddsrv/site";
/** Path inside the sandbox of the lock file that a check made. */
export const SANDBOX_LOCK = "/ddsrv/deno.lock";

/** Paths that a function's process uses. */
export interface ProcessPaths {
  readonly deno: string;
  readonly preload: string;
  /** Main module of the server of static files. */
  readonly siteServer: string;
  readonly start: string;
  /** Directory of the files by whose locks the preload module shows activity. */
  readonly activity: string;
  /** Module cache, `DENO_DIR`. */
  readonly cache: string;
  /** Data directory, `DDSRV_DATA`. */
  readonly data: string;
  readonly temporary: string;
}

/** The paths inside every sandbox. */
export const SANDBOX_PATHS: ProcessPaths = {
  deno: SANDBOX_DENO,
  preload: SANDBOX_PRELOAD,
  siteServer: `${SANDBOX_SITE}/${SITE_SERVER}`,
  start: SANDBOX_START,
  activity: SANDBOX_ACTIVITY,
  cache: SANDBOX_CACHE,
  data: SANDBOX_DATA,
  temporary: "/tmp",
};

/** Variables that name certificate authorities to trust; passed on if the host sets them. */
export const CERTIFICATE_VARIABLES: readonly string[] = [
  "DENO_CERT",
  "DENO_TLS_CA_STORE",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
];

/** Returns the certificate variables of this process. */
export function certificateEnvironment(): Record<string, string> {
  const entries = CERTIFICATE_VARIABLES.map((name) => [name, Deno.env.get(name)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => !!entry[1]));
}
