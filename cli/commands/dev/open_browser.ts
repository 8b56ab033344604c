/**
 * Returns the command that opens a URL in the user's browser. On Windows, `start` is a word of the
 * shell, and `&` separates its commands, so a program that takes the URL as it is opens it.
 *
 * @example
 * ```ts
 * import { browserCommand } from "./open_browser.ts";
 * browserCommand("darwin", "http://localhost:9999/"); // ["open", "http://localhost:9999/"]
 * ```
 */
export function browserCommand(os: typeof Deno.build.os, url: string): readonly string[] {
  switch (os) {
    case "darwin":
      return ["open", url];
    case "windows":
      return ["rundll32", "url.dll,FileProtocolHandler", url];
    default:
      return ["xdg-open", url];
  }
}

/**
 * Opens a URL in the user's browser.
 *
 * @throws {Error} if the computer has no program for it
 */
export async function openBrowser(url: string): Promise<void> {
  const [program = "", ...args] = browserCommand(Deno.build.os, url);
  const { success } = await new Deno.Command(program, {
    args,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  if (!success) throw new Error(`${program} failed`);
}
