//go:build !js

package host

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/peterbourgon/ff/v3"
)

// settings is what a person can decide.
type settings struct {
	addr, data, url string
	tls             tlsSettings
	origins         origins
	trust           networks      // of proxies
	away            time.Duration // 0: the server's default
	level           slog.Level
	files           fileSettings
	version         bool
	gravatar        bool
	conns           int    // of one user
	defect          string // of a trial's server
}

const help = `Hubbub is chat and push from one program.

  hubbub [settings]
  hubbub check URL   finds what is wrong with the way to a server
  hubbub token       makes a token for a program; see hubbub token --help
  hubbub reset       helps who forgot their password; see hubbub reset --help
  hubbub torture     proves on this machine that no message is ever lost
  hubbub load        measures what this machine, or another, delivers

Started without settings it makes its data folder, listens on this machine, and
prints one line: first the link with which you become the owner, later only its
address. Ctrl-C stops it; nothing that was acknowledged is ever lost.

Settings
  --addr HOST:PORT   where to listen (default localhost:8080);
                     ":8080" lets other machines in
  --data FOLDER      where everything is kept (default ./data); back this up
  --url URL          what people type, like https://chat.example.org or
                     https://example.org/chat; needed behind a proxy that does
                     TLS or gives it a path, so that links and cookies fit
  --origins ORIGINS  other sites whose pages may connect with a token, like
                     https://shop.example.org,http://localhost:3000
  --trust-proxy NETWORKS
                     of proxies, like 10.0.0.7,10.1.0.0/16: they are believed
                     who the client is, in X-Forwarded-For; default this machine
                     (127.0.0.0/8,::1/128), "" for none
  --domain HOST,...  the names of this server on the internet: it gets their
                     certificates from Let's Encrypt, to whose terms you agree,
                     and serves https on :443 unless --addr says otherwise;
                     the first is the one people are sent to
  --tls-cert FILE    a certificate of your own, with its chain, and its key, in
  --tls-key FILE     PEM form: serves https; files that change are read anew
  --http-addr HOST:PORT
                     where plain http is answered with the way to https
                     (default :80 with --domain), "" for nowhere
  --acme-directory URL
                     another authority that issues certificates by ACME
  --gravatar         people may take their picture from gravatar.com: the server
                     fetches it, once, and no reader's address gets there
  --user-connections N
                     of one person at the same time (default 64)
  --away-after TIME  how long somebody who is connected and touches nothing
                     counts as online (default 5m)
  --file-limit SIZE  the most that a file may have that somebody uploads, like
                     500MB (default 100MB)
  --file-quota SIZE  the most that all files of a person may have together
                     (default 5GB), 0 for as much as there is room for
  --log-level LEVEL  debug, info, warn (the default) or error; logs go to stderr
  --config FILE      a file with one setting per line, like "addr :8080"
  --version          say which version this is
  --help             say this

Each setting can also come from the environment, as HUBBUB_ADDR,
HUBBUB_TRUST_PROXY and so on. The command line wins over the environment, and
that over the file.
`

func parseSettings(args []string) (settings, error) {
	var s settings
	set := flag.NewFlagSet("hubbub", flag.ContinueOnError)
	set.SetOutput(io.Discard) // run says it, once
	set.StringVar(&s.addr, "addr", "localhost:8080", "")
	set.StringVar(&s.data, "data", "data", "")
	set.StringVar(&s.url, "url", "", "")
	s.tls.define(set)
	s.trust = loopback()
	set.Var(&s.trust, "trust-proxy", "")
	set.Var(&s.origins, "origins", "")
	set.BoolVar(&s.gravatar, "gravatar", false, "")
	set.IntVar(&s.conns, "user-connections", 64, "")
	set.DurationVar(&s.away, "away-after", 0, "")
	s.files.define(set)
	set.BoolVar(&s.version, "version", false, "")
	set.String("config", "", "")
	if len(args) > 0 && args[0] == trialCommand {
		set.StringVar(&s.defect, "break", "", "")
		s.conns = 1 << 20 // what it is measured with has few users
		args = args[1:]
	}
	set.TextVar(&s.level, "log-level", slog.LevelWarn, "")
	err := ff.Parse(set, args,
		ff.WithEnvVarPrefix("HUBBUB"),
		ff.WithConfigFileFlag("config"),
		ff.WithConfigFileParser(ff.PlainParser),
	)
	if err != nil {
		return s, fmt.Errorf("%w; see hubbub --help", err)
	}
	if set.NArg() > 0 {
		return s, fmt.Errorf("%q is not a setting; see hubbub --help", set.Arg(0))
	}
	if s.conns < 1 {
		return s, errors.New("--user-connections has to be more than nothing; see hubbub --help")
	}
	if s.files.limit == 0 {
		return s, errors.New("--file-limit must be more than 0; see hubbub --help")
	}
	return s, s.settleTLS(set)
}
