// SPDX-License-Identifier: Apache-2.0

package app

import (
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// roster is who the members are, for logs and status. It is replaced, never changed.
type roster map[string]seat // by consensus address

type seat struct {
	index   uint32
	moniker string
}

// meet remembers the validators of the committed state; index 0 has who has no share.
func (a *App) meet(ctx sdk.Context) {
	e, err := a.committee.ActiveEpoch(ctx)
	if err != nil {
		return // the agenda of the same state has reported it
	}
	r := make(roster, len(e.Members))
	all, err := a.committee.Validators(ctx)
	if err != nil {
		return
	}
	for i := range all {
		r[string(all[i].ConsAddress)] = seat{0, all[i].Moniker}
	}
	for i := range e.Members {
		r[string(e.Members[i].ConsAddress)] = seat{e.Members[i].Index, e.Members[i].Moniker}
	}
	a.members.Store(&r)
}

// seat is the zero one for an address that is no member's.
func (r *roster) seat(address []byte) seat {
	if r == nil {
		return seat{}
	}
	return (*r)[string(address)]
}

// name is the member as a person knows it, or its address.
func (r *roster) name(address []byte) string {
	if s := r.seat(address); s.moniker != "" {
		return s.moniker
	}
	return sdk.ConsAddress(address).String()
}
