package server

import (
	"net/http"
	"strconv"
	"strings"
)

// Cookies that the app sets in the browser, so that the first paint is right.
const (
	langCookie  = "hubbub_lang"
	themeCookie = "hubbub_theme"
	zoneCookie  = "hubbub_tz"
)

// language is the reader's choice, or what their browser asks for.
func language(r *http.Request) string {
	if c, err := r.Cookie(langCookie); err == nil && spoken(c.Value) {
		return c.Value
	}
	return preferred(r.Header.Get("Accept-Language"))
}

// spoken reports whether the app speaks a language.
func spoken(lang string) bool { return lang == "en" || lang == "zh" }

// preferred returns the first of the highest-ranked languages in an
// Accept-Language header that the app speaks.
func preferred(header string) string {
	best, bestRank := "en", 0.0
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		base, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if base != "en" && base != "zh" {
			continue
		}
		rank := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			rank, _ = strconv.ParseFloat(q, 64) // what is no number ranks last
		}
		if rank > bestRank {
			best, bestRank = base, rank
		}
	}
	return best
}

// theme is the reader's choice, or the system's.
func theme(r *http.Request) string {
	if c, err := r.Cookie(themeCookie); err == nil && (c.Value == "light" || c.Value == "dark") {
		return c.Value
	}
	return "system"
}

// zone is the reader's time zone, or "" when the browser has not said or the
// server does not know it.
func zone(r *http.Request) string {
	c, err := r.Cookie(zoneCookie)
	if err != nil || !knownZone(c.Value) {
		return ""
	}
	return c.Value
}
