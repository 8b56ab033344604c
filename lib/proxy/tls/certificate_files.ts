import { join } from "node:path";
import type { KeyPairFiles } from "./renewal.ts";

/** Files of one certificate, relative to their directory. */
export interface CertificateFiles extends KeyPairFiles {
  /** Name of the file or of the subdirectory, which is the host by convention. */
  readonly id: string;
}

/** Names in a subdirectory, as certbot writes them. */
const CERTBOT = { cert: "fullchain.pem", key: "privkey.pem" };

/**
 * Returns the files of the certificates in a directory, sorted by id: `HOST.crt` with `HOST.key`,
 * `HOST.pem` with `HOST.key`, `HOST.pem` alone with both in it, and `HOST/fullchain.pem` with
 * `HOST/privkey.pem`. Ignores other names.
 *
 * @param names entries of the directory
 * @example
 * ```ts
 * import { findCertificateFiles } from "./certificate_files.ts";
 * findCertificateFiles(["a.test.crt", "a.test.key"])[0]; // { id: "a.test", certPath: …, keyPath: … }
 * ```
 */
export function findCertificateFiles(names: readonly string[]): CertificateFiles[] {
  const all = new Set(names);
  const found = new Map<string, CertificateFiles>();
  for (const name of [...names].sort()) {
    if (name.startsWith(".")) continue;
    const { stem, extension } = splitName(name);
    const key = `${stem}.key`;
    if (extension === "") {
      const [certPath, keyPath] = [join(name, CERTBOT.cert), join(name, CERTBOT.key)];
      found.set(name, { id: name, certPath, keyPath });
    } else if (extension === "crt") {
      found.set(stem, { id: stem, certPath: name, keyPath: key });
    } else if (extension === "pem" && !all.has(`${stem}.crt`)) {
      found.set(stem, { id: stem, certPath: name, keyPath: all.has(key) ? key : name });
    }
  }
  return [...found.values()].sort((a, b) => a.id < b.id ? -1 : 1);
}

/** Splits off an extension that a file here may have; other names are those of subdirectories. */
function splitName(name: string): { readonly stem: string; readonly extension: string } {
  const [, stem = name, extension = ""] = /^(.+)\.(crt|pem|key)$/.exec(name) ?? [];
  return { stem, extension };
}
