import { relative } from "node:path";
import type { Diagnostic } from "../../lib/check/diagnostics.ts";
import type { CheckFormat } from "./check_formats.ts";
import { makeVisible, makeVisibleDiagnostics, makeVisibleLines } from "./visible.ts";

/** Result of `ddsrv check` for one path. */
export interface Finding {
  readonly path: string;
  readonly name: string;
  /** `null` if `serve` would start it, or ignores it. */
  readonly problem: string | null;
  /** Reason why `serve` ignores it; `null` if it was checked. */
  readonly skipped: string | null;
  /** Errors in spite of which `serve` would start it; `null` if there are none. */
  readonly warning: string | null;
  /** Parts of the problem that have a position or a code. */
  readonly diagnostics: readonly Diagnostic[];
  /** The problem for people, possibly with colors. */
  readonly styled: string | null;
}

/** Text for standard output and standard error. */
export interface FindingLines {
  readonly out: string;
  readonly error: string;
}

/** Options of {@linkcode findingLines}. */
export interface FindingLinesOptions {
  readonly format: Exclude<CheckFormat, "json">;
  /** Directory to which paths of annotations are relative. */
  readonly workingDirectory: string;
}

/**
 * Formats a finding for people, or as workflow commands of GitHub Actions, which become annotations
 * of the code. Source: docs.github.com, "Workflow commands".
 */
export function findingLines(
  finding: Finding,
  { format, workingDirectory }: FindingLinesOptions,
): FindingLines {
  const { name, problem, skipped, styled, warning } = finding;
  const shown = makeVisible(name);
  if (skipped !== null) return { out: "", error: `${shown}: skipped: ${makeVisible(skipped)}\n` };
  switch (format) {
    case "text": {
      if (problem === null) return { out: `${shown}: ok\n`, error: warningLines(shown, warning) };
      return { out: "", error: `${makeVisibleDiagnostics(styled ?? problem)}\n${shown}: failed\n` };
    }
    case "github":
      return { out: annotationsOf(finding, workingDirectory).join(""), error: "" };
    default:
      return format satisfies never;
  }
}

/** Returns a summary such as `3 checked, 1 failed, 2 skipped`. */
export function summaryLine(findings: readonly Finding[]): string {
  const failed = findings.filter(({ problem }) => problem !== null).length;
  const skipped = findings.filter((one) => one.skipped !== null).length;
  const rest = skipped === 0 ? "" : `, ${skipped} skipped`;
  return `${findings.length - skipped} checked, ${failed} failed${rest}\n`;
}

function warningLines(shown: string, warning: string | null): string {
  if (warning === null) return "";
  return `${makeVisibleLines(warning)}\n${shown}: it starts with these errors: "check" is "none"\n`;
}

function annotationsOf(
  { name, problem, warning, diagnostics }: Finding,
  workingDirectory: string,
): string[] {
  if (problem === null) {
    return warning === null ? [] : [annotation({ title: name }, warning, "warning")];
  }
  if (diagnostics.length === 0) return [annotation({ title: name }, problem)];
  return diagnostics.map(({ file, line, column, code, message }) =>
    annotation({
      file: file === null ? null : pathFrom(workingDirectory, file),
      line,
      col: column,
      title: code === null ? name : `${name}: ${code}`,
    }, message)
  );
}

function annotation(
  properties: Readonly<Record<string, string | number | null>>,
  message: string,
  level: "error" | "warning" = "error",
): string {
  const given = Object.entries(properties).filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}=${escapeProperty(String(value))}`);
  return `::${level} ${given.join(",")}::${escapeData(message)}\n`;
}

/** Returns the path relative to the working directory, if it is below it. */
function pathFrom(workingDirectory: string, file: string): string {
  if (!file.startsWith(`${workingDirectory}/`)) return file;
  return relative(workingDirectory, file);
}

/** Escapes line feeds: they would end the command and let the text inject another one. */
function escapeData(text: string): string {
  const escaped = text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  return makeVisibleLines(escaped);
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
