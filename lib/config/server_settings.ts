import { SYSTEM_SOCKET } from "./default_socket.ts";
import { ADDRESS_RANGE6_HINT, checkedAddressRange6, IPV6_MODES } from "./ipv6_mode.ts";
import { ISOLATION_LEVELS } from "./isolation_level.ts";
import { address, boolean, choice, list, path, patterned, text } from "./kinds.ts";
import { optional, textKind } from "./kind.ts";
import { parseHostName } from "./network_address.ts";
import { duration, port } from "./number_kinds.ts";
import { parseSourceReference } from "./source_reference.ts";
import { type Entries, literal } from "./table.ts";
import { formatUidRange, parseUidRange } from "./uid_range.ts";

/** Settings of the supervisor and of the places that it uses. */
export const SERVER_SETTINGS = {
  functionsDirectory: {
    name: "functionsDirectory",
    setBy: "variable",
    variables: ["FUNC_DIRECTORY"],
    kind: path,
    default: "/opt/functions",
    summary: "the functions directory",
    details:
      "Each subdirectory with an `index.ts` or another entry is a function. `ddsrv serve DIRECTORY` " +
      "sets it too.",
    needsRestart: true,
  },
  port: {
    name: "port",
    short: "-p",
    variables: ["SERVICE_PORT", "PORT"],
    kind: port(),
    default: 9999,
    summary: "port of the proxy; 0 chooses a free port",
    needsRestart: true,
  },
  hostname: {
    name: "hostname",
    variables: [],
    kind: address,
    default: "0.0.0.0",
    summary: "address that the proxy listens on",
    needsRestart: true,
  },
  socket: {
    name: "socket",
    setBy: "flag",
    kind: path,
    default: SYSTEM_SOCKET,
    defaultWithoutRoot: "$XDG_RUNTIME_DIR/ddsrv/ddsrv.sock",
    summary: "path of the control socket",
    needsRestart: true,
  },
  stateDirectory: {
    name: "stateDir",
    setBy: "flag",
    variables: ["DDSRV_STATE_DIRECTORY"],
    kind: path,
    default: "/var/lib/ddsrv",
    defaultWithoutRoot: "~/.local/state/ddsrv",
    summary: "directory of module caches and of the data of functions",
    needsRestart: true,
  },
  shutdownDelayMs: {
    name: "shutdownDelay",
    kind: duration({ min: 0 }),
    default: 0,
    summary: "how long to go on serving after the signal to stop",
    details:
      "Meanwhile `/readyz` answers 503, so that a load balancer sends its requests to other hosts. " +
      "Choose twice the interval of its health checks. A second signal ends the delay.",
  },
  shutdownTimeoutMs: {
    name: "shutdownTimeout",
    kind: optional(duration()),
    default: undefined,
    defaultText: "the value of stopGrace",
    summary: "how long in-flight requests may finish when ddsrv stops",
    details: "The service manager must wait longer: see `TimeoutStopSec` of systemd.",
  },
  isolation: {
    name: "isolation",
    setBy: "flag",
    kind: choice(ISOLATION_LEVELS, "level"),
    default: literal("full"),
    summary: "how strictly to isolate functions",
    details:
      "`full` uses every layer and needs root. `rootless` uses the namespaces of an ordinary " +
      "user, and functions have no network but loopback. `none` leaves Deno's permissions alone.",
    needsRestart: true,
  },
  addressRange: {
    name: "addressRange",
    setBy: "key",
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
    needsRestart: true,
  },
  ipv6: {
    name: "ipv6",
    variables: [],
    kind: choice(IPV6_MODES, "mode"),
    default: literal("auto"),
    summary: "IPv6 for functions: off, auto (if the host can) or on",
    details:
      "With `auto`, functions have IPv6 if the host has a public IPv6 address, a default route and a " +
      "way to forward without a change for other interfaces; `ddsrv doctor` says what is missing. " +
      "With `on`, `serve` fails instead. The same egress applies to both families.",
    needsRestart: true,
  },
  addressRange6: {
    name: "addressRange6",
    setBy: "key",
    variables: [],
    kind: textKind({
      placeholder: "cidr",
      parse: checkedAddressRange6,
      write: (text) => text,
      hint: ADDRESS_RANGE6_HINT,
    }),
    default: "fdd5:2d1c:9b60::/48",
    summary: "IPv6 network (a private /48) of the functions' namespaces",
    details: "Each supervisor uses one /64 of it, which follows from its IPv4 network.",
    needsRestart: true,
  },
  uidRange: {
    name: "uidRange",
    setBy: "key",
    variables: [],
    kind: optional(
      textKind({ placeholder: "range", parse: parseUidRange, write: formatUidRange }),
    ),
    default: undefined,
    defaultText: "65536 UIDs from 1879048192 on, a range for each functions directory",
    summary: "UIDs that functions run as, such as 200000-265535",
    needsRestart: true,
  },
  adminPort: {
    name: "adminPort",
    kind: optional(port()),
    default: undefined,
    defaultText: "none",
    summary: "port of the admin endpoints /livez, /readyz and /metrics",
    needsRestart: true,
  },
  adminHostname: {
    name: "adminHostname",
    kind: address,
    default: "127.0.0.1",
    summary: "address that the admin endpoints listen on",
    needsRestart: true,
  },
  adminHosts: {
    name: "adminHosts",
    kind: list(text("names", parseHostName)),
    default: [],
    defaultText: "localhost",
    summary: "host names that the admin endpoints accept, besides localhost",
    details:
      "The admin endpoints always answer to IP addresses and to `localhost`. They refuse other " +
      "host names, which protects them from DNS rebinding.",
    needsRestart: true,
  },
  uiWrite: {
    name: "uiWrite",
    kind: boolean,
    default: false,
    summary: "let the page on the admin port reload, roll back, stop and start",
    details: "Without it, the page at `/_ui/` shows everything and changes nothing.",
  },
  uiTokenFile: {
    name: "uiTokenFile",
    kind: optional(path),
    default: undefined,
    defaultText: "none",
    summary: "file with a token that logs in to the page on the admin port",
    details:
      "The first line counts, with at least 24 characters. ddsrv reads it at each login. Without a " +
      "file, `ddsrv ui --link` prints a link that works once.",
  },
  source: {
    name: "source",
    kind: optional(
      textKind({ placeholder: "url", parse: parseSourceReference, write: ({ text }) => text }),
    ),
    default: undefined,
    defaultText: "none",
    summary: "take the functions from an archive, an artifact or a repository",
    details:
      "`https://…/functions.tar.gz`, `oci://…` or `git+https://…`. Only ddsrv then changes " +
      "the functions directory, see the page on sources.",
    needsRestart: true,
  },
  sourcePollMs: {
    name: "sourcePoll",
    kind: duration({ min: 1_000, none: "never" }),
    default: 60_000,
    summary: "how often to ask the source for a new version",
    details:
      "With `never`, ddsrv asks at its start, on SIGHUP and on a webhook. ddsrv does not ask " +
      "again for a source with a digest that it has.",
    needsRestart: true,
  },
  sourceAuthFile: {
    name: "sourceAuthFile",
    kind: optional(path),
    default: undefined,
    defaultText: "none",
    summary: "file with the source's token, user:password, or Docker's config.json",
    details:
      "ddsrv reads it each time that it asks the source. The variable `DDSRV_SOURCE_TOKEN` " +
      "can have its text instead.",
    needsRestart: true,
  },
  sourceWebhookSecretFile: {
    name: "sourceWebhookSecretFile",
    kind: optional(path),
    default: undefined,
    defaultText: "none",
    summary: "file with the secret of webhooks for the source",
    details: "`POST /-/source` on the admin port then makes ddsrv ask the source at once. The " +
      "request needs `X-Hub-Signature-256`, the HMAC of its body.",
    needsRestart: true,
  },
} satisfies Entries;
