import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import process from "node:process";
import { isLocked } from "../system/lock_file.ts";
import { chooseOwner, type OwnerChoice, type ServedDirectory } from "./choose_owner.ts";
import { identifyDirectory } from "./identify_directory.ts";
import { openLockDirectory } from "./lock_directory.ts";
import { deriveOwnerId, tagsFor } from "./owner_id.ts";
import {
  type OwnerRecord,
  readOwnerRecords,
  recordsDirectory,
  writeOwnerRecord,
} from "./owner_record.ts";
import { withRecords } from "./records_lock.ts";
import {
  type Holder,
  lockForSupervisor,
  nameHolder,
  type SupervisorLock,
} from "./supervisor_lock.ts";
import { readUnclaimedState } from "./unclaimed_state.ts";
import { rangeFrom, type UserRange, userRangeOf } from "./user_range.ts";

/** The owner of a functions directory, locked for this process until it is disposed. */
export interface ClaimedOwner extends Disposable {
  /** Tag of all its objects in the state directory. */
  readonly id: string;
  /**
   * Tag of all objects of this process in the kernel: `id`, or the other tag of the owner if the
   * predecessor, which still serves, has the first one.
   */
  readonly tag: string;
  /** The tag of this owner that this process does not have. */
  readonly otherTag: string;
  /** Paths of the locks. */
  readonly locks: readonly string[];
  /** Makes the locks of the predecessor those of this process. */
  readonly succeed: () => void;
  readonly users: UserRange;
}

/** Options of {@linkcode claimOwner}. */
export interface ClaimOptions {
  /** Absolute path. */
  readonly functionsDirectory: string;
  /** Absolute path of a private directory of this user. */
  readonly stateDirectory: string;
  /** Absolute path of the control socket. */
  readonly socket: string;
  /** Lock directory of all supervisors of this user and host. */
  readonly lockDirectory: string;
  /** Control sockets that an earlier version may have used, which derived its owner from them. */
  readonly formerSockets: readonly string[];
  /** The supervisor that still serves, and hands over to this one. */
  readonly predecessor?: OwnerPredecessor | undefined;
  readonly onWarning: (message: string) => void;
}

/** Tag and locks of a supervisor, for the one that replaces it. */
export interface OwnerPredecessor {
  /** Tag of its objects in the kernel. */
  readonly tag: string;
  /** Descriptors of its locked files. */
  readonly locks: readonly number[];
}

/**
 * Locks a functions directory for this process: no other supervisor of this host serves it or uses
 * this control socket, and no supervisor anywhere uses its owner in the state directory. A record
 * in the state directory stores the owner, see `chooseOwner`. A new record adopts the state of an
 * earlier version, so that nothing moves and users stay the same.
 *
 * The locks of the host are files in `lockDirectory`, named by the device and inode of the
 * functions directory, so that links, bind mounts and other spellings lead to the same lock.
 * Containers and hosts that share a functions directory have their own locks. A lock on the
 * directory itself would apply to all of them (NFS shares it), and every local user with read
 * access could take it.
 *
 * @throws {Error} when another supervisor holds one of these locks
 */
export async function claimOwner(options: ClaimOptions): Promise<ClaimedOwner> {
  const { functionsDirectory, stateDirectory, socket, onWarning } = options;
  const { directory, inode } = await identifyDirectory(functionsDirectory);
  using stack = new DisposableStack();
  const { pid } = process;
  const holder: Holder = { pid, hostname: Deno.hostname(), functionsDirectory, socket };
  const describeServed = (other: Holder | undefined): string => describeDirectory(options, other);
  const inherited = options.predecessor?.locks;
  const held: SupervisorLock[] = [];
  const keep = (lock: SupervisorLock): void => void held.push(stack.use(lock));
  const locks = await openLockDirectory(options.lockDirectory, onWarning);
  if (locks !== undefined) {
    stack.use(locks);
    const served = join(locks.path, `directory-${inode}`);
    keep(await lockForSupervisor(served, { holder, describe: describeServed, inherited }));
    const listening = join(
      locks.path,
      `socket-${createHash("sha256").update(socket).digest("hex")}`,
    );
    const describe = (other: Holder | undefined): string => describeSocket(socket, other);
    keep(await lockForSupervisor(listening, { holder, describe, inherited }));
  }
  const choice = await withRecords(stateDirectory, onWarning, async (lock) => {
    const choice = await choose(options, directory);
    if (choice.type === "former") requireNoOldSupervisor(options, choice.id);
    keep(await lock(`${choice.id}.lock`, { holder, describe: describeServed, inherited }));
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
  const [tag, otherTag] = tagsFor(id, options.predecessor?.tag);
  return {
    ...{ id, users, tag, otherTag },
    locks: held.map(({ path }) => path).filter((path) => path !== ""),
    succeed: () => held.forEach((lock) => lock.own()),
    [Symbol.dispose]: () => owned.dispose(),
  };
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
 * Requires that no supervisor of an older version runs. It has only the lock of its owner, next to
 * its socket.
 *
 * @throws {Error} when one runs
 */
function requireNoOldSupervisor(
  { functionsDirectory, formerSockets }: ClaimOptions,
  id: string,
): void {
  const socket = formerSockets.find((socket) =>
    deriveOwnerId(socket) === id && isLocked(join(dirname(socket), "locks", `owner-${id}`))
  );
  if (socket === undefined) return;
  throw new Error(
    `A supervisor of an older version serves "${functionsDirectory}": its control socket is ` +
      `"${socket}". Stop it`,
  );
}

function describeDirectory(
  { functionsDirectory: path }: ClaimOptions,
  other: Holder | undefined,
): string {
  const remedy = "Stop it, or serve another directory";
  if (other === undefined) return `Another supervisor already serves "${path}". ${remedy}`;
  const as = other.functionsDirectory === path ? "" : `, as "${other.functionsDirectory}"`;
  return `Another supervisor already serves "${path}"${as}: ${nameHolder(other)}. ${remedy}`;
}

function describeSocket(socket: string, other: Holder | undefined): string {
  const who = other && ` (process ${other.pid}, which serves "${other.functionsDirectory}")`;
  return `Another supervisor uses the control socket "${socket}"${who ?? ""}. Stop it, or choose ` +
    "another socket with --socket";
}

function describeChoice(
  { type, id, lastPath, others, unclear }: OwnerChoice,
  { functionsDirectory, stateDirectory }: ClaimOptions,
): string[] {
  const dataOf = (id: string): string => `"${join(stateDirectory, "data", id)}"`;
  return [
    ...lastPath === undefined ? [] : [
      `"${functionsDirectory}" was last served as "${lastPath}". Users, data and revisions are ` +
      "the same, but Deno finds Deno.openKv() and localStorage by the path of the code. To use " +
      `this data, serve it as "${lastPath}"`,
    ],
    ...type === "former"
      ? [
        `Adopted the state of an older version for "${functionsDirectory}": data in ${
          dataOf(id)
        }, ` +
        "users, revisions, checks and caches",
      ]
      : [],
    ...others.map((other) =>
      `${dataOf(other)} also belongs to "${functionsDirectory}", from another control socket, ` +
      "but was used less recently, so ddsrv ignores it. Remove it, or copy the data that you need"
    ),
    ...unclear.map((other) => {
      const records = recordsDirectory(stateDirectory);
      return `${dataOf(other)}, from an older version, may contain data of functions in ` +
        `"${functionsDirectory}", which start without data. If all of it is theirs, stop ddsrv, ` +
        `run: mv "${join(records, `${id}.json`)}" "${
          join(records, `${other}.json`)
        }", and start it again`;
    }),
  ];
}
