/** A line of a process's output, or a part of one that is too long to hold. */
export interface OutputLine {
  readonly text: string;
  /** More of the same line follows. */
  readonly isPartial: boolean;
}

/** Cuts bytes into lines of text, never within a character. */
export interface LineSplitter {
  readonly push: (bytes: Uint8Array) => OutputLine[];
  /** What is left when no more bytes come. */
  readonly end: () => OutputLine[];
}

/** Longest part of a line in UTF-16 units; the CRI's own limit is 16 KiB as well. */
const MAX_LINE = 16 * 1024;

/** A splitter for one stream; bytes that are no UTF-8 become U+FFFD. */
export function createLineSplitter(maxLine = MAX_LINE): LineSplitter {
  const decoder = new TextDecoder();
  let rest = "";

  function take(text: string): OutputLine[] {
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

  /** As much as fits, without the first half of a surrogate pair at the end. */
  function prefix(text: string): string {
    const last = text.charCodeAt(maxLine - 1);
    return text.slice(0, last >= 0xd800 && last < 0xdc00 ? maxLine - 1 : maxLine);
  }

  return {
    push: (bytes) => take(decoder.decode(bytes, { stream: true })),
    end() {
      const lines = take(decoder.decode());
      const left = rest === "" ? [] : cut(rest, false);
      rest = "";
      return [...lines, ...left];
    },
  };
}
