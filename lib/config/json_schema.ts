import { z } from "zod";
import { functionSchema } from "./function_schema.ts";
import { keyDefaults } from "./key_defaults.ts";
import { LIMIT_OPTIONS } from "./limit_options.ts";
import { policySchema } from "./policy_schema.ts";

/** Whose `ddsrv.json` a schema is for. */
export type SchemaKind = "directory" | "function";

/** What each key is for, in the editor of whoever writes it. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  $schema: "This schema, for editors",
  egress:
    "The most that a function may reach: none, internet, full with private networks, or a list",
  permissions: "The most of Deno's permissions that a function gets, or all",
  envFile: "A file with variables of functions, relative to this one's directory",
  env: "Variables of functions",
  startTimeout: "Until a process listens: 30s",
  stopGrace: "Between SIGTERM and SIGKILL: 5s",
  healthPath: "A path that must answer below 400 before a function gets requests: /healthz",
  healthAttempts: "How often the health path is asked at most; 0: to listen is enough",
  healthInterval: "Between two requests for the health path of one that serves: 10s, or never",
  hangTimeout:
    "A function without a health path whose event loop is held for so long while requests wait is " +
    "replaced: 1m, or never",
  idle: "Without a request for this long it is stopped, until the next one: 15m, or never",
  drain: "For what a replaced instance has still to answer: 30s",
  rescan: "Between two looks at all folders, where the file system tells of no changes: 3s",
  maxFiles: "The most files and folders in one function's folder; one with more is not taken up",
  watch: "Take new code of a function that serves by itself, not only at ddsrv reload",
  keepPrefix: "Requests come with the prefix",
  memory: "The most memory of an instance, swap included: 256MiB",
  cpu: "The most cores that an instance keeps busy: 0.5",
  processes: "The most processes and threads of an instance",
  dataSize: "The most that a function keeps on disk: 256MiB",
  dataFiles: "The most files that a function keeps on disk, directories and links included",
  bandwidth: "The most that an instance sends, and gets, requests included: 50mbit, or none",
  port: "Port of the proxy",
  hostname: "Address that the proxy listens on",
  adminPort: "Port of /livez, /readyz and /metrics",
  adminHostname: "Address that these listen on",
  adminHosts: "Names of hosts that these answer to, beside addresses and localhost",
  logsDirectory: "Where log files are",
  saveLogs: "Write log files",
  logFormat: "The lines of log files",
  logMaxSize: "Size at which a log file is put away: 10MiB",
  logMaxFiles: "Files that are kept of each log, the current one included: 5",
  checkCode: "Type-check code before it is started",
  checkCpuTime: "The most processor time that one check uses, all its processes together: 60s",
  checkTimeout: "How long one check may run, however little of the processor it gets: 10m",
  preferredPort: "The port that is taken when a function listens on several",
  allowImport: "Hosts that code may be imported from, beside Deno's default list",
  registries: "Hosts that a function's .npmrc may have packages come from",
  dns: "Resolvers that functions ask",
  addressRange: "Addresses that namespaces are given, a /16",
  uidRange: "Users that functions run as: 200000-265535",
  trustedProxies: "Peers whose forwarding fields are believed, as addresses or CIDRs",
  domain: "Domains whose subdomains lead to functions",
  rateLimit:
    "Requests of each client, an IPv4 address or IPv6 /64: 100/s, 600/m, 100/s burst 200, or " +
    "none; in a manifest those at this function, beside the others",
  hideErrors: "Tell clients only the kind of a fault",
  compatReload: "POST /NAME/reload reloads a function in place of reaching it",
  tlsCert: "Certificate chain, PEM",
  tlsKey: "The certificate's key, PEM",
  accessLog: "Log every request",
  accessLogFile: "File of the access log",
};

/** The schema of a `ddsrv.json` as JSON Schema, draft 2020-12. */
export function jsonSchema(kind: SchemaKind): Record<string, unknown> {
  const schema = kind === "directory" ? policySchema : functionSchema;
  const { properties = {}, ...rest } = z.toJSONSchema(schema, { io: "input" });
  const limits = LIMIT_OPTIONS.map((one) => [one.name, `Limit: ${one.summary}`] as const);
  const descriptions = new Map([...Object.entries(DESCRIPTIONS), ...limits]);
  // What a manifest leaves out is as the functions directory's file says, whatever that is.
  const defaults = new Map(Object.entries(kind === "directory" ? keyDefaults() : {}));
  const described = Object.entries(properties).map(([name, property]) => [name, {
    description: descriptions.get(name),
    ...(defaults.has(name) ? { default: defaults.get(name) } : {}),
    ...(property as object),
  }]);
  return { ...rest, title: "ddsrv.json", properties: Object.fromEntries(described) };
}
