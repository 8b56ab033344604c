import http from "node:http";
import { readFileSync } from "node:fs";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

http.createServer((_, response) => response.end(`shop ${version}`)).listen(process.env.PORT ?? 3000);
