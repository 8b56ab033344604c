import type { Program } from "../lib/system/programs.ts";

/** Programs that only the tests call, with the Debian packages that contain them. */
export const testPrograms: readonly Program[] = [
  { name: "bash", package: "bash" },
  { name: "zsh", package: "zsh" },
  { name: "fish", package: "fish" },
  { name: "git", package: "git" },
  { name: "script", package: "bsdutils" },
  { name: "mandoc", package: "mandoc" },
  { name: "man", package: "man-db" },
  { name: "shellcheck", package: "shellcheck" },
  { name: "tmux", package: "tmux" },
  { name: "systemd-analyze", package: "systemd" },
];
