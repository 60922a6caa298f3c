package disktest_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"hubbub/server/disktest"
)

func create(t *testing.T, d *disktest.Disk) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(d.Dir, "file"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func write(t *testing.T, f *os.File, text string) {
	t.Helper()
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

func TestAPowerLossTakesWhatWasNotSynced(t *testing.T) {
	d := disktest.New(t)
	f := create(t, d)
	write(t, f, "kept")
	if err := f.Sync(); err != nil {
		t.Fatal(err)
	}
	write(t, f, " and lost")
	d.PowerOff()
	if _, err := f.WriteString("x"); err == nil {
		t.Error("a disk without power took a write")
	}
	f.Close()
	d.Replug()
	got, err := os.ReadFile(f.Name())
	if string(got) != "kept" || err != nil {
		t.Errorf("after the power loss there is %q, %v", got, err)
	}
}

func TestAFullDiskTakesNothingUntilThereIsRoom(t *testing.T) {
	d := disktest.New(t)
	f := create(t, d)
	free := d.Fill()
	if _, err := f.WriteString("x"); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a write got %v", err)
	}
	free()
	write(t, f, "x")
}

// This is why nothing may be believed after a failed fsync.
func TestAStarvedDiskFailsOneSyncAndForgetsWhatItWasFor(t *testing.T) {
	d := disktest.NewForgetful(t)
	f := create(t, d)
	feed := d.Starve()
	write(t, f, "lost")
	if err := f.Sync(); err == nil {
		t.Fatal("what does not fit was synced")
	}
	feed()
	if err := f.Sync(); err != nil {
		t.Errorf("the second sync: %v", err)
	}
	f.Close()
	d.Replug()
	got, err := os.ReadFile(f.Name())
	if string(got) == "lost" || err != nil {
		t.Errorf("there is %q, %v", got, err)
	}
}
