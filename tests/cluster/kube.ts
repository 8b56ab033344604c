// Builds the image once, and runs kube_inside.ts with it in namespaces.
import { runWithImage } from "./with_image.ts";

const options = { name: "kube", engineGroups: ["/libpod_parent", "/conmon"] };
Deno.exit(await runWithImage("tests/cluster/kube_inside.ts", options));
