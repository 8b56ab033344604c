/** The day of these pages' version; pages made on another day are the same. */
const VERSION_DATE = "November 23, 2026";

/** What a page is called, and where it is from. */
export interface PageTitle {
  readonly name: string;
  readonly section: 1 | 5;
  /** Of the program, as `ddsrv 0.1.0`. */
  readonly release: string;
}

/** The first lines of a page in mdoc(7). */
export function manHead({ name, section, release }: PageTitle): string[] {
  return [`.Dd ${VERSION_DATE}`, `.Dt ${name.toUpperCase()} ${section}`, `.Os ${release}`];
}
