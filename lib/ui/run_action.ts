import type { Notice } from "./access/sessions.ts";
import { judgeName } from "../config/function_name.ts";
import type { PageSource } from "./page_source.ts";
import { sleep } from "../system/sleep.ts";

/** Result of a form. */
export interface ActionResult {
  readonly notice: Notice;
  /** Page to show next, relative to the root. */
  readonly next: string;
}

/** A form's action on a function. */
export interface Action {
  readonly name: string;
  readonly action: string;
  readonly form: URLSearchParams;
}

/** Time to wait for a run of a schedule, which may take days. */
const RUN_WAIT_MS = 2_000;

/** Performs an action; returns `undefined` if there is no such action or function. */
export async function runAction(
  source: PageSource,
  asked: Action,
): Promise<ActionResult | undefined> {
  if (judgeName(asked.name).type !== "function") return undefined;
  const next = asked.action === "run" ? "schedules" : `functions/${encodeURIComponent(asked.name)}`;
  try {
    const text = await perform(source, asked);
    return text === undefined ? undefined : { notice: { tone: "good", text }, next };
  } catch (error) {
    return { notice: { tone: "bad", text: (error as Error).message }, next };
  }
}

async function perform(
  source: PageSource,
  { name, action, form }: Action,
): Promise<string | undefined> {
  switch (action) {
    case "reload":
      return await source.reload(name) ? `${name} reloads.` : undefined;
    case "start":
      return await source.start(name) ? `${name} starts.` : undefined;
    case "stop":
      return await source.stop(name) ? `${name} stops.` : undefined;
    case "rollback": {
      const report = await source.rollBack(name, form.get("to") || undefined);
      return report && `${name} rolled back to revision ${report.revision.slice(0, 12)}.`;
    }
    case "run":
      return await run(source, name, form.get("schedule") ?? "");
    default:
      return undefined;
  }
}

async function run(
  source: PageSource,
  name: string,
  schedule: string,
): Promise<string | undefined> {
  const running = source.runSchedule(name, schedule);
  // It may fail after the wait; the list of schedules then says so.
  running.catch(() => {});
  const report = await Promise.race([running, sleep(RUN_WAIT_MS).then(() => "running" as const)]);
  if (report === "running") return `${schedule} of ${name} runs.`;
  if (report === undefined) return undefined;
  if (report.result !== "ok") {
    throw new Error(`${schedule} of ${name} failed: ${report.reason ?? report.result}`);
  }
  return `${schedule} of ${name} ran with status ${report.status}.`;
}
