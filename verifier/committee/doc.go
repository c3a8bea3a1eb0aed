// SPDX-License-Identifier: Apache-2.0

// Package committee is the module that knows the members: who they are, their threshold,
// their public shares and the group key.
//
// Read Validate first, then Keeper. In this version the committee comes from genesis and
// never changes; a genesis without a group key is refused (I-10). The package is core: no
// clock, goroutine, disk or network beyond the store it is given.
package committee
