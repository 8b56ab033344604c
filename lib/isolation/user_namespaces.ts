/** Command that starts a minimal sandbox of the rootless level. */
export const USER_NAMESPACE_PROBE: readonly string[] = [
  ...["bwrap", "--unshare-user", "--disable-userns", "--unshare-net", "--unshare-pid"],
  ...["--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev"],
  ...["lib", "lib64", "bin"].flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]),
  ...["--", "true"],
];

/** Remedy when the sandbox does not start. */
export const USER_NAMESPACE_REMEDY =
  "Allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces; " +
  "on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0), run ddsrv as root, or choose --isolation=none";
