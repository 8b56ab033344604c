import { join } from "node:path";
import { runBounded } from "../../lib/process/bounded_output.ts";
import { copyTree } from "../../lib/sandbox/copy_tree.ts";
import { functionMounts } from "../../lib/sandbox/function_mounts.ts";
import { type Mount, sandboxCommand } from "../../lib/sandbox/sandbox.ts";
import { removeIfThere } from "../../lib/system/remove_if_there.ts";
import { openPatience } from "../patience.ts";
import type { TemporaryDirectory } from "../temporary_directory.ts";
import { copyByName } from "./contained_by_name.ts";
import { type Outcome, outcomeOf, own, type RacePlace, USER } from "./race_place.ts";

/** Creates the user's `home` with a folder, and a link of the user to a folder of root. */
async function makeHome({ path, write, at }: TemporaryDirectory): Promise<[string, string]> {
  await write("root/place/text", "secret");
  await Deno.chmod(at("root"), 0o700);
  await write("home/a/text", "own");
  await Deno.symlink(at("root/place"), at("home/link"));
  await own(USER, at("home"));
  await Deno.chmod(path, 0o755);
  return [at("home/a"), at("home/link")];
}

async function showText(mounts: readonly Mount[], directory: string): Promise<string> {
  const { command, input } = sandboxCommand({
    uid: 54_323,
    mounts,
    programs: true,
    workingDirectory: directory,
    command: ["cat", "text"],
  });
  using patience = openPatience("the end of a sandbox");
  const { stdout } = await runBounded(command, {
    input,
    env: { PATH: "/usr/bin:/bin" },
    signal: patience.signal,
    maxBytes: 100,
  });
  return stdout;
}

async function outcome(look: () => Promise<string>): Promise<Outcome> {
  return outcomeOf(await look().catch(() => undefined));
}

function showHeld(functionsDirectory: string): Promise<Outcome> {
  return outcome(async () => {
    await using seen = await functionMounts({ functionsDirectory, name: "a", etc: [] });
    return await showText(seen.mounts, join(functionsDirectory, "a"));
  });
}

/** All places; the name is root's operation. */
export const MOUNTED_PLACES: readonly RacePlace[] = [
  {
    name: "mounting a folder",
    async prepare(ground) {
      const exchanged = await makeHome(ground);
      const [source] = exchanged;
      return {
        exchanged,
        act: () => showHeld(ground.at("home")),
        byName: () => outcome(() => showText([{ source, target: source }], source)),
      };
    },
  },
  {
    name: "mounting a folder through root's link",
    async prepare(ground) {
      const exchanged = await makeHome(ground);
      const target = ground.at("functions/a");
      await Deno.mkdir(ground.at("functions"));
      await Deno.symlink("../home/a", target);
      return {
        exchanged,
        act: () => showHeld(ground.at("functions")),
        byName: () =>
          outcome(async () => {
            const source = await Deno.realPath(target);
            return await showText([{ source, target }], target);
          }),
      };
    },
  },
  {
    name: "copying a folder with its owners",
    async prepare(ground) {
      const exchanged = await makeHome(ground);
      const [source, target] = [exchanged[0], ground.at("copy")];
      const read = (copy: () => Promise<void>): Promise<Outcome> =>
        outcome(async () => {
          try {
            await copy();
            return await Deno.readTextFile(join(target, "text"));
          } finally {
            await removeIfThere(target);
          }
        });
      return {
        exchanged,
        act: () => read(() => copyTree({ source, target, isSandboxed: true })),
        byName: () => read(() => copyByName(source, target)),
      };
    },
  },
];
