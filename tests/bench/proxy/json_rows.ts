import { type PartResult, type Sample, summarize, type Summary } from "./figures.ts";

/** Figures of one proxy under one load, by their names; also those that the table has no room for. */
export interface Row {
  readonly part: string;
  readonly load: string;
  readonly proxy: string;
  readonly figures: Readonly<Record<string, Summary>>;
}

/** Returns all figures for programs. JSON writes those that are not finite as null. */
export function toRows(results: readonly PartResult[]): readonly Row[] {
  return results.flatMap(({ part, base, loads }) =>
    loads.flatMap((load) =>
      [...load.proxies].map(([proxy, samples]): Row => ({
        part,
        load: load.load,
        proxy,
        figures: Object.fromEntries(
          keysOf(samples).map((key) => [key, summarize(load, key, { proxy, base })]),
        ),
      }))
    )
  );
}

function keysOf(samples: readonly Sample[]): string[] {
  return Object.keys(samples[0] ?? {});
}
