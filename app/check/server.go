//go:build !js

package check

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"hubbub/app/i18n"
	"hubbub/app/i18n/checks"
	"hubbub/shared"
)

// reading is how far the server's clock was ahead, and how long asking took:
// by half of that it may be wrong.
type reading struct{ ahead, trip time.Duration }

const maxFacts = 16 << 10 // bytes; another program may answer with anything

// errNotHubbub is for answers that are somebody else's.
var errNotHubbub = errors.New("its answer is no Hubbub's")

// get asks for a path.
func (r *run) get(ctx context.Context, path string) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.at(path), nil)
	if err != nil {
		return nil, nil, err
	}
	resp, err := r.http.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxFacts))
	return resp, body, err
}

// askFacts asks the server what it sees of us, and reads its clock.
func (r *run) askFacts(ctx context.Context, attempt string) (shared.Facts, error) {
	var facts shared.Facts
	sent := r.now()
	began := time.Now()
	resp, body, err := r.get(ctx, "/check/facts?attempt="+url.QueryEscape(attempt))
	trip := time.Since(began)
	switch {
	case err != nil:
		return facts, err
	case resp.StatusCode != http.StatusOK:
		if to, err := resp.Location(); err == nil {
			return facts, errors.New(resp.Status + " → " + to.Scheme + "://" + to.Host)
		}
		return facts, errors.New(resp.Status)
	case json.Unmarshal(body, &facts) != nil || facts.Origin == "":
		return facts, errNotHubbub
	}
	if r.clock.trip == 0 || trip < r.clock.trip {
		r.clock = reading{ahead: time.UnixMilli(int64(facts.Now)).Sub(sent.Add(trip / 2)), trip: trip}
	}
	return facts, nil
}

func (r *run) checkAddress(ctx context.Context) line {
	facts, err := r.askFacts(ctx, "")
	if err != nil {
		return r.fail(checks.NoFacts, r.origin(), because(err)).end()
	}
	r.facts = facts
	switch {
	case facts.Origin != r.origin():
		return r.fail(checks.Origin, r.origin(), facts.Origin, r.origin()+r.site.Path)
	case r.site.Scheme == "http" && !local(r.site.Hostname()):
		return r.warn(checks.Insecure, r.origin())
	}
	return r.ok(r.origin())
}

// local reports whether a browser takes a host for its own machine, where http
// is as good as https.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (r *run) checkServer(ctx context.Context) line {
	resp, _, err := r.get(ctx, "/readyz")
	if err != nil {
		return r.fail(checks.NoServer, "", because(err))
	}
	if resp.StatusCode != http.StatusOK {
		return r.fail(checks.Unready, "Hubbub "+r.facts.Version)
	}
	return r.ok(i18n.Fill(r.text.Stores, r.facts.Version))
}

func (r *run) checkClock(ctx context.Context) line {
	for range 4 {
		if _, err := r.askFacts(ctx, ""); err != nil {
			return r.fail(checks.NoFacts, "", because(err))
		}
	}
	apart := max(0, r.clock.ahead.Abs()-r.clock.trip/2)
	figure := i18n.Fill(r.text.Apart, short(apart.Seconds()))
	switch {
	case apart <= seconds(r.limits.ClockOK):
		return r.ok(figure)
	case apart <= seconds(r.limits.ClockWarn):
		return r.warn(checks.Skewed, figure)
	}
	return r.fail(checks.Skewed, figure)
}

// short writes a number with two or three digits.
func short(n float64) string {
	switch {
	case n >= 10:
		return strconv.FormatFloat(math.Round(n), 'f', 0, 64)
	case n >= 1:
		return strconv.FormatFloat(n, 'f', 1, 64)
	}
	return strconv.FormatFloat(n, 'f', 2, 64)
}

func milliseconds(d time.Duration) string { return short(d.Seconds() * 1000) }
