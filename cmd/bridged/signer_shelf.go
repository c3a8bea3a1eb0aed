// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/verifier/agent"
)

// maxAttempts bounds the shares that are kept of one key epoch. Each is of another ceremony: those before it
// were aborted.
const maxAttempts = 64

// shelf keeps the share files of a signer's home. The number behind the epoch in a name counts the
// shares that came for it; only the newest is used.
type shelf struct {
	dir      string
	password keystore.Password
}

func (s shelf) files() agent.Dir { return agent.Dir{Path: s.dir, Password: s.password} }

// load reads the newest share of each of the newest key epochs.
func (s shelf) load(bridge message.Hash) (list []keystore.Share, err error) {
	names, err := s.files().Shares()
	if err != nil {
		return nil, err
	}
	for i := len(names) - 1; i >= 0 && len(list) < signer.MaxShares; i-- {
		if n := len(list); n > 0 && list[n-1].KeyEpoch == names[i].Epoch {
			continue
		}
		share, err := s.files().Share(names[i])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", names[i], err)
		}
		if share.BridgeID != [32]byte(bridge) {
			return nil, fmt.Errorf("%s is of another bridge: %w", names[i], keystore.ErrFormat)
		}
		list = append(list, share)
	}
	return list, nil
}

// Save implements remote.Shelf.
func (s shelf) Save(share keystore.Share) error {
	names, err := s.files().Shares()
	if err != nil {
		return err
	}
	next, kept := agent.ShareName{Epoch: share.KeyEpoch}, 0
	var newest agent.ShareName
	for _, n := range names {
		if n.Epoch == share.KeyEpoch {
			newest, kept = n, kept+1
		}
	}
	if kept > 0 {
		old, err := s.files().Share(newest)
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", newest, err)
		case old == share:
			return nil
		case kept >= maxAttempts:
			return fmt.Errorf("%d shares of key epoch %d are kept already: %w", kept, share.KeyEpoch, keystore.ErrExists)
		}
		next.Ceremony = newest.Ceremony + 1
	}
	return s.files().SaveShare(next, share)
}

// Drop implements remote.Shelf.
func (s shelf) Drop(epoch uint64) error {
	names, err := s.files().Shares()
	if err != nil {
		return err
	}
	for _, n := range names {
		if n.Epoch == epoch {
			if err := s.files().EraseShare(n); err != nil {
				return fmt.Errorf("%s: %w", n, err)
			}
		}
	}
	return nil
}
