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
		"", "network = \"n.json\"\npoll = \"250ms\"\n[chains]\n31337 = [\"http://127.0.0.1:8545\"]", "poll = 1", "poll = \"9h\"", "x = 1",
		"[chains]\nx = []", "[chains]\n1 = [\"%zz\"]", "log = \"loud\"", "key = \"\"",
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
			for _, urls := range c.Chains {
				for _, u := range urls {
					if len(u) > 20 && strings.Contains(err.Error(), u) {
						t.Errorf("the error quotes an endpoint: %v", err)
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
