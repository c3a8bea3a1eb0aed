// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"container/heap"
	"time"
)

// event is something that will happen. Events of one time happen in the order in which
// they were planned.
type event struct {
	at   time.Duration
	seq  uint64
	kind string // constant, for the trace
	who  int    // node, chain or relayer it belongs to
	life int    // incarnation of node who for which it was planned; 0: any
	run  func()
}

type events []*event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].seq < e[j].seq
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }

// Push implements heap.Interface.
func (e *events) Push(x any) { *e = append(*e, x.(*event)) }

// Pop implements heap.Interface.
func (e *events) Pop() any {
	old := *e
	x := old[len(old)-1]
	old[len(old)-1] = nil
	*e = old[:len(old)-1]
	return x
}

// queue holds what will happen.
type queue struct {
	events events
	seq    uint64
}

func (q *queue) put(e event) {
	q.seq++
	e.seq = q.seq
	heap.Push(&q.events, &e)
}

func (q *queue) take() *event { return heap.Pop(&q.events).(*event) }
