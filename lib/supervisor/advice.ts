import { ADVICE_RULES } from "./advice_rules.ts";
import type { AdviceContext } from "./advice_sentences.ts";

/** Maximum sentences for one failure. */
const MAX_SENTENCES = 2;

/** Lines that are read from each end of the text. */
const MAX_LINES = 200;

/** UTF-16 units that are read of a line. A function writes these lines, and may try to cost time. */
const MAX_LINE = 1024;

/** Escape sequences of colors and styles, and other control characters. */
// deno-lint-ignore no-control-regex
const CONTROL = /\x1b\[[\d;]{0,20}m|[\x00-\x1f\x7f-\x9f]/g;

/**
 * Returns sentences that say who can change what, for known faults in a function's output or
 * diagnostics; at most two, none twice. Deno's own hints name flags of `deno run`, which nobody can
 * pass here. The lines from Deno's last `error:` on have priority.
 *
 * @example
 * ```ts
 * import { adviseOn } from "./advice.ts";
 * adviseOn("hint: Run again with `--unstable-cron` flag to enable this API.", {
 *   name: "app",
 *   directory: "/srv/app",
 *   stage: "start",
 * }); // ['Add "unstable": ["cron"] to its deno.json']
 * ```
 */
export function adviseOn(text: string, context: AdviceContext): readonly string[] {
  const lines = boundedLines(text);
  const cause = lines.findLastIndex((line) => line.startsWith("error: "));
  const ordered = cause < 0 ? lines : [...lines.slice(cause), ...lines.slice(0, cause)];
  const sentences = new Set<string>();
  for (const line of ordered) {
    for (const { stages, pattern, say } of ADVICE_RULES) {
      if (!stages.includes(context.stage)) continue;
      const match = pattern.exec(line);
      const sentence = match === null ? undefined : say(match, { ...context, lines });
      if (sentence === undefined) continue;
      sentences.add(sentence);
      // One line has one cause: the first rule that knows it.
      break;
    }
    if (sentences.size >= MAX_SENTENCES) break;
  }
  return [...sentences];
}

/** Appends advice to details of a failure, as lines that begin with `ddsrv: `. */
export function withAdvice(detail: string, advice: readonly string[] = []): string {
  return [...detail === "" ? [] : [detail], ...advice.map((one) => `ddsrv: ${one}`)].join("\n");
}

function boundedLines(text: string): string[] {
  const most = MAX_LINES * MAX_LINE;
  const lines = text.length <= 2 * most
    ? text.split("\n")
    : [...text.slice(0, most).split("\n"), ...text.slice(-most).split("\n")];
  const kept = lines.length <= 2 * MAX_LINES
    ? lines
    : [...lines.slice(0, MAX_LINES), ...lines.slice(-MAX_LINES)];
  return kept.map((line) => line.slice(0, MAX_LINE).replace(CONTROL, ""));
}
