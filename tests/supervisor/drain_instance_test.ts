import assert from "node:assert/strict";
import { drainInstance } from "../../lib/supervisor/drain_instance.ts";
import { within } from "../patience.ts";

const never = new Promise<void>(() => {});
const quiet = new AbortController().signal;
const FOREVER_MS = 2 ** 30;

/** An instance that drains until a test says that one of its parts is over. */
function drain(
  { requests = Promise.resolve(), hasWork = () => false, ended = never, ...limits }: {
    readonly requests?: Promise<void>;
    readonly hasWork?: () => boolean;
    readonly ended?: Promise<void>;
    readonly drainMs?: number;
    readonly backgroundMs?: number;
    readonly enough?: AbortSignal;
    readonly force?: AbortSignal;
  },
): Promise<void> {
  return within(
    drainInstance({
      drainMs: FOREVER_MS,
      backgroundMs: FOREVER_MS,
      enough: quiet,
      force: quiet,
      ...limits,
      upstream: { drained: () => requests },
      hasWork,
      ended,
    }),
    "the end of the drain",
  );
}

const busy = (): boolean => true;

const rows: readonly [until: string, options: Parameters<typeof drain>[0]][] = [
  ["requests have ended and there is no work", {}],
  ["the time for requests is over", { requests: never, drainMs: 0 }],
  ["the process has ended", { requests: never, hasWork: busy, ended: Promise.resolve() }],
  ["it is forced", { requests: never, hasWork: busy, force: AbortSignal.abort() }],
  ["the time for work is over", { hasWork: busy, backgroundMs: 0 }],
  ["work was enough", { hasWork: busy, enough: AbortSignal.abort() }],
];

for (const [until, options] of rows) {
  Deno.test(`drainInstance() waits until ${until}`, () => drain(options));
}

Deno.test("drainInstance() waits for work that the last request leaves behind", async () => {
  const requests = Promise.withResolvers<void>();
  let [isOver, looks] = [false, 3];
  const draining = drain({
    requests: requests.promise,
    hasWork() {
      assert.ok(isOver, "work counts after the requests");
      return looks-- > 0;
    },
  });
  isOver = true;
  requests.resolve();
  await draining;
  assert.equal(looks, -1);
});
