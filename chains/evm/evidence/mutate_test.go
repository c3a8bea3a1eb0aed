// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/aitbc/bridge/chains/message"
)

// Fields whose every byte counts: what is hashed, and what places a log in its block.
var (
	headerFields = regexp.MustCompile(`"(?:parentHash|sha3Uncles|miner|stateRoot|transactionsRoot|receiptsRoot|logsBloom|difficulty|number|gasLimit|gasUsed|` +
		`timestamp|extraData|mixHash|nonce|baseFeePerGas|withdrawalsRoot|blobGasUsed|excessBlobGas|parentBeaconBlockRoot|requestsHash|hash|transactions)":(?:"[^"]*"|\[[^\]]*\])`)
	receiptFields = regexp.MustCompile(`"(?:type|status|cumulativeGasUsed|logsBloom|transactionHash|transactionIndex|blockHash|blockNumber|address|data|logIndex|topics)":` +
		`(?:"[^"]*"|\[[^\]{]*\])|"logs":\[|:false`)
)

func marked(raw []byte, fields *regexp.Regexp) []bool {
	out := make([]bool, len(raw))
	for _, at := range fields.FindAllIndex(raw, -1) {
		for i := at[0]; i < at[1]; i++ {
			out[i] = true
		}
	}
	return out
}

// TestEveryByte replaces each byte of an answer by another, drawn by seed. In a field that
// counts the answer is refused; elsewhere it is refused or means the same.
func TestEveryByte(t *testing.T) {
	whole := recorded(t)
	want, err := whole.prove()
	if err != nil {
		t.Fatal(err)
	}
	h, err := DecodeHeader(Ethereum, whole.header)
	if err != nil {
		t.Fatal(err)
	}
	const seed = 1
	rng := rand.New(rand.NewPCG(seed, 0))
	for name, c := range map[string]struct {
		raw    json.RawMessage
		fields *regexp.Regexp
		at     func(*answers) *json.RawMessage
	}{
		"header":   {whole.header, headerFields, func(a *answers) *json.RawMessage { return &a.header }},
		"receipts": {whole.receipts, receiptFields, func(a *answers) *json.RawMessage { return &a.receipts }},
	} {
		counts := marked(c.raw, c.fields)
		tried := 0
		for i, was := range c.raw {
			b := byte(rng.UintN(256))
			if strings.EqualFold(string(rune(b)), string(rune(was))) { // the case of an address is free
				b = was ^ 0x40 | 1
			}
			a := whole
			raw := bytes.Clone(c.raw)
			raw[i] = b
			*c.at(&a) = raw
			logs, err := a.prove()
			switch {
			case err == nil && counts[i]:
				t.Fatalf("seed %d: %s accepted with byte %d %q for %q: %s", seed, name, i, b, was, around(raw, i))
			case err == nil:
				if e := Compare(h.Number(), want, logs); e != nil {
					t.Fatalf("seed %d: %s proves other logs with byte %d %q for %q: %v", seed, name, i, b, was, e)
				}
			case !errors.Is(err, ErrHeader) && !errors.Is(err, ErrReceipts):
				t.Fatalf("seed %d: %s with byte %d: %v", seed, name, i, err)
			}
			if counts[i] {
				tried++
			}
		}
		if tried < len(c.raw)/2 {
			t.Errorf("%s: only %d of %d bytes count", name, tried, len(c.raw))
		}
	}
}

func around(b []byte, i int) []byte { return b[max(0, i-30):min(len(b), i+30)] }

// edit replaces the first match of pattern; $1 in with is its first group.
func edit(t *testing.T, raw []byte, pattern, with string) []byte {
	t.Helper()
	re := regexp.MustCompile(pattern)
	m := re.FindSubmatchIndex(raw)
	if m == nil {
		t.Fatalf("nothing matches %s", pattern)
	}
	out := append(bytes.Clone(raw[:m[0]]), re.Expand(nil, []byte(with), raw, m)...)
	return append(out, raw[m[1]:]...)
}

