import assert from "node:assert/strict";
import type { Peer } from "../../proxy/harness.ts";
import type { Server } from "./harness.ts";
import { connect } from "./raw_client.ts";

/** A request in flight that must not be affected by events of other requests. */
export interface Bystander extends Disposable {
  /** Sends a word to the function and waits for its echo. */
  readonly goOn: () => Promise<void>;
}

/** Opens a request to a function whose route `echo` sends back its body. */
export async function openBystander(server: Server, name: string): Promise<Bystander> {
  const client: Peer = await connect(server);
  await client.write(
    `POST /${name}/echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n`,
  );
  const goOn = async (): Promise<void> => {
    const chunk = "5\r\nhello\r\n";
    await client.write(chunk);
    assert.ok((await client.readUntil(chunk)).endsWith(chunk));
  };
  await goOn();
  return { goOn, [Symbol.dispose]: () => client.close() };
}
