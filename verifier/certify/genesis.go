// SPDX-License-Identifier: Apache-2.0

package certify

import (
	"encoding/hex"
	"fmt"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Genesis is what of the module's state outlives an export: nonce marks, the session
// counter, certificates, conduct, evidence and suspensions, as records of the store. Votes,
// sessions, commitments, benches, heartbeats and a halt do not: an import takes a new fork
// number, which is an act of t operators, and members start anew.
type Genesis struct {
	Records []Record `json:"records"`
}

// Record is one record of the store, key and value in hexadecimal.
type Record struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// space is one key space of an export: its prefix, the length of its keys, its record type.
type space struct {
	prefix byte
	length int
	empty  func() record
}

var kept = []space{
	{prefixMark, 21, func() record { return new(mark) }},
	{prefixNext, 1, func() record { return new(number) }},
	{prefixCertificate, 11, func() record { return new(certificate) }},
	{prefixNewest, 3, func() record { return new(certificate) }},
	{prefixFraud, 23, func() record { return new(fraud) }},
	{prefixSuspension, 21, func() record { return new(suspension) }},
	{prefixConduct, 21, func() record { return new(conduct) }},
}

// InitGenesis fills an empty store. Errors: ErrRecord for a record that no export writes.
func (k Keeper) InitGenesis(ctx sdk.Context, g Genesis) error {
	st := k.state(ctx)
	for i, r := range g.Records {
		key, err := hex.DecodeString(r.Key)
		if err != nil || len(key) == 0 {
			return fmt.Errorf("record %d: bad key: %w", i, ErrRecord)
		}
		value, err := hex.DecodeString(r.Value)
		if err != nil {
			return fmt.Errorf("record %d: bad value: %w", i, ErrRecord)
		}
		j := slices.IndexFunc(kept, func(x space) bool { return x.prefix == key[0] && x.length == len(key) })
		if j < 0 || st.kv.Has(key) {
			return fmt.Errorf("record %d: unknown or repeated key %x: %w", i, key, ErrRecord)
		}
		if err := decode(value, kept[j].empty()); err != nil {
			return fmt.Errorf("record %d: %w", i, err)
		}
		st.kv.Set(key, value)
	}
	return nil
}

// ExportGenesis is the inverse of InitGenesis, in the order of the keys.
func (k Keeper) ExportGenesis(ctx sdk.Context) (Genesis, error) {
	st := k.state(ctx)
	var g Genesis
	for _, x := range kept {
		err := st.each([]byte{x.prefix}, nil, func(key, value []byte) (bool, error) {
			g.Records = append(g.Records, Record{hex.EncodeToString(key), hex.EncodeToString(value)})
			return true, nil
		})
		if err != nil {
			return Genesis{}, err
		}
	}
	return g, nil
}
