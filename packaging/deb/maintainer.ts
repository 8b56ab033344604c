/** Who publishes a package that names nobody; RFC 2606 reserves the domain. */
const DEFAULT = { name: "the ddsrv authors", address: "ddsrv@ddsrv.invalid" };

/**
 * Returns the maintainer of the package from the variables that Debian's own tools use. An empty
 * variable counts as unset.
 *
 * @throws {RangeError} if one of them would end the field or the address
 */
export function maintainerOf(
  { DEBFULLNAME, DEBEMAIL }: Readonly<Record<string, string>>,
): string {
  const name = DEBFULLNAME || DEFAULT.name;
  const address = DEBEMAIL || DEFAULT.address;
  if (/[<>\n]/.test(name)) throw new RangeError(`DEBFULLNAME is "${name}". Set it to a name`);
  if (!/^[^\s<>@]+@[^\s<>@]+$/.test(address)) {
    throw new RangeError(`DEBEMAIL is "${address}". Set it to an address`);
  }
  return `${name} <${address}>`;
}
