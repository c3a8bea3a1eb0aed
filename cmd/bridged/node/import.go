// SPDX-License-Identifier: Apache-2.0

package node

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/aitbc/bridge/verifier/app"
)

// Imported says what an import did.
type Imported struct {
	ChainID       string   `json:"chain_id"`
	InitialHeight int64    `json:"initial_height"`
	Fork          uint32   `json:"fork"`
	OldFork       uint32   `json:"old_fork"`
	OldHeight     int64    `json:"old_height"` // of the state that was moved aside; 0: there was none
	Member        uint32   `json:"member"`     // this node's index; 0: no member
	Aside         []string `json:"aside"`      // where the old data and genesis file lie now
}

// staged is the data directory that an import has made and not yet put in its place.
func (h Layout) staged() string { return h.path("data.import") }

// Import makes the node of a home go on from an exported genesis file. Journals, keys and
// streams stay where they are; data/ and genesis.json are moved aside, nothing is deleted.
//
// The new data/ starts with a sign state of the exported height, so that the consensus key
// signs above it. That is safe once per fork number: this is why a fork number that this home
// already knows, from its genesis file or its signer's journal, is refused.
//
// The steps can be cut off anywhere: from the first rename to the last one there is no data/,
// without which no node starts, and the same command goes on where it stopped.
//
// Errors: journal.ErrLocked while the node runs; app.ErrGenesis; ErrUnsafe for another chain, a
// fork number not above the known one, and state above the exported height without reset.
func Import(h Layout, c Config, file string, reset bool) (r Imported, err error) {
	doc, err := LoadGenesis(file)
	if err != nil {
		return r, err
	}
	g, err := CheckGenesis(doc)
	if err != nil {
		return r, fmt.Errorf("%w: %w", app.ErrGenesis, err)
	}
	cut := missingDir(h.DataDir()) && !missingDir(h.staged()) // a former import was cut off
	if err := h.check(!cut); err != nil {
		return r, err
	}
	held, err := hold(h)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, held.close()) }()
	r = Imported{ChainID: doc.ChainID, InitialHeight: doc.InitialHeight, Fork: g.Committee.Fork, OldFork: held.fork}
	old, err := LoadGenesis(h.GenesisFile())
	switch {
	case errors.Is(err, os.ErrNotExist):
		old = nil
	case err != nil:
		return r, fmt.Errorf("genesis file of this home: %w", err)
	}
	if doc.ChainID != c.ChainID || old != nil && doc.ChainID != old.ChainID {
		return r, fmt.Errorf("%s is of chain %q, this home of %q: %w", file, doc.ChainID, c.ChainID, ErrUnsafe)
	}
	if old != nil && !(cut && same(old, doc)) {
		known, err := app.ParseGenesis(old.AppState)
		if err != nil {
			return r, fmt.Errorf("genesis file of this home: %w", err)
		}
		r.OldFork = max(r.OldFork, known.Committee.Fork)
	}
	if r.Fork <= r.OldFork {
		return r, fmt.Errorf("%s has fork number %d, this home knows %d: a fork number is used once: %w", file, r.Fork, r.OldFork, ErrUnsafe)
	}
	if !cut {
		if r.OldHeight, err = height(h, c.ChainID, held); err != nil {
			return r, err
		}
		if r.OldHeight >= doc.InitialHeight && !reset {
			return r, fmt.Errorf("this home's state is of height %d, the file goes on from %d: what came after is left behind: say --reset if all members agreed to: %w",
				r.OldHeight, doc.InitialHeight-1, ErrUnsafe)
		}
	}
	if key, err := readConsensusKey(h.ConsensusKeyFile()); err == nil { // a remote signer is not asked
		for _, m := range g.Committee.Epoch.Members {
			if bytes.Equal(m.ConsAddress, key.PrivKey.PubKey().Address()) {
				r.Member = m.Index
			}
		}
	}
	r.Aside, err = install(h, doc, r.OldFork, cut)
	return r, err
}

// install swaps data/ and genesis.json. While data/ is missing no node starts.
func install(h Layout, doc *cmttypes.GenesisDoc, oldFork uint32, cut bool) (aside []string, err error) {
	if !cut {
		if err := stage(h, doc.InitialHeight-1); err != nil {
			return nil, err
		}
		to := free(h.path(fmt.Sprintf("data.fork%d", max(oldFork, 1))))
		if err := move(h.DataDir(), to); err != nil {
			return nil, err
		}
		aside = append(aside, to)
	}
	have, err := os.ReadFile(h.GenesisFile())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return aside, err
	}
	next := h.GenesisFile() + ".new"
	if err := doc.SaveAs(next); err != nil {
		return aside, err
	}
	want, err := os.ReadFile(next)
	if err != nil {
		return aside, err
	}
	if !bytes.Equal(have, want) {
		if have != nil {
			to := free(h.path("config", fmt.Sprintf("genesis.fork%d.json", max(oldFork, 1))))
			if err := copyFile(h.GenesisFile(), to); err != nil {
				return aside, err
			}
			aside = append(aside, to)
		}
		if err := move(next, h.GenesisFile()); err != nil {
			return aside, err
		}
	} else if err := os.Remove(next); err != nil {
		return aside, err
	}
	return aside, move(h.staged(), h.DataDir())
}

// stage makes the new data directory. Its sign state is that of the last step of the exported
// height: the consensus key signs nothing at or below it.
func stage(h Layout, last int64) error {
	if err := os.RemoveAll(h.staged()); err != nil { // of an import that changed nothing yet
		return err
	}
	if err := os.Mkdir(h.staged(), 0o700); err != nil {
		return err
	}
	state := fmt.Sprintf("{\n  \"height\": \"%d\",\n  \"round\": 0,\n  \"step\": 3\n}\n", last)
	return writeSynced(filepath.Join(h.staged(), filepath.Base(h.ConsensusStateFile())), []byte(state))
}

// height is the committed height of a home's state, 0 when it has none.
func height(h Layout, chainID string, held *stopped) (_ int64, err error) {
	part := new(stopped)
	defer func() { err = errors.Join(err, part.close()) }()
	a, err := openState(h, chainID, part)
	if errors.Is(err, app.ErrNoState) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return a.LastBlockHeight(), nil
}

func same(a, b *cmttypes.GenesisDoc) bool {
	return a.InitialHeight == b.InitialHeight && bytes.Equal(a.ValidatorHash(), b.ValidatorHash()) && bytes.Equal(a.AppState, b.AppState)
}

func missingDir(path string) bool {
	info, err := os.Lstat(path)
	return err != nil || !info.IsDir()
}

// free is path, or path with a number that nothing has.
func free(path string) string {
	ext := filepath.Ext(path)
	if ext != ".json" {
		ext = ""
	}
	stem := path[:len(path)-len(ext)]
	for n := 2; ; n++ {
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			return path
		}
		path = fmt.Sprintf("%s-%d%s", stem, n, ext)
	}
}

// move renames and syncs both directories: after a power cut the move has happened or not.
func move(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return errors.Join(syncDir(filepath.Dir(from)), syncDir(filepath.Dir(to)))
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	b, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	return writeSynced(to, b)
}

func writeSynced(path string, b []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(b); err != nil {
		return err
	}
	return f.Sync()
}

func syncDir(path string) (err error) {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return d.Sync()
}
