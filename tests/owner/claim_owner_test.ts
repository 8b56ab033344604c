import assert from "node:assert/strict";
import { lchown } from "node:fs/promises";
import { type ClaimOptions, claimOwner } from "../../lib/owner/claim_owner.ts";
import { deriveOwnerId } from "../../lib/owner/owner_id.ts";
import { userRangeOf } from "../../lib/owner/user_range.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

const isRoot = Deno.uid() === 0;

interface Site extends AsyncDisposable {
  readonly directory: TemporaryDirectory;
  readonly warnings: string[];
  /** Returns options for a functions directory, and creates it. */
  readonly of: (functions: string, other?: Partial<ClaimOptions>) => Promise<ClaimOptions>;
}

async function openSite(): Promise<Site> {
  const directory = await temporaryDirectory();
  const warnings: string[] = [];
  return {
    directory,
    warnings,
    async of(functions, other = {}) {
      await Deno.mkdir(directory.at(functions), { recursive: true });
      return {
        functionsDirectory: directory.at(functions),
        stateDirectory: directory.at("state"),
        socket: directory.at(`${functions}.sock`),
        lockDirectory: directory.at("run/locks"),
        formerSockets: [],
        onWarning: (message) => warnings.push(message),
        ...other,
      };
    },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

const namesIn = async (path: string): Promise<string[]> =>
  (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).sort();

Deno.test("claimOwner() records the owner, and leaves no lock", async () => {
  await using site = await openSite();
  const { directory } = site;
  const id = deriveOwnerId(directory.at("f"));
  {
    using owner = await claimOwner(await site.of("f"));
    assert.equal(owner.id, id);
    assert.deepEqual(owner.users, userRangeOf(id));
    assert.equal((await namesIn(directory.at("run/locks"))).length, 2);
  }
  assert.deepEqual(await namesIn(directory.at("state/owners")), [`${id}.json`]);
  const path = directory.at("f");
  const text = await Deno.readTextFile(directory.at(`state/owners/${id}.json`));
  assert.deepEqual(JSON.parse(text), { directory: path, path });
  await assert.rejects(Deno.lstat(directory.at("run/locks")), Deno.errors.NotFound);
  assert.deepEqual(site.warnings, []);
});

Deno.test("claimOwner() refuses a directory or a socket in use", async () => {
  await using site = await openSite();
  const { directory } = site;
  const one = await claimOwner(await site.of("f"));
  const already =
    `Another supervisor already serves "${directory.at("f")}": process ${Deno.pid}, ` +
    `control socket "${directory.at("f.sock")}". Stop it, or serve another directory`;
  await assert.rejects(claimOwner(await site.of("f", { socket: "/other.sock" })), {
    message: already,
  });
  // Two containers with their own locks, which share a state directory.
  await assert.rejects(claimOwner(await site.of("f", { lockDirectory: directory.at("b/locks") })), {
    message: already,
  });
  await assert.rejects(claimOwner(await site.of("g", { socket: directory.at("f.sock") })), {
    message: `Another supervisor uses the control socket "${directory.at("f.sock")}" (process ` +
      `${Deno.pid}, which serves "${directory.at("f")}"). Stop it, or choose another socket with ` +
      "--socket",
  });
  {
    // Replicas share only the functions.
    const replica = { lockDirectory: directory.at("c/locks"), stateDirectory: directory.at("c") };
    using _ = await claimOwner(await site.of("f", replica));
  }
  using other = await claimOwner(await site.of("g"));
  assert.notEqual(other.id, one.id);
  one[Symbol.dispose]();
  using _ = await claimOwner(await site.of("f", { socket: "/other.sock" }));
});

Deno.test("claimOwner() names the host of another supervisor, if known", async () => {
  await using site = await openSite();
  const { directory } = site;
  const path = directory.at(`state/owners/${deriveOwnerId(directory.at("f"))}.lock`);
  const elsewhere = { lockDirectory: directory.at("b/locks") };
  using _ = await claimOwner(await site.of("f"));
  const holder = { pid: 7, hostname: "b", functionsDirectory: "/f", socket: "/s" };
  const rows: readonly [text: string, who: string][] = [
    [JSON.stringify(holder), `, as "/f": process 7 on host "b", control socket "/s"`],
    [JSON.stringify({ ...holder, pid: "7" }), ""],
    ["null", ""],
    ["", ""],
  ];
  for (const [text, who] of rows) {
    await Deno.writeTextFile(path, text);
    await assert.rejects(claimOwner(await site.of("f", elsewhere)), {
      message:
        `Another supervisor already serves "${directory.at("f")}"${who}. Stop it, or serve ` +
        "another directory",
    });
  }
});

Deno.test("claimOwner() warns about another path to the same directory", async () => {
  await using site = await openSite();
  const { directory } = site;
  const link = { functionsDirectory: directory.at("link") };
  const owners: string[] = [];
  await Deno.symlink(directory.at("f"), directory.at("link"));
  for (const other of [{}, link, link, {}]) {
    using owner = await claimOwner(await site.of("f", other));
    owners.push(owner.id);
  }
  assert.equal(new Set(owners).size, 1);
  const [there, back] = site.warnings;
  assert.equal(site.warnings.length, 2);
  const [f, l] = [`"${directory.at("f")}"`, `"${directory.at("link")}"`];
  assert.ok(there!.startsWith(`${l} was last served as ${f}. `) && there!.endsWith(`as ${f}`));
  assert.ok(back!.startsWith(`${f} was last served as ${l}. `) && back!.endsWith(`as ${l}`));
});

Deno.test("claimOwner() of many directories at once returns different owners", async () => {
  await using site = await openSite();
  const names = Array.from({ length: 20 }, (_, index) => `f${index}`);
  const owners = await Promise.all(names.map(async (name) => claimOwner(await site.of(name))));
  assert.equal(new Set(owners.map(({ id }) => id)).size, 20);
  assert.equal(new Set(owners.map(({ users: [first] }) => first)).size, 20);
  for (const owner of owners) owner[Symbol.dispose]();
});

for (
  const text of ["", "{", "null", "[]", '{ "directory": "/f" }', '{ "directory": 1, "path": 1 }']
) {
  Deno.test(`claimOwner() refuses to replace the record ${JSON.stringify(text)}`, async () => {
    await using site = await openSite();
    const path = await site.directory.write("state/owners/a1b2c3.json", text);
    await assert.rejects(claimOwner(await site.of("f")), {
      message: new RegExp(
        `^Cannot read which functions directory has which data: "${path}" is broken\\. Fix it `,
      ),
    });
    assert.deepEqual(await namesIn(site.directory.at("state/owners")), ["a1b2c3.json"]);
    await assert.rejects(Deno.lstat(site.directory.at("run/locks")), Deno.errors.NotFound);
  });
}

Deno.test("claimOwner() adopts the readable part of irregular former state", async () => {
  await using site = await openSite();
  const { directory } = site;
  const check = (path: string): string =>
    JSON.stringify([{ key: JSON.stringify({ directory: path }) }]);
  await directory.write("state/checks/a1b2c3/app.json", check(directory.at("f/app")));
  for (const [index, text] of ["", "{", "[]", "[null]", '[{ "key": 1 }]', check("")].entries()) {
    await directory.write(`state/checks/a1b2c3/odd${index}.json`, text);
  }
  await directory.write("state/data/a1b2c3/app/files/x");
  await directory.write("state/data/not-an-id/app/files/x");
  await directory.write("state/users/a1b2c3.json.new");
  using owner = await claimOwner(await site.of("f"));
  assert.equal(owner.id, "a1b2c3");
  assert.deepEqual(owner.users, userRangeOf("a1b2c3"));
  assert.equal(site.warnings.length, 1);
  assert.match(site.warnings[0]!, /^Adopted the state of an older version for .*data\/a1b2c3"/);
});

Deno.test("claimOwner() warns about data without a known owner", async () => {
  await using site = await openSite();
  const { directory } = site;
  const options = await site.of("f");
  const former = deriveOwnerId(options.socket);
  await directory.write(`state/data/${former}/app/files/x`);
  const formerSockets = [options.socket];
  let id: string;
  {
    using owner = await claimOwner({ ...options, formerSockets });
    id = owner.id;
  }
  assert.notEqual(id, former);
  assert.equal(site.warnings.length, 1);
  const moved = /mv "(.*)" "(.*)", and start/.exec(site.warnings[0]!)!;
  // This is the remedy.
  await Deno.rename(moved[1]!, moved[2]!);
  using owner = await claimOwner({ ...options, formerSockets });
  assert.equal(owner.id, former);
  assert.equal(site.warnings.length, 1);
});

Deno.test("claimOwner() warns and continues when another user controls its locks", async () => {
  await using site = await openSite();
  await Deno.mkdir(site.directory.at("run"));
  await Deno.chmod(site.directory.at("run"), 0o777);
  using _ = await claimOwner(await site.of("f"));
  assert.equal(site.warnings.length, 1);
  assert.match(site.warnings[0]!, /run" is not a private directory of this user, .*Remove it$/);
  assert.deepEqual(await namesIn(site.directory.at("run")), []);
});

Deno.test("claimOwner() does not follow a local user's link to another directory", async () => {
  // deno-lint-ignore no-console
  if (!isRoot) return console.log("skipped: only root can make another user's link");
  await using site = await openSite();
  const { directory } = site;
  (await claimOwner(await site.of("f")))[Symbol.dispose]();
  await Deno.mkdir(directory.at("home"));
  await Deno.symlink(directory.at("f"), directory.at("home/link"));
  await lchown(directory.at("home/link"), 54_321, 54_321);
  const options = await site.of("f", { functionsDirectory: directory.at("home/link") });
  await assert.rejects(claimOwner(options), { name: "UntrustedPathError" });
});
