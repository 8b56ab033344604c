/** A path as proc_pid_mountinfo(5) writes it, where spaces and the like stand as octal numbers. */
export function unescapeMountPath(path: string): string {
  return path.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));
}
