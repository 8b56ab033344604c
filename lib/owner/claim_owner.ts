import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import process from "node:process";
import { isLocked } from "../system/lock_file.ts";
import { chooseOwner, type OwnerChoice, type ServedDirectory } from "./choose_owner.ts";
import { identifyDirectory } from "./identify_directory.ts";
import { openLockDirectory } from "./lock_directory.ts";
import { deriveOwnerId } from "./owner_id.ts";
import {
  type OwnerRecord,
  readOwnerRecords,
  recordsDirectory,
  writeOwnerRecord,
} from "./owner_record.ts";
import { withRecords } from "./records_lock.ts";
import { type Holder, lockForSupervisor, nameHolder } from "./supervisor_lock.ts";
import { readUnclaimedState } from "./unclaimed_state.ts";
import { rangeFrom, type UserRange, userRangeOf } from "./user_range.ts";

/** The owner of a functions directory, this process's alone for as long as it is open. */
export interface ClaimedOwner extends Disposable {
  /** Tag of all that belongs to it, in the kernel and in the state directory. */
  readonly id: string;
  /** Users that its functions may have. */
  readonly users: UserRange;
}

/** Which functions directory is claimed, and where it is written down. */
export interface ClaimOptions {
  /** Absolute path. */
  readonly functionsDirectory: string;
  /** Absolute path of a directory that is this user's alone. */
  readonly stateDirectory: string;
  /** Absolute path of the control socket. */
  readonly socket: string;
  /** Where all supervisors of this user and host keep their locks. */
  readonly lockDirectory: string;
  /** Control sockets that an earlier version may have had, which derived its owner from that. */
  readonly formerSockets: readonly string[];
  readonly onWarning: (message: string) => void;
}

/**
 * Takes a functions directory for this process: no other supervisor of this host serves it or has
 * this control socket, and none anywhere has the owner that is its own below the state directory.
 * Which one that is, a record there says, see `chooseOwner`; what an earlier version kept is
 * taken over by such a record, so that nothing is moved and users stay what they are.
 *
 * The locks of the host are files in `lockDirectory` that the device and inode of the functions
 * directory name: links, bind mounts and spellings lead to the same one, while containers and hosts
 * that share a functions directory have locks of their own. A lock on the directory itself would
 * span them (NFS passes it on), and every local user who may read it could take it.
 *
 * @throws {Error} when another supervisor has one of these
 */
export async function claimOwner(options: ClaimOptions): Promise<ClaimedOwner> {
  const { functionsDirectory, stateDirectory, socket, onWarning } = options;
  const { directory, inode } = await identifyDirectory(functionsDirectory);
  using stack = new DisposableStack();
  const { pid } = process;
  const holder: Holder = { pid, hostname: Deno.hostname(), functionsDirectory, socket };
  const describeServed = (other: Holder | undefined): string => describeTwo(options, other);
  const locks = await openLockDirectory(options.lockDirectory, onWarning);
  if (locks !== undefined) {
    stack.use(locks);
    const served = join(locks.path, `directory-${inode}`);
    stack.use(await lockForSupervisor(served, { holder, describe: describeServed }));
    const listening = join(
      locks.path,
      `socket-${createHash("sha256").update(socket).digest("hex")}`,
    );
    const describe = (other: Holder | undefined): string => describeSocket(socket, other);
    stack.use(await lockForSupervisor(listening, { holder, describe }));
  }
  const choice = await withRecords(stateDirectory, onWarning, async (lock) => {
    const choice = await choose(options, directory);
    if (choice.type === "former") requireNoFormer(options, choice.id);
    stack.use(await lock(`${choice.id}.lock`, { holder, describe: describeServed }));
    const { id, firstUid } = choice;
    const path = functionsDirectory;
    const record: OwnerRecord = { id, directory, path, firstUid, usedAtMs: Date.now() };
    await writeOwnerRecord(stateDirectory, record);
    return choice;
  });
  for (const message of describeChoice(choice, options)) onWarning(message);
  const { id, firstUid } = choice;
  const users = firstUid === undefined ? userRangeOf(id) : rangeFrom(firstUid);
  const owned = stack.move();
  return { id, users, [Symbol.dispose]: () => owned.dispose() };
}

async function choose(
  { functionsDirectory: path, stateDirectory, formerSockets }: ClaimOptions,
  directory: string,
): Promise<OwnerChoice> {
  const records = await readOwnerRecords(stateDirectory);
  const served = {
    path,
    directory,
    names: new Set((await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name)),
    formerIds: new Set(formerSockets.map((socket) => deriveOwnerId(socket))),
  } satisfies ServedDirectory;
  const choice = chooseOwner(served, { records, unclaimed: [] });
  if (choice.type === "known") return choice;
  const claimed = new Set(records.map(({ id }) => id));
  const unclaimed = await readUnclaimedState(stateDirectory, claimed);
  return chooseOwner(served, { records, unclaimed });
}

/**
 * A supervisor of an older version has no lock but that of its owner, where its socket is.
 *
 * @throws {Error} when one runs
 */
function requireNoFormer({ functionsDirectory, formerSockets }: ClaimOptions, id: string): void {
  const socket = formerSockets.find((socket) =>
    deriveOwnerId(socket) === id && isLocked(join(dirname(socket), "locks", `owner-${id}`))
  );
  if (socket === undefined) return;
  throw new Error(
    `Another supervisor, of an older version, serves "${functionsDirectory}": its control socket ` +
      `is "${socket}". Stop it`,
  );
}

function describeTwo(
  { functionsDirectory: path }: ClaimOptions,
  other: Holder | undefined,
): string {
  const remedy = "Stop it, or serve another directory";
  if (other === undefined) return `Another supervisor serves "${path}" already. ${remedy}`;
  const as = other.functionsDirectory === path ? "" : `, as "${other.functionsDirectory}"`;
  return `Another supervisor serves "${path}" already${as}: ${nameHolder(other)}. ${remedy}`;
}

function describeSocket(socket: string, other: Holder | undefined): string {
  const who = other && ` (process ${other.pid}, which serves "${other.functionsDirectory}")`;
  return `Another supervisor runs with the control socket "${socket}"${who ?? ""}. Stop it, or ` +
    "choose another socket with --socket";
}

function describeChoice(
  { type, id, lastPath, others, unclear }: OwnerChoice,
  { functionsDirectory, stateDirectory }: ClaimOptions,
): string[] {
  const dataOf = (id: string): string => `"${join(stateDirectory, "data", id)}"`;
  return [
    ...lastPath === undefined ? [] : [
      `"${functionsDirectory}" was served as "${lastPath}" last time. Users, data and revisions are ` +
      "the same, but Deno finds Deno.openKv() and localStorage by the path of the code: to have " +
      `what functions keep there, serve it as "${lastPath}"`,
    ],
    ...type === "former"
      ? [
        `Took over what an older version kept for "${functionsDirectory}": data in ${
          dataOf(id)
        }, ` +
        "with users, revisions, checks and caches",
      ]
      : [],
    ...others.map((other) =>
      `${dataOf(other)} belongs to "${functionsDirectory}" too, from another control socket, and ` +
      `was used less recently: it stays there, unused. Remove it, or copy what you need`
    ),
    ...unclear.map((other) => {
      const records = recordsDirectory(stateDirectory);
      return `${dataOf(other)}, from an older version, may hold data of functions in ` +
        `"${functionsDirectory}", which began anew. If all of it belongs to them, stop ddsrv, run: ` +
        `mv "${join(records, `${id}.json`)}" "${
          join(records, `${other}.json`)
        }", and start it again`;
    }),
  ];
}
