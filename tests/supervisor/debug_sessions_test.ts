import assert from "node:assert/strict";
import { createDebugSessions, MAX_SESSIONS } from "../../lib/supervisor/debug_sessions.ts";

const ENDPOINT = { path: "/socket" };

/** Runs until its signal aborts, and then throws the reason. */
const untilAborted = ({ signal }: { readonly signal: AbortSignal }): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

Deno.test("a function has one debug session, and a supervisor a few", async () => {
  const sessions = createDebugSessions();
  const names = Array.from({ length: MAX_SESSIONS }, (_, index) => `f${index}`);
  const running = names.map((name) => sessions.enter(name, untilAborted).catch(String));
  assert.match(sessions.findObstacle("f0")!, /"f0" has a debug session already/);
  assert.match(sessions.findObstacle("other")!, /There are 8 debug sessions already/);
  await assert.rejects(sessions.enter("f0", untilAborted), /has a debug session already/);
  await sessions.end("f0", "The function was removed");
  assert.equal(await running[0], "RunRefused: The function was removed");
  assert.equal(sessions.findObstacle("f0"), undefined);
  await Promise.all(names.map((name) => sessions.end(name, "over")));
});

Deno.test("only the holder of the secret reaches the inspector of a session", async () => {
  const sessions = createDebugSessions();
  const secret = new TextEncoder().encode("00ff");
  assert.equal(sessions.inspectorOf("app", "00ff"), undefined);
  const running = sessions.enter("app", (session) => {
    session.open({ secret, endpoint: ENDPOINT });
    return untilAborted(session);
  }).catch(() => {});
  assert.equal(sessions.inspectorOf("app", "00ff"), ENDPOINT);
  for (const wrong of ["", "00fe", "00f", "00ff0", "00FF"]) {
    assert.equal(sessions.inspectorOf("app", wrong), undefined, wrong);
  }
  assert.equal(sessions.inspectorOf("other", "00ff"), undefined);
  await sessions.end("app", "over");
  await running;
  assert.equal(sessions.inspectorOf("app", "00ff"), undefined);
});
