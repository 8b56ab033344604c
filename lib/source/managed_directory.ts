import { join } from "node:path";
import { COMMON_FILES } from "../function/layout.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { run } from "../system/run.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { isOpenToOthers } from "../system/trusted_path.ts";
import { writeWholeFile } from "../system/write_whole_file.ts";
import { planSwitch, type SwitchPlan } from "./plan_switch.ts";
import { parseSwitchRecord, type SourceRecord, type SwitchRecord } from "./source_record.ts";
import { switchEntries } from "./switch_entries.ts";

/** A functions directory whose functions come from a source; only this process changes it. */
export interface ManagedDirectory {
  /** The version in it; `undefined` before the first one. */
  readonly record: SourceRecord | undefined;
  /** Path of a new file for an archive. */
  readonly download: string;
  /**
   * Returns an empty directory for the entries of the next version.
   *
   * @throws {Error} if the disk is full or read-only
   */
  readonly stage: () => Promise<string>;
  /**
   * Replaces the entries that differ by the staged ones, in one turn of the event loop, so that no
   * scan sees a part of it. Calls back just before.
   *
   * @throws {Error} if somebody else's entry has a name of the new version, or an entry can't be
   * moved; then nothing has changed
   */
  readonly take: (
    record: SourceRecord,
    onSwitch: (plan: SwitchPlan) => void,
  ) => Promise<SwitchPlan>;
  /** Removes the archive and what is staged, so that a version which failed takes no room. */
  readonly clear: () => Promise<void>;
}

/** At the top of an ext4 file system, such as a volume. */
const VOLUME_DIRECTORY = "lost+found";

/** Hidden, so it is never served. */
const OWN = ".ddsrv-source";

/**
 * Opens a functions directory for a source; creates a missing one. Completes a switch that an
 * earlier process began.
 *
 * @throws {Error} if it contains functions that do not come from a source, or other users can change
 * it
 */
export async function openManagedDirectory(directory: string): Promise<ManagedDirectory> {
  const own = join(directory, OWN);
  const [next, old] = [join(own, "next"), join(own, "old")];
  const [entries, plan] = [join(next, "entries"), join(next, "plan.json")];
  const recordFile = join(own, "record.json");
  await requireOwnDirectory(directory);
  let record = parseSwitchRecord(await readOptionalTextFile(recordFile) ?? "")?.record;
  if (record === undefined) await requireNoFunctions(directory);
  await Deno.mkdir(own, { recursive: true, mode: 0o700 });
  await requireUnplanted(own);
  const begun = parseSwitchRecord(await readOptionalTextFile(plan) ?? "");
  if (begun !== undefined) await finish(begun);
  const download = join(own, "download");
  await clear();

  async function unstage(): Promise<void> {
    // The plan first: with it, the next start would take what is half removed.
    for (const path of [plan, next, old]) await removeIfThere(path);
  }

  async function clear(): Promise<void> {
    await unstage();
    await removeIfThere(download);
  }

  async function finish(switching: SwitchRecord): Promise<void> {
    await Deno.mkdir(old, { recursive: true, mode: 0o700 });
    switchEntries({ directory, entries, old, ...switching });
    // Unlike a new file, a rename needs no room on the disk.
    Deno.renameSync(plan, recordFile);
    record = switching.record;
  }

  return {
    get record() {
      return record;
    },
    download,
    async stage() {
      await unstage();
      await Deno.mkdir(entries, { recursive: true, mode: 0o700 });
      return entries;
    },
    async take(after, onSwitch) {
      const present = new Set<string>();
      for await (const { name } of Deno.readDir(directory)) present.add(name);
      const planned = planSwitch({
        before: record?.entries ?? {},
        after: after.entries,
        present,
      });
      const [taken] = planned.taken;
      if (taken !== undefined) {
        throw new Error(
          `"${join(directory, taken)}" does not come from the source, which has an entry of this ` +
            "name. Remove it, or rename one of them",
        );
      }
      const { changed, removed } = planned;
      // After a power loss, the record must not name files without their content.
      await run(["sync", "--file-system", own]);
      // The next start completes the switch if it finds this file.
      await writeWholeFile(plan, JSON.stringify({ record: after, changed, removed }));
      onSwitch(planned);
      await finish({ record: after, changed, removed });
      return planned;
    },
    clear,
  };
}

async function requireOwnDirectory(directory: string): Promise<void> {
  await Deno.mkdir(directory, { recursive: true, mode: 0o755 });
  const { uid, mode } = await Deno.stat(directory);
  if (!isOpenToOthers({ uid: uid ?? 0, mode: mode ?? 0 })) return;
  throw new Error(
    `Other users can change "${directory}". With --source, only the user that runs ddsrv may write ` +
      `there: chown root "${directory}" and chmod 755 "${directory}"`,
  );
}

/** Another user may have put it there while the functions directory was theirs to change. */
async function requireUnplanted(own: string): Promise<void> {
  const { isDirectory, uid, mode } = await Deno.lstat(own);
  if (isDirectory && !isOpenToOthers({ uid: uid ?? 0, mode: mode ?? 0 })) return;
  throw new Error(
    `"${own}" is a link, or other users can change it. Remove it, and ddsrv gets the functions again`,
  );
}

async function requireNoFunctions(directory: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(directory)) {
    const isOther = name.startsWith(".") || name === VOLUME_DIRECTORY;
    if (isOther || isFile && !COMMON_FILES.includes(name)) continue;
    throw new Error(
      `"${directory}" contains "${name}", which does not come from the source. With --source, name ` +
        "an empty directory: ddsrv serve --source URL DIRECTORY",
    );
  }
}
