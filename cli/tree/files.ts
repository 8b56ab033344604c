import type { FileNote } from "../generate/command_model.ts";

/** Files that `serve` reads and creates: first as root, then as any other user. */
export const SERVE_FILES: readonly FileNote[] = [
  { path: "/opt/functions", purpose: "default functions directory" },
  { path: "DIRECTORY/ddsrv.json", purpose: "settings of the server, and limits of all manifests" },
  { path: "DIRECTORY/NAME/ddsrv.json", purpose: "manifest of one function" },
  { path: "/run/ddsrv/ddsrv.sock", purpose: "control socket" },
  { path: "/opt/logs", purpose: "log files" },
  { path: "/var/lib/ddsrv", purpose: "module caches, kept revisions and data of functions" },
  {
    path: "$XDG_RUNTIME_DIR/ddsrv/ddsrv.sock",
    purpose: "control socket without root; in /tmp/ddsrv-UID if the variable is not set",
  },
  { path: "~/.local/state/ddsrv", purpose: "state and log files without root" },
];
