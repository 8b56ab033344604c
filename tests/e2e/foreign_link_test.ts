import assert from "node:assert/strict";
import { join } from "node:path";
import { answering, makeDirectory, startServer, writeFiles } from "./support/harness.ts";

/** User id of a local user who is not root. */
const USER = "54321";

Deno.test("links of another user lead only to files of that user", async () => {
  const directory = await makeDirectory();
  await using _ = { [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }) };
  const place = (name: string): string => join(directory, "places", name);
  await writeFiles(join(directory, "places"), {
    "of-root/index.ts": answering("root's"),
    "of-user/index.ts": answering("user's"),
  });
  const functions = join(directory, "functions");
  await Deno.mkdir(functions);
  const chown = async (...args: string[]): Promise<void> => {
    assert.ok((await new Deno.Command("chown", { args }).output()).success);
  };
  await chown("-R", USER, place("of-user"));
  for (const [name, target] of [["own", "of-user"], ["stolen", "of-root"], ["given", "of-root"]]) {
    await Deno.symlink(place(target!), join(functions, name!));
    if (name !== "given") await chown("-h", USER, join(functions, name!));
  }
  await using server = await startServer({ directory });
  await server.answers("/own", "user's");
  // Root made this link.
  await server.answers("/given", "root's");
  await server.said("stolen failed");
  // ddsrv retries, because a link's owner is not part of a revision.
  const { status, reason, detail } = await server.inspect("stolen");
  assert.equal(status, "backoff");
  const said = `${reason} ${detail}`;
  assert.match(said, /leads through the link "stolen" \(to ".*of-root"\), which user 54321 can/);
  assert.match(said, /belongs to user 0\. Create the link as root in a directory of root, or/);
  // It serves once root has created the link.
  await Deno.remove(join(functions, "stolen"));
  await Deno.symlink(place("of-root"), join(functions, "stolen"));
  await server.answers("/stolen", "root's");
});
