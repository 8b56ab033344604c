/** Where a replica gets its functions from: an archive, an artifact of a registry, or a repository. */
export type SourceReference = ArchiveReference | ArtifactReference | RepositoryReference;

/** Fields of every reference. */
interface Shown {
  /** For people, logs and metrics: without the query of the URL, which may be a secret. */
  readonly text: string;
  /**
   * Directory that contains the functions' folders, as names; empty for the top. The first may be
   * `*`, the only directory at the top.
   */
  readonly directory: readonly string[];
}

/** A tar archive at a URL. */
export interface ArchiveReference extends Shown {
  readonly type: "archive";
  readonly url: string;
  /** SHA-256 of the archive that must be there: 64 hexadecimal digits. */
  readonly sha256?: string;
}

/** An artifact of an OCI registry. */
export interface ArtifactReference extends Shown {
  readonly type: "artifact";
  /** URL of the registry, without a path. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  /** SHA-256 of the manifest that must be there; then the tag does not count. */
  readonly sha256?: string;
}

/** A git repository. */
export interface RepositoryReference extends Shown {
  readonly type: "repository";
  readonly url: string;
  /** Branch or tag; the remote's default branch when left out. */
  readonly ref?: string;
  /** Commit that must be served, in hexadecimal digits; then there is no `ref`. */
  readonly commit?: string;
}

const HAS_PASSWORD = "The source contains a password. Put it into --source-auth-file";

const WANTED = "Give https://HOST/FILE.tar.gz, oci://HOST/NAME:TAG, or git+https://HOST/PATH#REF";

const SHA256 = /^[0-9a-f]{64}$/;
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Source: OCI Distribution Specification, "Pulling manifests". */
const REPOSITORY =
  /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;

