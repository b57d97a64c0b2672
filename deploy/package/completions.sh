#!/bin/sh
# Writes what shells read to complete salon's commands and flags, for the packages.
set -e

mkdir -p completions
for shell in bash zsh fish; do
	CGO_ENABLED=0 go run -trimpath . completion $shell >completions/salon.$shell
done
