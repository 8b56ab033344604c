import { join } from "node:path";
import { connectControl } from "../../../lib/control/control_client.ts";
import { deriveOwnerId } from "../../../lib/owner/owner_id.ts";
import { eventually, type Server, writeFiles } from "./harness.ts";

/** A phase of a server. */
export interface Phase {
  readonly name: string;
  /** True if an earlier phase spawns the same processes, so that fewer moments suffice. */
  readonly isRepeating?: true;
  /** Prepares a server without functions for the phase. */
  readonly prepare: (server: Server) => Promise<void>;
  /** Runs the phase until its end, or until the server exits. */
  readonly run: (server: Server) => Promise<void>;
}

/** Listens only on loopback, so that ddsrv sets up every kind of connection. */
const FUNCTION = `
const answer = new TextEncoder().encode("HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\nup");
for await (const connection of Deno.listen({ hostname: "127.0.0.1", port: 8000 })) {
  await connection.read(new Uint8Array(1024));
  await connection.write(answer);
  connection.close();
}
`;

/** Phases after the server's start in which resources are opened or closed. */
export const PHASES: readonly Phase[] = [
  { name: "open", prepare: async () => {}, run: moveIn },
  { name: "reload", isRepeating: true, prepare: moveIn, run: reload },
  { name: "close", prepare: moveIn, run: moveOut },
  { name: "stop", prepare: moveIn, run: stop },
];

/** Moves the function to a place where it is not served, while the server does not run. */
export async function setAside(directory: string): Promise<void> {
  const [aside, served] = [join(directory, "aside"), join(directory, "functions/app")];
  await Deno.rename(served, aside).catch(() => {});
  await writeFiles(directory, { "aside/index.ts": FUNCTION });
}

async function moveIn(server: Server): Promise<void> {
  await Deno.rename(join(server.directory, "aside"), join(server.functions, "app"));
  await server.said("app ready at");
}

async function moveOut(server: Server): Promise<void> {
  await Deno.rename(join(server.functions, "app"), join(server.directory, "aside"));
  await server.said("app stopped");
}

/** Reloads the function and waits until the replaced instance has exited. */
async function reload({ socket, functions, exited }: Server): Promise<void> {
  let hasExited = false;
  exited.then(() => hasExited = true);
  using control = connectControl(socket);
  await control.reload("app");
  const replaced = `/run/netns/ddsrv-${deriveOwnerId(functions)}-2`;
  await eventually(
    "the replaced instance is gone",
    () => hasExited || Deno.stat(replaced).then(() => false, () => true),
  );
}

async function stop(server: Server): Promise<void> {
  server.signal("SIGTERM");
  await server.exited;
}
