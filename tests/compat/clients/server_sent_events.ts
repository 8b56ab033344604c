import { finish, show, url } from "./observe.ts";

const response = await fetch(url);
const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
let text = "";
while (text.split("\n\n").length <= 3) text += (await reader.read()).value;
show("events", text.split("\n\n").slice(0, 3).join("\n\n"), response.status, {
  type: response.headers.get("content-type"),
});
await reader.cancel();
finish();
