/** Input of {@linkcode changelogText}. */
export interface ChangelogFacts {
  /** Version of the package. */
  readonly version: string;
  readonly maintainer: string;
  /** Time of the release in seconds since 1970. */
  readonly epoch: number;
}

/** Returns the changelog of the packaging, see deb-changelog(5); ddsrv's own is another file. */
export function changelogText({ version, maintainer, epoch }: ChangelogFacts): string {
  const date = new Date(epoch * 1000).toUTCString().replace("GMT", "+0000");
  return `ddsrv (${version}) unstable; urgency=medium

  * Package of this release, whose changes are in changelog.gz.

 -- ${maintainer}  ${date}
`;
}
