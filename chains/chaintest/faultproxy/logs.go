// SPDX-License-Identifier: Apache-2.0

package faultproxy

import (
	"fmt"
	"slices"
)

func logKinds() []*kind {
	edit := func(name Kind, doc string, f func(map[string]any) bool) *kind {
		return callKind(name, logMethods, 0, doc, func(k *strike, below next) (*answer, error) { return editLogs(k, below, f) }).consistent(receiptMethods...)
	}
	lists := func(name Kind, n uint64, doc string, f func(*strike, []any) ([]any, bool)) *kind {
		return callKind(name, logMethods, n, doc, func(k *strike, below next) (*answer, error) { return editLists(k, below, f) })
	}
	return []*kind{
		lists(LogDrop, 0, "one log is missing; the others keep their indexes. Consistent: from receipts too", dropLog).consistent(receiptMethods...),
		callKind(LogAdd, logMethods, 0, "a message that was never sent, as the manager `contract` would log it: CrossChainMessage and MessageMeta "+
			"with the right id and the lane's next nonce, in block to_block, or the last of the range. Consistent: its receipt, the block's receipts and the lane's counter agree with it", addLog).
			consistent(join(receiptMethods, []string{"eth_call"})...),
		edit(LogData, "a bit of a log's data is turned where its ABI encoding stays right", func(l map[string]any) bool {
			at := 19 // an address or the sender in every event of the manager, with padding around it
			if b, _ := unhex(l["data"]); len(b) < 32 {
				at = -1
			}
			s, ok := flipped(l["data"], at)
			if ok {
				l["data"] = s
			}
			return ok
		}),
		edit(LogTopic, "a bit of a log's last topic is turned, which is the message id of a send", func(l map[string]any) bool {
			topics, _ := l["topics"].([]any)
			if len(topics) == 0 {
				return false
			}
			s, ok := flipped(topics[len(topics)-1], -1)
			if ok {
				l["topics"] = append(slices.Clone(topics[:len(topics)-1]), s)
			}
			return ok
		}),
		edit(LogAddress, "a log is of another contract than asked for", func(l map[string]any) bool { return flip(l, "address") }),
		edit(LogBlockHash, "a log names another block hash", func(l map[string]any) bool { return flip(l, "blockHash") }),
		edit(LogTxHash, "a log names another transaction", func(l map[string]any) bool { return flip(l, "transactionHash") }),
		edit(LogRemoved, "a log is marked as removed by a reorganization", func(l map[string]any) bool { l["removed"] = true; return true }),
		lists(LogDuplicate, 0, "a log comes twice", func(k *strike, logs []any) ([]any, bool) {
			at := k.chosen(logs)
			if len(at) == 0 {
				return logs, false
			}
			return slices.Insert(slices.Clone(logs), at[0], logs[at[0]]), true
		}),
		lists(LogReorder, 0, "logs come last first", func(_ *strike, logs []any) ([]any, bool) {
			logs = slices.Clone(logs)
			slices.Reverse(logs)
			return logs, len(logs) > 1
		}),
		lists(LogTruncated, 0, "only the first n logs come; 0 is half of them", func(k *strike, logs []any) ([]any, bool) {
			keep := uint64(len(logs) / 2)
			if n := k.rule.n(); n != 0 {
				keep = n
			}
			if keep >= uint64(len(logs)) {
				return logs, false
			}
			return logs[:keep], true
		}),
		lists(LogsEmpty, 0, "no logs come where there are some", func(_ *strike, logs []any) ([]any, bool) { return []any{}, len(logs) > 0 }),
	}
}

// matches reports whether the rule touches this log.
func (k *strike) matches(l map[string]any) bool {
	r := k.rule
	if block, ok := number(l["blockNumber"]); !ok || !r.inBlocks(block) {
		return false
	}
	topics, _ := l["topics"].([]any)
	return (r.Contract == nil || sameHex(l["address"], r.Contract.String())) &&
		(r.Tx == nil || sameHex(l["transactionHash"], r.Tx.String())) &&
		(r.Topic == nil || len(topics) > 0 && sameHex(topics[0], r.Topic.String()))
}

// chosen are the positions of the logs that the rule strikes: one, or all that a consistent rule hits.
func (k *strike) chosen(logs []any) []int {
	var at []int
	for i, v := range logs {
		if l := object(v); l != nil && k.matches(l) && k.hits(thing(l)) {
			at = append(at, i)
		}
	}
	if k.rule.Consistent || len(at) == 0 {
		return at
	}
	return []int{at[k.pick(len(at))]}
}

// thing names a log, in whatever answer it stands and whatever an earlier rule changed: hashes differ between
// two runs of a test's chain, places do not.
func thing(l map[string]any) string { return fmt.Sprint("log ", l["blockNumber"], "/", l["logIndex"]) }

// logLists calls f with each list of logs in a result and puts back what it returns.
func logLists(c *call, result any, f func([]any) []any) any {
	if slices.Contains(logMethods, c.method) {
		if logs, ok := result.([]any); ok {
			return f(logs)
		}
		return result
	}
	for _, r := range receiptsOf(result) {
		if logs, ok := r["logs"].([]any); ok {
			r["logs"] = f(logs)
		}
	}
	return result
}

// receiptsOf are the receipts in a result: one, or those of a block.
func receiptsOf(result any) []map[string]any {
	if r := object(result); r != nil {
		return []map[string]any{r}
	}
	return objects(result)
}

// editLogs changes the chosen logs in place.
func editLogs(k *strike, below next, f func(map[string]any) bool) (*answer, error) {
	return editLists(k, below, func(k *strike, logs []any) ([]any, bool) {
		changed := false
		for _, i := range k.chosen(logs) {
			changed = f(object(logs[i])) || changed
		}
		return logs, changed
	})
}

// editLists lets f change each list of logs of an answer and counts one lie when any changed. f must leave the
// list's own elements alone unless it reports a change.
func editLists(k *strike, below next, f func(*strike, []any) ([]any, bool)) (*answer, error) {
	a, err := below(k.call)
	if err != nil || a.failure != nil || a.result == nil {
		return a, err
	}
	before := encode(a.result)
	changed := false
	result := logLists(k.call, a.result, func(logs []any) []any {
		if changed && !k.rule.Consistent {
			return logs // one lie in each answer
		}
		out, did := f(k, logs)
		changed = changed || did
		return out
	})
	if !changed {
		return a, nil
	}
	if !k.fire() { // used up meanwhile by another call
		a.result, err = decode(before)
		return a, err
	}
	return a.set(result), nil
}

func dropLog(k *strike, logs []any) ([]any, bool) {
	at := k.chosen(logs)
	out := make([]any, 0, len(logs))
	for i, l := range logs {
		if !slices.Contains(at, i) {
			out = append(out, l)
		}
	}
	return out, len(at) > 0
}
