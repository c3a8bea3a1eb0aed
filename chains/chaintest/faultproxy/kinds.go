// SPDX-License-Identifier: Apache-2.0

package faultproxy

import "slices"

// Kind names a fault. The names are what rules, counts and --fault use.
type Kind string

// Logs. They touch eth_getLogs and its filters; with Consistent also every receipt that holds the same log.
const (
	LogDrop      Kind = "log-drop"
	LogAdd       Kind = "log-add"
	LogData      Kind = "log-data"
	LogTopic     Kind = "log-topic"
	LogAddress   Kind = "log-address"
	LogBlockHash Kind = "log-block-hash"
	LogTxHash    Kind = "log-tx-hash"
	LogRemoved   Kind = "log-removed"
	LogDuplicate Kind = "log-duplicate"
	LogReorder   Kind = "log-reorder"
	LogTruncated Kind = "log-truncated"
	LogsEmpty    Kind = "logs-empty"
)

// Receipts and headers.
const (
	ReceiptStatus     Kind = "receipt-status"
	ReceiptLogIndex   Kind = "receipt-log-index"
	ReceiptLogMissing Kind = "receipt-log-missing"
	ReceiptNull       Kind = "receipt-null"
	ReceiptsRoot      Kind = "receipts-root"
	TransactionsRoot  Kind = "transactions-root"
	BlockHash         Kind = "block-hash"
	BlockParent       Kind = "block-parent"
	BlockNull         Kind = "block-null"
	GenesisHash       Kind = "genesis-hash"
)

// Views of the chain.
const (
	ChainID             Kind = "chain-id"
	Code                Kind = "code"
	CallResult          Kind = "call-result"
	HeadStale           Kind = "head-stale"
	HeadBack            Kind = "head-back"
	FinalStale          Kind = "finalized-stale"
	FinalBack           Kind = "finalized-back"
	FinalNull           Kind = "finalized-null"
	FinalNoMethod       Kind = "finalized-unsupported"
	FinalUnknown        Kind = "finalized-unknown"
	HistoryOther        Kind = "history-other"
	HistoryMixed        Kind = "history-mixed"
	ResultNull          Kind = "result-null"
	ResultEmpty         Kind = "result-empty"
	UnknownBlockIsEmpty Kind = "unknown-block-empty"
)

// Limits and refusals.
const (
	RangeLimit      Kind = "range-limit"
	ResultLimit     Kind = "result-limit"
	RPCRateLimit    Kind = "rpc-rate-limit"
	RPCInternal     Kind = "rpc-internal"
	HTTP429         Kind = "http-429"
	HTTP429After    Kind = "http-429-retry-after"
	HTTP413         Kind = "http-413"
	HTTP500         Kind = "http-500"
	HTTP502         Kind = "http-502"
	HTTP503         Kind = "http-503"
	HTTPPage        Kind = "http-page"
	AnswerLate      Kind = "answer-late"
	Hang            Kind = "hang"
	ConnectionReset Kind = "connection-reset"
)

// Bodies and envelopes.
const (
	BodySlow       Kind = "body-slow"
	BodyHuge       Kind = "body-huge"
	BodyCut        Kind = "body-cut"
	JSONBroken     Kind = "json-broken"
	IDWrong        Kind = "id-wrong"
	VersionWrong   Kind = "version-wrong"
	BatchPartial   Kind = "batch-partial"
	BatchReordered Kind = "batch-reordered"
)

// WebSockets, which otherwise pass as they are.
const (
	SocketRefused Kind = "socket-refused"
	SocketDrop    Kind = "socket-drop"
	SocketSilent  Kind = "socket-silent"
)

// Stage says at which point of an exchange a kind strikes.
type Stage string

// The stages, in the order of an exchange.
const (
	StageRequest Stage = "request" // the whole HTTP request is answered or held before the upstream is asked
	StageCall    Stage = "call"    // one call: its parameters, its answer, or both
	StageBatch   Stage = "batch"   // the answers of one batch
	StageBody    Stage = "body"    // the bytes of the response
	StageSocket  Stage = "socket"  // a WebSocket connection
)

// Info describes a kind.
type Info struct {
	Kind  Kind   `json:"kind"`
	Stage Stage  `json:"stage"`
	Doc   string `json:"doc"`
	// Consistent: the rule's flag of that name is known to this kind.
	Consistent bool `json:"consistent,omitempty"`
	// Default of the rule's N; what N counts is in Doc.
	N uint64 `json:"n,omitempty"`
}

// kind is an Info with what it does; exactly the function of its stage is set.
type kind struct {
	Info
	methods []string         // methods it strikes when the rule names none; empty: all
	also    []string         // methods that a consistent rule strikes as well
	every   uint64           // default of the rule's Every
	asks    func(*call) bool // further condition on a call; nil: none
	call    func(*strike, next) (*answer, error)
	request func(*strike, *exchange)
	batch   func(*strike, []*answer) []*answer
	body    func(*strike, *exchange, []byte) bool // reports whether it has written the response
}

// Methods by what they return.
var (
	logMethods     = []string{"eth_getLogs", "eth_getFilterLogs", "eth_getFilterChanges"}
	receiptMethods = []string{"eth_getTransactionReceipt", "eth_getBlockReceipts"}
	headerMethods  = []string{"eth_getBlockByNumber", "eth_getBlockByHash", "eth_getHeaderByNumber", "eth_getHeaderByHash"}
	blockByNumber  = []string{"eth_getBlockByNumber", "eth_getHeaderByNumber"}
)

func join(lists ...[]string) []string { return slices.Concat(lists...) }

// table is filled once at start: kinds refer to functions that read it.
var table map[Kind]*kind

// order is the table as documented.
var order []*kind

func init() {
	order = slices.Concat(logKinds(), blockKinds(), viewKinds(), limitKinds(), bodyKinds(), socketKinds())
	table = make(map[Kind]*kind, len(order))
	for _, k := range order {
		table[k.Kind] = k
	}
}

// Kinds lists every fault in the order of the documentation.
func Kinds() []Info {
	list := make([]Info, len(order))
	for i, k := range order {
		list[i] = k.Info
	}
	return list
}

func callKind(name Kind, methods []string, n uint64, doc string, f func(*strike, next) (*answer, error)) *kind {
	return &kind{Info: Info{Kind: name, Stage: StageCall, Doc: doc, N: n}, methods: methods, call: f}
}

// consistent allows the flag; a consistent rule strikes further methods as well.
func (k *kind) consistent(also ...string) *kind { k.Consistent, k.also = true, also; return k }

// when adds a condition on the call.
func (k *kind) when(asks func(*call) bool) *kind { k.asks = asks; return k }

// alternating strikes each second call unless the rule says otherwise.
func (k *kind) alternating() *kind { k.every = 2; return k }
