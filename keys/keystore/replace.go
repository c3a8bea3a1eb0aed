// SPDX-License-Identifier: Apache-2.0

package keystore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/aitbc/bridge/chains/failpoint"
)

// Replace exchanges the key directory dir for another one, which fill makes from nothing, and
// erases the old one: every file of it at once, or none. A crash leaves the whole old set or
// the whole new one under the name dir; what else is left the next call clears away.
//
// The caller makes sure that nobody else uses dir.
func Replace(dir string, fill func(next string) error) error {
	next := dir + ".next" // before the exchange the new set, after it the old one
	if err := EraseDir(next); err != nil {
		return err
	}
	if err := checkDir(dir, 0o077); err != nil {
		return err
	}
	if err := os.Mkdir(next, 0o700); err != nil {
		return fmt.Errorf("make key directory: %w", err)
	}
	if err := fill(next); err != nil {
		return errors.Join(err, EraseDir(next))
	}
	if err := errors.Join(syncDir(next), syncDir(filepath.Dir(dir))); err != nil {
		return err
	}
	failpoint.Hit("keystore.replace.made") // the old set, and a whole new one beside it
	if err := exchange(dir, next); err != nil {
		return fmt.Errorf("exchange key directories: %w", err)
	}
	failpoint.Hit("keystore.replace.exchanged") // the new set unless the machine dies too, then the old or the new one; the other beside it
	if err := syncDir(filepath.Dir(dir)); err != nil {
		return err
	}
	failpoint.Hit("keystore.replace.synced") // the new set, and the old one beside it
	return EraseDir(next)
}

// EraseDir erases the files of a directory of key files and removes it. None is no error.
func EraseDir(dir string) error {
	list, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read key directory: %w", err)
	}
	for _, f := range list {
		if err := Erase(filepath.Join(dir, f.Name())); err != nil {
			return err
		}
	}
	if err := os.Remove(dir); err != nil {
		return fmt.Errorf("remove key directory: %w", err)
	}
	return syncDir(filepath.Dir(dir))
}
