import assert from "node:assert/strict";
import { join } from "node:path";
import {
  answering,
  eventually,
  host,
  type Server,
  startServer,
  writeFiles,
} from "./support/harness.ts";
import { openSockets, talking } from "./support/open_sockets.ts";

/** Returns the state of each function. */
async function states(server: Server): Promise<Record<string, string>> {
  const { stdout } = await server.cli("list", "--json");
  const reports: { name: string; status: string }[] = JSON.parse(stdout);
  return Object.fromEntries(reports.map(({ name, status }) => [name, status]));
}

async function hasOnly(server: Server, ...names: string[]): Promise<void> {
  await eventually(`there is ${names} alone`, async () => {
    const found = await states(server);
    return String(Object.keys(found)) === String(names);
  });
}

Deno.test("directory: running functions survive a rename of the directory, and new ones are found", async () => {
  await using server = await startServer({ files: { "app/index.ts": talking("app") } });
  await server.answers("/app", "app");
  const { pid } = await server.inspect("app");
  await using sockets = await openSockets(server, "app", 2);
  for (const round of ["one", "two"]) {
    const from = server.output().length;
    await Deno.rename(server.functions, `${server.functions}-away`);
    await server.said("Cannot read", from);
    await writeFiles(`${server.functions}-away`, { "late/index.ts": answering(round) });
    await Deno.rename(`${server.functions}-away`, server.functions);
    await server.said("is readable again", from);
    await server.answers("/late", round);
    // Events come from the current directory.
    await server.write({ "late/index.ts": answering(`${round}, changed`) });
    await server.answers("/late", `${round}, changed`);
  }
  await sockets.assertOpen();
  assert.equal((await server.inspect("app")).pid, pid);
});

Deno.test("directory: it can be replaced by another, emptied and filled again", async () => {
  await using server = await startServer({
    files: { "app/index.ts": answering("app"), "kept/index.ts": talking("kept") },
  });
  await server.answers("/app", "app");
  await server.answers("/kept", "kept");
  const { pid } = await server.inspect("kept");
  await using sockets = await openSockets(server, "kept", 2);
  const next = join(server.directory, "next");
  await writeFiles(next, { "kept/index.ts": talking("kept"), "new/index.ts": answering("new") });
  await Deno.rename(server.functions, join(server.directory, "previous"));
  await Deno.rename(next, server.functions);
  await server.answers("/new", "new");
  await hasOnly(server, "kept", "new");
  // The code is the same in the other directory, so the process continues.
  assert.equal((await server.inspect("kept")).pid, pid);
  await sockets.assertOpen();
  await sockets[Symbol.asyncDispose]();
  await host("sh", "-c", `rm -r "${server.functions}"/*`);
  await hasOnly(server);
  assert.equal((await fetch(`${server.url}/kept`)).status, 404);
  await server.write({ "kept/index.ts": talking("kept again"), "app/index.ts": answering("app") });
  await server.answers("/kept", "kept again");
  await server.answers("/app", "app");
});

/**
 * Unmounts with retries: a mount is busy while a process reads it, such as a copy for a rollback.
 */
async function unmount(path: string): Promise<void> {
  await eventually(`"${path}" is unmounted`, async () => {
    const { success } = await new Deno.Command("umount", { args: [path], stderr: "null" }).output();
    return success;
  });
}

for (const kind of ["tmpfs", "bind"]) {
  Deno.test(`directory: serve follows a ${kind} mount and its unmount`, async () => {
    await using server = await startServer({ files: { "below/index.ts": answering("below") } });
    await server.answers("/below", "below");
    const beside = join(server.directory, "beside");
    await writeFiles(beside, { "above/index.ts": answering("above") });
    if (kind === "tmpfs") await host("mount", "-t", "tmpfs", "tmpfs", server.functions);
    else await host("mount", "--bind", beside, server.functions);
    try {
      await server.write({ "above/index.ts": answering("above") });
      await server.answers("/above", "above");
      await hasOnly(server, "above");
      await server.write({ "above/index.ts": answering("above, changed") });
      await server.answers("/above", "above, changed");
    } finally {
      await unmount(server.functions);
    }
    await server.answers("/below", "below");
    await hasOnly(server, "below");
    await server.write({ "below/index.ts": answering("below, changed") });
    await server.answers("/below", "below, changed");
  });
}

Deno.test("directory: a mount of one function can come and go", async () => {
  await using server = await startServer({ files: { "app/index.ts": answering("below") } });
  await server.answers("/app", "below");
  const mounted = join(server.functions, "app");
  await host("mount", "-t", "tmpfs", "tmpfs", mounted);
  try {
    await server.write({ "app/index.ts": answering("above") });
    await server.answers("/app", "above");
  } finally {
    await unmount(mounted);
  }
  await server.answers("/app", "below");
});

Deno.test("directory: rescans find changes that send no event", async () => {
  // inotify(7) follows no links, so it reports no changes in a tree behind a link.
  await using server = await startServer({ flags: ["--rescan", "1s"] });
  const tree = join(server.directory, "tree");
  const module = (text: string): string => `export const text = "${text}";\n`;
  await writeFiles(tree, {
    "app/index.ts": 'import { text } from "./deep/text.ts";\nDeno.serve(() => new Response(text));',
    "elsewhere/text.ts": module("one"),
  });
  await Deno.symlink(join(tree, "app"), join(server.functions, "app"));
  await Deno.symlink("/nowhere", join(server.functions, "late"));
  await Deno.mkdir(join(tree, "app/deep"));
  await writeFiles(tree, { "app/deep/text.ts": module("one") });
  await server.answers("/app", "one");
  for (const text of ["two", "three"]) {
    await writeFiles(tree, { "app/deep/text.ts": module(text) });
    await server.answers("/app", text);
  }
  await writeFiles(tree, { "app/.env": "A=1\n", "app/index.ts": answering("four") });
  await server.answers("/app", "four");
  // The whole directory may be such a link, and its target may change.
  await Deno.rename(server.functions, join(server.directory, "real"));
  await Deno.symlink(join(server.directory, "real"), server.functions);
  await writeFiles(join(server.directory, "real"), { "more/index.ts": answering("more") });
  await server.answers("/more", "more");
  await server.answers("/app", "four");
});
