import process from "node:process";
import type { ConfigSources } from "../../lib/config/config_sources.ts";
import { describeUnused } from "../../lib/config/debug.ts";
import { formatDuration } from "../../lib/config/duration.ts";
import { reconfigure } from "../../lib/config/reconfigure.ts";
import type { Settings } from "../../lib/config/settings.ts";
import { createLoginTokens } from "../../lib/control/login_tokens.ts";
import { type ControlOptions, openControl } from "../../lib/control/server.ts";
import type { SupervisorReport } from "../../lib/control/api.ts";
import { clearAside } from "../../lib/function/set_aside.ts";
import { requireHost } from "../../lib/isolation/require_host.ts";
import { RouteTable } from "../../lib/proxy/route_table.ts";
import { openAccessSink } from "../../lib/supervisor/access_sink.ts";
import { createCompatReload } from "../../lib/supervisor/compat_reload.ts";
import { describeStep } from "../../lib/supervisor/describe_step.ts";
import { openLogSink } from "../../lib/supervisor/log_sink.ts";
import { type Status, statusOf } from "../../lib/supervisor/state.ts";
import { startSupervisor, type Supervisor } from "../../lib/supervisor/supervisor.ts";
import {
  openSupervisorContext,
  type SupervisorContext,
} from "../../lib/supervisor/supervisor_context.ts";
import { keepInheritedFiles } from "../../lib/system/inherited_files.ts";
import { sleep } from "../../lib/system/sleep.ts";
import { PAGE_PATH } from "../../lib/ui/page_path.ts";
import { describeChange } from "../output/describe_change.ts";
import { describeRun } from "../output/describe_run.ts";
import { createConsole } from "../output/create_console.ts";
import { describeService } from "../output/service_status.ts";
import { version } from "../version.ts";
import { urlHost } from "./serve/address.ts";
import { openAdminEndpoints } from "./serve/admin.ts";
import { requireDirectory, warnOfEnvFile } from "./serve/directory.ts";
import { onHangup } from "./serve/hangup.ts";
import { createServedPage } from "./serve/page.ts";
import { openServingProxy } from "./serve/proxy.ts";
import { openService } from "./serve/service.ts";
import { readSettings } from "./serve/settings.ts";
import { catchStopSignals } from "./serve/signals.ts";
import { makeSourceDirectory, openServedSource, type ServedSource } from "./serve/source.ts";
import { describeUnmatched } from "./serve/unmatched.ts";