// TestStrictHeader: each way to write a header that JSON-RPC does not know is refused.
func TestStrictHeader(t *testing.T) {
	raw := recorded(t).header
	for _, key := range headerKeys {
		field := `"` + key + `":(?:"[^"]*"|\[[^\]]*\])`
		for what, out := range map[string][]byte{
			"missing": edit(t, raw, field+`,?`, ``),
			"null":    edit(t, raw, field, `"`+key+`":null`),
			"number":  edit(t, raw, field, `"`+key+`":1`),
			"object":  edit(t, raw, field, `"`+key+`":{}`),
			"empty":   edit(t, raw, field, `"`+key+`":""`),
			"twice":   edit(t, raw, `(`+field+`)`, `$1,$1`),
			"escaped": edit(t, raw, `"`+key[:1]+`(`+key[1:]+`":)`, `"\u00`+hexOf(key[0])+`$1`),
		} {
			if bytes.HasSuffix(out, []byte(`,}`)) {
				out = append(out[:len(out)-2], '}')
			}
			if _, err := DecodeHeader(Ethereum, out); !errors.Is(err, ErrHeader) || !errors.Is(err, message.ErrBadEncoding) {
				t.Errorf("%s %s: %v", key, what, err)
			}
		}
	}
	for what, out := range map[string][]byte{
		"leading zero":       edit(t, raw, `"gasUsed":"0x`, `"gasUsed":"0x0`),
		"number without 0x":  edit(t, raw, `"gasUsed":"0x`, `"gasUsed":"`),
		"upper 0X":           edit(t, raw, `"gasUsed":"0x`, `"gasUsed":"0X`),
		"no digit":           edit(t, raw, `"gasUsed":"0x[^"]*`, `"gasUsed":"0x`),
		"above 64 bits":      edit(t, raw, `"gasUsed":"0x[^"]*`, `"gasUsed":"0x10000000000000000`),
		"above 256 bits":     edit(t, raw, `"baseFeePerGas":"0x`, `"baseFeePerGas":"0x1`+strings.Repeat("0", 64)),
		"odd data":           edit(t, raw, `"extraData":"0x`, `"extraData":"0x0`),
		"long data":          edit(t, raw, `"extraData":"0x`, `"extraData":"0x`+strings.Repeat("00", maxExtra+1)),
		"upper-case hash":    edit(t, raw, `"stateRoot":"0x[^"]*`, `"stateRoot":"0x`+strings.Repeat("AB", 32)),
		"short hash":         edit(t, raw, `"stateRoot":"0x..`, `"stateRoot":"0x`),
		"long hash":          edit(t, raw, `"stateRoot":"0x`, `"stateRoot":"0x00`),
		"gap of forks":       edit(t, raw, `"withdrawalsRoot":"[^"]*",?`, ``),
		"gap of one fork":    edit(t, raw, `"requestsHash":`, `"slotNumber":"0x1","requestsHash":`),
		"hash: unknown fork": edit(t, raw, `"requestsHash":`, `"unheardHash":`),
		"full transactions":  edit(t, raw, `"transactions":\[`, `"transactions":[{},`),
		"text behind":        append(bytes.Clone(raw), '1'),
		"array":              append(append([]byte{'['}, raw...), ']'),
		"many keys":          edit(t, raw, `^\{`, `{`+manyKeys(maxKeys)),
		"deep":               edit(t, raw, `^\{`, `{"a":`+strings.Repeat("[", 100)+strings.Repeat("]", 100)+`,`),
		"many transactions":  edit(t, raw, `"transactions":\[[^\]]*`, `"transactions":[`+strings.Repeat(`"0x`+strings.Repeat("00", 32)+`",`, MaxTransactions)+`"0x`+strings.Repeat("00", 32)+`"`),
		"null alone":         []byte(`null`),
		"nothing":            nil,
		"too long":           append(bytes.Clone(raw), bytes.Repeat([]byte{' '}, MaxAnswerBytes)...),
		"cut":                raw[:len(raw)-1],
		"comma at the end":   edit(t, raw, `\}$`, `,}`),
		"number of no form":  edit(t, raw, `^\{`, `{"a":01,`),
		"string of no form":  edit(t, raw, `^\{`, `{"a":"\x",`),
		"literal of no form": edit(t, raw, `^\{`, `{"a":nul,`),
		"unknown twice":      edit(t, raw, `^\{`, `{"a":1,"a":1,`),
	} {
		_, err := DecodeHeader(Ethereum, out)
		form := errors.Is(err, message.ErrBadEncoding) || errors.Is(err, message.ErrRange) // refused before it was hashed
		if !errors.Is(err, ErrHeader) || form == strings.HasPrefix(what, "hash:") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := DecodeHeader(0, raw); !errors.Is(err, ErrHeader) {
		t.Errorf("no format: %v", err)
	}
	// What the hash does not cover may be there.
	for _, extra := range []string{`"milliTimestamp":"0x1",`, `"l1BlockNumber":"0x1",`, `"a":[{"b":-1.5e+3},true,false,null,"\u00e4\n"],`} {
		if _, err := DecodeHeader(Ethereum, edit(t, raw, `^\{`, `{`+extra)); err != nil {
			t.Errorf("with %s: %v", extra, err)
		}
	}
	if _, err := DecodeHeader(Ethereum, edit(t, raw, `"miner":"0x0{40}"`, `"miner": "0x`+strings.Repeat("0", 40)+`" `)); err != nil {
		t.Errorf("white space: %v", err)
	}
}

// TestKeys: the greatest object is read, one key more is not.
func TestKeys(t *testing.T) {
	for n, ok := range map[int]bool{maxKeys: true, maxKeys + 1: false} {
		raw := []byte(`{` + strings.TrimSuffix(manyKeys(n), `,`) + `}`)
		if err := scan(raw, (*scanner).skip); (err == nil) != ok {
			t.Errorf("%d keys: %v", n, err)
		}
	}
}

func hexOf(c byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[c>>4], digits[c&15]})
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(`"k` + hexOf(byte(i)) + `":0,`)
	}
	return b.String()
}

