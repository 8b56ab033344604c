/** Date of the release: the pages do not depend on the day they are generated. */
const VERSION_DATE = "November 23, 2026";

/** Title of a man page. */
export interface PageTitle {
  readonly name: string;
  readonly section: 1 | 5;
  /** Program and version, such as `ddsrv 0.1.0`. */
  readonly release: string;
}

/** Returns the first lines of a man page, in mdoc(7). */
export function manHead({ name, section, release }: PageTitle): string[] {
  return [`.Dd ${VERSION_DATE}`, `.Dt ${name.toUpperCase()} ${section}`, `.Os ${release}`];
}
