import process from "node:process";
import { describeUnused } from "../../lib/config/debug.ts";
import { reconfigure } from "../../lib/config/reconfigure.ts";
import type { Settings } from "../../lib/config/settings.ts";
import { type Admin, type AdminOptions, openAdmin } from "../../lib/control/admin.ts";
import { openControl } from "../../lib/control/server.ts";
import type { SupervisorReport } from "../../lib/control/api.ts";
import { requireHost } from "../../lib/isolation/require_host.ts";
import { openProxy, type Proxy, type ProxyOptions } from "../../lib/proxy/proxy.ts";
import { RouteTable } from "../../lib/proxy/routes.ts";
import type { KeyPair } from "../../lib/proxy/tls_terminator.ts";
import { readKeyPair, watchKeyPair } from "../../lib/proxy/tls_renewal.ts";
import { openAccessSink } from "../../lib/supervisor/access_sink.ts";
import { createCompatReload } from "../../lib/supervisor/compat_reload.ts";
import { describeStep } from "../../lib/supervisor/describe_step.ts";
import { openLogSink } from "../../lib/supervisor/log_sink.ts";
import { type Status, statusOf } from "../../lib/supervisor/state.ts";
import { startSupervisor, type Supervisor } from "../../lib/supervisor/supervisor.ts";
import { openWorkplace, type Workplace } from "../../lib/supervisor/workplace.ts";
import { sleep } from "../../lib/system/sleep.ts";
import { CliError } from "../exit_code.ts";
import { describeChange } from "../output/changes.ts";
import { createConsole } from "../output/console.ts";
import { describeService } from "../output/service_status.ts";
import { clearAside } from "../../lib/function/set_aside.ts";
import { version } from "../version.ts";
import { onHangup } from "./serve_hangup.ts";
import { openService } from "./serve_service.ts";
import { readSettings, type ServeOptions } from "./serve_settings.ts";

/** How often the files of the certificate are looked at. */
const CERTIFICATE_INTERVAL_MS = 2_000;

const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGQUIT"] as const;

/** Serves a directory until it is told to stop. */
export async function serve(directory: string | undefined, options: ServeOptions): Promise<number> {
  const { settings, warnings } = await readSettings(directory, options);
  const console = createConsole({
    format: settings.consoleFormat,
    isQuiet: settings.quiet,
  });
  for (const warning of warnings) console.warn(warning);
  const debug = settings.debug ? console.debug : undefined;
  for (const note of describeUnused(Deno.env.toObject())) debug?.(note);
  // Functions have users of their own, who must read what is made for them.
  Deno.umask(0o022);
  await requireDirectory(settings.functionsDirectory);
  await requireHost(settings.isolation);
  await warnOfEnvFile(settings, console.warn);
  await clearAside(settings.functionsDirectory);
  using signals = catchSignals();

  await using stack = new AsyncDisposableStack();
  const service = stack.use(openService({ pid: process.pid, onWarning: console.warn }));
  const workplace = stack.use(await openWorkplace(settings, console.warn));
  const routes = new RouteTable();
  const accessSink = openAccessSink({ settings, print: console.print, onWarning: console.warn });
  if (accessSink !== undefined) stack.use(accessSink);
  const tls = await loadKeyPair(settings);
  const proxy = stack.use(listen(settings, {
    routes,
    ...(tls === undefined ? {} : { tls }),
    ...(accessSink === undefined ? {} : { onAccess: accessSink.write }),
    onError: (error) => console.warn(debug === undefined ? error : stackOf(error)),
  }));
  if (tls !== undefined) {
    stack.use(watchKeyPair({
      certPath: settings.tlsCert!,
      keyPath: settings.tlsKey!,
      current: tls,
      intervalMs: CERTIFICATE_INTERVAL_MS,
      renew: proxy.renew,
      onRenewed: () => console.say("The certificate was renewed"),
      onWarning: console.warn,
    }));
  }
  const logSink = stack.use(openLogSink(settings, console.warn));
  const proto = tls === undefined ? "http" : "https";
  const url = `${proto}://${urlHost(settings.hostname)}:${proxy.port}`;
  const statuses = new Map<string, Status>();
  const supervisor = startSupervisor({
    workplace,
    routes,
    onChange: (before, after) => {
      logSink.change(before, after);
      const { name } = (after ?? before)!;
      for (const change of describeChange(before, after, url)) console.change(name, change);
      if (after === undefined) statuses.delete(name);
      else statuses.set(name, statusOf(after));
      console.progress(statuses);
      service.status(describeService(statuses));
    },
    onIgnored: console.ignored,
    onLine: (name, stream, line) => {
      logSink.write(name, stream, line);
      console.line(name, stream, line);
    },
    onStep: debug && ((name, event, step) => debug(`${name}: ${describeStep(event, step)}`)),
    onWarning: console.warn,
  });
  if (settings.compatReload) routes.onReload = createCompatReload(supervisor);
  stack.defer(() => supervisor.stop(signals.second));
  const report = reportSupervisor(workplace, url);
  stack.use(await openControl({ socket: settings.socket, supervisor, workplace, report }));
  const admin = openAdminEndpoints(settings, {
    supervisor,
    report,
    connections: () => proxy.connections,
  });
  if (admin !== undefined) stack.use(admin);
  console.banner(report);
  if (admin !== undefined) {
    console.say(`Probes and metrics on http://${urlHost(settings.adminHostname)}:${admin.port}`);
  }
  await Promise.race([supervisor.scan(), signals.first]);
  console.say(describeFound(supervisor));
  stack.use(onHangup({
    stop: signals.stop,
    during: service.reload,
    async reload() {
      const { settings: next, warnings } = await readSettings(directory, options);
      const { settings: taken, postponed } = reconfigure(workplace.settings, next);
      for (const warning of warnings) console.warn(warning);
      workplace.configure(taken);
      proxy.configure(taken);
      await supervisor.reconfigure();
      console.say("Configuration was read again");
      if (postponed.length > 0) {
        console.warn(`Changed, and taken up at the next start alone: ${postponed.join(", ")}`);
      }
    },
    onError: (error) => console.warn(`${error.message}. What held before goes on to hold`),
  }));
  service.ready();

  await signals.first;
  service.stopping();
  console.say("Stopping");
  admin?.stopping();
  // Requests in flight may finish, at most for as long as a function may take to end.
  await Promise.race([proxy.drain(), sleep(settings.stopGraceMs, signals.second)]);
  await stack.disposeAsync();
  console.say("Stopped");
  await console.flush();
  return 0;
}

