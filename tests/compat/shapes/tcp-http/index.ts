// A server that speaks HTTP on its own.
const listener = Deno.listen({ port: 8000 });
const answer = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-type: text/plain\r\n\r\nbytes";
for await (const connection of listener) {
  (async () => {
    const buffer = new Uint8Array(4096);
    while (await connection.read(buffer) !== null) {
      await connection.write(new TextEncoder().encode(answer));
    }
  })().catch(() => {}).finally(() => {
    try {
      connection.close();
    } catch {
      // Closed by the client.
    }
  });
}
