/** A stand-in for the service manager's end of sd_notify(3): a real datagram socket. */
export interface NotifyReceiver extends AsyncDisposable {
  /** Messages so far, oldest first. */
  readonly messages: readonly string[];
}

/** Listens at a path, or at `@` and an abstract name. */
export function openNotifyReceiver(address: string): NotifyReceiver {
  const library = Deno.dlopen("libc.so.6", {
    socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
    bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
    recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize", nonblocking: true },
    shutdown: { parameters: ["i32", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  });
  const { symbols } = library;
  const descriptor = symbols.socket(1, 2 | 0o2000000, 0);
  const structure = new Uint8Array(2 + address.length + (address.startsWith("@") ? 0 : 1));
  structure.set([1, 0, ...new TextEncoder().encode(address.replace(/^@/, "\0"))]);
  if (symbols.bind(descriptor, structure, structure.length) !== 0) {
    throw new Error(`Cannot listen at "${address}"`);
  }
  const messages: string[] = [];
  const receiving = (async () => {
    const buffer = new Uint8Array(4096);
    for (;;) {
      const length = Number(await symbols.recv(descriptor, buffer, BigInt(buffer.length), 0));
      if (length <= 0) return;
      messages.push(new TextDecoder().decode(buffer.slice(0, length)));
    }
  })();
  return {
    messages,
    async [Symbol.asyncDispose]() {
      symbols.shutdown(descriptor, 2);
      await receiving;
      symbols.close(descriptor);
      library.close();
    },
  };
}