async function requireDirectory(path: string): Promise<void> {
  const file = await Deno.stat(path).catch(() => undefined);
  if (file === undefined) {
    throw new CliError(
      `There is no directory "${path}". Make it (mkdir -p "${path}"), or name another`,
    );
  }
  const system = ["/usr", "/proc", "/sys", "/dev"].find((one) => `${path}/`.startsWith(`${one}/`));
  if (system !== undefined) {
    throw new CliError(
      `"${path}" lies in ${system}, which every function may see. Choose a directory elsewhere`,
    );
  }
  if (!file.isDirectory) {
    throw new CliError(`"${path}" is not a directory. Name the directory that holds the functions`);
  }
}

/** One that is not there is no reason not to serve, and may come later. */
async function warnOfEnvFile(
  { envFile }: Settings,
  warn: (message: string) => void,
): Promise<void> {
  if (envFile === undefined || await Deno.stat(envFile).catch(() => undefined)) return;
  warn(`There is no env file "${envFile}", so functions get no variables from it. Put it there`);
}

async function loadKeyPair({ tlsCert, tlsKey }: Settings): Promise<KeyPair | undefined> {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  try {
    return await readKeyPair({ certPath: tlsCert, keyPath: tlsKey });
  } catch (error) {
    throw new CliError(
      `Cannot read the certificate: ${(error as Error).message}. ` +
        "Mend --tls-cert and --tls-key, or leave both out to serve without TLS",
    );
  }
}

function listen(
  settings: Settings,
  options: Pick<ProxyOptions, "routes" | "tls" | "onAccess" | "onError">,
): Proxy {
  const { hostname, port } = settings;
  try {
    return openProxy({ ...settings, ...options });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new CliError(
        `Port ${port} of ${hostname} is taken. Stop what listens there, or choose another --port`,
      );
    }
    throw new CliError(`Cannot listen on ${hostname}:${port}: ${(error as Error).message}`);
  }
}

function openAdminEndpoints(
  { adminPort: port, adminHostname: hostname }: Settings,
  options: Omit<AdminOptions, "port" | "hostname">,
): Admin | undefined {
  if (port === undefined) return undefined;
  try {
    return openAdmin({ ...options, hostname, port });
  } catch (error) {
    const { message } = error as Error;
    throw new CliError(
      `Cannot listen on ${hostname}:${port} for probes and metrics: ${message}. ` +
        "Choose another --admin-port or --admin-hostname",
    );
  }
}

function reportSupervisor(workplace: Workplace, url: string): SupervisorReport {
  const { settings, isolation } = workplace;
  return {
    version,
    pid: process.pid,
    startedAt: new Date().toISOString(),
    url,
    functionsDirectory: settings.functionsDirectory,
    logsDirectory: settings.saveLogs ? settings.logsDirectory : null,
    dataDirectory: isolation.dataDirectory,
    isolation: isolation.level,
    owner: isolation.ownerId,
  };
}

function describeFound({ functions, arriving }: Supervisor): string {
  const count = new Set([...functions.keys(), ...arriving]).size;
  return count === 0 ? "No functions yet: a folder with an index.ts is one" : `Functions: ${count}`;
}

interface Signals extends Disposable {
  /** Resolves at the first signal to stop. */
  readonly first: Promise<void>;
  /** Aborts at the second one. */
  readonly second: AbortSignal;
  /** Stops as a signal would. */
  readonly stop: () => void;
}

function catchSignals(): Signals {
  const first = Promise.withResolvers<void>();
  const second = new AbortController();
  let count = 0;
  const listener = (): void => ++count === 1 ? first.resolve() : second.abort();
  for (const signal of STOP_SIGNALS) Deno.addSignalListener(signal, listener);
  return {
    first: first.promise,
    second: second.signal,
    stop: listener,
    [Symbol.dispose]() {
      for (const signal of STOP_SIGNALS) Deno.removeSignalListener(signal, listener);
    },
  };
}

function stackOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

function urlHost(hostname: string): string {
  if (hostname === "0.0.0.0" || hostname === "::") return "localhost";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}
