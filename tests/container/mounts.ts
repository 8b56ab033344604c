// Mounts that are read-only or have no file events.
import { join } from "node:path";
import {
  type HostDirectories,
  leastPrivilege,
  makeHostDirectories,
  runContainer,
} from "./containers.ts";

const answering = (text: string): string => `Deno.serve(() => new Response("${text}"));\n`;

Deno.test("a read-only logs mount causes a warning while functions serve", async () => {
  const entry = `console.log("A line");\n${answering("up")}`;
  const { functions, logs } = await makeHostDirectories({ "app/index.ts": entry });
  const volumes = ["--volume", `${functions}:/opt/functions`, "--volume", `${logs}:/opt/logs:ro`];
  await using container = await runContainer([
    ...["--publish", "9999", ...volumes, ...leastPrivilege()],
  ]);
  await container.answers("/app", "up");
  await container.said("Warning");
});

const silence = await makeSilent();
if (typeof silence === "string") {
  // deno-lint-ignore no-console
  console.log(`A functions mount without events: skipped, because ${silence}`);
}

Deno.test({
  name: "a functions mount without file events is rescanned",
  ignore: typeof silence === "string",
}, async (test) => {
  const { functions, logs, silent, write } = silence as Silence;
  await write("app/index.ts", answering("one"));
  const volumes = ["--volume", `${silent}:/opt/functions`, "--volume", `${logs}:/opt/logs`];
  const flags = ["--publish", "9999", ...volumes, ...leastPrivilege()];
  await using container = await runContainer(flags, ["serve", "--rescan", "1s"]);
  await container.answers("/app", "one");
  await test.step("finds a changed file", async () => {
    await write("app/index.ts", answering("two"));
    await container.answers("/app", "two");
  });
  await test.step("finds a new folder and a removed folder", async () => {
    await write("late/index.ts", answering("late"));
    await container.answers("/late", "late");
    await Deno.remove(join(functions, "app"), { recursive: true });
    await container.answers("/app", "Function not found");
  });
});

/** Directories; `silent` shows the files of `functions` without file events. */
interface Silence extends HostDirectories {
  readonly silent: string;
}

/** Creates a FUSE mount, which has no inotify(7) events. Returns the reason if that fails. */
async function makeSilent(): Promise<Silence | string> {
  const directories = await makeHostDirectories();
  const silent = join(directories.root, "silent");
  await Deno.mkdir(silent);
  const { success, stderr } = await new Deno.Command("bindfs", {
    args: [directories.functions, silent],
  }).output();
  return success ? { ...directories, silent } : new TextDecoder().decode(stderr).trim();
}
