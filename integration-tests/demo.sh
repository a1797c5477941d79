#!/usr/bin/env bash
# Shows the main commands in two regions: plan, apply, plan again, status, verify, destroy.
#
#     integration-tests/localstack/run integration-tests/demo.sh PROGRAM
#
# Refuses to run without an emulator, and fails if the second plan has changes.
set -euo pipefail

program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
[[ -n ${AWS_ENDPOINT_URL:-} ]] || {
    echo "error: AWS_ENDPOINT_URL is not set; run this through integration-tests/localstack/run" >&2
    exit 1
}

# LocalStack uses an access key id of twelve digits as the account.
account=111122223333
export AWS_ACCESS_KEY_ID=$account AWS_SECRET_ACCESS_KEY=test
export STS_EXTERNAL_ID=demo-external-id
# LocalStack never answers late.
export PROVISION_READ_LAG=0
unset AWS_SESSION_TOKEN

# In an empty folder no provision.toml of yours is read.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# The program reads the variable itself, so the secret is on no command line.
# shellcheck disable=SC2016
settings=(--account "$account" --region eu-west-1 --region us-east-1
    --agent-principal 210987654321 --external-id '${STS_EXTERNAL_ID}')

provision() {
    local word shown=
    for word in "$@"; do
        [[ $word != *[^a-zA-Z0-9_./=-]* ]] || word="'$word'"
        shown+=" $word"
    done
    printf '\n$ provision%s\n' "$shown"
    "$program" "$@"
}

provision plan "${settings[@]}"
provision apply --yes "${settings[@]}"
provision plan --detailed-exitcode "${settings[@]}"
provision status "${settings[@]}"
provision verify "${settings[@]}"
provision destroy --yes --key-deletion-days 7 "${settings[@]}"

printf '\nThe demo applied everything, found no further changes, saw events arrive, and destroyed everything, in %d s.\n' "$SECONDS"
