import { finish, show, url } from "./observe.ts";

const form = new FormData();
form.set("title", "Ein Bild – größer");
form.set("file", new File([new Uint8Array(300_000).fill(1)], "photo ä.png", { type: "image/png" }));
const response = await fetch(`${url}/upload`, { method: "POST", body: form });
show("form", await response.text(), response.status);
finish();
