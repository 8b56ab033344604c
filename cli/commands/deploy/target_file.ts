import { join } from "node:path";
import { z } from "zod";
import { parseJsonFile } from "../../../lib/config/json_file.ts";
import { readPlainTextFile } from "../../../lib/function/plain_file.ts";
import { usageError } from "../../exit_code.ts";
import { parseTarget, requireCommand, runsDdsrv, type Target } from "./target.ts";

/** File of a function's folder that remembers where to deploy it; never sent. */
export const TARGET_FILE = ".ddsrv.json";

const DEFAULT_NAME = "default";
const DEFAULT_COMMAND = "ddsrv";
const MAX_BYTES = 64 * 1024;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

const entry = z.union([
  z.string(),
  z.strictObject({ url: z.string(), command: z.string().optional() }),
]);

const schema = z.strictObject({
  name: z.string().optional(),
  targets: z.record(z.string().regex(NAME, "Use letters, digits, . _ and -"), entry).optional(),
});

/** Content of {@linkcode TARGET_FILE}. */
export type TargetFile = z.output<typeof schema>;

/** Options of the command line. */
export interface TargetOptions {
  /** `ssh://…`, the name of a target, or `NAME=ssh://…`. */
  readonly to?: string | undefined;
  readonly command?: string | undefined;
}

/** Where to deploy. */
export interface ChosenTarget {
  readonly target: Target;
  /** Command that runs ddsrv on the server. */
  readonly command: string;
  /** Target to remember after a deploy; `undefined` if there is nothing new. */
  readonly remember: Remembered | undefined;
}

interface Remembered {
  readonly name: string;
  readonly entry: z.output<typeof entry>;
}

/**
 * Reads the file of a folder; empty without one.
 *
 * @throws {ConfigError} if it is not valid
 */
export async function readTargetFile(folder: string): Promise<TargetFile> {
  const path = join(folder, TARGET_FILE);
  const text = await readPlainTextFile(path, { maxBytes: MAX_BYTES });
  return text === undefined ? {} : parseJsonFile({ path, text, schema });
}

/**
 * Chooses where to deploy. The first URL is remembered as the default.
 *
 * @throws {CliError} a usage error, if there is no such target
 */
export function chooseTarget(file: TargetFile, { to, command }: TargetOptions): ChosenTarget {
  const targets = new Map(Object.entries(file.targets ?? {}));
  const given = to === undefined ? undefined : splitName(to);
  if (given?.url === undefined) {
    const name = given?.name ?? DEFAULT_NAME;
    const known = targets.get(name);
    if (known === undefined) throw unknownTarget(given?.name, [...targets.keys()]);
    const { url, command: own } = typeof known === "string" ? { url: known } : known;
    const chosen = requireCommand(command ?? own ?? DEFAULT_COMMAND);
    if (command === undefined && !runsDdsrv(chosen)) throw otherProgram(name, chosen);
    return {
      target: parseTarget(url),
      command: chosen,
      remember: command === undefined || command === own
        ? undefined
        : { name, entry: entryOf(url, chosen) },
    };
  }
  const target = parseTarget(given.url);
  const chosen = requireCommand(command ?? DEFAULT_COMMAND);
  const name = given.name ?? (targets.has(DEFAULT_NAME) ? undefined : DEFAULT_NAME);
  return {
    target,
    command: chosen,
    remember: name === undefined ? undefined : { name, entry: entryOf(given.url, chosen) },
  };
}

/** Returns the content with a target that is remembered, as text; `undefined` if nothing changes. */
export function withTarget(file: TargetFile, remember: Remembered): string | undefined {
  const targets = { ...file.targets, [remember.name]: remember.entry };
  const text = formatTargetFile({ ...file, targets });
  return text === formatTargetFile(file) ? undefined : text;
}

function formatTargetFile(file: TargetFile): string {
  return `${JSON.stringify(file, null, 2)}\n`;
}

function entryOf(url: string, command: string): Remembered["entry"] {
  return command === DEFAULT_COMMAND ? url : { url, command };
}

function splitName(to: string): { readonly name?: string; readonly url?: string } {
  if (/^[a-z]+:\/\//i.test(to)) return { url: to };
  const equals = to.indexOf("=");
  const name = equals === -1 ? to : to.slice(0, equals);
  if (NAME.test(name) && !(equals === -1 && /[@:]/.test(to))) {
    return equals === -1 ? { name } : { name, url: to.slice(equals + 1) };
  }
  throw usageError(
    `${JSON.stringify(to.slice(0, 100))} is not a server or the name of one. Write ` +
      "ssh://user@host, or NAME=ssh://user@host to remember it by a name",
  );
}

function otherProgram(name: string, command: string): Error {
  return usageError(
    `The target "${name}" in ${TARGET_FILE} runs another program than ddsrv: "${command}". If you ` +
      `trust it, pass it to ddsrv deploy: --command "${command}"`,
  );
}

function unknownTarget(name: string | undefined, known: readonly string[]): Error {
  if (name === undefined) {
    return usageError(
      known.length === 0
        ? "Name the server: ddsrv deploy --to ssh://user@host"
        : `Name the server: --to ${known.join(", or --to ")}`,
    );
  }
  const have = known.length === 0 ? "it has none" : `it has ${known.join(", ")}`;
  return usageError(
    `There is no target "${name}" in ${TARGET_FILE}: ${have}. To remember one: --to ` +
      `${name}=ssh://user@host`,
  );
}
