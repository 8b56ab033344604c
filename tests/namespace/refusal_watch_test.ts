import assert from "node:assert/strict";
import { REFUSAL_LOOK_MS, watchRefusals } from "../../lib/namespace/refusal_watch.ts";
import { REFUSED_MS, type RefusedElement } from "../../lib/namespace/refused_set.ts";

/** A set as the kernel keeps it, with a clock that stands still. */
function pretendSet() {
  const notedAtMs = new Map<string, number>();
  const set = {
    nowMs: 0,
    reads: 0,
    try(source: string, address: string) {
      const key = `${source} ${address}`;
      if (set.nowMs - (notedAtMs.get(key) ?? -Infinity) >= REFUSED_MS) {
        notedAtMs.set(key, set.nowMs);
      }
    },
    reader: {
      read() {
        set.reads++;
        return [...notedAtMs].flatMap(([key, atMs]): RefusedElement[] => {
          const [source = "", address = ""] = key.split(" ");
          const leftMs = atMs + REFUSED_MS - set.nowMs;
          return leftMs <= 0 ? [] : [{ source, address, protocol: "tcp", port: 80, leftMs }];
        });
      },
      [Symbol.dispose]() {},
    },
  };
  return set;
}

/** Pauses that the test ends. */
function pauses() {
  let end = (): void => {};
  return {
    pause(_ms: number, signal: AbortSignal): Promise<void> {
      return new Promise((resolve) => {
        end = resolve;
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    },
    async next() {
      end();
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

Deno.test("watchRefusals() reports a destination that is tried again and again once a minute", async () => {
  const set = pretendSet();
  const { pause, next } = pauses();
  await using watch = watchRefusals({ reader: set.reader, pause });
  const seen: number[] = [];
  using _ = watch.follow("10.213.0.3", ({ address }) => {
    assert.equal(address, "10.0.0.5");
    seen.push(set.nowMs);
  });
  for (; set.nowMs < 200_000; set.nowMs += 100) {
    set.try("10.213.0.3", "10.0.0.5");
    if (set.nowMs % REFUSAL_LOOK_MS === 0) await next();
  }
  assert.equal(seen.length, 4);
  for (const [index, atMs] of seen.slice(1).entries()) assert.ok(atMs - seen[index]! >= 60_000);
});

Deno.test("watchRefusals() reports what was refused just before the end, to nobody else", async () => {
  const set = pretendSet();
  await using watch = watchRefusals({ reader: set.reader, pause: pauses().pause });
  const seen: string[] = [];
  const first = watch.follow("10.213.0.3", ({ address }) => seen.push(`first ${address}`));
  set.try("10.213.0.3", "10.0.0.5");
  set.try("10.213.0.9", "10.0.0.6");
  first[Symbol.dispose]();
  assert.deepEqual(seen, ["first 10.0.0.5"]);
  const second = watch.follow("10.213.0.3", ({ address }) => seen.push(`second ${address}`));
  set.nowMs += 1_000;
  second[Symbol.dispose]();
  assert.deepEqual(seen, ["first 10.0.0.5"]);
});

Deno.test("watchRefusals() looks only while it follows a function", async () => {
  const set = pretendSet();
  const { pause, next } = pauses();
  await using watch = watchRefusals({ reader: set.reader, pause });
  for (let looks = 0; looks < 3; looks++) await next();
  assert.equal(set.reads, 0);
  using _ = watch.follow("10.213.0.3", () => {});
  for (let looks = 0; looks < 3; looks++) await next();
  assert.equal(set.reads, 3);
});

Deno.test("watchRefusals() follows nothing without a reader", async () => {
  await using watch = watchRefusals({ reader: undefined });
  watch.follow("10.213.0.3", () => assert.fail("nothing was read"))[Symbol.dispose]();
});
