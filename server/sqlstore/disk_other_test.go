//go:build !linux

package sqlstore

import "testing"

func needDisk(*testing.B, string) {}
