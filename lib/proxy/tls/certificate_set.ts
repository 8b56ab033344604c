import { indexByName, type Named } from "./certificate_index.ts";
import {
  type KeyPair,
  openTerminator,
  type Terminator,
  type TerminatorOptions,
} from "./terminator.ts";

/** A certificate for some hosts. */
export interface HostCertificate extends Named {
  readonly pair: KeyPair;
}

/** The certificates of a listener. */
export interface CertificateSet {
  /** The default certificate while there is no other one, so that nothing is to be chosen. */
  readonly only: Terminator | undefined;
  /** Returns the terminator for a host, or the default one; `undefined` if there is neither. */
  readonly choose: (host: string | undefined) => Terminator | undefined;
  /**
   * Replaces the default certificate for new connections; open connections keep theirs.
   *
   * @throws {Error} if certificate and key don't match; the previous certificate stays in use
   */
  readonly renew: (pair: KeyPair) => void;
  /**
   * Adds or replaces the certificate of this id, or removes it without one. If several are for the
   * same host, that of the first id in alphabetical order is used.
   *
   * @throws {Error} if certificate and key don't match; the previous certificate stays in use
   */
  readonly certify: (id: string, certificate: HostCertificate | undefined) => void;
  /** Closes all terminators once no connection to them is being opened. */
  readonly retire: () => void;
}

/** Fatal alert `unrecognized_name` (RFC 6066, section 3; RFC 8446, section 6.2). */
export const UNRECOGNIZED_NAME: Uint8Array = Uint8Array.of(21, 3, 3, 0, 2, 2, 112);

interface Entry extends Named {
  readonly terminator: Terminator;
}

/**
 * Opens a set with a default certificate, or without one.
 *
 * @throws {Error} if certificate and key don't match
 */
export function openCertificateSet(
  pair: KeyPair | undefined,
  options: TerminatorOptions = {},
): CertificateSet {
  let fallback = pair === undefined ? undefined : openTerminator(pair, options);
  const entries = new Map<string, Entry>();
  let find = indexByName<Entry>([]);
  return {
    get only() {
      return entries.size === 0 ? fallback : undefined;
    },
    choose: (host) => (host === undefined ? undefined : find(host)?.terminator) ?? fallback,
    renew(next) {
      const successor = openTerminator(next, options);
      fallback?.retire();
      fallback = successor;
    },
    certify(id, certificate) {
      const successor = certificate === undefined
        ? undefined
        : { names: certificate.names, terminator: openTerminator(certificate.pair, options) };
      entries.get(id)?.terminator.retire();
      if (successor === undefined) entries.delete(id);
      else entries.set(id, successor);
      const sorted = [...entries].sort(([a], [b]) => a < b ? -1 : 1);
      find = indexByName(sorted.map(([, entry]) => entry));
    },
    retire() {
      fallback?.retire();
      for (const { terminator } of entries.values()) terminator.retire();
    },
  };
}
