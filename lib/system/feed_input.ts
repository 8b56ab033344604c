/** Writes a text to the standard input of a process, which must be piped, and closes it. */
export async function feedInput(child: Deno.ChildProcess, text: string): Promise<void> {
  const writer = child.stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch {
    // The process ended without reading its input; its exit code says why.
  }
}
