/// <reference lib="deno.worker" />
import { marked } from "npm:marked@15.0.4";

self.onmessage = async ({ data }: MessageEvent<string>) => {
  self.postMessage(await marked.parse(data));
};
