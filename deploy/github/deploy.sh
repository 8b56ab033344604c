#!/usr/bin/env bash
# Called by action.yml, which passes its inputs as variables.
set -euo pipefail
umask 077

fail() {
  echo "::error::$1"
  exit 1
}

[ -n "$DEPLOY_TARGET" ] || fail 'The input target is empty. Give the server: ssh://user@host'
[ -n "$DEPLOY_SSH_KEY" ] || fail 'The input ssh-key is empty. Give a private key from a secret'
[ -n "$DEPLOY_KNOWN_HOSTS" ] ||
  fail 'The input known-hosts is empty. Give the output of: ssh-keyscan HOST, after you have compared the fingerprints on the server'
[ -z "$DEPLOY_ENV_FILE" ] || [ -z "$DEPLOY_VARIABLES" ] ||
  fail 'Give either the input env-file or the input variables'

directory=$(mktemp -d)
trap 'rm -rf -- "$directory"' EXIT

# printf is part of the shell, so no command line has the key.
printf '%s\n' "$DEPLOY_SSH_KEY" >"$directory/key"
printf '%s\n' "$DEPLOY_KNOWN_HOSTS" >"$directory/known_hosts"
[ -z "$DEPLOY_VARIABLES" ] || printf '%s\n' "$DEPLOY_VARIABLES" >"$directory/env"

mkdir "$directory/bin"
export DEPLOY_DIRECTORY=$directory
DEPLOY_SSH=$(command -v ssh) || fail 'There is no program ssh on the PATH'
export DEPLOY_SSH
cat >"$directory/bin/ssh" <<'SSH'
#!/bin/sh
exec "$DEPLOY_SSH" -F none -i "$DEPLOY_DIRECTORY/key" -o IdentitiesOnly=yes \
  -o StrictHostKeyChecking=yes -o UserKnownHostsFile="$DEPLOY_DIRECTORY/known_hosts" "$@"
SSH
chmod 700 "$directory/bin/ssh"
export PATH="$directory/bin:$PATH"

args=("$DEPLOY_PATH" --to "$DEPLOY_TARGET")
[ -z "$DEPLOY_NAME" ] || args+=(--name "$DEPLOY_NAME")
[ -z "$DEPLOY_PREVIEW" ] || args+=(--preview "$DEPLOY_PREVIEW")
[ -z "$DEPLOY_TTL" ] || args+=(--ttl "$DEPLOY_TTL")
[ -z "$DEPLOY_COMMAND" ] || args+=(--command "$DEPLOY_COMMAND")
[ -z "$DEPLOY_ENV_FILE" ] || args+=(--env-file "$DEPLOY_ENV_FILE")
[ -z "$DEPLOY_VARIABLES" ] || args+=(--env-file "$directory/env")
[ "$DEPLOY_CHECK" != false ] || args+=(--no-check)

# The programs below get the secrets in files alone.
unset DEPLOY_SSH_KEY DEPLOY_KNOWN_HOSTS DEPLOY_VARIABLES

url=$(npx --yes -- "ddsrv@$DEPLOY_VERSION" deploy "${args[@]}" | tee /dev/stderr | tail -n 1)
echo "url=$url" >>"$GITHUB_OUTPUT"
