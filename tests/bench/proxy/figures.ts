/** A figure of a sample. */
export interface Figure<Sample> {
  readonly name: string;
  /** Number of decimal places. */
  readonly digits: number;
  readonly of: (sample: Sample) => number;
}

/** Bound for the ratio of a figure of ddsrv to that of another subject. */
export interface Target {
  /** Name of the figure. */
  readonly figure: string;
  readonly base: string;
  readonly bound: "at most" | "at least";
  readonly limit: number;
}

/** Samples of each subject, one per round. */
export type Samples<Sample> = ReadonlyMap<string, readonly Sample[]>;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Returns the value that a share of all values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

/** Returns the median over the rounds of the ratio of two subjects, so that load affects both. */
export function ratio<Sample>(
  samples: Samples<Sample>,
  figure: Figure<Sample>,
  [name, base]: readonly [string, string],
): number {
  const bases = samples.get(base)!.map(figure.of);
  return median(samples.get(name)!.map((sample, round) => figure.of(sample) / bases[round]!));
}

/** Returns a table with median, minimum, maximum and ratio for each subject and figure. */
export function renderFigures<Sample>(
  samples: Samples<Sample>,
  figures: readonly Figure<Sample>[],
  base: string,
): string {
  const head = ["", ...figures.flatMap(({ name }) => [name, "(min-max)", `to ${base}`])];
  const rows = [...samples].map(([name, all]) => [
    name,
    ...figures.flatMap((figure) => {
      const values = all.map(figure.of);
      if (values.some(Number.isNaN)) return ["-", "", ""];
      const [middle, min, max] = [median(values), Math.min(...values), Math.max(...values)]
        .map((value) => value.toFixed(figure.digits));
      const toBase = ratio(samples, figure, [name, base]);
      return [middle!, `(${min}-${max})`, Number.isNaN(toBase) ? "" : toBase.toFixed(2)];
    }),
  ]);
  return renderTable([head, ...rows]);
}

/** Returns a line for each target: the ratio of ddsrv, and whether it meets the target. */
export function renderTargets<Sample>(
  samples: Samples<Sample>,
  figures: readonly Figure<Sample>[],
  targets: readonly Target[],
): string {
  return targets.map(({ figure, base, bound, limit }) => {
    const read = figures.find(({ name }) => name === figure)!;
    const value = ratio(samples, read, ["ddsrv", base]);
    return renderTarget(`${figure}, ddsrv to ${base}`, { value, bound, limit });
  }).join("\n");
}

/** Returns the line of one target. */
export function renderTarget(
  what: string,
  { value, bound, limit }: { readonly value: number } & Pick<Target, "bound" | "limit">,
): string {
  const isMet = bound === "at most" ? value <= limit : value >= limit;
  return `  ${isMet ? "met   " : "missed"}  ${what}: ${value.toFixed(2)}, target ${bound} ${limit}`;
}

/** Returns lines of aligned cells: the first column left-aligned, the others right-aligned. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)
    ).join("  ").trimEnd()
  ).join("\n");
}
