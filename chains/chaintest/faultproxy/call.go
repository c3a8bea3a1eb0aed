// SPDX-License-Identifier: Apache-2.0

package faultproxy

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// call is one JSON-RPC call. A rewritten call is a copy; params are never changed in place.
type call struct {
	id     json.RawMessage // empty: a notification
	method string
	params []any // numbers as json.Number; nil when params are no array
	raw    []byte
}

var errNotRPC = errors.New("not JSON-RPC")

// parseCalls reads the body of a request: one call or a batch.
func parseCalls(body []byte) (calls []*call, batch bool, err error) {
	var parts []json.RawMessage
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '[' {
		parts = append(parts, body)
	} else if batch = true; json.Unmarshal(body, &parts) != nil || len(parts) == 0 {
		return nil, false, errNotRPC
	}
	for _, raw := range parts {
		var v struct {
			ID     json.RawMessage `json:"id"`
			Method string          `json:"method"`
			Params json.RawMessage `json:"params"`
		}
		if json.Unmarshal(raw, &v) != nil || v.Method == "" {
			return nil, false, errNotRPC
		}
		c := &call{id: v.ID, method: v.Method, raw: raw}
		if p, err := decode(v.Params); err == nil {
			c.params, _ = p.([]any)
		}
		calls = append(calls, c)
	}
	return calls, batch, nil
}

// decode reads exactly one JSON value; numbers stay as they are written.
func decode(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errNotRPC
	}
	return v, nil
}

// with is the call with other params.
func (c *call) with(params []any) *call {
	id := c.id
	if len(id) == 0 {
		id = json.RawMessage("1")
	}
	return &call{id: c.id, method: c.method, params: params, raw: encode(map[string]any{"jsonrpc": "2.0", "id": id, "method": c.method, "params": params})}
}

// param is the i-th parameter, or nil.
func (c *call) param(i int) any {
	if i < len(c.params) {
		return c.params[i]
	}
	return nil
}

// replace is the call with its i-th parameter replaced, which must exist.
func (c *call) replace(i int, v any) *call {
	params := append([]any{}, c.params...)
	params[i] = v
	return c.with(params)
}

// encode marshals what was decoded before, or literals of this package: it cannot fail.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("faultproxy: encode: " + err.Error())
	}
	return b
}

// answer is one JSON-RPC answer. While nothing has changed it goes out as the bytes that came.
type answer struct {
	raw     []byte
	id      json.RawMessage
	version string
	result  any // nil for null
	failure any // nil unless the answer is an error
	changed bool
}

func parseAnswer(raw []byte) (*answer, error) {
	var v struct {
		Version string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Result  json.RawMessage `json:"result"`
		Error   json.RawMessage `json:"error"`
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, err
	}
	a := &answer{raw: raw, id: v.ID, version: v.Version}
	var err error
	if len(v.Result) > 0 {
		if a.result, err = decode(v.Result); err != nil {
			return nil, err
		}
	}
	if len(v.Error) > 0 {
		a.failure, err = decode(v.Error)
	}
	return a, err
}

// parseAnswers reads what an upstream answered to a batch; false when it is no list of answers.
func parseAnswers(raw []byte) ([]*answer, bool) {
	var parts []json.RawMessage
	if json.Unmarshal(raw, &parts) != nil {
		return nil, false
	}
	list := make([]*answer, len(parts))
	for i, p := range parts {
		a, err := parseAnswer(p)
		if err != nil {
			return nil, false
		}
		list[i] = a
	}
	return list, true
}

// set gives the answer another result.
func (a *answer) set(result any) *answer {
	a.result, a.failure, a.changed = result, nil, true
	return a
}

// bytes is what goes out.
func (a *answer) bytes() []byte {
	if !a.changed {
		return a.raw
	}
	id := a.id
	if len(id) == 0 {
		id = json.RawMessage("null")
	}
	// The order of nodes: version, id, result. Each part is encoded before, so that the whole is one value.
	out := append([]byte(`{"jsonrpc":`), encode(a.version)...)
	out = append(append(out, `,"id":`...), id...)
	if a.failure != nil {
		out = append(append(out, `,"error":`...), encode(a.failure)...)
	} else {
		out = append(append(out, `,"result":`...), encode(a.result)...)
	}
	return append(out, '}')
}

// made is an answer of the proxy's own.
func made(c *call, result any) *answer {
	return (&answer{id: c.id, version: "2.0"}).set(result)
}

// refusal is an error answer of the proxy's own.
func refusal(c *call, code int, text string) *answer {
	return &answer{id: c.id, version: "2.0", failure: map[string]any{"code": code, "message": text}, changed: true}
}
