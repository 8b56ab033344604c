import assert from "node:assert/strict";
import { defaultPermissions } from "../../lib/config/permissions.ts";
import { completeSettings } from "../../lib/config/settings.ts";
import { MAX_CAUSES, MAX_LINES } from "../../lib/supervisor/refusal_limiter.ts";
import { createRefusals } from "../../lib/supervisor/refusals.ts";

const policy = { egress: "internet", permissions: defaultPermissions } as const;

function refusals() {
  const marks: string[] = [];
  const clock = { nowMs: 0 };
  const made = createRefusals({
    context: { settings: completeSettings({}), isolation: { level: "full" } },
    onMark: (name, { text }) => marks.push(`${name} ${text}`),
    now: () => clock.nowMs,
  });
  return { ...made, marks, clock };
}

const connection = (address: string) =>
  ({ address, protocol: "tcp", port: 80, place: "elsewhere" }) as const;
const line = (path: string) => ({
  text: `NotCapable: Requires write access to "${path}", run again`,
  isPartial: false,
});

Deno.test("createRefusals() says each cause once a minute, for each function", () => {
  const { read, refused, marks, clock } = refusals();
  const [a, b] = ["a", "b"].map((name) => ({ name, directory: `/f/${name}`, policy }));
  for (; clock.nowMs < 120_000; clock.nowMs += 1_000) {
    read(a!, { text: "listening on 8000", isPartial: false });
    read(a!, line("/data"));
    refused(a!, connection("10.0.0.5"));
  }
  assert.equal(marks.length, 4);
  assert.match(marks[0]!, /^a ddsrv: write to \/data denied: /);
  assert.match(
    marks[1]!,
    /^a ddsrv: connection to 10\.0\.0\.5:80 refused: egress is "internet" \(/,
  );
  read(b!, line("/data"));
  assert.match(marks[4]!, /^b ddsrv: write to \/data denied: /);
});

Deno.test("createRefusals() says at most a few causes a minute", () => {
  const { read, marks, clock } = refusals();
  const one = { name: "a", directory: "/f/a", policy };
  for (let index = 0; index < 10_000; index++) read(one, line(`/data/${index}`));
  assert.equal(marks.length, MAX_CAUSES + 1);
  assert.match(marks.at(-1)!, /^a ddsrv: more is refused; the log names 10 refusals a minute$/);
  clock.nowMs += 60_000;
  read(one, line("/other"));
  assert.match(marks.at(-1)!, /write to \/other denied/);
});

Deno.test("createRefusals() reads few of many lines that look like refusals", () => {
  const { read, marks, clock } = refusals();
  const one = { name: "a", directory: "/f/a", policy };
  for (let index = 0; index < MAX_LINES; index++) {
    read(one, { text: "ENOENT ENOENT", isPartial: false });
  }
  read(one, line("/data"));
  assert.deepEqual(marks, []);
  clock.nowMs += 10_000;
  read(one, line("/data"));
  assert.equal(marks.length, 1);
});

Deno.test("createRefusals() begins again for a function that was removed", () => {
  const { read, forget, marks } = refusals();
  const one = { name: "a", directory: "/f/a", policy };
  read(one, line("/data"));
  forget("a");
  read(one, line("/data"));
  assert.equal(marks.length, 2);
});
