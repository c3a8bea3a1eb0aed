// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/aitbc/bridge/chains/evm/pool"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/sources"
)

// metricTimeout bounds one request for the metrics.
const metricTimeout = 10 * time.Second

// metric is one of the node's own. Labels are bounded: configured chains and names of endpoints, streams of the state.
type metric struct {
	kind prometheus.ValueType
	name string
	help string // says when to worry
	on   []string
}

func (m *metric) desc() *prometheus.Desc { return prometheus.NewDesc(m.name, m.help, m.on, nil) }

var (
	byChain    = []string{"chain"}
	byEndpoint = []string{"chain", "endpoint"}
	byStream   = []string{"chain", "stream"}

	sourceAgree       = metric{prometheus.GaugeValue, "bridge_source_agree", "operators that must give one answer; worry below 2", byChain}
	sourceOperators   = metric{prometheus.GaugeValue, "bridge_source_operators", "operators that are configured; worry when no more than agree: one that is down stops the chain", byChain}
	sourceUnsafe      = metric{prometheus.GaugeValue, "bridge_source_unsafe", "1 when settings are weaker than the default; worry at 1 on public chains", byChain}
	sourceDisputes    = metric{prometheus.CounterValue, "bridge_source_disagreements_total", "questions without an answer because operators contradict each other; worry when it grows", byChain}
	sourceShortfalls  = metric{prometheus.CounterValue, "bridge_source_shortfalls_total", "questions without an answer because too few operators gave one; worry when it grows for minutes", byChain}
	sourceFinal       = metric{prometheus.GaugeValue, "bridge_source_final_block", "newest final block that operators agreed on", byChain}
	sourceHead        = metric{prometheus.GaugeValue, "bridge_source_head_block", "newest block that operators agreed on", byChain}
	sourceStands      = metric{prometheus.GaugeValue, "bridge_source_final_stands_seconds", "how long the final block has been the same while the endpoints answered", byChain}
	sourceStalled     = metric{prometheus.GaugeValue, "bridge_source_stalled", "1 when that is longer than the chain's profile has it; worry: nothing of the chain is certified until its finality goes on", byChain}
	sourceCode        = metric{prometheus.GaugeValue, "bridge_source_code_refused", "1 when the manager's code is not what it should be; worry: the node reads nothing of the chain", byChain}
	endpointState     = metric{prometheus.GaugeValue, "bridge_endpoint_state", "1 for the state it is in; worry at wrong-chain and wrong-code, and when demoted stays", []string{"chain", "endpoint", "state"}}
	endpointRequests  = metric{prometheus.CounterValue, "bridge_endpoint_requests_total", "requests to the endpoint since it joined", byEndpoint}
	endpointFailures  = metric{prometheus.CounterValue, "bridge_endpoint_failures_total", "requests that failed, of whatever class", byEndpoint}
	endpointDissents  = metric{prometheus.CounterValue, "bridge_endpoint_dissents_total", "answers unlike the agreed one; worry at the first: it lies or is behind", byEndpoint}
	endpointHead      = metric{prometheus.GaugeValue, "bridge_endpoint_head_block", "newest block that it claimed", byEndpoint}
	endpointAnnounces = metric{prometheus.GaugeValue, "bridge_endpoint_announces", "1 while its WebSocket announces blocks, 0 while it does not; only for endpoints with ws", byEndpoint}
	streamTip         = metric{prometheus.GaugeValue, "bridge_stream_tip_block", "below final: end of the checkpoint ahead that this node votes for, 0 when there is none", byStream}
	streamCertified   = metric{prometheus.GaugeValue, "bridge_stream_certified_block", "end of the newest certified checkpoint, 0 before the first", byStream}
	streamWaits       = metric{prometheus.GaugeValue, "bridge_stream_waits", "below final: 1 while something keeps this node from having a checkpoint ahead; worry when it stays", byStream}
	streamGeneration  = metric{prometheus.GaugeValue, "bridge_stream_generation", "below final: raised by each contradiction; worry when it grows: the chain breaks its promises below final", byStream}
	streamStopped     = metric{prometheus.GaugeValue, "bridge_stream_stopped", "below final: 1 while a contradiction has stopped the stream; worry: it waits for the committee", byStream}
	streamWrong       = metric{prometheus.GaugeValue, "bridge_stream_contradicted", "below final: 1 while this node's final history contradicts a certified checkpoint and the stream is not stopped; worry: messages of a vanished branch may have been delivered", byStream}
	streamFinal       = metric{prometheus.GaugeValue, "bridge_stream_final_block", "newest final block that was read and stored", byStream}
	streamHalted      = metric{prometheus.GaugeValue, "bridge_stream_halted", "1 when this node has halted the stream; worry: a person must look", byStream}
	streamAbstains    = metric{prometheus.GaugeValue, "bridge_stream_abstains", "1 while this node does not vote for the stream; worry when it stays", byStream}
)

// metrics are all, in the order of docs/spec/operations.md.
var metrics = []*metric{
	&sourceAgree, &sourceOperators, &sourceUnsafe, &sourceDisputes, &sourceShortfalls, &sourceFinal, &sourceHead, &sourceStands, &sourceStalled, &sourceCode,
	&endpointState, &endpointRequests, &endpointFailures, &endpointDissents, &endpointHead, &endpointAnnounces,
	&streamFinal, &streamHalted, &streamAbstains, &streamCertified,
	&streamTip, &streamWaits, &streamGeneration, &streamStopped, &streamWrong,
}

// endpointStates are the values of the label state.
var endpointStates = []pool.State{pool.StateUnchecked, pool.StateHealthy, pool.StateDemoted, pool.StateWrongChain, pool.StateWrongCode}

