package client

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/shared"
)

// TestScenarios plays testdata/scenarios: what the user does, what the client
// says (>), what the server says (<), and what is on the screen then.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			script, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, steps, _ := strings.Cut(string(script), "\n\n") // after the story
			synctest.Test(t, func(t *testing.T) { play(t, steps) })
		})
	}
}

// stage is where a scenario is played. The town is asleep: the script speaks
// for it.
type stage struct {
	*resident
	town *town
	seen int // commands of the client that were checked
	keys []string
}

func play(t *testing.T, script string) {
	s := newTown(t)
	s.asleep = true
	st := &stage{resident: s.resident(), town: s}
	for i, line := range strings.Split(script, "\n") {
		if line == "" {
			continue
		}
		synctest.Wait()
		if err := st.step(line); err != nil {
			t.Fatalf("line %d: %s\n%v", i+1, line, err)
		}
	}
	synctest.Wait()
	if extra := s.heard(func(shared.Frame) bool { return true })[st.seen:]; len(extra) > 0 {
		t.Errorf("the client also says %s", extra[0].Encode())
	}
}

func (st *stage) step(line string) error {
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case ">":
		return st.says(rest)
	case "<":
		for i, key := range st.keys {
			rest = strings.ReplaceAll(rest, fmt.Sprintf("KEY-%d", i+1), key)
		}
		st.town.do(func() { st.town.sockets[len(st.town.sockets)-1].in <- []byte(rest) })
	case "open":
		st.Open(shared.RoomID(rest))
	case "post":
		room, text, _ := strings.Cut(rest, " ")
		key, err := st.Post(shared.Post{Room: shared.RoomID(room), Text: text})
		st.keys = append(st.keys, key)
		return err
	case "shows":
		room, want, _ := strings.Cut(rest, ": ")
		st.shows(shared.RoomID(room), strings.Split(want, ", ")...)
	case "cut":
		st.town.cut()
	case "wait":
		d, err := time.ParseDuration(rest)
		time.Sleep(d)
		return err
	default:
		return fmt.Errorf("there is no such step")
	}
	return nil
}

// says compares the client's next command with a line of the script.
func (st *stage) says(want string) error {
	all := st.town.heard(func(shared.Frame) bool { return true })
	if st.seen == len(all) {
		return fmt.Errorf("the client says nothing")
	}
	got := strings.TrimSpace(string(all[st.seen].Encode()))
	st.seen++
	for i, key := range st.keys {
		got = strings.ReplaceAll(got, key, fmt.Sprintf("KEY-%d", i+1))
	}
	if got != want {
		return fmt.Errorf("the client says %s", got)
	}
	return nil
}
