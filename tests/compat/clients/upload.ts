// Streams 200 MB without a length.
import { finish, show, url } from "./observe.ts";

const CHUNK = new Uint8Array(64 * 1024).fill(7);
const CHUNKS = 200 * 16;
let sent = 0;
const body = new ReadableStream({
  pull(controller) {
    if (sent++ === CHUNKS) return controller.close();
    controller.enqueue(CHUNK);
  },
});
const response = await fetch(url, { method: "POST", body });
show("200 MB", await response.text(), response.status);
finish();
