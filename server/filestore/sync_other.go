//go:build !unix

package filestore

// syncDir does nothing: elsewhere a folder cannot be brought to the disk by
// itself.
func syncDir(string) error { return nil }
