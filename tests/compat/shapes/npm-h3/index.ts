import { createServer } from "node:http";
import { createApp, createRouter, defineEventHandler, readBody, toNodeListener } from "npm:h3@1.13.0";

const app = createApp();
const router = createRouter();
router.get("/", defineEventHandler(() => ({ h3: true })));
router.post("/echo", defineEventHandler((event) => readBody(event)));
app.use(router);

createServer(toNodeListener(app)).listen(3000);
