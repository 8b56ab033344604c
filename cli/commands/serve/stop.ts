import type { Admin } from "../../../lib/control/admin.ts";
import type { Proxy } from "../../../lib/proxy/proxy.ts";
import type { Supervisor } from "../../../lib/supervisor/supervisor.ts";
import type { SupervisorContext } from "../../../lib/supervisor/supervisor_context.ts";
import { sleep } from "../../../lib/system/sleep.ts";
import type { Console } from "../../output/console.ts";
import { describeStopping } from "./report.ts";
import type { Replaced, Restarts } from "./restart/restart.ts";
import type { Service } from "./service.ts";
import type { StopSignals } from "./signals.ts";

/** Options of {@linkcode stopServing}. */
export interface StopOptions {
  readonly restarts: Pick<Restarts, "replaced">;
  readonly service: Pick<Service, "stopping">;
  readonly context: Pick<SupervisorContext, "settings" | "sharedCode">;
  readonly admin: Admin | undefined;
  readonly proxy: Pick<Proxy, "drain">;
  readonly supervisor: Pick<Supervisor, "endRuns">;
  readonly signals: Pick<StopSignals, "second">;
  readonly console: Pick<Console, "say">;
}

/** Time for which clients of a replaced supervisor may use their connections once more. */
const LINGER_MS = 5_000;

/** Stops serving: waits for in-flight requests and runs of schedules, within limits. */
export async function stopServing(options: StopOptions): Promise<void> {
  const { context, service, admin, proxy, supervisor, signals, console } = options;
  context.sharedCode.stop();
  const { shutdownDelayMs, shutdownTimeoutMs, stopGraceMs, drainMs } = context.settings;
  const replaced = await Promise.race([options.restarts.replaced, Promise.resolve(undefined)]);
  if (replaced !== undefined) {
    const timeoutMs = shutdownTimeoutMs ?? Math.max(stopGraceMs, drainMs);
    return await leave({ ...options, replaced, timeoutMs });
  }
  service.stopping();
  console.say(describeStopping(context.settings));
  admin?.stopping();
  await sleep(shutdownDelayMs, signals.second);
  await Promise.race([
    Promise.all([proxy.drain(), supervisor.endRuns()]),
    sleep(shutdownTimeoutMs ?? stopGraceMs, signals.second),
  ]);
}

/** Leaves what is in flight the time that a reload does: new requests wait for nothing. */
async function leave(
  { replaced, timeoutMs, admin, proxy, supervisor, signals }: StopOptions & {
    readonly replaced: Replaced;
    readonly timeoutMs: number;
  },
): Promise<void> {
  // Probes are for the new process.
  await admin?.[Symbol.asyncDispose]();
  await Promise.race([
    Promise.all([
      proxy.drain({ lingerMs: LINGER_MS }),
      supervisor.endRuns().then(replaced.runsEnded),
      sleep(replaced.keepMs, signals.second),
    ]),
    sleep(timeoutMs, signals.second),
  ]);
}
