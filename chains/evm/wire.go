// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/aitbc/bridge/chains/message"
)

// firstRead bounds what is set aside for an answer because of the length that it announces.
const firstRead = 1 << 20

// call is one JSON-RPC request.
type call struct {
	Version string `json:"jsonrpc"`
	ID      uint64 `json:"id"`
	Method  string `json:"method"`
	Params  []any  `json:"params"`
}

// answerError is the error object of a JSON-RPC answer.
type answerError struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data"`
}

func (e *answerError) Error() string { return e.Message }

// statusError is an HTTP status that is no success.
type statusError int

func (e statusError) Error() string { return "HTTP status " + strconv.Itoa(int(e)) }

// post sends one request and returns the result in its answer, which may be null.
//
// Errors: *answerError, statusError, message.ErrBadEncoding for what is no answer to this
// request, ErrTooMany above MaxResponseBytes; else what the connection says, without the URL.
func (n *node) post(ctx context.Context, method string, args []any) (json.RawMessage, error) {
	id := n.calls.Add(1)
	if args == nil {
		args = []any{}
	}
	asked, err := json.Marshal(call{"2.0", id, method, args})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, n.url, bytes.NewReader(asked))
	if err != nil {
		return nil, message.ErrBadEncoding // its text may hold the URL
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	res, err := n.client.Do(req)
	var broken *url.Error
	if errors.As(err, &broken) {
		return nil, broken.Err // without the URL
	}
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return nil, statusError(res.StatusCode)
	}
	var b bytes.Buffer
	if res.ContentLength > 0 {
		b.Grow(int(min(res.ContentLength, firstRead)) + bytes.MinRead)
	}
	if _, err := io.Copy(&b, res.Body); err != nil {
		return nil, err
	}
	return parseAnswer(b.Bytes(), id)
}

// parseAnswer finds the result in the answer to request id; it aliases body. Version and id must be
// those of the request, but that an error may come with the id null: the server could not read
// it, or somebody before the server refused. What result holds is for its reader to check.
//
// Errors: *answerError; message.ErrBadEncoding.
func parseAnswer(body []byte, id uint64) (json.RawMessage, error) {
	var version, said, result, failure []byte
	i := space(body, 0)
	if i >= len(body) || body[i] != '{' {
		return nil, badAnswer("no object")
	}
	i = space(body, i+1)
	for first := true; ; first = false {
		if i < len(body) && body[i] == '}' && first {
			i++
			break
		}
		key, next, ok := text(body, i)
		if i = space(body, next); !ok || i >= len(body) || body[i] != ':' {
			return nil, badAnswer("broken object")
		}
		start := space(body, i+1)
		if next, ok = value(body, start); !ok {
			return nil, badAnswer("broken value")
		}
		var field *[]byte
		switch string(key) {
		case "jsonrpc":
			field = &version
		case "id":
			field = &said
		case "result":
			field = &result
		case "error":
			field = &failure
		default:
			field = new([]byte)
		}
		if *field != nil {
			return nil, badAnswer("a key twice")
		}
		*field = body[start:next]
		if i = space(body, next); i >= len(body) || body[i] != ',' && body[i] != '}' {
			return nil, badAnswer("broken object")
		}
		if i++; body[i-1] == '}' {
			break
		}
		i = space(body, i)
	}
	if space(body, i) != len(body) {
		return nil, badAnswer("more than one value")
	}
	if string(version) != `"2.0"` {
		return nil, badAnswer("another version than 2.0")
	}
	failed := failure != nil && string(failure) != "null"
	if string(said) != strconv.FormatUint(id, 10) && !(failed && string(said) == "null") {
		return nil, badAnswer("id of another request")
	}
	if failed {
		e := new(answerError)
		if err := json.Unmarshal(failure, e); err != nil {
			return nil, badAnswer("broken error")
		}
		return nil, e
	}
	if result == nil {
		return nil, badAnswer("neither result nor error")
	}
	return result, nil
}

func badAnswer(what string) error { return fmt.Errorf("%s: %w", what, message.ErrBadEncoding) }

// space is the first place from i on that is no white space.
func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// text finds the string that starts at i: what stands in it, as it is written, and the place behind it.
func text(b []byte, i int) (content []byte, next int, ok bool) {
	if i >= len(b) || b[i] != '"' {
		return nil, i, false
	}
	for at := i + 1; ; {
		end := bytes.IndexByte(b[at:], '"')
		if end < 0 {
			return nil, len(b), false
		}
		end += at
		slashes := 0
		for b[end-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return b[i+1 : end], end + 1, true
		}
		at = end + 1
	}
}

// value finds the end of the value that starts at i, by its brackets alone.
func value(b []byte, i int) (next int, ok bool) {
	depth, start := 0, i
	for i < len(b) {
		switch b[i] {
		case '"':
			if _, i, ok = text(b, i); !ok {
				return i, false
			}
		case '{', '[':
			depth++
			i++
		case '}', ']':
			if depth == 0 {
				return i, i > start
			}
			depth--
			i++
		case ',', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return i, i > start
			}
			i++
			continue
		default:
			i++
			continue
		}
		if depth == 0 {
			return i, true
		}
	}
	return i, false
}