// TestStrictReceipts: the same for receipts and their logs.
func TestStrictReceipts(t *testing.T) {
	a := recorded(t)
	raw := a.receipts
	h, err := DecodeHeader(Ethereum, a.header)
	if err != nil {
		t.Fatal(err)
	}
	const value = `":(?:"[^"]*"|\[[^\]{]*\])`
	for _, key := range append(append([]string{}, receiptKeys...), logKeys...) {
		field := `"` + key + value
		if key == "logs" {
			field = `"logs":\[\]`
		}
		for what, out := range map[string][]byte{
			"missing": edit(t, raw, field+`,?`, ``),
			"null":    edit(t, raw, field, `"`+key+`":null`),
			"number":  edit(t, raw, field, `"`+key+`":1`),
			"object":  edit(t, raw, field, `"`+key+`":{}`),
			"empty":   edit(t, raw, field, `"`+key+`":""`),
			"twice":   edit(t, raw, `(`+field+`)`, `$1,$1`),
		} {
			out = bytes.ReplaceAll(out, []byte(`,}`), []byte(`}`))
			if _, err := DecodeReceipts(h, out); !errors.Is(err, ErrReceipts) {
				t.Errorf("%s %s: %v", key, what, err)
			}
		}
	}
	for what, out := range map[string][]byte{
		"removed":                  edit(t, raw, `"removed":false`, `"removed":true`),
		"removed is null":          edit(t, raw, `"removed":false`, `"removed":null`),
		"leading zero":             edit(t, raw, `"cumulativeGasUsed":"0x`, `"cumulativeGasUsed":"0x0`),
		"odd data":                 edit(t, raw, `"data":"0x`, `"data":"0x0`),
		"more data":                edit(t, raw, `"data":"0x`, `"data":"0x00`),
		"five topics":              edit(t, raw, `"topics":\[("[^"]*")\]`, `"topics":[$1,$1,$1,$1,$1]`),
		"one topic more":           edit(t, raw, `"topics":\[("[^"]*")\]`, `"topics":[$1,$1]`),
		"no topic":                 edit(t, raw, `"topics":\[("[^"]*")\]`, `"topics":[]`),
		"status two":               edit(t, raw, `"status":"0x1"`, `"status":"0x2"`),
		"failure called a success": edit(t, raw, `"status":"0x0"`, `"status":"0x1"`),
		"success called a failure": edit(t, raw, `"status":"0x1"`, `"status":"0x0"`),
		"state root for a status":  edit(t, raw, `"status":"0x1"`, `"root":"0x`+strings.Repeat("00", 32)+`"`),
		"other type":               edit(t, raw, `"type":"0x0"`, `"type":"0x1"`),
		"type 5":                   edit(t, raw, `"type":"0x0"`, `"type":"0x5"`),
		"type 256":                 edit(t, raw, `"type":"0x0"`, `"type":"0x100"`),
		"deposit":                  edit(t, raw, `"type":"0x0"`, `"type":"0x7e"`),
		"deposit fields":           edit(t, raw, `"type":"0x0"`, `"depositNonce":"0x0","type":"0x0"`),
		"log index jumps":          edit(t, raw, `"logIndex":"0x1"`, `"logIndex":"0x2"`),
		"object":                   []byte(`{}`),
		"text behind":              append(bytes.Clone(raw), ']'),
	} {
		if _, err := DecodeReceipts(h, out); !errors.Is(err, ErrReceipts) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, out := range map[string][]byte{
		"removed is missing":  edit(t, raw, `,"removed":false`, ``),
		"checksummed address": edit(t, raw, `"address":"0x[^"]*"`, `"address":"`+checksummed(a)+`"`),
		"price of one more":   edit(t, raw, `"effectiveGasPrice":"0x`, `"effectiveGasPrice":"0x1`),
	} {
		if _, err := DecodeReceipts(h, out); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func checksummed(a answers) string { return "0x" + strings.ToUpper(a.manager.String()[2:]) }
