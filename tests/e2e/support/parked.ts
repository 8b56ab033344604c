import assert from "node:assert/strict";
import { eventually, type Server } from "./harness.ts";

/** Waits until the next start of a function is prepared; `kind` is `parked` or `warm`. */
export async function isParked(server: Server, name: string, kind = "parked"): Promise<void> {
  await eventually(`the next start of ${name} is ${kind}`, async () => {
    return (await server.inspect(name)).nextStart === kind;
  });
}

/** Replaces the present instance of each function with one from its parked sandbox. */
export async function continueParked(server: Server, ...names: string[]): Promise<void> {
  for (const name of names) {
    await isParked(server, name);
    const { code, stderr } = await server.cli("reload", name);
    assert.equal(code, 0, stderr);
  }
}
