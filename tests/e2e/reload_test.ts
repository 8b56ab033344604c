import assert from "node:assert/strict";
import { join } from "node:path";
import { exchangePaths } from "../exchange_paths.ts";
import { count, host, type Server, startServer, writeFiles } from "./support/harness.ts";
import { startLoad } from "./support/load.ts";
import { openSockets, talking } from "./support/open_sockets.ts";

/** A way to change a function from one answer to the next. */
interface Change {
  readonly name: string;
  readonly to: string;
  readonly make: (server: Server) => Promise<unknown>;
}

/** A function that answers with its own module and variables. */
const ENTRY = `import { text } from "./text.ts";
const { WORD = "", OTHER = "" } = Deno.env.toObject();
Deno.serve(() => new Response(text + WORD + OTHER));
`;

const module = (text: string): string => `export const text = "${text}";\n`;

/** The ways in which editors, scripts and deployments change a function's folder. */
const CHANGES: readonly Change[] = [
  {
    name: "a write in place",
    to: "written",
    make: ({ write }) => write({ "app/text.ts": module("written") }),
  },
  {
    name: "an editor's rename over the file",
    to: "renamed",
    async make({ functions, write }) {
      await write({ "app/.text.ts.swp": module("renamed") });
      await Deno.rename(join(functions, "app/.text.ts.swp"), join(functions, "app/text.ts"));
    },
  },
  {
    name: "an entry that is removed and created again",
    to: "made anew",
    // Without a pause: a folder without its entry file soon counts as removed.
    make: ({ functions }) => {
      const entry = join(functions, "app/index.ts");
      Deno.removeSync(entry);
      Deno.writeTextFileSync(entry, ENTRY.replace("text + ", '"made anew" + '));
      return Promise.resolve();
    },
  },
  {
    name: "two files that are exchanged",
    to: "renamed",
    async make({ functions, write }) {
      await write({ "app/index.next": ENTRY });
      exchangePaths(join(functions, "app/index.next"), join(functions, "app/index.ts"));
    },
  },
  {
    name: "two folders that are exchanged",
    to: "exchanged",
    async make({ functions, write }) {
      await write({ ".next/index.ts": ENTRY, ".next/text.ts": module("exchanged") });
      exchangePaths(join(functions, ".next"), join(functions, "app"));
    },
  },
  {
    name: "a folder that is replaced by two renames",
    to: "replaced",
    async make({ functions, write }) {
      await write({ ".new/index.ts": ENTRY, ".new/text.ts": module("replaced") });
      // Without a pause: a missing folder soon counts as removed.
      Deno.renameSync(join(functions, "app"), join(functions, ".old"));
      Deno.renameSync(join(functions, ".new"), join(functions, "app"));
    },
  },
  {
    name: "a .env that appears",
    to: "replaced with",
    make: ({ write }) => write({ "app/.env": 'WORD=" with"\n' }),
  },
  {
    name: "a .env that changes",
    to: "replaced by",
    make: ({ write }) => write({ "app/.env": 'WORD=" by"\n' }),
  },
  {
    name: "a manifest that appears",
    to: "replaced by a manifest",
    make: ({ write }) => write({ "app/ddsrv.json": '{ "env": { "OTHER": " a manifest" } }' }),
  },
  {
    name: "a manifest that is removed",
    to: "replaced by",
    make: ({ functions }) => Deno.remove(join(functions, "app/ddsrv.json")),
  },
];

/** A function that is a link to a release, and one that is a link to such a link. */
const FLIPS: readonly Change[] = [
  {
    name: "ln -sfn to the next release",
    to: "second",
    make: ({ functions, directory }) =>
      host("ln", "-sfn", join(directory, "releases/2"), join(functions, "app")),
  },
  {
    name: "a link that is renamed over the link",
    to: "third",
    async make({ functions, directory }) {
      await Deno.symlink(join(directory, "releases/3"), join(functions, ".app"));
      await Deno.rename(join(functions, ".app"), join(functions, "app"));
    },
  },
  {
    name: "a link to another link",
    to: "first",
    async make({ functions, directory }) {
      await Deno.symlink(join(directory, "releases/1"), join(directory, "current"));
      await host("ln", "-sfn", join(directory, "current"), join(functions, "app"));
    },
  },
  {
    name: "a link outside that leads elsewhere",
    to: "second",
    make: ({ directory }) =>
      host("ln", "-sfn", join(directory, "releases/2"), join(directory, "current")),
  },
];

Deno.test("reload serves every change of a folder without a failed request", async (test) => {
  await using server = await startServer({
    files: {
      "app/index.ts": ENTRY,
      "app/text.ts": module("first"),
      "other/index.ts": talking("other"),
    },
  });
  await goThrough(test, server, CHANGES);
});

Deno.test("reload serves every way to switch a link without a failed request", async (test) => {
  await using server = await startServer({
    files: { "other/index.ts": talking("other") },
    flags: ["--rescan", "1s"],
  });
  for (const [index, text] of ["first", "second", "third"].entries()) {
    const release = join(server.directory, "releases", String(index + 1));
    await writeFiles(release, { "index.ts": ENTRY, "text.ts": module(text) });
  }
  await Deno.symlink(join(server.directory, "releases/1"), join(server.functions, "app"));
  await goThrough(test, server, FLIPS);
});

/** Makes all changes under load, beside a function that must not be affected. */
async function goThrough(
  test: Deno.TestContext,
  server: Server,
  changes: readonly Change[],
): Promise<void> {
  await server.answers("/app", "first");
  await server.answers("/other", "other");
  await using sockets = await openSockets(server, "other", 4);
  const { pid } = await server.inspect("other");
  let from = "first";
  for (const { name, to, make } of changes) {
    await test.step(name, async () => {
      const load = startLoad(server, { path: "/app", connections: 8, pauseMs: 2 });
      await load.answers(20);
      await make(server);
      await server.answers("/app", to);
      await load.answers(20);
      const { failures, texts } = await load.stop();
      assert.deepEqual(failures, []);
      assert.deepEqual([...texts].sort(), [from, to].sort());
      await sockets.assertOpen();
    });
    from = to;
  }
  assert.equal(count(server.output(), "app ready"), changes.length + 1, server.output());
  assert.equal((await server.inspect("other")).pid, pid);
}
