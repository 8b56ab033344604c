import assert from "node:assert/strict";
import { markDebugLines, sendDebugLines } from "../../lib/control/debug_output.ts";
import { createFrameDecoder, SUPERVISOR_FRAMES } from "../../lib/control/run_frames.ts";

Deno.test("markDebugLines() marks each line once, also a long one in parts", () => {
  const lines: string[] = [];
  const log = markDebugLines((stream, { text, isPartial }) =>
    lines.push(`${stream} ${text}${isPartial ? "…" : ""}`)
  );
  log.line("stdout", { text: "one", isPartial: false });
  log.line("stdout", { text: "long", isPartial: true });
  log.line("stderr", { text: "between", isPartial: false });
  log.line("stdout", { text: "er", isPartial: false });
  log.line("stdout", { text: "two", isPartial: false });
  log.mark("stopped");
  assert.deepEqual(lines, [
    "stdout [debug] one",
    "stdout [debug] long…",
    "stderr [debug] between",
    "stdout er",
    "stdout [debug] two",
    "stderr ddsrv: stopped",
  ]);
});

Deno.test("sendDebugLines() skips lines for a client that does not read, and counts them", () => {
  const decoder = createFrameDecoder(SUPERVISOR_FRAMES);
  const sent: string[] = [];
  let waiting = 0;
  const line = sendDebugLines({
    waitingBytes: () => waiting,
    send(frame) {
      for (const { type, bytes } of decoder.push(frame)) {
        sent.push(`${type} ${new TextDecoder().decode(bytes)}`);
      }
    },
  });
  line("stdout", { text: "one", isPartial: false });
  waiting = 2 ** 21;
  line("stdout", { text: "two", isPartial: false });
  line("stderr", { text: "three", isPartial: false });
  waiting = 0;
  line("stdout", { text: "fo", isPartial: true });
  line("stdout", { text: "ur", isPartial: false });
  assert.deepEqual(sent, [
    "stdout one\n",
    "stderr ddsrv: 2 lines are only in the log\n",
    "stdout fo",
    "stdout ur\n",
  ]);
});
