/** Who publishes a package that names nobody; RFC 2606 reserves the domain. */
const DEFAULT = { name: "the ddsrv authors", address: "ddsrv@ddsrv.invalid" };

/** Returns the maintainer of the package from the variables that Debian's own tools use. */
export function maintainerOf(
  { DEBFULLNAME = DEFAULT.name, DEBEMAIL = DEFAULT.address }: Readonly<Record<string, string>>,
): string {
  return `${DEBFULLNAME} <${DEBEMAIL}>`;
}
