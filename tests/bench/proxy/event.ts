/** Events of one stream in a second. */
export const EVENTS_PER_SECOND = 10;

const MARK = "data: ";
const END = "\n\n";
const DIGITS = 15;

/**
 * Returns an event with the time at which it is sent, in milliseconds of the machine's clock, as one
 * chunk of a chunked body.
 */
export function toEventChunk(sentMs: number): string {
  const event = `${MARK}${sentMs.toFixed(4).padStart(DIGITS, "0")}${END}`;
  return `${event.length.toString(16)}\r\n${event}\r\n`;
}

/**
 * Returns the times of all events in some bytes of an answer; NaN for one that is cut off. What is
 * around the events, such as the sizes of chunks, is skipped.
 */
export function readEvents(bytes: Uint8Array): number[] {
  const text = new TextDecoder("latin1").decode(bytes);
  const times: number[] = [];
  for (let at = text.indexOf(MARK); at !== -1; at = text.indexOf(MARK, at + MARK.length)) {
    const digits = text.slice(at + MARK.length, at + MARK.length + DIGITS);
    times.push(digits.length === DIGITS ? Number(digits) : NaN);
  }
  return times;
}
