import { X509Certificate } from "node:crypto";

/**
 * Returns the hosts that a certificate is for, in lower case: its DNS names (RFC 5280, section
 * 4.2.1.6), or `id` if it has none.
 *
 * @param cert a certificate chain in PEM; the first certificate counts
 * @throws {Error} if it is not a certificate
 */
export function namesOfCertificate(cert: string, id: string): string[] {
  const { subjectAltName = "" } = new X509Certificate(cert);
  const names = subjectAltName.split(", ").flatMap((entry) =>
    /^DNS:((?:\*\.)?[\w.-]+)$/.exec(entry)?.[1]?.toLowerCase() ?? []
  );
  return names.length > 0 ? names : [id.toLowerCase()];
}
