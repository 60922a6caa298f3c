package sqlstore

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"hubbub/shared"
)

// closedAt makes a database with a few messages.
func closedAt(t *testing.T, path string) string {
	t.Helper()
	s := claimed(t, openAt(t, path, Options{}))
	for range 50 {
		say(t, s, shared.NewID())
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// alter runs SQL on a database behind the Store's back.
func alter(t *testing.T, path string, texts ...string) {
	t.Helper()
	db, err := openDB(path, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, text := range texts {
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
}

// newer makes the schema one that this program does not know.
const newer = `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`

// copyFile is what a crash leaves: the file as it is at this moment.
func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, to, b)
}

func writeFile(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestWhatCannotBeOpenedIsLeftAsItWas checks the sentence that a person gets,
// and that neither the file nor its folder changed.
func TestWhatCannotBeOpenedIsLeftAsItWas(t *testing.T) {
	cases := []struct {
		name    string
		make    func(t *testing.T, path string)
		problem Problem
		says    string // the sentence; PATH is the file's, VERSION the newest schema's
	}{
		{"a newer schema", func(t *testing.T, path string) {
			alter(t, closedAt(t, path), newer)
		}, NewerSchema, "the database PATH was written by a newer Hubbub (schema 99, this one knows VERSION): start the newer version or restore a backup"},

		{"a newer schema after a crash", func(t *testing.T, path string) {
			other := closedAt(t, filepath.Join(t.TempDir(), "hubbub.db"))
			alter(t, other, newer)
			db, err := openDB(other, nil, 1)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.ExecContext(t.Context(), `UPDATE probe SET n = 7`); err != nil {
				t.Fatal(err)
			}
			copyFile(t, other, path)
			copyFile(t, other+"-wal", path+"-wal")
		}, NewerSchema, "schema 99"},

		{"a file of another kind", func(t *testing.T, path string) {
			writeFile(t, path, []byte(strings.Repeat("not a database\n", 500)))
		}, NotOurs, "the file PATH is not a Hubbub database (it is not an SQLite file): move it away or choose another data folder"},

		{"a few bytes", func(t *testing.T, path string) {
			writeFile(t, path, []byte("SQLite"))
		}, NotOurs, "it is not an SQLite file"},

		{"a folder in the file's place", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, NotOurs, "it is not a file"},

		{"another program's database", func(t *testing.T, path string) {
			alter(t, path, `CREATE TABLE bookmarks (url text)`, `INSERT INTO bookmarks VALUES ('a')`)
		}, NotOurs, "its tables are another program's"},

		{"garbage behind a good beginning", func(t *testing.T, path string) {
			closedAt(t, path)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for i := 4096; i < len(b); i++ {
				b[i] = 0xa5
			}
			writeFile(t, path, b)
		}, Damaged, "the database PATH is damaged ("},

		{"garbage in the middle of the messages", func(t *testing.T, path string) {
			closedAt(t, path)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			at := strings.Index(string(b), `{"text":"said`)
			page := at / 4096 * 4096
			for i := page; i < page+64; i++ {
				b[i] = 0xa5
			}
			writeFile(t, path, b)
		}, Damaged, "restore a backup"},

		{"its end cut off", func(t *testing.T, path string) {
			closedAt(t, path)
			if err := os.Truncate(path, 3*4096+100); err != nil {
				t.Fatal(err)
			}
		}, Damaged, "bytes are missing"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "hubbub.db")
			c.make(t, path)
			before := snapshot(t, filepath.Dir(path))
			s, err := Open(t.Context(), path, Options{})
			if err == nil {
				t.Fatalf("it opened: %v", s.Close())
			}
			known, _ := knownVersion()
			says := strings.NewReplacer("PATH", path, "VERSION", strconv.FormatInt(known, 10)).Replace(c.says)
			wantOpenError(t, err, c.problem, says)
			if after := snapshot(t, filepath.Dir(path)); after != before {
				t.Errorf("the folder changed from\n%.300s\nto\n%.300s", before, after)
			}
		})
	}
}

func wantOpenError(t *testing.T, err error, problem Problem, says string) {
	t.Helper()
	var told *OpenError
	if !errors.As(err, &told) || told.Problem != problem || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v, want %s: …%s…", err, problem, says)
	}
}

// snapshot is what a folder holds, to compare.
func snapshot(t *testing.T, dir string) string {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range files {
		b.WriteString(f.Name() + " " + f.Type().String() + "\n")
		if !f.Type().IsRegular() {
			continue
		}
		content, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		b.Write(content)
	}
	return b.String()
}

// Permission bits do not bind every user that runs tests: no user at all can
// make a folder below a file.
func TestAFolderThatCannotBeMadeIsTold(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	writeFile(t, file, []byte("precious"))
	before := snapshot(t, dir)
	for _, path := range []string{filepath.Join(file, "hubbub.db"), filepath.Join(file, "data", "hubbub.db")} {
		_, err := Open(t.Context(), path, Options{})
		wantOpenError(t, err, Unwritable, "the folder "+filepath.Dir(path)+" cannot be written (not a directory): let the user that runs Hubbub write there or choose another data folder")
	}
	if after := snapshot(t, dir); after != before {
		t.Errorf("the folder changed from\n%s\nto\n%s", before, after)
	}
}

func TestAnEmptyFileBecomesADatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hubbub.db")
	writeFile(t, path, nil)
	say(t, claimed(t, openAt(t, path, Options{})), "k1")
}

func TestTheSchemaIsInTheFileAndNotOnlyInItsLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hubbub.db")
	openAt(t, path, Options{})
	alone := filepath.Join(t.TempDir(), "hubbub.db")
	copyFile(t, path, alone)
	if _, err := openAt(t, alone, Options{}).ServerName(t.Context()); err == nil || strings.Contains(err.Error(), "no such table") {
		t.Errorf("got %v", err)
	}
}

func TestOpeningBringsBackWhatACrashLeftInTheLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hubbub.db")
	s := claimed(t, openAt(t, path, Options{}))
	said := say(t, s, "k1")
	crashed := filepath.Join(t.TempDir(), "hubbub.db")
	copyFile(t, path, crashed)
	copyFile(t, path+"-wal", crashed+"-wal")
	if log := wholeLog(t, openAt(t, crashed, Options{}), lobby.ID); len(log) != 3 || log[2].Seq != said.Seq {
		t.Errorf("the log is %+v", log)
	}
}
