import { deepEqual } from "node:assert/strict";
import { followJobControl, type Signals } from "../../../cli/output/job_control.ts";

/** Signals that the test sends, and what came of them in order. */
function recordSignals(): {
  readonly signals: Signals;
  readonly send: (name: Deno.Signal) => void;
  readonly said: string[];
} {
  const listeners = new Map<Deno.Signal, () => void>();
  const said: string[] = [];
  return {
    said,
    send: (name) => listeners.get(name)?.(),
    signals: {
      listen(name, listener) {
        listeners.set(name, listener);
        return { [Symbol.dispose]: () => void listeners.delete(name) };
      },
      stop: () => void said.push("stop"),
    },
  };
}

Deno.test("followJobControl() restores the terminal before a stop and changes it again afterwards", () => {
  const { signals, send, said } = recordSignals();
  const following = followJobControl({
    suspend: () => void said.push("suspend"),
    resume: () => void said.push("resume"),
  }, signals);
  send("SIGTSTP");
  deepEqual(said, ["suspend", "stop"]);
  send("SIGCONT");
  deepEqual(said, ["suspend", "stop", "resume"]);
  // SIGSTOP came from elsewhere.
  send("SIGCONT");
  deepEqual(said, ["suspend", "stop", "resume", "resume"]);
  following[Symbol.dispose]();
  send("SIGTSTP");
  send("SIGCONT");
  deepEqual(said.length, 4);
});
