import process from "node:process";
import { describeUnused } from "../../lib/config/debug.ts";
import { reconfigure } from "../../lib/config/reconfigure.ts";
import { createLoginTokens } from "../../lib/control/login_tokens.ts";
import { type ControlOptions, openControl } from "../../lib/control/server.ts";
import { RESTART_TIMEOUT_MS } from "../../lib/control/restart_route.ts";
import { clearAside } from "../../lib/function/set_aside.ts";
import { requireHost } from "../../lib/isolation/require_host.ts";
import { RouteTable } from "../../lib/proxy/route_table.ts";
import { openAccessSink } from "../../lib/supervisor/access_sink.ts";
import { createCompatReload } from "../../lib/supervisor/compat_reload.ts";
import { describeStep } from "../../lib/supervisor/describe_step.ts";
import { openLogSink } from "../../lib/supervisor/log_sink.ts";
import { type Status, statusOf } from "../../lib/supervisor/state.ts";
import { startSupervisor } from "../../lib/supervisor/supervisor.ts";
import { openSupervisorContext } from "../../lib/supervisor/supervisor_context.ts";
import { keepInheritedFiles } from "../../lib/system/inherited_files.ts";
import { takeInheritedFiles } from "../../lib/system/inherited_sockets.ts";
import { PAGE_PATH } from "../../lib/ui/page_path.ts";
import { describeChange } from "../output/describe_change.ts";
import { describeRun } from "../output/describe_run.ts";
import { createConsole } from "../output/create_console.ts";
import { onSignal } from "../output/on_signal.ts";
import { describeService } from "../output/service_status.ts";
import { urlHost } from "./serve/address.ts";
import { openAdminEndpoints } from "./serve/admin.ts";
import { requireDirectory, warnOfEnvFile } from "./serve/directory.ts";
import { onHangup } from "./serve/hangup.ts";
import { createServedPage } from "./serve/page.ts";
import { openServingProxy } from "./serve/proxy.ts";
import { describeFound, reportSupervisor, type ServeStatus } from "./serve/report.ts";
import { addressSetting } from "./serve/restart/inheritance.ts";
import { openOrigin, type Origin } from "./serve/restart/predecessor.ts";
import { openRestarts } from "./serve/restart/restart.ts";
import { takeOver } from "./serve/restart/take_over.ts";
import { openService } from "./serve/service.ts";
import { readSettings } from "./serve/settings.ts";
import { catchStopSignals } from "./serve/signals.ts";
import { makeSourceDirectory, openServedSource } from "./serve/source.ts";
import { stopServing } from "./serve/stop.ts";
import { describeUnmatched } from "./serve/unmatched.ts";

/** Serves a directory until a signal stops it or another ddsrv replaces it; returns the exit code. */
export async function serve(directory: string | undefined, options: object): Promise<number> {
  const origin = await openOrigin(Deno.env, takeInheritedFiles(Deno.env, process.pid));
  using predecessor = origin.predecessor;
  try {
    return await run(directory, options, origin);
  } catch (error) {
    await predecessor?.send({ type: "failed", reason: (error as Error).message });
    throw error;
  }
}

async function run(
  directory: string | undefined,
  options: object,
  { predecessor, sockets }: Origin,
): Promise<number> {
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
  void predecessor?.aborted.then(signals.stop);

  await using stack = new AsyncDisposableStack();
  const service = stack.use(openService({
    pid: process.pid,
    begin: predecessor?.turnAtMs,
    onWarning: console.warn,
  }));
  const context = stack.use(
    await openSupervisorContext(settings, {
      predecessor: predecessor?.owner,
      onWarning: console.warn,
    }),
  );
  if (predecessor === undefined) {
    // The supervisor's lock is held: no other process still needs these folders.
    await clearAside(settings.functionsDirectory, console.warn);
  }
  const source = await openServedSource(settings, console);
  const routes = new RouteTable({ isComplete: false });
  const accessSink = openAccessSink({ settings, print: console.print, onWarning: console.warn });
  if (accessSink !== undefined) stack.use(accessSink);
  const inherited = sockets(settings);
  // Clients may be waiting on an inherited socket, and nobody knows yet which functions there are.
  const accepting = Promise.withResolvers<void>();
  const isInherited = predecessor !== undefined || inherited.proxy !== undefined;
  const serving = stack.use(
    await openServingProxy(settings, {
      routes,
      console,
      inherited: inherited.proxy,
      begin: isInherited ? accepting.promise : undefined,
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
    overlap: predecessor,
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
  await using replaceable = new AsyncDisposableStack();
  const openControlSocket = (replaces: boolean): Promise<AsyncDisposable> =>
    openControl({ ...control, replaces });
  const restarts = stack.use(openRestarts({
    supervisor,
    console,
    alone: predecessor?.gone,
    estate: () => ({
      proxy: proxy.address,
      admin: admin?.address,
      locks: context.owner.locks,
      inheritance: {
        tag: context.owner.tag,
        socket: settings.socket,
        proxy: addressSetting(settings.hostname, settings.port),
        ...admin === undefined
          ? {}
          : { admin: addressSetting(settings.adminHostname, settings.adminPort) },
      },
    }),
    env: service.environment,
    onServing: service.replaced,
    reopenControl: async () => void replaceable.use(await openControlSocket(true)),
  }));
  const control: ControlOptions = {
    ...{ socket: settings.socket, supervisor, context, report, restarts },
    ...source === undefined ? {} : { hasSource: source.isLoaded },
    loginLink() {
      const { adminUrl } = status;
      return adminUrl === null ? undefined : `${adminUrl}${PAGE_PATH}/?token=${tokens.issue()}`;
    },
  };
  if (predecessor === undefined) replaceable.use(await openControlSocket(false));
  else await takeOver({ predecessor, supervisor, signals });
  const admin = await openAdminEndpoints(settings, {
    supervisor,
    report,
    front: proxy,
    inherited: inherited.admin,
    ...source === undefined ? {} : { hasSource: source.isLoaded, webhook: source.webhook },
    page: createServedPage(control, { tokens, onWarning: console.warn }),
  });
  if (admin !== undefined) {
    replaceable.use(admin);
    status.adminUrl = `http://${urlHost(settings.adminHostname)}:${admin.port}`;
  }
  console.banner(report);
  // Stops before the supervisor.
  if (source !== undefined) stack.use(source);
  if (admin !== undefined) console.say(`Probes and metrics on ${status.adminUrl}`);
  if (predecessor === undefined) await Promise.race([supervisor.scan(), signals.first]);
  else if (!signals.isStopping()) {
    replaceable.use(await openControlSocket(predecessor.socket === settings.socket));
    context.owner.succeed();
    accepting.resolve();
    await predecessor.send({ type: "serving" });
    void predecessor.gone.then(() => context.isolation.sweepOther()).catch(console.warn);
  }
  accepting.resolve();
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
      if (restarts.isActive()) throw new Error("A restart is going on");
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
  stack.use(onSignal(["SIGUSR2"], () => {
    restarts.restart(RESTART_TIMEOUT_MS).catch(() => {});
  }));
  service.ready();

  await Promise.race([signals.first, restarts.replaced]);
  await restarts[Symbol.asyncDispose]();
  await stopServing({ restarts, service, context, admin, proxy, supervisor, signals, console });
  await replaceable.disposeAsync();
  // Remaining requests end here, so that no instance waits for them again.
  await serving[Symbol.asyncDispose]();
  await stack.disposeAsync();
  console.say("Stopped");
  await console.flush();
  return 0;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
