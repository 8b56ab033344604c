/// <reference lib="deno.worker" />
const channel = new BroadcastChannel("news");
channel.onmessage = ({ data }) => self.postMessage(`heard ${data}`);
self.postMessage("ready");
