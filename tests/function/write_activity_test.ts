import assert from "node:assert/strict";
import {
  isScratchName,
  type NameChange,
  noteChange,
  placedActivity,
  quietTime,
  SINGLE_WRITE_MS,
  vagueActivity,
  type WriteActivity,
} from "../../lib/function/write_activity.ts";

const WHOLE_MS = 200;
const FACTS = { settleMs: WHOLE_MS, isNew: false, isRecent: false, isEmptied: false };

/** Events as `NAME:KIND`, one after another. */
function activityOf(events: string): WriteActivity {
  let activity: WriteActivity | undefined;
  for (const [index, event] of events.split(" ").entries()) {
    const [name, kind] = event.split(":") as [string, NameChange["kind"]];
    activity = noteChange(activity, { name, kind }, index);
  }
  return activity!;
}

const sequences: readonly [what: string, events: string, quietMs: number][] = [
  ["a shell writes a file", "a:written a:closed", SINGLE_WRITE_MS],
  ["an editor truncates, writes and closes", "a:written a:written a:closed", SINGLE_WRITE_MS],
  ["a new file", "a:created a:written a:closed", SINGLE_WRITE_MS],
  ["a file that is still open", "a:written", WHOLE_MS],
  ["a file that grows after it was closed", "a:written a:closed a:written", WHOLE_MS],
  ["a file that is written twice", "a:written a:closed a:written a:closed", WHOLE_MS],
  ["a file that was only opened for writing", "a:closed", SINGLE_WRITE_MS],
  ["rsync of one file", "t:created t:written t:closed t:gone a:placed", 0],
  [
    "rsync of two files",
    "t:created t:written t:closed t:gone a:placed u:created u:closed u:gone b:placed",
    WHOLE_MS,
  ],
  ["rsync between two files", "t:created t:closed t:gone a:placed u:created u:written", WHOLE_MS],
  ["mv of a file from elsewhere", "a:placed", 0],
  ["a file that is written after its rename", "a:placed a:written", WHOLE_MS],
  ["a file that is written again after its rename", "a:placed a:written a:closed", SINGLE_WRITE_MS],
  [
    "vim with a backup file",
    "4913:created 4913:closed 4913:gone a:gone a~:placed a:created a:written a:closed a~:gone",
    SINGLE_WRITE_MS,
  ],
  [
    "an editor with a safe write",
    "t:created t:written t:closed a:gone old:placed t:gone a:placed old:gone",
    0,
  ],
  ["git checkout of two files", "a:gone a:created a:written a:closed b:gone b:created", WHOLE_MS],
  ["cp of two files", "a:written a:closed b:written b:closed", WHOLE_MS],
  ["rm of a file", "a:gone", WHOLE_MS],
  ["rm of one file and a write of another", "b:gone a:written a:closed", WHOLE_MS],
  ["a temporary file that is gone again", "t:created t:written t:closed t:gone", WHOLE_MS],
  ["a link", "a:created", WHOLE_MS],
];

for (const [what, events, expected] of sequences) {
  Deno.test(`quietTime() of ${what} is ${expected} ms`, () => {
    assert.equal(quietTime(activityOf(events), FACTS), expected);
  });
}

Deno.test("quietTime() is the whole time wherever events do not tell enough", () => {
  const single = activityOf("a:written a:closed");
  const placed = placedActivity(0);
  const facts: readonly [WriteActivity, Partial<typeof FACTS>, number][] = [
    [placed, {}, 0],
    [placed, { isNew: true }, 0],
    [placed, { isRecent: true }, WHOLE_MS],
    [placed, { isEmptied: true }, 0],
    [noteChange(placed, { name: "a", kind: "closed" }, 1), {}, SINGLE_WRITE_MS],
    [noteChange(placed, { name: "a", kind: "closed" }, 1), { isNew: true }, WHOLE_MS],
    [vagueActivity(0), {}, WHOLE_MS],
    [noteChange(vagueActivity(0), { name: "a", kind: "placed" }, 1), {}, WHOLE_MS],
    [single, { isNew: true }, WHOLE_MS],
    [single, { isRecent: true }, WHOLE_MS],
    [single, { isEmptied: true }, WHOLE_MS],
    [single, { settleMs: 20 }, 20],
  ];
  for (const [activity, changes, expected] of facts) {
    assert.equal(quietTime(activity, { ...FACTS, ...changes }), expected);
  }
});

Deno.test("noteChange() remembers few names, and the time of the last event", () => {
  let activity: WriteActivity | undefined;
  for (let index = 0; index < 10_000; index++) {
    activity = noteChange(activity, { name: `${index}`, kind: "placed" }, index);
    assert.ok(activity.names.size <= 16);
  }
  assert.deepEqual([activity!.isVague, activity!.lastMs], [true, 9_999]);
  assert.equal(quietTime(activity!, FACTS), WHOLE_MS);
});

Deno.test("isScratchName() knows files of editors and copies, and no settings", () => {
  for (const name of [".index.ts.swp", ".index.ts.Xa1b2c", ".#index.ts", "index.ts~"]) {
    assert.ok(isScratchName(name), name);
  }
  for (const name of ["index.ts", ".env", ".env.local", ".npmrc", "a.tmp"]) {
    assert.ok(!isScratchName(name), name);
  }
});
