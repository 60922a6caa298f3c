package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

const permissionsPage = "../docs/permissions.md"

// The page that people read is written from the rows that the tests try.
func TestThePermissionsPageIsWhatTheMatrixSays(t *testing.T) {
	v := newVillage(t)
	want := permissions(t, v)
	if *update {
		if err := os.WriteFile(permissionsPage, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(permissionsPage); err != nil || !bytes.Equal(got, want) {
		t.Errorf("docs/permissions.md is not what the matrix says: run make golden (%v)", err)
	}
}

const permissionsHead = `# Who may do what

This page is written by ` + "`make golden`" + ` from the table in ` + "`server/whomay_test.go`" + `, each of whose cells is tried against a real server. What decides is ` + "`can`" + ` in ` + "`server/permissions.go`" + `. A command or an address without a row fails the tests.

| | |
|---|---|
| yes | it is allowed; what is asked for may still be refused for its content |
| no | it is refused, and says why |
| hidden | the answer is that there is no such thing |
| sign in | whoever asks has to sign in first |

*Nobody* is not signed in. *Guest* and *member* are in the room that a row is about, and so are *admin* and *owner*. *Outside* is a member of the server who was never in it, *left* one who was. Somebody removed or banned is nobody: their sessions and tokens have ended. A bot may do what its token has a scope for, and its role allows.

`

func permissions(t *testing.T, v *village) []byte {
	var page bytes.Buffer
	page.WriteString(permissionsHead)
	said := commandTexts(t)
	page.WriteString("## Commands\n\nOn the socket, and as `POST /api/v1/{command}`.\n\n")
	tableHead(&page, "command")
	rows := v.commandRows()
	slices.SortStableFunc(rows, func(a, b commandRow) int { return strings.Compare(a.verb, b.verb) })
	last := ""
	for _, row := range rows {
		what := "`" + row.verb + "`"
		if row.verb != last {
			what += ": " + said[row.verb]
		}
		if row.name != "" {
			what += " (" + row.name + ")"
		}
		tableRow(&page, what, row.want)
		last = row.verb
	}
	page.WriteString("\n## Addresses\n\n")
	tableHead(&page, "address")
	for _, row := range v.routeRows() {
		tableRow(&page, "`"+row.pattern+"`", row.want)
	}
	return page.Bytes()
}

// commandTexts is what each command does, in a sentence.
func commandTexts(t *testing.T) map[string]string {
	t.Helper()
	raw, err := os.ReadFile("apidoc/facts.json")
	if err != nil {
		t.Fatal(err)
	}
	var f facts
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	for verb, text := range f.Commands {
		first, _, _ := strings.Cut(text, ". ")
		f.Commands[verb] = strings.TrimSuffix(first, ".")
	}
	return f.Commands
}

func tableHead(page *bytes.Buffer, what string) {
	columns := []string{"nobody", "guest", "member", "outside", "left", "admin", "owner", "bot: push", "post", "read", "admin"}
	fmt.Fprintf(page, "| %s | %s |\n|---|%s\n", what, strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
}

func tableRow(page *bytes.Buffer, what, want string) {
	letters := strings.ReplaceAll(outsiders(want), " ", "")
	order := []int{0, 1, 2, 9, 10, 7, 8, 3, 4, 5, 6} // of askers
	cells := make([]string, len(order))
	for i, column := range order {
		cells[i] = map[byte]string{'y': "yes", 'f': "no", '-': "hidden", 's': "sign in"}[letters[column]]
	}
	fmt.Fprintf(page, "| %s | %s |\n", what, strings.Join(cells, " | "))
}
