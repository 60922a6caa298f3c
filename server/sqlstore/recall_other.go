//go:build !linux

package sqlstore

func recall(string) error { return nil }
