// SPDX-License-Identifier: Apache-2.0

// Command mutants puts known flaws into copies of this repository's code, one at a time,
// and demands that a named test fails with each: a suite that passes with a flaw in the
// code proves nothing about that flaw. Many come from incidents of other bridges and from
// reviews of the design; docs/mutants.md lists them and is written by this command.
//
//	go run ./scripts/mutants                 every mutant; exit 1 when one survives
//	go run ./scripts/mutants -slice 1/4      the first quarter, for a short run
//	go run ./scripts/mutants -only id,id     these
//	go run ./scripts/mutants -write          rewrite docs/mutants.md, run nothing
//
// The list lies in list/*.txt. Read Mutant and parse first. A mutant is a replacement of a
// text that occurs exactly once in its file; when the code changes so that it does not, the
// run fails, so the list never rots. Go mutants are compiled with an overlay and Solidity
// mutants in a temporary copy: nothing in the tree is touched. A mutant that does not
// compile is an error, never a success.
package main
