// Tests if this Deno's node:tls could terminate TLS for the proxy.
// docs/decisions/tls-termination.md
// lists the required answers. It prints figures and asserts nothing.
import { endOfCutConnection } from "./tls/cut.ts";
import { askAfterExhaustion } from "./tls/exhaustion.ts";
import { megabytesToPausedReader } from "./tls/paused_reader.ts";

const sent = await megabytesToPausedReader();
say(`A client sent ${sent} MB to a paused reader; with back-pressure it is a few`);
say(`A connection that is cut without close_notify ends with ${await endOfCutConnection()}`);
const answered = await askAfterExhaustion();
say(`After a lack of file descriptors, ${answered} of 5 clients were answered`);
Deno.exit();

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
