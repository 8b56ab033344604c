import { join } from "node:path";
import { openFolderReader, readContainedTextFile } from "../../lib/function/contained_file.ts";
import { copyFolder } from "../../lib/function/copy_folder.ts";
import { removeEntry } from "../../lib/function/set_aside.ts";
import { hashFiles } from "../../lib/function/source_state.ts";
import { unreadableReason } from "../../lib/function/readability.ts";
import { appendLines } from "../../lib/logs/append_lines.ts";
import { removeIfThere } from "../../lib/system/remove_if_there.ts";
import type { TemporaryDirectory } from "../temporary_directory.ts";
import {
  appendByName,
  copyByName,
  modeByName,
  readByName,
  removeByName,
} from "./contained_by_name.ts";
import { type Outcome, outcomeOf, own, type Race, type RacePlace, USER } from "./race_place.ts";

const OTHER = 54_322;
const { signal } = new AbortController();

/** Creates a user's folder with a directory and a link, and a file of root outside of it. */
async function makeFolder({ write, at }: TemporaryDirectory): Promise<[string, string]> {
  await write("functions/f/dir/file", "own");
  await write("outside/file", "secret");
  await Deno.chmod(at("outside/file"), 0o600);
  await Deno.symlink(at("outside"), at("functions/f/link"));
  await own(USER, at("functions/f"));
  return [at("functions/f/dir"), at("functions/f/link")];
}

const refused = (): Outcome => "refused";

/** All places; the name is root's operation. */
export const CONTAINED_PLACES: readonly RacePlace[] = [
  {
    name: "reading an env file through a directory",
    async prepare(ground) {
      const exchanged = await makeFolder(ground);
      const root = ground.at("functions/f");
      const path = join(root, "dir/file");
      return {
        exchanged,
        act: async () => outcomeOf(await readContainedTextFile(root, path).catch(() => undefined)),
        byName: async () => outcomeOf(await readByName(root, path)),
      };
    },
  },
  {
    name: "reading a manifest that may be a link",
    async prepare(ground) {
      await makeFolder(ground);
      const root = ground.at("functions/f");
      const path = await ground.write("functions/f/ddsrv.json", "own");
      await Deno.symlink(ground.at("outside/file"), ground.at("functions/f/other"));
      return {
        exchanged: [path, ground.at("functions/f/other")],
        act: async () => outcomeOf(await readContainedTextFile(root, path).catch(() => undefined)),
        async byName() {
          const { isSymlink } = await Deno.lstat(path);
          return isSymlink ? "refused" : outcomeOf(await Deno.readTextFile(path));
        },
      };
    },
  },
  {
    name: "reading a folder through a user's link",
    async prepare(ground) {
      const { at, write } = ground;
      await write("home/own/.env", "own");
      await write("theirs/.env", "secret");
      await Deno.chmod(at("theirs/.env"), 0o600);
      await Deno.symlink(at("theirs"), at("home/link"));
      await own(USER, at("home"));
      await own(OTHER, at("theirs"));
      await Deno.mkdir(at("functions"));
      const root = at("functions/f");
      await Deno.symlink(at("home/own"), root);
      const path = join(root, ".env");
      const isOwn = async (): Promise<boolean> => (await Deno.stat(root)).uid === USER;
      return {
        exchanged: [at("home/own"), at("home/link")],
        async act() {
          try {
            using folder = await openFolderReader(root);
            return outcomeOf(await folder?.text(path));
          } catch {
            return "refused";
          }
        },
        byName: async () => await isOwn() ? outcomeOf(await readByName(root, path)) : "refused",
      };
    },
  },
  {
    name: "hashing files",
    async prepare(ground) {
      const exchanged = await makeFolder(ground);
      const [functions, path] = [ground.at("functions"), ground.at("functions/f/dir/file")];
      const hashes = new Map<string, Outcome>([
        [await hashFiles(functions, [path]), "own"],
        [await hashOfMissing(functions, path), "refused"],
      ]);
      return {
        exchanged,
        act: async () => hashes.get(await hashFiles(functions, [path])) ?? "astray",
        byName: async () => outcomeOf(await readByName(ground.at("functions/f"), path)),
      };
    },
  },
  {
    name: "reading file modes",
    async prepare(ground) {
      const exchanged = await makeFolder(ground);
      const directory = ground.at("functions/f");
      const path = join(directory, "dir/file");
      return {
        exchanged,
        async act() {
          const reason = await unreadableReason(directory, [path]);
          return reason === undefined ? "own" : /mode 0600/.test(reason) ? "astray" : "refused";
        },
        async byName() {
          const real = await Deno.realPath(path);
          if (!real.startsWith(`${directory}/`)) return "refused";
          return ((await modeByName(path) ?? 0) & 0o777) === 0o600 ? "astray" : "own";
        },
      };
    },
  },
  {
    name: "copying a folder",
    async prepare(ground) {
      const exchanged = await makeFolder(ground);
      const [source, target] = [ground.at("functions/f"), ground.at("copy")];
      const through = async (copy: () => Promise<void>): Promise<Outcome> => {
        try {
          await copy();
          const texts = await Promise.all(["dir", "link"].map(async (name) => {
            const { isDirectory } = await Deno.lstat(join(target, name));
            return isDirectory ? await Deno.readTextFile(join(target, name, "file")) : "own";
          }));
          return outcomeOf(texts.find((text) => text !== "own") ?? "own");
        } catch {
          return "refused";
        } finally {
          await removeIfThere(target);
        }
      };
      return {
        exchanged,
        act: () => through(() => copyFolder({ source, target, onSkip: () => {}, signal })),
        byName: () => through(() => copyByName(source, target)),
      };
    },
  },
  {
    name: "removing a folder",
    prepare({ at, write }) {
      const [dir, link] = [at("tree/dir"), at("tree/link")];
      const remove = async (act: (path: string) => Promise<void>): Promise<Outcome> => {
        await write("outside/file", "secret");
        await Deno.mkdir(dir, { recursive: true });
        for (const name of ["a", "b", "file"]) await write(`tree/dir/${name}`, "own");
        await Deno.symlink(at("outside"), link);
        const outcome = await act(at("tree")).then((): Outcome => "own", refused);
        const isLeft = await Deno.lstat(at("outside/file")).then(() => true, () => false);
        await clear(at("tree"));
        return isLeft ? outcome : "astray";
      };
      return Promise.resolve({
        exchanged: [dir, link],
        act: () => remove(removeEntry),
        byName: () => remove(removeByName),
      });
    },
  },
  {
    name: "appending lines in a directory that may be a link",
    async prepare({ at, write }) {
      await write("home/logs/f.log");
      await write("outside/f.log");
      await Deno.symlink(at("outside"), at("home/link"));
      await own(USER, at("home"));
      return appending({ at, exchanged: [at("home/logs"), at("home/link")], astray: "outside" });
    },
  },
  {
    name: "appending lines to a file that may be a link",
    async prepare({ at, write }) {
      await write("home/logs/f.log");
      await write("outside/f.log");
      await Deno.symlink(at("outside/f.log"), at("home/logs/link"));
      await own(USER, at("home"));
      const exchanged = [at("home/logs/f.log"), at("home/logs/link")] as const;
      return appending({ at, exchanged, astray: "outside" });
    },
  },
  {
    name: "rotating a log in a directory that may be a link",
    async prepare({ at, write }) {
      await write("home/logs/f.log");
      await Deno.mkdir(at("outside"));
      await Deno.symlink(at("outside"), at("home/link"));
      await own(USER, at("home"));
      const path = at("home/logs/f.log");
      const rotate = async (act: () => Promise<unknown>): Promise<Outcome> => {
        await write("outside/f.log", "secret\n");
        const outcome = await act().then((): Outcome => "own", refused);
        const isLeft = await Deno.lstat(at("outside/f.log.1")).then(() => false, () => true);
        await removeIfThere(at("outside/f.log.1"));
        return isLeft ? outcome : "astray";
      };
      const line = new TextEncoder().encode("line\n");
      return {
        exchanged: [at("home/logs"), at("home/link")],
        act: () => rotate(() => appendLines(path, line, { maxBytes: 1, maxFiles: 2 })),
        byName: () =>
          rotate(async () => {
            if ((await Deno.lstat(at("home/logs"))).isSymlink) throw new TypeError("It is a link");
            await Deno.rename(path, `${path}.1`).catch(() => {});
          }),
      };
    },
  },
];

