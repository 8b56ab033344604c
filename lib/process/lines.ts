/** Output stream of a process. */
export type StreamName = "stdout" | "stderr";

/** A line of a process's output, or a part of a long line. */
export interface OutputLine {
  readonly text: string;
  /** True if more of the same line follows. */
  readonly isPartial: boolean;
  /** Time when it was read, in milliseconds since 1970; the present when left out. */
  readonly atMs?: number;
}

/** Receives lines. A promise resolves when a receiver that is behind has room for more. */
export type LineReceiver = (stream: StreamName, line: OutputLine) => Promise<void> | void;

/** Splits bytes into lines of text, never within a character. */
export interface LineSplitter {
  readonly push: (bytes: Uint8Array) => OutputLine[];
  /** Returns the last line if it has no line feed. */
  readonly end: () => OutputLine[];
}

/** Maximum length of a part in UTF-16 units; container runtimes split at 16 KiB as well. */
const MAX_LINE = 16 * 1024;

/** Creates a splitter for one stream. Invalid UTF-8 becomes U+FFFD. */
export function createLineSplitter(maxLine = MAX_LINE): LineSplitter {
  const decoder = new TextDecoder();
  let rest = "";

  function split(text: string): OutputLine[] {
    const pieces = (rest + text).split("\n");
    rest = pieces.pop()!;
    const lines = pieces.flatMap((piece) => cut(piece, false));
    while (rest.length > maxLine) {
      const head = prefix(rest);
      lines.push({ text: head, isPartial: true });
      rest = rest.slice(head.length);
    }
    return lines;
  }

  function cut(line: string, isPartial: boolean): OutputLine[] {
    const parts: OutputLine[] = [];
    while (line.length > maxLine) {
      const head = prefix(line);
      parts.push({ text: head, isPartial: true });
      line = line.slice(head.length);
    }
    return [...parts, { text: line.replace(/\r$/, ""), isPartial }];
  }

  /** Returns the first part of a text without splitting a surrogate pair. */
  function prefix(text: string): string {
    const last = text.charCodeAt(maxLine - 1);
    return text.slice(0, last >= 0xd800 && last < 0xdc00 ? maxLine - 1 : maxLine);
  }

  return {
    push: (bytes) => split(decoder.decode(bytes, { stream: true })),
    end() {
      const lines = split(decoder.decode());
      const left = rest === "" ? [] : cut(rest, false);
      rest = "";
      return [...lines, ...left];
    },
  };
}
