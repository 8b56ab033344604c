import type { IsolationLevel } from "../config/isolation_level.ts";
import type { SourceReference } from "../config/source_reference.ts";
import { fetchArchive } from "./fetch_archive.ts";
import { fetchArtifact } from "./fetch_artifact.ts";
import { fetchCommit } from "./fetch_commit.ts";
import { openGitPlace } from "./git_place.ts";
import type { Fetched, FetchOptions } from "./version.ts";

/** Options of {@linkcode fetcherOf}. */
export interface FetcherOptions {
  readonly reference: SourceReference;
  readonly isolation: IsolationLevel;
}

/** Returns the function that asks a source of this type. */
export function fetcherOf(
  { reference, isolation: level }: FetcherOptions,
): (options: FetchOptions) => Promise<Fetched> {
  switch (reference.type) {
    case "archive":
      return (options) => fetchArchive(reference, options);
    case "artifact":
      return (options) => fetchArtifact(reference, options);
    case "repository":
      return async (options) => {
        const path = `${options.file}.git`;
        await using place = await openGitPlace({ level, uid: Deno.uid(), path });
        return await fetchCommit(reference, { ...options, place });
      };
    default:
      return reference satisfies never;
  }
}
