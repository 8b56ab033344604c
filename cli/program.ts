import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { isIPv4 } from "node:net";
import { checkedCidr, parseDomain } from "../lib/config/network_address.ts";
import { defaultPaths } from "../lib/config/default_paths.ts";
import { parseDuration, parseIdle, parseRescan } from "../lib/config/duration.ts";
import { parseEgress } from "../lib/config/egress.ts";
import { parseAccessLogFormat, parseIsolationLevel } from "../lib/config/settings.ts";
import { argument } from "./argument.ts";
import { limitFlags } from "./limit_flags.ts";
import { version } from "./version.ts";

/** Takes the exit code of the command that was run. */
export type OnExit = (exitCode: number) => void;

const socketOption = new Option("--socket <path>", "the supervisor's control socket")
  .env("DDSRV_SOCKET").default(defaultPaths(Deno.uid(), Deno.env.toObject()).socket);

const jsonOption = new Option("--json", "print JSON, in a documented shape");

/**
 * The command tree. Each verb's code is loaded when it is run, because the command line's own
 * start-up counts.
 */
export function createProgram(onExit: OnExit): Command {
  const program = new Command("ddsrv")
    .description("Drop a folder, get a server: each function in a sandbox of its own.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .showHelpAfterError("(ddsrv --help lists the commands)")
    .exitOverride();
  addServe(program, onExit);
  addList(program, onExit);
  addInspect(program, onExit);
  addAdd(program, onExit);
  addRemove(program, onExit);
  addLogs(program, onExit);
  addCheck(program, onExit);
  addReload(program, onExit);
  addRollback(program, onExit);
  addDoctor(program, onExit);
  addSchema(program, onExit);
  return program as unknown as Command;
}

function addServe(program: Command, onExit: OnExit): void {
  // Variables of the environment are read with the rest of the settings, under all their names.
  const serving = program.command("serve")
    .description("serve the functions of a directory in the foreground")
    .argument(
      "[directory]",
      "the functions directory (env: FUNC_DIRECTORY, default: /opt/functions)",
    )
    .option("-p, --port <port>", "port of the proxy (env: PORT, default: 9999)", parsePort)
    .option("--hostname <address>", "address that the proxy listens on (default: 0.0.0.0)")
    .option("--socket <path>", "control socket (env: DDSRV_SOCKET, default: /run/ddsrv/ddsrv.sock)")
    .option("--logs-dir <path>", "directory of log files (env: LOGS_DIRECTORY, default: /opt/logs)")
    .option("--no-logs", "write no log files (env: SAVE_LOGS=false)")
    .option(
      "--state-dir <path>",
      "directory of the module cache (env: DDSRV_STATE_DIRECTORY, default: /var/lib/ddsrv)",
    )
    .option(
      "--isolation <level>",
      "full, rootless or none (env: DDSRV_ISOLATION, default: full)",
      argument(parseIsolationLevel),
    )
    .option(
      "--egress <kind>",
      "most that functions may reach: none, internet, full, or a list: db.example.com:5432,10.0.0.0/8",
      argument(parseEgress),
    )
    .option("--env-file <path>", "file with variables for every function (env: ENV_FILE)")
    .option("--dns <address>", "resolver for functions (IPv4), may be repeated", collectAddress)
    .option("--allow-import <host>", "host that code may be imported from", collect)
    .option("--no-check", "start functions without a type check (env: CHECK_CODE=false)")
    .option(
      "--idle <duration>",
      "stop a function that has no request for so long, until the next (env: DDSRV_IDLE, default: never)",
      argument(parseIdle),
    )
    .option(
      "--drain <duration>",
      "for what a replaced instance has still to answer (env: DDSRV_DRAIN, default: 30s)",
      argument(parseDuration),
    )
    .option(
      "--rescan <duration>",
      "between two looks at all folders, beside events (env: DDSRV_RESCAN, default: 3s)",
      argument(parseRescan),
    )
    .option("-q, --quiet", "print no lines of functions (env: QUIET)")
    .optionsGroup("Proxy:")
    .option(
      "--domain <domain>",
      "also serve NAME.DOMAIN, may be repeated (env: DDSRV_DOMAIN)",
      collectDomain,
    )
    .option(
      "--trusted-proxies <cidr>",
      "believe the forwarding fields of these peers, may be repeated (env: DDSRV_TRUSTED_PROXIES)",
      collectCidrs,
    )
    .option("--hide-errors", "tell clients only the kind of a fault (env: DDSRV_HIDE_ERRORS)")
    .option("--tls-cert <path>", "certificate chain, PEM; serve TLS (env: DDSRV_TLS_CERT)")
    .option("--tls-key <path>", "the certificate's key, PEM (env: DDSRV_TLS_KEY)")
    .option(
      "--access-log <format>",
      "log every request: json or combined (env: DDSRV_ACCESS_LOG)",
      argument(parseAccessLogFormat),
    )
    .option(
      "--access-log-file <path>",
      "file of the access log (env: DDSRV_ACCESS_LOG_FILE, default: standard output)",
    );
  for (const flag of limitFlags()) serving.addOption(flag);
  serving.action(async (directory, options) => {
    const { serve } = await import("./commands/serve.ts");
    onExit(await serve(directory, options));
  });
}

function addList(program: Command, onExit: OnExit): void {
  program.command("list").alias("ls")
    .description("list the functions and how they are")
    .addOption(socketOption).addOption(jsonOption)
    .action(async (options) => {
      const { list } = await import("./commands/list.ts");
      onExit(await list(options));
    });
}

function addInspect(program: Command, onExit: OnExit): void {
  program.command("inspect")
    .description("show all there is about a function, and why it is as it is")
    .argument("<name>", "the function")
    .addOption(socketOption).addOption(jsonOption)
    .action(async (name, options) => {
      const { inspect } = await import("./commands/inspect.ts");
      onExit(await inspect(name, options));
    });
}

function addAdd(program: Command, onExit: OnExit): void {
  program.command("add")
    .description("check a directory, copy it into the functions directory, wait until it serves")
    .argument("<path>", "a directory with an index.ts")
    .option("-n, --name <name>", "the function's name (default: the directory's)")
    .option("--link", "link to the directory instead of copying it")
    .option("--replace", "put it in the place of a function of that name, without a gap")
    .option("--timeout <seconds>", "how long to wait until it serves", parseSeconds, 60)
    .addOption(socketOption).addOption(jsonOption)
    .action(async (path, options) => {
      const { add } = await import("./commands/add.ts");
      onExit(await add(path, options));
    });
}

function addRemove(program: Command, onExit: OnExit): void {
  program.command("remove").alias("rm")
    .description("take functions away, and wait until nothing of them is left")
    .argument("<names...>", "the functions")
    .option("--timeout <seconds>", "how long to wait until they are gone", parseSeconds, 60)
    .option("--purge", "remove what they have kept as well")
    .addOption(socketOption).addOption(jsonOption)
    .action(async (names, options) => {
      const { remove } = await import("./commands/remove.ts");
      onExit(await remove(names, options));
    });
}

function addLogs(program: Command, onExit: OnExit): void {
  program.command("logs")
    .description("print what functions said, also without a supervisor")
    .argument("[names...]", "the functions (default: all)")
    .option("-f, --follow", "go on with what they say from now on")
    .option("-n, --lines <count>", "how many past lines of each function", parseCount, 100)
    .option(
      "--logs-dir <path>",
      "directory of log files (default: LOGS_DIRECTORY, else the supervisor's, else /opt/logs)",
    )
    .addOption(socketOption).addOption(jsonOption)
    .action(async (names, options) => {
      const { logs } = await import("./commands/logs.ts");
      onExit(await logs(names, options));
    });
}

function addCheck(program: Command, onExit: OnExit): void {
  program.command("check")
    .description("say what serve would say of directories, and run nothing")
    .argument("[paths...]", "functions' directories (default: all of the functions directory)")
    .addOption(jsonOption)
    .action(async (paths, options) => {
      const { check } = await import("./commands/check.ts");
      onExit(await check(paths, options));
    });
}

function addReload(program: Command, onExit: OnExit): void {
  program.command("reload")
    .description("start functions anew; each old instance serves until the new one is ready")
    .argument("<names...>", "the functions")
    .addOption(socketOption)
    .action(async (names, options) => {
      const { reload } = await import("./commands/reload.ts");
      onExit(await reload(names, options));
    });
}

function addRollback(program: Command, onExit: OnExit): void {
  program.command("rollback")
    .description("put a function's last revision that served back into its folder")
    .argument("<name>", "the function")
    .option("--to <revision>", "a certain one of those that inspect shows as kept")
    .addOption(socketOption).addOption(jsonOption)
    .action(async (name, options) => {
      const { rollback } = await import("./commands/rollback.ts");
      onExit(await rollback(name, options));
    });
}

function addDoctor(program: Command, onExit: OnExit): void {
  program.command("doctor")
    .description("say what this host offers and lacks for isolation, and what to do")
    .option(
      "--isolation <level>",
      "the level that is wanted: full, rootless or none (default: full)",
      argument(parseIsolationLevel),
    )
    .addOption(jsonOption)
    .action(async (options) => {
      const { doctor } = await import("./commands/doctor.ts");
      onExit(await doctor(options));
    });
}

function addSchema(program: Command, onExit: OnExit): void {
  program.command("schema")
    .description("print the JSON Schema of ddsrv.json")
    .option("--function", "of a function's own, not of the functions directory's")
    .action(async (options) => {
      const { schema } = await import("./commands/schema.ts");
      onExit(schema(options));
    });
}

function parsePort(text: string): number {
  return parseWhole(text, { min: 0, max: 65535 });
}

function parseCount(text: string): number {
  return parseWhole(text, { min: 0, max: 10_000_000 });
}

function parseSeconds(text: string): number {
  return parseWhole(text, { min: 1, max: 600 });
}

function parseWhole(text: string, { min, max }: { min: number; max: number }): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
  }
  return value;
}

function collectDomain(value: string, values: readonly string[] | undefined): string[] {
  return collect(argument(parseDomain)(value), values);
}

function collectCidrs(value: string, values: readonly string[] | undefined): string[] {
  const cidrs = value.split(",").map((one) => argument(checkedCidr)(one.trim()));
  return [...values ?? [], ...cidrs];
}

function collectAddress(value: string, values: readonly string[] | undefined): string[] {
  if (!isIPv4(value)) throw new InvalidArgumentError("Give an IPv4 address.");
  return collect(value, values);
}

function collect(value: string, values: readonly string[] | undefined): string[] {
  return [...values ?? [], value];
}
