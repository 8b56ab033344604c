import type { RepositoryReference } from "../config/source_reference.ts";
import { upstreamProxy } from "../isolation/fetch_environment.ts";
import { runBounded } from "../process/bounded_output.ts";
import { feedInput } from "../system/feed_input.ts";
import { killWithChildren } from "../system/kill_with_children.ts";
import { openTimeout } from "../system/timeout_signal.ts";
import { parseCredentials } from "./credentials.ts";
import { download } from "./download.ts";
import type { GitPlace } from "./git_place.ts";
import { archiveCommand, type GitCommand, type GitRemote, listCommand } from "./git_plan.ts";
import { ARCHIVE_BEGIN, archivedCommit, chooseRef, refPatterns } from "./git_refs.ts";
import { SourceError } from "./source_error.ts";
import type { Fetched, FetchOptions } from "./version.ts";

/** Options of {@linkcode fetchCommit}. */
export interface CommitOptions extends FetchOptions {
  readonly place: Pick<GitPlace, "around" | "directory">;
}

const LIST_TIMEOUT_MS = 120_000;

/** git itself ends a transfer that makes no progress. */
const ARCHIVE_TIMEOUT_MS = 3_600_000;

const MAX_OUTPUT_BYTES = 64 * 1024;

/** Maximum length of git's own words in a message; some of them are the server's. */
const MAX_SAID = 500;

// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x1f\x7f-\x9f]/g;

/**
 * Fetches the files of a commit without its history, unless it is a known version.
 *
 * @throws {SourceError} if git can't read it, or there is no such ref
 */
export async function fetchCommit(
  reference: RepositoryReference,
  options: CommitOptions,
): Promise<Fetched> {
  const { known, file, authText, place: { directory } } = options;
  const { host } = new URL(reference.url);
  const remote: GitRemote = {
    url: reference.url,
    credential: parseCredentials(authText, host).of(host),
    proxy: upstreamProxy(),
  };
  const wanted = reference.commit ?? await findCommit(remote, reference.ref, options);
  const isKnown = (commit: string): boolean =>
    known.some(({ digest }) => digest === `git:${commit}`);
  const commit = typeof wanted === "string" ? wanted : wanted.commit;
  if (isKnown(commit)) return { type: "known", version: { digest: `git:${commit}` } };
  const ref = typeof wanted === "string" ? wanted : wanted.name;
  await saveArchive(archiveCommand(remote, { ref, directory }), { ...options, host });
  // A branch may have moved since.
  const found = archivedCommit(await readBegin(file));
  if (found === undefined) throw new SourceError(`"${ref}" is not a commit`);
  if (reference.commit !== undefined && found !== reference.commit) {
    throw new SourceError(`The commit is ${found}, and --source wants ${reference.commit}`);
  }
  return { type: isKnown(found) ? "known" : "found", version: { digest: `git:${found}` } };
}

async function findCommit(
  remote: GitRemote,
  ref: string | undefined,
  { place, signal }: CommitOptions,
): Promise<{ readonly name: string; readonly commit: string }> {
  const { command, env } = listCommand(remote, refPatterns(ref));
  const launch = await place.around(command);
  using late = openTimeout(LIST_TIMEOUT_MS);
  const { success, stdout, stderr } = await runBounded(launch.command, {
    env,
    input: launch.input,
    signal: AbortSignal.any([signal, late.signal]),
    maxBytes: MAX_OUTPUT_BYTES,
  });
  signal.throwIfAborted();
  const { host } = new URL(remote.url);
  if (!success) {
    throw late.signal.aborted
      ? new SourceError(`"${host}" did not answer git in ${LIST_TIMEOUT_MS / 1_000} s`)
      : failed(host, stderr);
  }
  const found = chooseRef(stdout, ref);
  if (found !== undefined) return found;
  throw new SourceError(`The repository has no branch or tag "${ref ?? "HEAD"}"`);
}

/** Runs git, and writes its output to the file. */
async function saveArchive(
  { command, env }: GitCommand,
  { place, file, host, signal }: CommitOptions & { readonly host: string },
): Promise<void> {
  const launch = await place.around(command);
  const [program = "", ...args] = launch.command;
  const child = new Deno.Command(program, {
    args,
    env: { ...env },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  void feedInput(child, launch.input);
  let said = "";
  const listening = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      if (said.length < MAX_OUTPUT_BYTES) said += text;
    }
  })().catch(() => {});
  let isRunning = true;
  const ended = child.status.finally(() => isRunning = false);
  try {
    const limits = { idleMs: ARCHIVE_TIMEOUT_MS, windowMs: ARCHIVE_TIMEOUT_MS };
    await download(child.stdout, { file, from: host, ...limits, signal });
  } finally {
    // After a complete output, git is about to end by itself.
    using late = openTimeout(1_000);
    const waited = new Promise<void>((resolve) => {
      late.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await Promise.race([ended, waited]);
    if (isRunning) await killWithChildren(child.pid);
    await Promise.all([ended, listening]);
  }
  if (!(await ended).success) throw failed(host, said);
}

async function readBegin(path: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(ARCHIVE_BEGIN);
  using file = await Deno.open(path);
  for (let length = 0; length < bytes.length;) {
    const count = await file.read(bytes.subarray(length));
    if (count === null) return bytes.subarray(0, length);
    length += count;
  }
  return bytes;
}

function failed(host: string, stderr: string): SourceError {
  const said = stderr.split("\n").map((line) => line.trim()).filter((line) => line !== "")
    .join("; ").replaceAll(CONTROL, " ").slice(0, MAX_SAID);
  const remedy = /not found/.test(said) && /git/.test(said) && /sh:|exec/.test(said)
    ? ". Install git: apt install git"
    : /Authentication|could not read Username|terminal prompts disabled|403/.test(said)
    ? ". Give ddsrv a token: --source-auth-file"
    : "";
  return new SourceError(`git can't read "${host}": ${said || "it said nothing"}${remedy}`);
}
