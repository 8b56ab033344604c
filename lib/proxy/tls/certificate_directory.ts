import type { HeldPath } from "../../system/held_path.ts";
import { holdTrustedPath } from "../../system/trusted_path.ts";
import { type CertificateFiles, findCertificateFiles } from "./certificate_files.ts";
import type { HostCertificate } from "./certificate_set.ts";
import { namesOfCertificate } from "./certificate_names.ts";

/** Options of {@linkcode watchCertificates}. */
export interface CertificatesOptions {
  readonly directory: string;
  readonly intervalMs: number;
  /** Adds, replaces or removes a certificate; throws if it can't be used. */
  readonly certify: (id: string, certificate: HostCertificate | undefined) => void;
  /** Called after each change, but not for the certificates that are there at first. */
  readonly onChanged: (id: string, change: "loaded" | "removed") => void;
  /** Called once for each state of the files that can't be used. */
  readonly onWarning: (message: string) => void;
}

/** Each certificate has a listener with an open file. */
const MAX_CERTIFICATES = 500;

const MAX_FILE_BYTES = 1024 * 1024;

/** A certificate disappears for a moment if a tool replaces it by removing it first. */
const LOOKS_UNTIL_REMOVED = 2;

interface Known {
  /** State of its files at the last look. */
  readonly stamp: string;
  readonly isInUse: boolean;
  /** Looks in which its files were missing, in a row. */
  readonly missed: number;
}

/**
 * Loads the certificates of a directory, and looks at an interval for changes, see
 * {@linkcode findCertificateFiles}. It does not rely on file events, because tools that renew
 * certificates replace links, write in place, or write one file after the other. Files that can't be
 * used change nothing.
 *
 * @throws {Error} if the directory can't be read
 */
export async function watchCertificates(options: CertificatesOptions): Promise<AsyncDisposable> {
  const { directory, certify, onChanged, onWarning } = options;
  const known = new Map<string, Known>();
  let hasLoaded = false;
  let isTooMany = false;
  let warned = "";

  async function look(): Promise<void> {
    using held = await holdTrustedPath(directory);
    const names: string[] = [];
    for await (const { name } of Deno.readDir(held.path)) names.push(name);
    const files = findCertificateFiles(names);
    if (!isTooMany && files.length > MAX_CERTIFICATES) onWarning(tooMany(directory, files.length));
    isTooMany = files.length > MAX_CERTIFICATES;
    const seen = new Set<string>();
    for (const one of files.slice(0, MAX_CERTIFICATES)) {
      if (await load(held, one)) seen.add(one.id);
    }
    for (const [id, entry] of known) if (!seen.has(id)) miss(id, entry);
    hasLoaded = true;
  }

  /** Returns false if there is no such certificate. */
  async function load(held: HeldPath, files: CertificateFiles): Promise<boolean> {
    const { id } = files;
    const before = known.get(id);
    let stamp = "";
    try {
      using cert = await holdTrustedPath(files.certPath, { directory: held });
      using key = await holdTrustedPath(files.keyPath, { directory: held });
      stamp = (await Promise.all([cert, key].map(stampOf))).join();
      if (before?.stamp === stamp) {
        known.set(id, { ...before, missed: 0 });
        return true;
      }
      const pair = { cert: await textOf(cert), key: await textOf(key) };
      certify(id, { names: namesOfCertificate(pair.cert, id), pair });
      known.set(id, { stamp, isInUse: true, missed: 0 });
      if (hasLoaded) onChanged(id, "loaded");
    } catch (error) {
      const message = (error as Error).message;
      const isOtherDirectory = error instanceof Deno.errors.NotFound &&
        files.certPath.startsWith(`${id}/`);
      if (isOtherDirectory) return false;
      if (before?.stamp === (stamp || message)) return true;
      known.set(id, { stamp: stamp || message, isInUse: before?.isInUse ?? false, missed: 0 });
      const remains = before?.isInUse ? "The previous one stays in use. " : "";
      onWarning(
        `The certificate "${files.certPath}" in ${directory} and its key can't be used: ` +
          `${message}. ${remains}Fix the files`,
      );
    }
    return true;
  }

  function miss(id: string, entry: Known): void {
    const missed = entry.missed + 1;
    if (missed < LOOKS_UNTIL_REMOVED) return void known.set(id, { ...entry, missed });
    known.delete(id);
    if (!entry.isInUse) return;
    certify(id, undefined);
    onChanged(id, "removed");
  }

  await look();
  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    looking ??= look().then(() => void (warned = ""), warnOnce).finally(() => looking = undefined);
  }, options.intervalMs);

  function warnOnce(error: Error): void {
    if (error.message !== warned) {
      onWarning(`Cannot read the certificates: ${error.message}. Those in use stay. Fix it`);
    }
    warned = error.message;
  }

  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await looking;
    },
  };
}

function tooMany(directory: string, count: number): string {
  return `There are ${count} certificates in ${directory}, and ddsrv uses ${MAX_CERTIFICATES}. ` +
    "Put several hosts into one certificate, or use a proxy in front of ddsrv";
}

async function stampOf(file: HeldPath): Promise<string> {
  const { dev, ino, size, mtimeMs, ctimeMs } = await file.stat();
  return [dev, ino, size, mtimeMs, ctimeMs].join(":");
}

/** The file can't be a pipe or a device, see {@linkcode holdTrustedPath}. */
async function textOf(file: HeldPath): Promise<string> {
  const { size } = await file.stat();
  if (size > MAX_FILE_BYTES) throw new RangeError(`"${file.name}" is larger than 1 MiB`);
  return await Deno.readTextFile(file.path);
}
