// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aitbc/bridge/chains/message"
)

func main() {
	check := flag.Bool("check", false, "compare instead of writing")
	dir := flag.String("dir", filepath.Join("contracts", "vectors"), "folder of the files")
	flag.Parse()
	if err := run(*dir, *check); err != nil {
		fmt.Fprintln(os.Stderr, "vectors:", err)
		os.Exit(1)
	}
}

// run writes every file to dir, or reports all that differ.
func run(dir string, check bool) error {
	var errs []error
	for _, f := range []struct {
		name string
		make func() (any, error)
	}{
		{"messages.json", messagesFile}, {"tree.json", treeFile}, {"schnorr.json", schnorrFile},
	} {
		v, err := f.make()
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		want, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		want = append(want, '\n')
		path := filepath.Join(dir, f.name)
		if !check {
			if err := os.WriteFile(path, want, 0o644); err != nil { //nolint:gosec // public test data
				return err
			}
			continue
		}
		have, err := os.ReadFile(path)
		if err == nil && !bytes.Equal(have, want) {
			err = fmt.Errorf("%s differs: run go run ./scripts/vectors", path)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// random is an endless stream of keccak256(seed, name, counter) blocks: the same every time.
type random struct {
	name    message.Hash
	counter uint64
}

func newRandom(name string) *random {
	return &random{name: message.Keccak([]byte("aitbc-bridge vectors seed 1: " + name))}
}

func (r *random) hash() message.Hash {
	r.counter++
	return new(message.Words).Hash(r.name).Uint(r.counter).Sum()
}

func (r *random) address() message.Address {
	h := r.hash()
	return message.Address(h[12:])
}

func (r *random) bytes(n int) []byte {
	var out []byte
	for len(out) < n {
		h := r.hash()
		out = append(out, h[:]...)
	}
	return out[:n]
}

// hexBytes marshals to 0x hex.
type hexBytes []byte

func (h hexBytes) MarshalText() ([]byte, error) { return []byte("0x" + hex.EncodeToString(h)), nil }
