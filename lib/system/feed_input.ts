/** Writes all that a process is to read from its standard input, which must be piped. */
export async function feedInput(child: Deno.ChildProcess, text: string): Promise<void> {
  const writer = child.stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch {
    // The process ended without reading its input; its exit code tells the rest.
  }
}
