import { address, choice, list, path, patterned } from "./kinds.ts";
import { optional, textKind } from "./kind.ts";
import { parseHostName } from "./network_address.ts";
import { port } from "./number_kinds.ts";
import { type Entries, literal } from "./setting.ts";
import { formatUidRange, parseUidRange } from "./uid_range.ts";

/** Levels of isolation, the strictest first. ddsrv never chooses a weaker one itself. */
export const ISOLATION_LEVELS = ["full", "rootless", "none"] as const;

/** A level of isolation. */
export type IsolationLevel = typeof ISOLATION_LEVELS[number];

/** Settings of the supervisor and of the places that it uses. */
export const SERVER_SETTINGS = {
  functionsDirectory: {
    name: "functionsDirectory",
    setBy: [],
    variables: ["FUNC_DIRECTORY"],
    kind: path,
    default: "/opt/functions",
    summary: "the functions directory",
    details:
      "Each subdirectory with an `index.ts` is a function. `ddsrv serve DIRECTORY` sets it too.",
    live: false,
  },
  port: {
    name: "port",
    setBy: ["key", "flag"],
    short: "-p",
    variables: ["SERVICE_PORT", "PORT"],
    kind: port(),
    default: 9999,
    summary: "port of the proxy; 0 chooses a free port",
    live: false,
  },
  hostname: {
    name: "hostname",
    setBy: ["key", "flag"],
    variables: [],
    kind: address,
    default: "0.0.0.0",
    summary: "address that the proxy listens on",
    live: false,
  },
  socket: {
    name: "socket",
    setBy: ["flag"],
    variables: ["DDSRV_SOCKET"],
    kind: path,
    default: "/run/ddsrv/ddsrv.sock",
    defaultWithoutRoot: "$XDG_RUNTIME_DIR/ddsrv/ddsrv.sock",
    summary: "path of the control socket",
    live: false,
  },
  stateDirectory: {
    name: "stateDir",
    setBy: ["flag"],
    variables: ["DDSRV_STATE_DIRECTORY"],
    kind: path,
    default: "/var/lib/ddsrv",
    defaultWithoutRoot: "~/.local/state/ddsrv",
    summary: "directory of module caches and of the data of functions",
    live: false,
  },
  isolation: {
    name: "isolation",
    setBy: ["flag"],
    variables: ["DDSRV_ISOLATION"],
    kind: choice(ISOLATION_LEVELS, "level"),
    default: literal("full"),
    summary: "how strictly to isolate functions",
    details:
      "`full` uses every layer and needs root. `rootless` uses the namespaces of an ordinary " +
      "user, and functions have no network but loopback. `none` leaves Deno's permissions alone.",
    live: false,
  },
  addressRange: {
    name: "addressRange",
    setBy: ["key"],
    variables: [],
    kind: patterned({
      placeholder: "cidr",
      pattern:
        /^(?:[1-9]\d?|1\d\d|2[01]\d|22[0-3])\.(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])\.0\.0\/16$/,
      hint: "Give a /16 of IPv4, such as 10.213.0.0/16",
    }),
    default: "10.213.0.0/16",
    summary: "IPv4 network (a /16) of the functions' namespaces",
    details:
      "If the host routes the default already, ddsrv takes the next /16 that it does not route.",
    live: false,
  },
  uidRange: {
    name: "uidRange",
    setBy: ["key"],
    variables: [],
    kind: optional(
      textKind({ placeholder: "range", parse: parseUidRange, write: formatUidRange }),
    ),
    default: undefined,
    defaultText: "65536 UIDs from 1879048192 on, a range for each functions directory",
    summary: "UIDs that functions run as, such as 200000-265535",
    live: false,
  },
  adminPort: {
    name: "adminPort",
    setBy: ["key", "flag"],
    variables: ["DDSRV_ADMIN_PORT"],
    kind: optional(port()),
    default: undefined,
    defaultText: "none",
    summary: "port of the admin endpoints /livez, /readyz and /metrics",
    live: false,
  },
  adminHostname: {
    name: "adminHostname",
    setBy: ["key", "flag"],
    variables: ["DDSRV_ADMIN_HOSTNAME"],
    kind: address,
    default: "127.0.0.1",
    summary: "address that the admin endpoints listen on",
    live: false,
  },
  adminHosts: {
    name: "adminHosts",
    setBy: ["key", "flag"],
    variables: ["DDSRV_ADMIN_HOSTS"],
    kind: list(textKind({ placeholder: "names", parse: parseHostName, write: (name) => name })),
    default: [],
    defaultText: "localhost",
    summary: "host names that the admin endpoints answer to",
    details:
      "The admin endpoints always answer to IP addresses and to `localhost`. They refuse other " +
      "host names, which protects them from DNS rebinding.",
    live: false,
  },
} satisfies Entries;
