import { join } from "node:path";
import {
  answering,
  eventually,
  makeDirectory,
  startServer,
  writeFiles,
} from "./support/harness.ts";

/** A function that answers with a file of its folder that is not a module. */
const PAGE = `Deno.serve(() => new Response(Deno.readTextFileSync(
  new URL("page.txt", import.meta.url))));\n`;

/**
 * Replaces a tree atomically, like git-sync: renames a new link over the old one.
 */
async function turn(link: string, target: string): Promise<void> {
  await Deno.symlink(target, `${link}.new`);
  await Deno.rename(`${link}.new`, link);
}

Deno.test("watch: a linked functions directory can be switched to another tree", async () => {
  const directory = await makeDirectory();
  await using _ = { [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }) };
  const trees = ["a", "b", "c"].map((name) => join(directory, "trees", name));
  const [first = "", second = "", third = ""] = trees;
  await writeFiles(first, {
    "code/index.ts": answering("one"),
    "page/index.ts": PAGE,
    "page/page.txt": "first",
    "old/index.ts": answering("old"),
  });
  await writeFiles(second, {
    "code/index.ts": answering("two"),
    "page/index.ts": PAGE,
    "page/page.txt": "second",
    "new/index.ts": answering("new"),
  });
  await writeFiles(third, { "code/index.ts": answering("three") });
  const link = join(directory, "functions");
  await Deno.symlink(first, link);
  // A rescan would find the change too. It must be found at once, so rescans are an hour apart.
  await using server = await startServer({ directory, flags: ["--rescan=1h"] });
  await server.answers("/code", "one");
  await server.answers("/page", "first");
  await turn(link, second);
  // The previous tree may be removed at once.
  await Deno.remove(first, { recursive: true });
  await server.answers("/code", "two");
  await server.answers("/new", "new");
  await server.answers("/page", "second");
  await server.said("old stopped");
  // ddsrv watches the new tree like the old one.
  await server.write({ "late/index.ts": answering("late") });
  await server.answers("/late", "late");
  await turn(link, third);
  await Deno.remove(second, { recursive: true });
  await server.answers("/code", "three");
  await eventually("what the new tree has not is gone", async () => {
    const response = await fetch(`${server.url}/late`);
    await response.text();
    return response.status === 404;
  });
});
