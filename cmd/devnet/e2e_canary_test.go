// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package devnet

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cometbft/cometbft/privval"
	"google.golang.org/grpc"

	"github.com/aitbc/bridge/keys/account"
	"github.com/aitbc/bridge/keys/keystore"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	nodev1 "github.com/aitbc/bridge/verifier/api/node/v1"
)

// canary knows the secrets of a running network, by what they are, in the forms in which they could leak.
type canary struct {
	secrets map[string][]byte
}

// learn reads every secret that the homes of the validators hold now.
func (c *canary) learn(t *testing.T, n *Network) {
	t.Helper()
	if c.secrets == nil {
		c.secrets = map[string][]byte{}
	}
	for i := range n.Nodes {
		h := n.NodeHome(i)
		p, err := keystore.ReadPassword(h.PasswordFile())
		if err != nil {
			t.Fatal(err)
		}
		c.secrets[fmt.Sprintf("password of node%d", i)] = p.Expose()
		if _, known := c.secrets[fmt.Sprintf("operator of node%d", i)]; !known {
			raw, err := account.KeystoreSecret(h.OperatorFile(), p)
			if err != nil {
				t.Fatal(err)
			}
			dealing, err := keystore.LoadDealingKey(h.DealingFile(), p)
			if err != nil {
				t.Fatal(err)
			}
			c.secrets[fmt.Sprintf("operator of node%d", i)] = raw
			c.secrets[fmt.Sprintf("dealing key of node%d", i)] = bytes.Clone(dealing.Secret[:])
			c.secrets[fmt.Sprintf("consensus key of node%d", i)] = privval.LoadFilePV(h.ConsensusKeyFile(), h.ConsensusStateFile()).Key.PrivKey.Bytes()[:32]
		}
		if own := shareHome(n, i); own != h {
			if p, err = keystore.ReadPassword(own.PasswordFile()); err != nil {
				t.Fatal(err)
			}
			h = own
		}
		files, err := filepath.Glob(filepath.Join(h.KeyDir(), "share-*.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			s, err := keystore.LoadShare(f, p)
			if err != nil {
				t.Fatal(err)
			}
			c.secrets[fmt.Sprintf("share of node%d, key epoch %d", i, s.KeyEpoch)] = bytes.Clone(s.Secret[:])
		}
	}
}

// forms are what a secret looks like raw and in text.
func forms(b []byte) [][]byte {
	return [][]byte{
		b, []byte(hex.EncodeToString(b)), []byte(strings.ToUpper(hex.EncodeToString(b))), []byte(base64.RawStdEncoding.EncodeToString(b)),
		[]byte(base64.RawURLEncoding.EncodeToString(b)), []byte(new(big.Int).SetBytes(b).String()), []byte(strings.Trim(fmt.Sprintf("%d", b), "[]")),
	}
}

// check looks for every secret in all files outside of the key folders, in what the processes were started with,
// and in what they answer.
func (c *canary) check(ctx context.Context, t *testing.T, n *Network) {
	t.Helper()
	// By their first eight bytes: every place is read once, however many secrets there are.
	type needle struct {
		name string
		form []byte
	}
	needles := map[[8]byte][]needle{}
	for name, secret := range c.secrets {
		for _, form := range forms(secret) {
			needles[[8]byte(form)] = append(needles[[8]byte(form)], needle{name, form})
		}
	}
	places := 0
	found := func(where string, b []byte) (count int) {
		t.Helper()
		places++
		for i := 0; i+8 <= len(b); i++ {
			for _, n := range needles[[8]byte(b[i:])] {
				if bytes.HasPrefix(b[i:], n.form) {
					t.Logf("%s holds the %s", where, n.name)
					count++
				}
			}
		}
		return count
	}
	if found("a file with a key", append([]byte("key: "), forms(c.secrets["operator of node0"])[1]...)) == 0 {
		t.Fatal("the canary finds nothing")
	}
	scan := func(where string, b []byte) {
		t.Helper()
		if found(where, b) > 0 {
			t.Errorf("%s holds secrets", where)
		}
	}
	if err := filepath.WalkDir(n.Dir(), func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil //nolint:nilerr // running databases rename and remove files
		case d.IsDir() && d.Name() == "keys":
			return filepath.SkipDir
		case !d.Type().IsRegular(), d.Name() == "priv_validator_key.json", d.Name() == "node_key.json":
			return nil
		}
		if b, err := os.ReadFile(path); err == nil {
			scan(path, b)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, p := range n.children() {
		for _, f := range []string{"cmdline", "environ"} {
			if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", p.PID(), f)); err == nil {
				scan(p.Name+" "+f, b)
			}
		}
		if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", p.PID())); err != nil || !bytes.Contains(b, []byte("Max core file size        0 ")) {
			t.Errorf("%s may write core files: %v", p.Name, err)
		}
	}
	for i := range n.Nodes {
		for name, b := range answers(ctx, t, n, i) {
			scan(fmt.Sprintf("node%d's answer to %s", i, name), b)
		}
	}
	t.Logf("canary: %d secrets, %d places", len(c.secrets), places)
}

// answers is what validator i says to those who ask, its own metrics and CometBFT's state included.
func answers(ctx context.Context, t *testing.T, n *Network, i int) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	if err := n.Ask(ctx, i, func(ctx context.Context, conn *grpc.ClientConn) error {
		q, own := committeev1.NewQueryClient(conn), nodev1.NewQueryClient(conn)
		ceremony, err := q.Ceremony(ctx, &committeev1.QueryCeremonyRequest{})
		if err != nil {
			return err
		}
		dealings, err := q.Dealings(ctx, &committeev1.QueryDealingsRequest{Ceremony: ceremony.Ceremony.Number})
		if err != nil {
			return err
		}
		epochs, err := q.Epochs(ctx, &committeev1.QueryEpochsRequest{})
		if err != nil {
			return err
		}
		node, err := own.Node(ctx, &nodev1.QueryNodeRequest{})
		if err != nil {
			return err
		}
		for name, m := range map[string]interface{ Marshal() ([]byte, error) }{"Ceremony": ceremony, "Dealings": dealings, "Epochs": epochs, "Node": node} {
			if out[name], err = m.Marshal(); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	c := http.Client{Timeout: 10 * time.Second}
	for _, path := range []string{"/status", "/dump_consensus_state", "/unconfirmed_txs", "/genesis"} {
		r, err := c.Get(n.Info.Validators[i].RPC + path)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(io.LimitReader(r.Body, 1<<24))
		_ = r.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		out[path] = b
	}
	return out
}
