import { join } from "node:path";
import type { FunctionReport } from "../../lib/control/api.ts";
import { connectControl } from "../../lib/control/control_client.ts";
import type { Server } from "../e2e/support/harness.ts";
import { eventually } from "../patience.ts";
import { exercise, type Observation } from "./exercise.ts";
import type { Shape } from "./shape.ts";

/** After so many starts in vain, a function does not work. */
const MAX_RESTARTS = 2;

/** What a folder did as a function. */
export interface Served {
  readonly report: FunctionReport;
  /** `undefined` if it did not become ready. */
  readonly seen: readonly Observation[] | undefined;
  /** Text of the function's page when it failed, with the reason. */
  readonly page: string;
}

/**
 * Moves a folder into the functions directory, makes the shape's requests once it is ready, and
 * removes it again.
 */
export async function runServed(
  shape: Shape,
  { server, directory, env }: {
    readonly server: Server;
    readonly directory: string;
    readonly env: Readonly<Record<string, string>>;
  },
): Promise<Served> {
  const { name } = shape;
  using control = connectControl(server.socket);
  const url = `${server.url}/${name}`;
  await Deno.rename(directory, join(server.functions, name));
  try {
    let report: FunctionReport | undefined;
    await eventually(`${name} is ready or has failed`, async () => {
      report = await control.find(name);
      return report !== undefined && isOver(report);
    }, { now: () => JSON.stringify(report) });
    if (report!.status !== "ready") {
      const response = await fetch(`${url}/`);
      return { report: report!, seen: undefined, page: await response.text() };
    }
    const seen = await exercise(shape, { url, env });
    return { report: (await control.find(name))!, seen, page: "" };
  } finally {
    await Deno.remove(join(server.functions, name), { recursive: true });
    await eventually(`${name} is gone`, async () => await control.find(name) === undefined);
  }
}

function isOver({ status, restarts }: FunctionReport): boolean {
  if (["ready", "failed", "ignored", "idle"].includes(status)) return true;
  return status === "backoff" && restarts >= MAX_RESTARTS;
}
