import assert from "node:assert/strict";
import { holdPlace } from "../../lib/system/held_place.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const [ALICE, BOB] = [54_321, 54_322];

async function descriptors(): Promise<number> {
  return (await Array.fromAsync(Deno.readDir("/proc/self/fd"))).length;
}

Deno.test("holdPlace() gives a path to what was there, whatever becomes of its name", async () => {
  await using directory = await temporaryDirectory();
  const { at } = directory;
  await directory.write("a/own", "first");
  {
    using held = await holdPlace(at("a"));
    assert.ok(held.isDirectory);
    await Deno.rename(at("a"), at("b"));
    await directory.write("a/own", "second");
    assert.equal(await Deno.readTextFile(`${held.path}/own`), "first");
  }
  using file = await holdPlace(at("a/../a/./own"));
  assert.ok(!file.isDirectory);
  assert.equal(await Deno.readTextFile(file.path), "second");
});

Deno.test("holdPlace() follows links of root, relative and absolute, through others", async () => {
  await using directory = await temporaryDirectory();
  const { at } = directory;
  await directory.write("deep/er/own", "text");
  await Deno.symlink("er/../er", at("deep/relative"));
  await Deno.symlink(at("deep/relative"), at("absolute"));
  await Deno.symlink("absolute", at("first"));
  using held = await holdPlace(at("first/own"));
  assert.equal(await Deno.readTextFile(held.path), "text");
});

Deno.test("holdPlace() follows a link of another user only to what is that user's", async () => {
  await using directory = await temporaryDirectory();
  const { at } = directory;
  for (const name of ["alice", "bob", "root"]) await directory.write(`${name}/own`, name);
  await Deno.chown(at("alice"), ALICE, ALICE);
  await Deno.chown(at("bob"), BOB, BOB);
  const link = async (name: string, target: string, uid: number): Promise<string> => {
    await Deno.symlink(target, at(name));
    const { success } = await new Deno.Command("chown", { args: ["-h", `${uid}`, at(name)] })
      .output();
    assert.ok(success);
    return at(name);
  };
  const allowed = [
    await link("to-own", at("alice"), ALICE),
    // By way of root's link, and of what no user but root may enter.
    await link("of-root", "alice", 0),
    await link("to-own-by-root", "of-root", ALICE),
    await link("root-to-bob", "bob", 0),
  ];
  for (const path of allowed) (await holdPlace(path))[Symbol.dispose]();
  const refused = [
    await link("to-root", "root", ALICE),
    await link("to-bob", at("bob"), ALICE),
    await link("to-bob-by-root", "root-to-bob", ALICE),
    await link("up", `${at("alice")}/..`, ALICE),
    await link("to-proc", "/proc/self/root", ALICE),
    // Bob's link leads to what is Alice's, though hers to it leads nowhere else.
    await link("through", "to-own", BOB),
    await link("to-file", at("root/own"), ALICE),
  ];
  const before = await descriptors();
  for (const path of refused) {
    await assert.rejects(holdPlace(path), Deno.errors.PermissionDenied, path);
    await assert.rejects(holdPlace(`${path}/own`), Error, path);
  }
  await assert.rejects(holdPlace(refused[0]!), {
    message: `"${at("to-root")}" leads through the link "to-root" of user ${ALICE} to "root", ` +
      "which belongs to user 0. Let root make the link, or let it lead to a directory of user " +
      `${ALICE}`,
  });
  assert.equal(await descriptors(), before);
});

Deno.test("holdPlace() rejects what is missing, endless or no place", async () => {
  await using directory = await temporaryDirectory();
  const { at } = directory;
  await directory.write("file");
  await Deno.symlink("circle", at("circle"));
  await Deno.symlink("nothing", at("dangling"));
  await Deno.symlink("/dev/zero", at("device"));
  const before = await descriptors();
  for (const name of ["nothing", "nothing/below", "file/below", "dangling"]) {
    await assert.rejects(holdPlace(at(name)), Deno.errors.NotFound, name);
  }
  await assert.rejects(holdPlace(at("circle")), /too many links/);
  // Few links, each of which leads a long way.
  await Deno.mkdir(at("d"));
  for (let count = 0; count < 20; count++) {
    await Deno.symlink(`${"d/../".repeat(600)}long-${count + 1}`, at(`long-${count}`));
  }
  await assert.rejects(holdPlace(at("long-0")), /too many links/);
  await assert.rejects(holdPlace(at("device")), TypeError);
  assert.equal(await descriptors(), before);
});
