//go:build race

package client

import "runtime"

// A timer of a synctest bubble that is due at once runs wherever it was set,
// always as the same thread of the race detector's, which dies when two do so
// in one instant (go.dev/issue/78156). On one processor they cannot.
func init() { runtime.GOMAXPROCS(1) }
