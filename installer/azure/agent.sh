#!/usr/bin/env bash
# Adds one agent to a namespace, or takes one out, with the rights that it needs and no others.
set -euo pipefail

usage() {
  cat >&2 <<'USAGE'
usage: agent.sh add    --group G --namespace N --site S --name A --gateway W [--gateway W]... (--principal ID | --key-file FILE)
       agent.sh remove --group G --namespace N --site S --name A --gateway W [--gateway W]... [--principal ID]

  --group G         resource group of the namespace
  --namespace N     name of the Service Bus namespace
  --principal ID    object id of the agent in Entra ID: gets roles on the queues
  --key-file FILE   a shared access key is made for the agent alone and written to this new file
USAGE
  exit 2
}

action=${1:-}
case $action in add | remove) shift ;; *) usage ;; esac
group='' namespace='' site='' name='' principal='' key='' gateways=()
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || usage
  case $1 in
    --group) group=$2 ;;
    --namespace) namespace=$2 ;;
    --site) site=$2 ;;
    --name) name=$2 ;;
    --gateway) gateways+=("$2") ;;
    --principal) principal=$2 ;;
    --key-file) key=$2 ;;
    *) usage ;;
  esac
  shift 2
done
[ -n "$group" ] && [ -n "$namespace" ] && [ ${#gateways[@]} -gt 0 ] || usage
for word in "$site" "$name" "${gateways[@]}"; do
  [[ $word =~ ^[a-z0-9-]{1,40}$ ]] || { echo "agent.sh: “$word” is no name of 1 to 40 of a-z, 0-9 and -" >&2 && exit 2; }
done
own=drawbridge.$site.$name
at=(--resource-group "$group" --namespace-name "$namespace")

scope() {
  az servicebus queue show "${at[@]}" --name "$1" --query id --output tsv
}

grant() {
  az role assignment create --assignee-object-id "$principal" --assignee-principal-type ServicePrincipal \
    --role "$1" --scope "$(scope "$2")" --output none
}

# One key for all its queues: the service knows it on each by the same name and value.
allow() {
  az servicebus queue authorization-rule create "${at[@]}" --queue-name "$1" --name "$site.$name" --rights "$2" --output none
  az servicebus queue authorization-rule keys renew "${at[@]}" --queue-name "$1" --name "$site.$name" \
    --key PrimaryKey --key-value "$(cat "$key")" --output none
}

if [ "$action" = remove ]; then
  # Without its queue nobody reaches it, whatever key or certificate it still has.
  az servicebus queue delete "${at[@]}" --name "$own"
  for gateway in "${gateways[@]}"; do
    if [ -n "$principal" ]; then
      az role assignment delete --assignee "$principal" --scope "$(scope "drawbridge.$gateway")"
    else
      az servicebus queue authorization-rule delete "${at[@]}" --queue-name "drawbridge.$gateway" --name "$site.$name"
    fi
  done
  echo "$own is gone. Take $name out of gateway.yaml and let its certificate be revoked, too."
  exit 0
fi

if [ -n "$principal" ] && [ -n "$key" ] || [ -z "$principal$key" ]; then usage; fi
az servicebus queue create "${at[@]}" --name "$own" --default-message-time-to-live PT1M \
  --enable-dead-lettering-on-message-expiration false --enable-session false --duplicate-detection false \
  --enable-partitioning false --lock-duration PT30S --max-delivery-count 10 --max-size 1024 --output none
if [ -n "$principal" ]; then
  grant "Azure Service Bus Data Receiver" "$own"
  for gateway in "${gateways[@]}"; do grant "Azure Service Bus Data Sender" "drawbridge.$gateway"; done
  echo "$own is there. agent.yaml: endpoint $namespace.servicebus.windows.net, signed in as $principal"
else
  (umask 077 && set -o noclobber && head -c 32 /dev/urandom | base64 | tr -d '\n' >"$key")
  allow "$own" Listen
  for gateway in "${gateways[@]}"; do allow "drawbridge.$gateway" Send; done
  echo "$own is there. agent.yaml: endpoint $namespace.servicebus.windows.net, sas name $site.$name, the value is in $key"
fi
