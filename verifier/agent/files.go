// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/keystore"
)

// ErrNoFile: the home has no such file.
var ErrNoFile = errors.New("no such file")

// Seed is what a dealer's polynomial comes from. It prints as "[secret]".
type Seed [32]byte

// Format prints "[secret]" whatever the verb.
func (Seed) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[secret]") }

// MarshalText refuses: a seed leaves by a sealed file alone.
func (Seed) MarshalText() ([]byte, error) { return nil, errors.New("a seed has no text form") }

// ShareName names one share file. Two attempts at one key epoch have two names, so an aborted one never
// stands in the way of the next.
type ShareName struct {
	Epoch    uint64
	Ceremony uint64 // that made the share; 0: it was dealt
}

func (n ShareName) String() string {
	if n.Ceremony == 0 {
		return fmt.Sprintf("share-%d.json", n.Epoch)
	}
	return fmt.Sprintf("share-%d-%d.json", n.Epoch, n.Ceremony)
}

// Files keeps the secrets of one home. Save returns when the file is on disk and never replaces
// one (keystore.ErrExists); Erase of what is not there is no error; reading it is ErrNoFile.
type Files interface {
	Seeds() ([]uint64, error) // numbers of ceremonies, ascending
	// Seed also tells the context of the ceremony that it was made for.
	Seed(ceremony uint64) (Seed, message.Hash, error)
	SaveSeed(ceremony uint64, context message.Hash, s Seed) error
	EraseSeed(ceremony uint64) error

	Shares() ([]ShareName, error) // by epoch, then ceremony
	Share(n ShareName) (keystore.Share, error)
	SaveShare(n ShareName, s keystore.Share) error
	EraseShare(n ShareName) error
}

// Dir is Files in a directory, every file encrypted with one password.
type Dir struct {
	Path     string
	Password keystore.Password
}

var _ Files = Dir{}

const seedKind = "ceremony"

type publicSeed struct {
	Ceremony uint64 `json:"ceremony"`
	Context  string `json:"context"`
}

var (
	seedForm  = regexp.MustCompile(`^ceremony-([1-9][0-9]{0,19})\.json$`)
	shareForm = regexp.MustCompile(`^share-([1-9][0-9]{0,19})(?:-([1-9][0-9]{0,19}))?\.json$`)
)

func (d Dir) seed(ceremony uint64) string {
	return filepath.Join(d.Path, fmt.Sprintf("ceremony-%d.json", ceremony))
}

func (d Dir) share(n ShareName) string { return filepath.Join(d.Path, n.String()) }

// list gives the numbers in the names that have a form.
func (d Dir) list(form *regexp.Regexp) ([][2]uint64, error) {
	entries, err := os.ReadDir(d.Path)
	if err != nil {
		return nil, fmt.Errorf("list key directory: %w", err)
	}
	var out [][2]uint64
	for _, e := range entries {
		m := form.FindStringSubmatch(e.Name())
		if m == nil {
			continue
		}
		var one [2]uint64
		ok := true
		for i, digits := range m[1:] {
			if digits == "" {
				continue
			}
			n, err := strconv.ParseUint(digits, 10, 64)
			ok = ok && err == nil
			one[i] = n
		}
		if ok {
			out = append(out, one)
		}
	}
	slices.SortFunc(out, func(a, b [2]uint64) int { return slices.Compare(a[:], b[:]) })
	return out, nil
}

// Seeds implements Files.
func (d Dir) Seeds() ([]uint64, error) {
	list, err := d.list(seedForm)
	var out []uint64
	for _, one := range list {
		out = append(out, one[0])
	}
	return out, err
}

// Seed implements Files.
func (d Dir) Seed(ceremony uint64) (s Seed, context message.Hash, err error) {
	var p publicSeed
	secret, err := keystore.LoadSecret(d.seed(ceremony), seedKind, &p, d.Password)
	if err != nil {
		return s, context, missing(err)
	}
	defer clear(secret)
	b, err := hex.DecodeString(p.Context)
	if err != nil || len(b) != 32 || len(secret) != 32 || p.Ceremony != ceremony {
		return s, context, fmt.Errorf("%s: %w", d.seed(ceremony), keystore.ErrFormat)
	}
	return Seed(secret), message.Hash(b), nil
}

// SaveSeed implements Files.
func (d Dir) SaveSeed(ceremony uint64, context message.Hash, s Seed) error {
	return keystore.SaveSecret(d.seed(ceremony), seedKind, publicSeed{ceremony, hex.EncodeToString(context[:])}, s[:], d.Password)
}

// EraseSeed implements Files.
func (d Dir) EraseSeed(ceremony uint64) error { return erase(d.seed(ceremony)) }

// Shares implements Files.
func (d Dir) Shares() ([]ShareName, error) {
	list, err := d.list(shareForm)
	var out []ShareName
	for _, one := range list {
		out = append(out, ShareName{one[0], one[1]})
	}
	return out, err
}

// Share implements Files.
func (d Dir) Share(n ShareName) (keystore.Share, error) {
	s, err := keystore.LoadShare(d.share(n), d.Password)
	if err != nil {
		return s, missing(err)
	}
	if s.KeyEpoch != n.Epoch {
		return keystore.Share{}, fmt.Errorf("%s holds a share of epoch %d: %w", n, s.KeyEpoch, keystore.ErrFormat)
	}
	return s, nil
}

// SaveShare implements Files.
func (d Dir) SaveShare(n ShareName, s keystore.Share) error {
	return keystore.SaveShare(d.share(n), s, d.Password)
}

// EraseShare implements Files.
func (d Dir) EraseShare(n ShareName) error { return erase(d.share(n)) }

// erase erases a file, and before it what a crash in writing it has left beside it under other names.
func erase(path string) error {
	beside, err := os.ReadDir(filepath.Dir(path))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range beside {
		if strings.HasPrefix(e.Name(), filepath.Base(path)+".") && strings.HasSuffix(e.Name(), ".tmp") {
			if err := keystore.Erase(filepath.Join(filepath.Dir(path), e.Name())); err != nil {
				return err
			}
		}
	}
	if err := keystore.Erase(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func missing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return errors.Join(ErrNoFile, err)
	}
	return err
}
