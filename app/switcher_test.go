package app

import "testing"

func TestLettersFitNames(t *testing.T) {
	for _, c := range []struct{ query, better, worse string }{
		{"de", "design", "model"},
		{"de", "deploys", "web design"},
		{"des", "web design", "modest"},
		{"al", "Ada Lovelace", "Vandal"},
		{"al", "alpha", "Ada Lovelace"},
		{"dsg", "design", "lobby"},
		{"布", "发布计划", "lobby"},
		{"发布", "发布计划", "新发布"},
	} {
		if a, b := fitness(c.query, c.better), fitness(c.query, c.worse); a <= b {
			t.Errorf("%q fits %q with %d, and %q with %d", c.query, c.better, a, c.worse, b)
		}
	}
	for _, c := range [][2]string{{"", "lobby"}, {"x", ""}, {"ybbol", "lobby"}, {"lobbyy", "lobby"}} {
		if n := fitness(c[0], c[1]); n != 0 {
			t.Errorf("%q fits %q with %d", c[0], c[1], n)
		}
	}
}
