import { type Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { isIPv4 } from "node:net";
import {
  parseCheckBound,
  parseDuration,
  parseIdle,
  parseRescan,
} from "../../lib/config/duration.ts";
import { parseMaxFiles } from "../../lib/config/max_files.ts";
import { parseEgress } from "../../lib/config/egress.ts";
import { parseLogMaxFiles, parseLogMaxSize } from "../../lib/config/log_bounds.ts";
import {
  ENVIRONMENT_VARIABLES,
  FUNCTION_VARIABLES,
} from "../../lib/config/environment_variables.ts";
import {
  checkedCidr,
  parseDomain,
  parseFetchHost,
  parseHostName,
} from "../../lib/config/network_address.ts";
import { parseRateLimit } from "../../lib/config/rate_limit.ts";
import {
  ACCESS_LOG_FORMATS,
  CONSOLE_FORMATS,
  ISOLATION_LEVELS,
  LOG_FORMATS,
} from "../../lib/config/settings.ts";
import { argument } from "./argument.ts";
import type { OnExit } from "../exit_code.ts";
import { limitFlags } from "./limit_flags.ts";
import { withExamples } from "./examples.ts";
import { SERVE_FILES } from "./files.ts";
import { withManual } from "./manual.ts";
import { parsePort } from "./numbers.ts";
import { DEFAULT_SOCKET, setting } from "./options.ts";

/** Declares `ddsrv serve`. Its variables are read with the rest of the settings. */
export function addServe(program: Command, onExit: OnExit): void {
  const serving = program.command("serve")
    .description(
      "serve the functions of a directory in the foreground\n\n" +
        "SIGTERM and Ctrl-C start a graceful shutdown: in-flight requests may finish. A second " +
        "signal stops at once. SIGHUP reloads the configuration.",
    )
    .summary("serve the functions of a directory in the foreground")
    .argument(
      "[directory]",
      "the functions directory (env: FUNC_DIRECTORY; default: /opt/functions)",
    )
    .addOption(
      setting("-p, --port <port>", "port of the proxy", {
        env: "SERVICE_PORT or PORT",
        default: "9999",
      }).argParser(parsePort),
    )
    .addOption(
      setting("--hostname <address>", "address that the proxy listens on", { default: "0.0.0.0" }),
    )
    .addOption(
      setting("--socket <path>", "the control socket", {
        env: "DDSRV_SOCKET",
        default: DEFAULT_SOCKET,
      }),
    )
    .addOption(
      setting("--logs-dir <path>", "directory of log files", {
        env: "LOGS_DIRECTORY",
        default: "/opt/logs",
      }),
    )
    .addOption(
      setting("--no-logs", "write no log files", { env: "SAVE_LOGS=false or ENABLE_LOGS=false" }),
    )
    .addOption(
      setting("--log-file-format <format>", "lines of log files", {
        env: "LOG_FORMAT",
        default: "cri",
      }).choices(LOG_FORMATS),
    )
    .addOption(
      setting("--log-max-size <size>", "size at which a log file is put away", {
        env: "DDSRV_LOG_MAX_SIZE",
        default: "10MiB",
      }).argParser(argument(parseLogMaxSize)),
    )
    .addOption(
      setting("--log-max-files <count>", "files that are kept of each log", {
        env: "DDSRV_LOG_MAX_FILES",
        default: "5",
      }).argParser(argument(parseLogMaxFiles)),
    )
    .addOption(
      setting("--state-dir <path>", "directory of caches and of functions' data", {
        env: "DDSRV_STATE_DIRECTORY",
        default: "/var/lib/ddsrv",
      }),
    )
    .addOption(
      setting("--isolation <level>", "how functions are kept apart", {
        env: "DDSRV_ISOLATION",
        default: "full",
      }).choices(ISOLATION_LEVELS),
    )
    .addOption(
      setting(
        "--egress <kind>",
        "the most that functions may reach: none, internet, full, or a list such as " +
          "db.example.com:5432,10.0.0.0/8",
        { default: "internet" },
      ).argParser(argument(parseEgress)),
    )
    .addOption(
      setting("--env-file <path>", "file with variables for every function", { env: "ENV_FILE" }),
    )
    .option("--dns <address>", "resolver for functions (IPv4), may be repeated", collectAddress)
    .option(
      "--allow-import <host>",
      "host that code may be imported from, may be repeated",
      collect,
    )
    .addOption(
      setting("--registry <host>", "host that a function's .npmrc may name, may be repeated", {
        env: "DDSRV_REGISTRIES",
      }).argParser(collectHost),
    )
    .addOption(
      setting("--no-check", "start functions without a type check", { env: "CHECK_CODE=false" }),
    )
    .addOption(
      setting("--check-cpu-time <duration>", "the most processor time that one check uses", {
        env: "DDSRV_CHECK_CPU_TIME",
        default: "60s",
      }).argParser(argument(parseCheckBound)),
    )
    .addOption(
      setting("--check-timeout <duration>", "how long one check may run", {
        env: "DDSRV_CHECK_TIMEOUT",
        default: "10m",
      }).argParser(argument(parseCheckBound)),
    )
    .addOption(
      setting("--idle <duration>", "stop a function that has no request for so long", {
        env: "DDSRV_IDLE",
        default: "never",
      }).argParser(argument(parseIdle)),
    )
    .addOption(
      setting("--drain <duration>", "for what a replaced instance has still to answer", {
        env: "DDSRV_DRAIN",
        default: "30s",
      }).argParser(argument(parseDuration)),
    )
    .addOption(
      setting("--rescan <duration>", "between two looks at all folders, beside events", {
        env: "DDSRV_RESCAN",
        default: "3s",
      }).argParser(argument(parseRescan)),
    )
    .addOption(
      setting("--max-files <count>", "the most files and folders in one function's folder", {
        env: "DDSRV_MAX_FILES",
        default: "50000",
      }).argParser(argument(parseMaxFiles)),
    )
    .addOption(
      setting(
        "--no-watch",
        "take new code of a function that serves only at ddsrv reload; that of one that does not " +
          "serve is tried at once, and folders may come and go",
        { env: "WATCH_FILES=false" },
      ),
    )
    .addOption(setting("-q, --quiet", "print no lines of functions", { env: "QUIET" }))
    .addOption(
      setting("--log-format <format>", "what serve says: for people, or an object a line", {
        env: "DDSRV_LOG_FORMAT",
        default: "text",
      }).choices(CONSOLE_FORMATS),
    )
    .addOption(
      setting("--admin-port <port>", "port of /livez, /readyz and /metrics", {
        env: "DDSRV_ADMIN_PORT",
        default: "none",
      }).argParser(parsePort),
    )
    .addOption(
      setting("--admin-hostname <address>", "address that these listen on", {
        env: "DDSRV_ADMIN_HOSTNAME",
        default: "127.0.0.1",
      }),
    )
    .addOption(
      setting("--admin-hosts <names>", "names that these answer to, beside addresses", {
        env: "DDSRV_ADMIN_HOSTS",
        default: "localhost",
      }).argParser(collectHosts),
    )
    .optionsGroup("Proxy:")
    .addOption(
      setting("--domain <domain>", "also serve NAME.DOMAIN, may be repeated", {
        env: "DDSRV_DOMAIN",
      }).argParser(collectDomain),
    )
    .addOption(
      setting(
        "--trusted-proxies <cidr>",
        "believe the forwarding fields of these peers, may be repeated",
        { env: "DDSRV_TRUSTED_PROXIES" },
      ).argParser(collectCidrs),
    )
    .addOption(
      setting("--rate-limit <rate>", "requests of each client: 100/s, or 100/s burst 200 (429)", {
        env: "DDSRV_RATE_LIMIT",
        default: "none",
      }).argParser(argument(parseRateLimit)),
    )
    .addOption(
      setting("--hide-errors", "tell clients only the kind of a fault", {
        env: "DDSRV_HIDE_ERRORS",
      }),
    )
    .addOption(
      setting(
        "--compat-reload",
        "let anybody reload a function with POST /NAME/reload, as in dynamic-deno-server",
        { env: "DDSRV_COMPAT_RELOAD" },
      ),
    )
    .addOption(
      setting("--tls-cert <path>", "certificate chain, PEM; serve TLS", { env: "DDSRV_TLS_CERT" }),
    )
    .addOption(
      setting("--tls-key <path>", "the certificate's key, PEM", { env: "DDSRV_TLS_KEY" }),
    )
    .addOption(
      setting("--access-log <format>", "log every request", { env: "DDSRV_ACCESS_LOG" })
        .choices(ACCESS_LOG_FORMATS),
    )
    .addOption(
      setting("--access-log-file <path>", "file of the access log", {
        env: "DDSRV_ACCESS_LOG_FILE",
        default: "standard output",
      }),
    );
  for (const flag of limitFlags()) serving.addOption(flag);
  serving.action(async (directory, options) => {
    const { serve } = await import("../commands/serve.ts");
    onExit(await serve(directory, options));
  });
  withManual(serving, {
    variables: [...ENVIRONMENT_VARIABLES, ...FUNCTION_VARIABLES],
    files: SERVE_FILES,
  });
  withExamples(serving, [
    ["ddsrv serve", "Serve /opt/functions at http://localhost:9999"],
    [
      "ddsrv serve ./functions --idle 15m",
      "Scale idle functions to zero after 15 min",
    ],
    ["ddsrv serve ./functions --isolation rootless", "Serve without root"],
  ]);
}

function collectDomain(value: string, values: readonly string[] | undefined): string[] {
  return collect(argument(parseDomain)(value), values);
}

function collectCidrs(value: string, values: readonly string[] | undefined): string[] {
  const cidrs = value.split(",").map((one) => argument(checkedCidr)(one.trim()));
  return [...values ?? [], ...cidrs];
}

function collectHosts(value: string, values: readonly string[] | undefined): string[] {
  const names = value.split(",").map((one) => argument(parseHostName)(one.trim()));
  return [...values ?? [], ...names];
}

function collectAddress(value: string, values: readonly string[] | undefined): string[] {
  if (!isIPv4(value)) throw new InvalidArgumentError("Give an IPv4 address.");
  return collect(value, values);
}

function collectHost(value: string, values: readonly string[] | undefined): string[] {
  return collect(argument(parseFetchHost)(value), values);
}

function collect(value: string, values: readonly string[] | undefined): string[] {
  return [...values ?? [], value];
}
