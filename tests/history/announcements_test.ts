import assert from "node:assert/strict";
import { createAnnouncements } from "../../lib/history/announcements.ts";

Deno.test("createAnnouncements() gives an origin once, the latest one, and only for a while", () => {
  let nowMs = 0;
  const announcements = createAnnouncements({ now: () => nowMs });
  announcements.announce("shop", { by: "add" });
  announcements.announce("shop", { by: "deploy", commit: "0123abc" });
  assert.equal(announcements.take("blog"), undefined);
  assert.deepEqual(announcements.take("shop"), { by: "deploy", commit: "0123abc" });
  assert.equal(announcements.take("shop"), undefined);
  announcements.announce("shop", { by: "add" });
  nowMs = 30_001;
  assert.equal(announcements.take("shop"), undefined);
});

Deno.test("createAnnouncements() remembers a limited number of names, the newest", () => {
  const announcements = createAnnouncements({ now: () => 0 });
  for (let index = 0; index <= 1_000; index++) announcements.announce(`f${index}`, { by: "add" });
  assert.equal(announcements.take("f0"), undefined);
  assert.deepEqual(announcements.take("f1"), { by: "add" });
  assert.deepEqual(announcements.take("f1000"), { by: "add" });
});