/** Stricter than git-check-ref-format(1), and never an option of git. */
const REF = /^(?!.*(?:\.\.|\/\/|@\{|\.lock$|[./]$))[A-Za-z0-9_][\w./@+-]{0,199}$/;

const MAX_LENGTH = 2_048;

/**
 * Parses a source: `https://HOST/PATH#sha256=HEX&dir=PATH`, `oci://HOST/NAME:TAG@sha256:HEX#dir=PATH`
 * or `git+https://HOST/PATH#REF:PATH`. Everything after the host is optional. Without TLS, the host
 * must be this machine.
 *
 * @throws {SyntaxError} with what is wrong and what to give
 *
 * @example
 * ```ts
 * import { parseSourceReference } from "./source_reference.ts";
 * parseSourceReference("oci://registry.test/team/functions").type; // "artifact"
 * ```
 */
export function parseSourceReference(text: string): SourceReference {
  // deno-lint-ignore no-control-regex
  if (text.length > MAX_LENGTH || /[\x00-\x20\x7f]/.test(text)) {
    throw new SyntaxError(`The source is too long or contains a space. ${WANTED}`);
  }
  const [whole = "", ...fragments] = text.split("#");
  if (fragments.length > 1) throw new SyntaxError(`The source has more than one "#". ${WANTED}`);
  const [fragment = ""] = fragments;
  if (whole.startsWith("oci://")) return artifactOf(whole.slice("oci://".length), fragment);
  if (whole.startsWith("git+")) return repositoryOf(whole.slice("git+".length), fragment);
  if (/^https?:/.test(whole)) return archiveOf(whole, fragment);
  throw new SyntaxError(`"${shown(whole)}" is not a source. ${WANTED}`);
}

/** Returns true if a reference names one content, which never changes. */
export function isPinned(reference: SourceReference): boolean {
  return reference.type === "repository"
    ? reference.commit !== undefined
    : reference.sha256 !== undefined;
}

function archiveOf(whole: string, fragment: string): ArchiveReference {
  const url = urlOf(whole);
  const { sha256, directory } = parametersOf(fragment, ["sha256", "dir"]);
  return {
    type: "archive",
    url: url.href,
    directory,
    ...sha256 === undefined ? {} : { sha256 },
    text: `${shown(url.href)}${fragment === "" ? "" : `#${fragment}`}`,
  };
}

function artifactOf(rest: string, fragment: string): ArtifactReference {
  if (/^[^/]*:[^/]*@(?!sha256:)/.test(rest)) throw new SyntaxError(HAS_PASSWORD);
  const slash = rest.indexOf("/");
  if (slash === -1) throw new SyntaxError(`"oci://${rest}" names no repository. ${WANTED}`);
  const [host, path] = [rest.slice(0, slash), rest.slice(slash + 1)];
  if (!/[.:@]|^localhost$/.test(host)) {
    throw new SyntaxError(
      `"oci://${rest}" names no registry, and there is no default one. Give oci://HOST/${rest}, or ` +
        `oci://${host}:443/… if "${host}" is a host`,
    );
  }
  const [named = "", digest, ...others] = path.split("@");
  const colon = named.indexOf(":");
  const repository = colon === -1 ? named : named.slice(0, colon);
  const tag = colon === -1 ? "latest" : named.slice(colon + 1);
  if (!REPOSITORY.test(repository) || !TAG.test(tag) || others.length > 0) {
    throw new SyntaxError(
      `"${path}" is not the name of an artifact. Give NAME:TAG or NAME@sha256:DIGEST, with the ` +
        "name in lower case",
    );
  }
  const sha256 = digest === undefined ? undefined : sha256Of(digest.replace(/^sha256:/, ""));
  const scheme = isLoopbackName(nameOf(host)) ? "http" : "https";
  const registry = urlOf(`${scheme}://${host}/`).origin;
  const { directory } = parametersOf(fragment, ["dir"]);
  return {
    type: "artifact",
    ...{ registry, repository, tag, directory },
    ...sha256 === undefined ? {} : { sha256 },
    text: `oci://${rest}${fragment === "" ? "" : `#${fragment}`}`,
  };
}

function repositoryOf(whole: string, fragment: string): RepositoryReference {
  const url = urlOf(whole);
  const colon = fragment.indexOf(":");
  const name = colon === -1 ? fragment : fragment.slice(0, colon);
  if (name !== "" && !REF.test(name)) {
    throw new SyntaxError(`"${name}" is not a branch, a tag or a whole commit id`);
  }
  const directory = colon === -1 ? [] : directoryOf(fragment.slice(colon + 1));
  if (directory[0] === "*") throw new SyntaxError('"*" is only for archives. Name the directory');
  return {
    type: "repository",
    url: url.href,
    directory,
    ...name === "" ? {} : COMMIT.test(name) ? { commit: name } : { ref: name },
    text: `git+${shown(url.href)}${fragment === "" ? "" : `#${fragment}`}`,
  };
}

function urlOf(text: string): URL {
  const url = URL.parse(text);
  if (url === null || url.host === "" || !/^https?:$/.test(url.protocol)) {
    throw new SyntaxError(`"${shown(text)}" is not a URL of a source. ${WANTED}`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new SyntaxError(HAS_PASSWORD);
  }
  if (url.protocol === "http:" && !isLoopbackName(url.hostname)) {
    throw new SyntaxError(
      `"${shown(text)}" has no TLS, so others could change the functions on the way. Use https`,
    );
  }
  return url;
}

/** Returns true for names of this machine, for which TLS protects nothing. */
export function isLoopbackName(name: string): boolean {
  return name === "localhost" || name === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(name);
}

function nameOf(host: string): string {
  return host.replace(/:\d+$/, "");
}

interface Parameters {
  readonly sha256?: string;
  readonly directory: readonly string[];
}

function parametersOf(fragment: string, allowed: readonly string[]): Parameters {
  const found = new Map<string, string>();
  for (const part of fragment === "" ? [] : fragment.split("&")) {
    const [, key = "", value = ""] = /^([^=]*)=?(.*)$/.exec(part) ?? [];
    if (!allowed.includes(key) || found.has(key)) {
      throw new SyntaxError(`"#${part}" is not valid here. Use ${allowed.join("=… or ")}=…`);
    }
    found.set(key, value);
  }
  const [sha256, directory] = [found.get("sha256"), found.get("dir")];
  return {
    directory: directory === undefined ? [] : directoryOf(directory),
    ...sha256 === undefined ? {} : { sha256: sha256Of(sha256) },
  };
}

function sha256Of(text: string): string {
  if (SHA256.test(text)) return text;
  throw new SyntaxError(`"${text}" is not a SHA-256 digest: it has 64 hexadecimal digits`);
}

function directoryOf(text: string): string[] {
  const names = text.replace(/\/$/, "").split("/");
  const isWrong = names.some((name, index) =>
    name === "" || name === "." || name === ".." ||
    name.includes("*") && (name !== "*" || index > 0)
  );
  if (!isWrong) return names;
  throw new SyntaxError(
    `"${text}" is not a directory of the source. Give a relative path, such as functions`,
  );
}

function shown(url: string): string {
  return url.replace(/\?.*$/s, "?…").replace(/\/\/[^/@]*@/, "//…@");
}
