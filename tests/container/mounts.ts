// Mounts that are not what one would wish for.
import { join } from "node:path";
import {
  type HostDirectories,
  leastPrivilege,
  makeHostDirectories,
  runContainer,
} from "./containers.ts";

const answering = (text: string): string => `Deno.serve(() => new Response("${text}"));\n`;

Deno.test("a logs mount that can't be written to is told of, and functions serve", async () => {
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
  name: "a functions mount that tells of no changes is looked through",
  ignore: typeof silence === "string",
}, async (test) => {
  const { functions, logs, silent, write } = silence as Silence;
  await write("app/index.ts", answering("one"));
  const volumes = ["--volume", `${silent}:/opt/functions`, "--volume", `${logs}:/opt/logs`];
  const flags = ["--publish", "9999", ...volumes, ...leastPrivilege()];
  await using container = await runContainer(flags, ["serve", "--rescan", "1s"]);
  await container.answers("/app", "one");
  await test.step("a file that changes is found", async () => {
    await write("app/index.ts", answering("two"));
    await container.answers("/app", "two");
  });
  await test.step("a folder that comes is found, and one that goes", async () => {
    await write("late/index.ts", answering("late"));
    await container.answers("/late", "late");
    await Deno.remove(join(functions, "app"), { recursive: true });
    await container.answers("/app", "Function not found");
  });
});

/** Directories of which `silent` shows what is written below `functions`. */
interface Silence extends HostDirectories {
  readonly silent: string;
}

/** A FUSE mount, where inotify(7) is silent; or why there is none. */
async function makeSilent(): Promise<Silence | string> {
  const directories = await makeHostDirectories();
  const silent = join(directories.root, "silent");
  await Deno.mkdir(silent);
  const { success, stderr } = await new Deno.Command("bindfs", {
    args: [directories.functions, silent],
  }).output();
  return success ? { ...directories, silent } : new TextDecoder().decode(stderr).trim();
}
