package sqlstore

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"hubbub/shared"
)

// A kill may come when a checkpoint has written the database's first page,
// which says how long the database is, and not yet its last ones.
func TestACheckpointThatWasCutShortIsNoDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hubbub.db")
	s := claimed(t, openAt(t, path, Options{}))
	for range 60 {
		say(t, s, shared.NewID())
	}
	cut := filepath.Join(t.TempDir(), "hubbub.db")
	copyFile(t, path, cut)
	copyFile(t, path+"-wal", cut+"-wal")
	writeFirstPage(t, cut)
	pages, pageSize, err := readHeader(cut)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(cut); err != nil || info.Size() >= pages*pageSize {
		t.Fatalf("nothing is missing from the file (%v): it proves nothing", err)
	}
	if log := wholeLog(t, openAt(t, cut, Options{}), lobby.ID); len(log) != 62 {
		t.Errorf("the log has %d events, want 62", len(log))
	}
}

// writeFirstPage does what a checkpoint does first: it takes page 1 as the log
// has it last into the file. Formats: SQLite's "WAL file format".
func writeFirstPage(t *testing.T, path string) {
	t.Helper()
	log, err := os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	const logHeader, frameHeader = 32, 24
	size := int(binary.BigEndian.Uint32(log[8:]))
	var first []byte
	for at := logHeader; at+frameHeader+size <= len(log); at += frameHeader + size {
		if binary.BigEndian.Uint32(log[at:]) == 1 {
			first = log[at+frameHeader : at+frameHeader+size]
		}
	}
	if first == nil {
		t.Fatal("page 1 is not in the log")
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(first, 0); err != nil {
		t.Fatal(err)
	}
}
