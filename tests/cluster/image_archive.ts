// Writes the image as an archive. Runs in namespaces of its own, in the machine's network.
import { buildImage } from "../container/build_image.ts";

const env = Deno.env.toObject();
const place = { directory: env.DDSRV_DIRECTORY!, cgroup: env.DDSRV_CGROUP!, env };
const [base = "", archive = ""] = Deno.args;
Deno.exit(await buildImage(place, { base, archive }));
