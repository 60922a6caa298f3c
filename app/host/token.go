//go:build !js

package host

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/peterbourgon/ff/v3"

	"hubbub/shared"
)

const tokenHelp = `Makes a token for a program, and prints it: TOKEN=$(hubbub token)

  hubbub token [settings]        also while the server runs
  hubbub token --list            which there are
  hubbub token --revoke ID       ends one, and what is connected with it, at once

Settings
  --data FOLDER    the server's (default ./data)
  --name NAME      what the token is for; it is a bot's with this name, which is
                   made when there is none (default Program)
  --user HANDLE    a person's token instead of a bot's: to hear what is pushed
                   to them
  --scopes SCOPES  what it may do, with commas between: push (tell anybody
                   something; the default), post (in its rooms), read (and hear
                   what is pushed to it; the default with --user), admin (all)
  --ttl DURATION   how long it works, like 720h (default: until it is revoked)

HUBBUB_DATA and --config FILE hold as they do for the server.
`

// tokenOrder is what was asked for on the command line.
type tokenOrder struct {
	data, name, scopes, user, revoke string
	ttl                              time.Duration
	list                             bool
}

// runToken is hubbub token.
func runToken(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parseTokenOrder(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, tokenHelp)
		return 0
	}
	if err == nil {
		err = o.carryOut(ctx, stdout, slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	}
	if err != nil {
		fmt.Fprintln(stderr, "hubbub token:", err)
		return 1
	}
	return 0
}

func parseTokenOrder(args []string) (tokenOrder, error) {
	var o tokenOrder
	set := flag.NewFlagSet("hubbub token", flag.ContinueOnError)
	set.SetOutput(io.Discard) // runToken says it, once
	set.StringVar(&o.data, "data", "data", "")
	set.StringVar(&o.name, "name", "Program", "")
	set.StringVar(&o.scopes, "scopes", "", "")
	set.StringVar(&o.user, "user", "", "")
	set.DurationVar(&o.ttl, "ttl", 0, "")
	set.BoolVar(&o.list, "list", false, "")
	set.StringVar(&o.revoke, "revoke", "", "")
	set.String("config", "", "")
	err := ff.Parse(set, args,
		ff.WithEnvVarPrefix("HUBBUB"),
		ff.WithConfigFileFlag("config"),
		ff.WithConfigFileParser(ff.PlainParser),
		ff.WithIgnoreUndefined(true), // the file is the server's
	)
	switch {
	case err != nil:
		return o, fmt.Errorf("%w; see hubbub token --help", err)
	case set.NArg() > 0:
		return o, fmt.Errorf("%q is not a setting; see hubbub token --help", set.Arg(0))
	case o.ttl != 0 && o.ttl < time.Second:
		return o, fmt.Errorf("--ttl %s is too short: give it like 720h", o.ttl)
	}
	return o, nil
}

func (o tokenOrder) carryOut(ctx context.Context, stdout io.Writer, log *slog.Logger) error {
	do, end, err := reach(ctx, o.data, log)
	if err != nil {
		return err
	}
	switch {
	case o.list:
		err = listTokens(ctx, do, stdout)
	case o.revoke != "":
		_, err = do(ctx, "", shared.Frame{Withdraw: &shared.TokenRef{ID: o.revoke}})
	default:
		err = o.make(ctx, do, stdout)
	}
	return errors.Join(err, end())
}

func (o tokenOrder) make(ctx context.Context, do doer, stdout io.Writer) error {
	request := shared.TokenRequest{Name: o.name, TTL: int64(o.ttl / time.Second)}
	for scope := range strings.FieldsFuncSeq(o.scopes, func(r rune) bool { return r == ',' || r == ' ' }) {
		request.Scopes = append(request.Scopes, shared.Scope(scope))
	}
	standard := shared.ScopeRead
	if o.user == "" {
		bot, err := findBot(ctx, do, o.name)
		if err != nil {
			return err
		}
		request.User, standard = bot, shared.ScopePush
	}
	if len(request.Scopes) == 0 {
		request.Scopes = []shared.Scope{standard}
	}
	ok, err := do(ctx, o.user, shared.Frame{Token: &request})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, ok.Token.Secret)
	return err
}

// findBot is the owner's bot with a name, made if need be.
func findBot(ctx context.Context, do doer, name string) (shared.UserID, error) {
	people, err := do(ctx, "", shared.Frame{People: &shared.Nothing{}})
	if err != nil {
		return "", err
	}
	bots, err := do(ctx, "", shared.Frame{Bots: &shared.Nothing{}})
	if err != nil {
		return "", err
	}
	for _, bot := range bots.Users {
		owners := slices.ContainsFunc(people.Users, func(u shared.User) bool {
			return u.ID == bot.Owner && u.Role == shared.RoleOwner
		})
		if owners && bot.Name == name {
			return bot.ID, nil
		}
	}
	ok, err := do(ctx, "", shared.Frame{Bot: &shared.NewBot{Name: name}})
	if err != nil {
		return "", err
	}
	return ok.Bot.ID, nil
}

func listTokens(ctx context.Context, do doer, stdout io.Writer) error {
	ok, err := do(ctx, "", shared.Frame{Tokens: &shared.Nothing{}})
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tNAME\tFOR\tSCOPES\tMADE\tUSED\tUNTIL")
	for _, k := range ok.Tokens {
		scopes := make([]string, len(k.Scopes))
		for i, s := range k.Scopes {
			scopes[i] = string(s)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Name, k.User.Name, strings.Join(scopes, ","),
			day(k.Created, ""), day(k.Seen, "never"), day(k.Expires, "revoked"))
	}
	return table.Flush()
}

// day is a time as a date, or what 0 means.
func day(at shared.Millis, none string) string {
	if at == 0 {
		return none
	}
	return time.UnixMilli(int64(at)).Format(time.DateOnly)
}
