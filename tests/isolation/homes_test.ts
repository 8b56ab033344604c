import assert from "node:assert/strict";
import { openBounder } from "../../lib/disk/bounder.ts";
import { openHomes } from "../../lib/isolation/homes.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const RANGE = [300_000, 300_002] as const;

const onWarning = (message: string): never => assert.fail(message);

const LIMITS = { bytes: 2 ** 24, files: 64 };

/** Plain directories without mounts. */
const bounder = await openBounder({ isRoot: false, onWarning() {} });

Deno.test("Homes.open() gives each function its own user, and the same user again", async () => {
  await using directory = await temporaryDirectory();
  const options = {
    stateDirectory: directory.path,
    ownerId: "abc",
    uidRange: RANGE,
    bounder,
    onWarning,
  };
  const homes = await openHomes(options);
  assert.equal(homes.fetcherUid, 300_000);
  const [a, b] = await Promise.all([homes.open("a", LIMITS), homes.open("b", LIMITS)]);
  assert.deepEqual([a.uid, b.uid].sort(), [300_001, 300_002]);
  await assert.rejects(
    homes.open("c", LIMITS),
    /All user ids from 300000 to 300002 belong to functions/,
  );
  const again = await openHomes(options);
  for (const [name, first] of [["b", b], ["a", a]] as const) {
    const { uid, files, storage } = await again.open(name, LIMITS);
    assert.deepEqual({ uid, files, storage }, {
      uid: first.uid,
      files: first.files,
      storage: first.storage,
    });
  }
  for (const path of [a.files, a.storage]) {
    const { uid, gid, mode } = await Deno.stat(path);
    assert.deepEqual([uid, gid, mode! & 0o777], [a.uid, a.uid, 0o700]);
  }
});

Deno.test("openHomes() separates the data of owners", async () => {
  await using directory = await temporaryDirectory();
  const [one, two] = await Promise.all(
    ["abc", "def"].map((ownerId) =>
      openHomes({ stateDirectory: directory.path, ownerId, uidRange: RANGE, bounder, onWarning })
    ),
  );
  const [a, other] = [await one!.open("a", LIMITS), await two!.open("a", LIMITS)];
  assert.notEqual(a.files, other.files);
});

Deno.test("openHomes() names a broken file", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("users/abc.json", "{");
  await assert.rejects(
    openHomes({ stateDirectory: directory.path, ownerId: "abc", bounder, onWarning }),
    {
      message: new RegExp(
        `^Cannot read the users of functions: "${path}" is not JSON\\. Fix the file`,
      ),
    },
  );
});

Deno.test("Homes.open() replaces a user outside the range", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("users/abc.json", '{ "a": 5, "b": "x", "c": 300001 }');
  const options = {
    stateDirectory: directory.path,
    ownerId: "abc",
    uidRange: RANGE,
    bounder,
    onWarning,
  };
  const homes = await openHomes(options);
  assert.equal((await homes.open("a", LIMITS)).uid, 300_002);
});

Deno.test("openHomes() keeps the caller's user without a range", async () => {
  await using directory = await temporaryDirectory();
  const homes = await openHomes({
    stateDirectory: directory.path,
    ownerId: "0a1b2c",
    bounder,
    onWarning,
  });
  assert.equal(homes.fetcherUid, undefined);
  const { uid, files } = await homes.open("a", LIMITS);
  assert.equal(uid, undefined);
  assert.equal((await Deno.stat(files)).uid, Deno.uid());
});