/** Serves a directory until a signal stops it; returns the exit code. */
export async function serve(directory: string | undefined, options: object): Promise<number> {
  const { settings, sources, warnings } = await readSettings(directory, options);
  const console = createConsole({
    format: settings.consoleFormat,
    isQuiet: settings.quiet,
  });
  for (const warning of warnings) console.warn(warning);
  const debug = settings.debug ? console.debug : undefined;
  for (const note of describeUnused(Deno.env.toObject())) debug?.(note);
  if (settings.isolation !== "none") keepInheritedFiles();
  // Each function runs as its own user, who must read the files that ddsrv creates for it.
  Deno.umask(0o022);
  await makeSourceDirectory(settings);
  await requireDirectory(settings.functionsDirectory);
  await requireHost(settings.isolation);
  await warnOfEnvFile(settings, console.warn);
  using signals = catchStopSignals();

  await using stack = new AsyncDisposableStack();
  const service = stack.use(openService({ pid: process.pid, onWarning: console.warn }));
  const context = stack.use(await openSupervisorContext(settings, console.warn));
  // The supervisor's lock is held: no other process still needs these folders.
  await clearAside(settings.functionsDirectory, console.warn);
  const source = await openServedSource(settings, console);
  const routes = new RouteTable({ isComplete: false });
  const accessSink = openAccessSink({ settings, print: console.print, onWarning: console.warn });
  if (accessSink !== undefined) stack.use(accessSink);
  const serving = stack.use(
    await openServingProxy(settings, {
      routes,
      console,
      onAccess: accessSink?.write,
      onError: (error) => console.warn(debug === undefined ? error : stackOf(error)),
    }),
  );
  const { proxy, url } = serving;
  const logSink = stack.use(openLogSink(settings, console.warn));
  const statuses = new Map<string, Status>();
  const supervisor = startSupervisor({
    context,
    routes,
    onChange: (before, after) => {
      logSink.change(before, after);
      const { name } = (after ?? before)!;
      for (const change of describeChange(before, after, url)) console.change(name, change);
      if (after === undefined) statuses.delete(name);
      else statuses.set(name, statusOf(after));
      console.progress(statuses);
      service.status(() => describeService(statuses));
    },
    onIgnored: console.ignored,
    onLine: (name, stream, line) => {
      const behind = logSink.write(name, stream, line);
      console.line(name, stream, line);
      return behind;
    },
    onRun: (name, schedule, run) => console.change(name, describeRun(schedule, run)),
    onStep: debug && ((name, event, step) => debug(`${name}: ${describeStep(event, step)}`)),
    onFirstScan() {
      if (source?.isLoaded() !== false) routes.complete();
    },
    onWarning: console.warn,
  });
  if (settings.compatReload) routes.onReload = createCompatReload(supervisor);
  stack.defer(() => supervisor.stop(signals.second));
  const status: ServeStatus = { url, adminUrl: null, config: sources };
  const report = reportSupervisor(context, { status, source });
  const tokens = createLoginTokens();
  const control: ControlOptions = {
    ...{ socket: settings.socket, supervisor, context, report },
    ...source === undefined ? {} : { hasSource: source.isLoaded },
    loginLink() {
      const { adminUrl } = status;
      return adminUrl === null ? undefined : `${adminUrl}${PAGE_PATH}/?token=${tokens.issue()}`;
    },
  };
  stack.use(await openControl(control));
  const admin = await openAdminEndpoints(settings, {
    supervisor,
    report,
    front: proxy,
    ...source === undefined ? {} : { hasSource: source.isLoaded, webhook: source.webhook },
    page: createServedPage(control, { tokens, onWarning: console.warn }),
  });
  if (admin !== undefined) {
    stack.use(admin);
    status.adminUrl = `http://${urlHost(settings.adminHostname)}:${admin.port}`;
  }
  console.banner(report);
  // Stops before the supervisor.
  if (source !== undefined) stack.use(source);
  if (admin !== undefined) console.say(`Probes and metrics on ${status.adminUrl}`);
  await Promise.race([supervisor.scan(), signals.first]);
  source?.start(supervisor, () => routes.complete());
  console.say(describeFound(supervisor, source !== undefined));
  const warnOfUnmatched = (): void => {
    const warning = describeUnmatched(context.settings, supervisor);
    if (warning !== undefined) console.warn(warning);
  };
  warnOfUnmatched();
  stack.use(onHangup({
    stop: signals.stop,
    during: service.reload,
    async reload() {
      const { settings: next, sources, warnings } = await readSettings(directory, options);
      const { settings: taken, postponed } = reconfigure(context.settings, next);
      for (const warning of warnings) console.warn(warning);
      await context.configure(taken);
      status.config = sources;
      proxy.configure(taken);
      await supervisor.reconfigure();
      source?.poll();
      console.say("Configuration reloaded");
      if (postponed.length > 0) {
        console.warn(`Restart ddsrv to apply changes of: ${postponed.join(", ")}`);
      }
      warnOfUnmatched();
    },
    onError: (error) =>
      console.warn(`${error.message}. The previous configuration stays in effect`),
  }));
  service.ready();

  await signals.first;
  service.stopping();
  context.sharedCode.stop();
  console.say(describeStopping(context.settings));
  admin?.stopping();
  const { shutdownDelayMs, shutdownTimeoutMs, stopGraceMs } = context.settings;
  await sleep(shutdownDelayMs, signals.second);
  await Promise.race([
    Promise.all([proxy.drain(), supervisor.endRuns()]),
    sleep(shutdownTimeoutMs ?? stopGraceMs, signals.second),
  ]);
  // Remaining requests end here, so that no instance waits for them again.
  await serving[Symbol.asyncDispose]();
  await stack.disposeAsync();
  console.say("Stopped");
  await console.flush();
  return 0;
}

/** Parts of the report that are known late, or change. */
interface ServeStatus {
  readonly url: string;
  adminUrl: string | null;
  config: ConfigSources;
}

interface Reported {
  readonly status: ServeStatus;
  readonly source: ServedSource | undefined;
}

function reportSupervisor(
  context: SupervisorContext,
  { status, source }: Reported,
): SupervisorReport {
  const { settings, isolation } = context;
  return {
    version,
    pid: process.pid,
    startedAt: new Date().toISOString(),
    url: status.url,
    functionsDirectory: settings.functionsDirectory,
    logsDirectory: settings.saveLogs ? settings.logsDirectory : null,
    dataDirectory: isolation.dataDirectory,
    isolation: isolation.level,
    owner: isolation.ownerId,
    stateDirectory: settings.stateDirectory,
    socket: settings.socket,
    get adminUrl() {
      return status.adminUrl;
    },
    get config() {
      return status.config;
    },
    get source() {
      return source?.report ?? null;
    },
  };
}

function describeFound({ functions, unsettled }: Supervisor, hasSource: boolean): string {
  const count = new Set([...functions.keys(), ...unsettled]).size;
  if (count > 0) return `Functions: ${count}`;
  return hasSource ? "No functions yet" : "No functions yet. Add a folder with an index.ts";
}

function describeStopping({ shutdownDelayMs }: Settings): string {
  if (shutdownDelayMs === 0) return "Stopping";
  return `Stopping in ${formatDuration(shutdownDelayMs)}. Until then /readyz answers 503`;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
