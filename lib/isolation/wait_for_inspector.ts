import { join } from "node:path";
import { waitForSocket } from "../process/held_socket.ts";
import type { InspectorRelay } from "../sandbox/inspector_relay.ts";
import type { StartedProcess } from "./isolation.ts";

/** Returns how to wait for the inspector in a sandbox; `owned` closes the handle of its socket. */
export function waitForInspector(
  owned: AsyncDisposableStack,
  { socket }: InspectorRelay,
): NonNullable<StartedProcess["findInspector"]> {
  return async (pid, signal) => {
    const held = await waitForSocket(join(`/proc/${pid}/root`, socket), signal);
    return held === undefined ? undefined : { path: owned.use(held).path, boundPath: socket };
  };
}