interface Appending {
  readonly at: TemporaryDirectory["at"];
  readonly exchanged: readonly [string, string];
  /** Directory whose file must stay empty. */
  readonly astray: string;
}

function appending({ at, exchanged, astray }: Appending): Race {
  const path = at("home/logs/f.log");
  const victim = at(`${astray}/f.log`);
  const line = new TextEncoder().encode("line\n");
  const append = async (act: () => Promise<unknown>): Promise<Outcome> => {
    const outcome = await act().then((): Outcome => "own", refused);
    if ((await Deno.stat(victim)).size === 0) return outcome;
    await Deno.truncate(victim);
    return "astray";
  };
  return {
    exchanged,
    act: () => append(() => appendLines(path, line, { maxBytes: 4_000, maxFiles: 2 })),
    byName: () =>
      append(async () => {
        if ((await Deno.lstat(at("home/logs"))).isSymlink) throw new TypeError("It is a link");
        await appendByName(path, "line\n");
      }),
  };
}

/** Removes a tree that still changes, which may need several tries. */
async function clear(path: string): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      return await removeIfThere(path);
    } catch (error) {
      if (tries === 1_000) throw error;
    }
  }
}

/** Hash of the folder without the file. */
async function hashOfMissing(functions: string, path: string): Promise<string> {
  await Deno.rename(path, `${path}-aside`);
  const hash = await hashFiles(functions, [path]);
  await Deno.rename(`${path}-aside`, path);
  return hash;
}
