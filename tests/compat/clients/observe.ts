/** Prints what a client saw, in the form that the corpus compares. */
export function show(what: string, body: unknown, status = 0, headers = {}): void {
  seen.push({ what, status, headers, body: typeof body === "string" ? body : JSON.stringify(body) });
}

export const url: string = Deno.args[0]!;

const seen: unknown[] = [];

/** Prints all, and ends the client with its open connections. */
export function finish(): never {
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(seen)));
  Deno.exit(0);
}
