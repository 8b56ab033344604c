import {
  MAX_PAGE_BYTES,
  pageProblem,
  pageSizeProblem,
} from "../../lib/supervisor/maintenance_page.ts";
import { CliError } from "../exit_code.ts";

/**
 * Reads the page of a stopped function with the user's own rights; reads no more than is allowed.
 *
 * @throws {CliError} if it can't be read, or can't be a page
 */
export async function readPage(path: string): Promise<string> {
  const fail = (why: string): CliError =>
    new CliError(
      `Cannot use "${path}" as a page: ${why}. Give an HTML file of at most 256 KiB in UTF-8`,
    );
  const bytes = await readStart(path).catch(({ message }: Error) => {
    throw fail(message);
  });
  const sizeProblem = pageSizeProblem(bytes.length);
  if (sizeProblem !== undefined) throw fail(sizeProblem);
  const text = decode(bytes);
  if (text === undefined) throw fail("it is not valid UTF-8");
  const problem = pageProblem(text);
  if (problem !== undefined) throw fail(problem);
  return text;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Reads one byte more than is allowed, so that a larger file is noticed. */
async function readStart(path: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(MAX_PAGE_BYTES + 1);
  using file = await Deno.open(path);
  let length = 0;
  while (length < bytes.length) {
    const count = await file.read(bytes.subarray(length));
    if (count === null) break;
    length += count;
  }
  return bytes.subarray(0, length);
}
