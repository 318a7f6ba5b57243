#!/usr/bin/env bash
# Lets this machine reach a host by ssh, for a deploy from CI: writes the key and the known hosts that the variables
# hold. A host that is not known is refused, never asked about. Nothing that is there already is overwritten.
#   DEPLOY_SSH_KEY="$(cat key)" DEPLOY_KNOWN_HOSTS="$(ssh-keyscan host)" scripts/ssh_access.sh
set -euo pipefail

case ${1:-} in
  -h | --help)
    sed -n '2,4s/^# \{0,1\}//p' "$0"
    exit
    ;;
esac
for name in DEPLOY_SSH_KEY DEPLOY_KNOWN_HOSTS; do
  [[ -n ${!name:-} ]] || {
    echo "error: $name is not set; docs/release.md says what the environment 'production' has to hold" >&2
    exit 1
  }
done
folder=$HOME/.ssh
umask 077
mkdir -p "$folder"
if [[ -e $folder/deploy || -e $folder/config ]]; then
  echo "error: $folder has a key or settings already; this is for machines that CI makes anew" >&2
  exit 1
fi
printf '%s\n' "$DEPLOY_SSH_KEY" >"$folder/deploy"
printf '%s\n' "$DEPLOY_KNOWN_HOSTS" >>"$folder/known_hosts"
cat >"$folder/config" <<'SETTINGS'
Host *
  IdentityFile ~/.ssh/deploy
  IdentitiesOnly yes
  StrictHostKeyChecking yes
  BatchMode yes
SETTINGS
echo "the key and the known hosts are in place"
