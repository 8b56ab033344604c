// Runs in the pretend internet: passes TCP connections to the Unix socket of the registry's record,
// which is outside. Arguments: address, port, path of the socket.
const [hostname = "", port = "", path = ""] = Deno.args;

async function relay(client: Deno.Conn): Promise<void> {
  using _client = client;
  using record = await Deno.connect({ transport: "unix", path });
  await Promise.allSettled([
    client.readable.pipeTo(record.writable, { preventClose: true }).then(() => record.closeWrite()),
    record.readable.pipeTo(client.writable),
  ]);
}

const listener = Deno.listen({ hostname, port: Number(port) });
Deno.stdout.writeSync(new TextEncoder().encode("ready\n"));
for await (const client of listener) {
  relay(client).catch(() => {
    // The client left, and asks again if it needs to.
  });
}