// collector reads what the metrics say at the moment they are asked for.
type collector struct{ of beside }

var _ prometheus.Collector = collector{}

// Describe implements prometheus.Collector.
func (c collector) Describe(out chan<- *prometheus.Desc) {
	for _, m := range metrics {
		out <- m.desc()
	}
}

// Collect implements prometheus.Collector.
func (c collector) Collect(out chan<- prometheus.Metric) {
	say := func(m *metric, v float64, on ...string) {
		out <- prometheus.MustNewConstMetric(m.desc(), m.kind, v, on...)
	}
	health := c.of.feeds.Health()
	for i := range health {
		saySource(say, &health[i])
	}
	absent, waits := c.of.reads.abstains(), c.of.reads.waits()
	for _, s := range c.of.v.Status() {
		chain, index := s.Stream.Chain.String(), strconv.FormatUint(uint64(s.Index), 10)
		say(&streamHalted, truth(s.Halted != nil), chain, index)
		say(&streamAbstains, truth(s.Halted != nil || s.Abstained || absent[s.Index] != ""), chain, index)
		if s.Stream.Finality == message.Final {
			say(&streamFinal, float64(s.Final), chain, index)
			continue
		}
		say(&streamTip, float64(s.Newest), chain, index)
		say(&streamWaits, truth(waits[s.Index] != ""), chain, index)
	}
	c.sayState(say)
}

// sayState says what the newest committed state has of the open streams, whether this node covers them or not.
func (c collector) sayState(say func(m *metric, v float64, on ...string)) {
	ctx, cancel := context.WithTimeout(context.Background(), metricTimeout)
	defer cancel()
	list, err := c.of.book.Streams(ctx)
	if err != nil {
		return // before the first block there is none
	}
	certified, wrong := map[uint32]uint64{}, map[uint32]bool{}
	if asked := c.of.reads.asked.Load(); asked != nil {
		for i := range *asked {
			certified[uint32((*asked)[i].Index)] = (*asked)[i].CertifiedEnd
		}
	}
	for _, r := range c.of.hands.Contradictions() {
		wrong[r.Stream] = true
	}
	for i := range list {
		p := &list[i]
		if p.ClosedAt != 0 {
			continue
		}
		chain, index := message.ChainID(p.Chain).String(), strconv.FormatUint(uint64(p.Index), 10)
		say(&streamCertified, float64(certified[p.Index]), chain, index)
		if p.Finality != uint32(message.Final) {
			say(&streamGeneration, float64(p.Generation), chain, index)
			say(&streamStopped, truth(p.StoppedAt != 0), chain, index)
			say(&streamWrong, truth(wrong[p.Index]), chain, index)
		}
	}
}

func saySource(say func(m *metric, v float64, on ...string), h *sources.Health) {
	chain := h.Chain.String()
	say(&sourceAgree, float64(h.Agree), chain)
	say(&sourceOperators, float64(h.Operators), chain)
	say(&sourceUnsafe, truth(h.Unsafe), chain)
	say(&sourceDisputes, float64(h.Disagreements), chain)
	say(&sourceShortfalls, float64(h.Shortfalls), chain)
	say(&sourceFinal, float64(h.Final), chain)
	say(&sourceHead, float64(h.Head), chain)
	say(&sourceStands, h.Stands.Seconds(), chain)
	say(&sourceStalled, truth(h.Stalled), chain)
	refused := h.Code != ""
	for i := range h.Members {
		m := &h.Members[i]
		for _, s := range endpointStates {
			say(&endpointState, truth(m.State == s), chain, m.Name, string(s))
		}
		say(&endpointRequests, float64(m.Requests), chain, m.Name)
		say(&endpointFailures, float64(m.Failures), chain, m.Name)
		say(&endpointDissents, float64(m.Dissents), chain, m.Name)
		say(&endpointHead, float64(m.Head), chain, m.Name)
		if up, ok := h.Announced[m.Name]; ok {
			say(&endpointAnnounces, truth(up), chain, m.Name)
		}
		refused = refused || m.State == pool.StateWrongCode && h.Agree > 0 && serving(h) < h.Agree
	}
	say(&sourceCode, truth(refused), chain)
}

// serving is how many endpoints' operators at most serve the chain and manager that this node knows.
func serving(h *sources.Health) int {
	seen := map[string]bool{}
	for i := range h.Members {
		if m := &h.Members[i]; m.State != pool.StateWrongChain && m.State != pool.StateWrongCode {
			seen[operatorKey(m.Operator)] = true
		}
	}
	return len(seen)
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func metricsHandler(b beside) http.Handler {
	own := prometheus.NewRegistry()
	own.MustRegister(collector{b})
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(prometheus.Gatherers{prometheus.DefaultGatherer, own}, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, Timeout: metricTimeout, MaxRequestsInFlight: 3,
	}))
	return mux
}

// metricsService serves the node's metrics, with CometBFT's own beside them when `prometheus` of
// config.toml is true, at prometheus_listen_addr; with an empty address nothing is served.
func metricsService(address string, b beside, logger *slog.Logger, failed chan<- error) service {
	s := &http.Server{Handler: metricsHandler(b), ReadTimeout: metricTimeout, WriteTimeout: 2 * metricTimeout, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug)}
	return service{
		name: "metrics",
		start: func() error {
			if address == "" {
				return nil
			}
			ln, err := net.Listen("tcp", address)
			if err != nil {
				return err
			}
			go func() {
				if err := s.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
					report(failed, err)
				}
			}()
			return nil
		},
		stop: func(ctx context.Context) error { return s.Shutdown(ctx) },
	}
}
