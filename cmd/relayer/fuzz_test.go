// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// FuzzConfig: relayer.toml is refused or gives settings within their bounds; what is wrong is
// told without the endpoints, which may hold keys.
func FuzzConfig(f *testing.F) {
	for _, s := range []string{
		"", "network = \"n.json\"\npoll = \"250ms\"\n[[chains]]\nchain_id = 31337\nagree = 1\nunsafe = true\n[[chains.endpoints]]\nname = \"own\"\nurl = \"http://127.0.0.1:8545/secret\"", "poll = 1", "poll = \"9h\"", "x = 1",
		"[[chains]]\nchain_id = 5", "[[chains]]\nchain_id = 1\n[[chains.endpoints]]\nurl = \"%zz://a-long-secret-key-of-somebody\"\nws = \"ws://a-long-secret-key-of-somebody\"", "log = \"loud\"", "key = \"\"",
	} {
		f.Add([]byte(s))
	}
	home := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(filepath.Join(home, "relayer.toml"), b, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := load(home)
		if err != nil {
			return
		}
		if err := c.validate(); err != nil {
			for _, k := range c.Chains {
				for _, e := range k.Endpoints {
					for _, u := range []string{e.URL, e.WS} {
						if len(u) > 20 && u != e.Name && u != e.Operator && strings.Contains(err.Error(), u) {
							t.Errorf("the error quotes an endpoint: %v", err)
						}
					}
				}
			}
			return
		}
		if c.Poll < 50*time.Millisecond || c.Poll > time.Minute || c.Network == "" || c.Account == "" || c.Store == "" {
			t.Errorf("accepted %+v", c)
		}
	})
}
