# Versions of the tools that build and check; libraries are pinned in go.mod and contracts/package-lock.json.
GOLANGCI_LINT_VERSION := v2.15.0
GOGOPROTO_VERSION     := v1.7.2
ABIGEN_VERSION        := v1.17.8
